"""Classified texts for people and for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from gated.commands.inputs import Given, Predict, with_results
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder
from gated.text.spans import between

from ..model.prediction import Prediction

MOST = 2.0  # nats; what adds or takes more has the same colour

# What came with each text, and what was predicted of it.
Found = Iterable[tuple[dict | None, Prediction]]


def write_text(found: Found) -> None:
    """The likeliest class, its probability and the text a line, with what its words add."""
    console = Console(soft_wrap=True, highlight=False)
    for _, one in found:
        line = Text(f"{one.label} {one.probabilities[one.label]:.3f}  ", "bold")
        for before, word in between(one.text, one.words or ()):
            line.append(before)
            if word:
                share = min(1.0, abs(word.contribution) / MOST)
                colour = "green" if word.contribution > 0 else "red"
                weight = Style(color=colour, bold=share > 0.5) if share > 0.05 else Style(dim=True)
                line.append(word.word, weight)
        console.print(line)


def load_objects(run: Path, explain: bool) -> Predict:
    """Loads the classifier of a run in this process, for texts that are to become objects."""
    import_keras()
    from ..model.classifier import Classifier

    classifier = Classifier.load(RunFolder(run))

    def predict(given: Iterator[Given]) -> Iterator[dict]:
        predicted = with_results(given, lambda texts: classifier.predict_texts(texts, explain))
        return objects((one.fields, found) for one, found in predicted)

    return predict


def objects(found: Found) -> Iterator[dict]:
    """What came with each text, its class, the probabilities, and its words."""
    for fields, one in found:
        given = fields or {"text": one.text}
        shown = {**given, "label": one.label, "probabilities": one.probabilities}
        if one.words is not None:
            shown["words"] = [asdict(word) for word in one.words]
        yield shown
