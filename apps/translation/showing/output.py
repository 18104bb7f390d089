"""Translations for programs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from gated.commands.inputs import Given, Predict, with_results
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder


def load_objects(run: Path, beams: int, alpha: float, beta: float, best: int) -> Predict:
    """Loads the translator of a run in this process, for texts that are to become objects."""
    import_keras()
    from ..model.translator import Search, Translator

    translator, search = Translator.load(RunFolder(run)), Search(beams, alpha, beta)

    def predict(given: Iterator[Given]) -> Iterator[dict]:
        return objects(with_results(given, lambda some: translator.translate(some, search, best)))

    return predict


def objects(found: Iterable[tuple[Given, list]]) -> Iterator[dict]:
    """What came with each text, and its translations."""
    for given, translations in found:
        yield {
            **(given.fields or {"text": given.text}),
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
