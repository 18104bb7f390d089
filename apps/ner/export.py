"""Exports a tagger in forms that need neither Gated nor Keras.

    python -m apps.ner.export --run runs/ner/mine
    python -m apps.ner.export --run runs/ner/mine --format saved-model onnx litert
    python -m apps.ner.export --run runs/ner/mine --vectors glove.txt --widen 100000

saved-model: export/1/, for TensorFlow, strings in and out. `tag_text`, which is the default
signature, takes `text` [n] and returns `tokens`, `tags` and `probabilities` [n, t], `offsets`
[n, t, 2], where each token starts and ends in its text, in code points, and `sentences` [n, t],
which sentence of its text each is in; `tag_tokens` takes `tokens` [n, t], padded with "", and
returns `tags` and `probabilities`. onnx, litert: export/onnx/ and export/litert/, the ids of
tokens in, the ids of tags out, and beside the model the vocabularies that the ids are of.
docs/serving.md has examples of all.
"""

from pathlib import Path
from typing import Annotated, Literal

from gated.commands.command import run_command
from gated.commands.options import Run, at_least
from gated.commands.quiet import import_tensorflow
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .config import Config

Format = Literal["saved-model", "onnx", "litert"]


def export(
    run: Run = Path("runs/ner/default"),
    *,
    format: tuple[Format, ...] = ("saved-model",),
    vectors: Path | None = None,
    widen: Annotated[int | None, at_least(1)] = None,
) -> None:
    """Writes into export/ in the run folder.

    Args:
        format: which forms to write.
        vectors: the file of word vectors that the run was trained with, for --widen.
        widen: know also the vectors of this many words, the first of the file.
    """
    folder = RunFolder.open(run)
    if (vectors is None) != (widen is None):
        raise BadUsage("--vectors FILE and --widen N go together")
    if vectors and not folder.load_config(Config).vectors:
        raise BadUsage(f"{run}: was trained without --vectors, so new words' mean nothing to it")

    import_tensorflow()
    from .model.formats import WRITERS
    from .model.tagger import Tagger
    from .model.vectors import widen as widened

    tagger = Tagger.load(folder)
    if vectors and widen:
        before = len(tagger.encoder.words)
        tagger = widened(tagger, vectors, widen)
        print(f"{len(tagger.encoder.words) - before} new words have a vector")
    for name in dict.fromkeys(format):
        print(f"Wrote {WRITERS[name](tagger, folder)}")


if __name__ == "__main__":
    run_command(export)
