"""The forms in which a tagger is exported."""

from collections.abc import Callable
from pathlib import Path

from gated.export.other_formats import save_litert, save_onnx
from gated.export.saved_model import save_endpoints
from gated.runs.folder import RunFolder
from gated.whole import write_whole

from .by_ids import ByIds
from .endpoints import Endpoints
from .tagger import Tagger


def _saved_model(tagger: Tagger, run: RunFolder) -> Path:
    endpoints = Endpoints(tagger)
    save_endpoints(run.export, endpoints.resources, endpoints.functions)
    return run.export


def _onnx(tagger: Tagger, run: RunFolder) -> Path:
    by_ids = ByIds(tagger)

    def save(path):
        save_onnx(path / "model.onnx", by_ids.tag, by_ids.signature())

    return _with_vocabularies(tagger, run.export.with_name("onnx"), save)


def _litert(tagger: Tagger, run: RunFolder) -> Path:
    by_ids = ByIds(tagger)

    def save(path):
        # LiteRT's loops need to know how large their tensors are, but for the first size.
        signature = by_ids.signature(batch=1)
        save_litert(path / "model.tflite", by_ids.tag, signature, by_ids.model)

    return _with_vocabularies(tagger, run.export.with_name("litert"), save)


def _with_vocabularies(tagger: Tagger, path: Path, save: Callable[[Path], None]) -> Path:
    def write(folder: Path) -> None:
        folder.mkdir()
        save(folder)
        tagger.encoder.save(folder)

    write_whole(path, write)
    return path


WRITERS: dict[str, Callable[[Tagger, RunFolder], Path]] = {
    "saved-model": _saved_model,
    "onnx": _onnx,
    "litert": _litert,
}
