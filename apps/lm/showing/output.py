"""Scored sentences for programs."""

from collections.abc import Iterator
from pathlib import Path

from gated.commands.inputs import Given, Predict, with_results
from gated.commands.quiet import import_keras
from gated.errors import BadData
from gated.runs.folder import RunFolder


def load_objects(run: Path) -> Predict:
    """Loads the model of a run in this process, for sentences that are to become objects."""
    import_keras()
    from ..model.language_model import LanguageModel

    model = LanguageModel.load(RunFolder(run))

    def predict(given: Iterator[Given]) -> Iterator[dict]:
        return (scored for _, scored in objects(model, sentences(given)))

    return predict


def objects(model, given: Iterator[Given]) -> Iterator[tuple[Given, dict]]:
    """Each sentence, and what came with it, its log P, its tokens and theirs."""
    for one, (tokens, log_p) in with_results(given, model.score_lines):
        total, each = float(sum(log_p)), log_p.tolist()
        yield one, {**fields(one), "log_p": total, "tokens": tokens, "token_log_p": each}


def fields(given: Given) -> dict:
    """What came with a text."""
    return given.fields or {"text": given.text}


def sentences(given: Iterator[Given]) -> Iterator[Given]:
    """Raises BadData at a text of several lines."""
    for one in given:
        if "\n" in one.text:
            raise BadData(
                f"{one.place}: {one.text!r:.40}, expected a sentence without line ends in it"
            )
        yield one
