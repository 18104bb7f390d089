"""Translations for people and for programs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from gated.commands.inputs import Given, Predict, with_results
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder

from ..model.translation import Translation
from ..options import Sampling, Search


def write_text(found: Iterable[list[Translation]], scored: bool) -> None:
    """Those of each text, a line each, or an empty line where there is none.

    Args:
        found: of each text.
        scored: whether log P stands before each.
    """
    for translations in found:
        for one in translations:
            print(f"{one.log_p:8.3f}  {one.text}" if scored else one.text, flush=True)
        if not translations:
            print(flush=True)


def load_objects(run: Path, how: Search | Sampling, best: int) -> Predict:
    """Loads the translator of a run in this process, for texts that are to become objects."""
    import_keras()
    from ..model.translator import Translator

    translator = Translator.load(RunFolder(run))

    def predict(given: Iterator[Given]) -> Iterator[dict]:
        return objects(with_results(given, lambda some: translator.translate(some, how, best)))

    return predict


def objects(found: Iterable[tuple[Given, list[Translation]]]) -> Iterator[dict]:
    """What came with each text, and its translations."""
    for given, translations in found:
        yield {
            **(given.fields or {"text": given.text}),
            "source_tokens": translations[0].source_tokens if translations else [],
            "translations": [
                {
                    "text": one.text,
                    "log_p": one.log_p,
                    "score": one.score,
                    "tokens": one.tokens,
                    "attention": one.weights.round(4).tolist(),
                }
                for one in translations
            ],
        }
