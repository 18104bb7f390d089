"""Tells the class of texts, one an argument or a line.

python -m apps.sentiment.predict --run runs/sentiment/mine "Not bad at all, I would go again."
python -m apps.sentiment.predict --run runs/sentiment/mine --file reviews.txt --format json
python -m apps.sentiment.predict --run runs/sentiment/mine --explain "Not bad at all."
cat reviews.txt | python -m apps.sentiment.predict --explain --format html > page.html
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

import tyro

from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow
from gated.text.files import given_lines

from .showing.output import write_json, write_text
from .showing.page import page


def predict(
    texts: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    *,
    run: Path = Path("runs/sentiment/default"),
    file: Path | None = None,
    format: Literal["text", "json", "html"] = "text",
    explain: bool = False,
) -> None:
    """Classifies texts. An empty one gets a class too, and a warning.

    Args:
        texts: the texts. None, and no file: they are read from standard input, a text a line.
        run: the run folder that train made.
        file: a text file with a text a line, UTF-8.
        format: text, the likeliest class, its probability and the text; json, an object a line with
            text, label and the probability of each class; html, with --explain, a page.
        explain: also tell what each word adds to the class or takes from it: how much less likely
            the class is without the word. In colours, or as `words` in JSON, in nats of log-odds.
    """
    if format == "html" and not explain:
        raise BadUsage("--format html goes with --explain")
    folder = RunFolder.open(run)
    lines = given_lines(texts, file)

    import_tensorflow()
    from .model.classifier import Classifier

    classifier = Classifier.load(folder)
    labels = classifier.encoder.labels
    empty = 0

    def found():
        nonlocal empty
        for text, p, words in _classified(classifier, lines, explain):
            empty += not text.strip()
            yield text, dict(zip(labels, map(float, p), strict=True)), words

    if format == "html":
        sys.stdout.writelines(page(found()))
    else:
        write = write_json if format == "json" else write_text
        for one in found():
            write(*one)
    if empty:
        print(f"warning: {empty} empty text(s): what the model says of no words", file=sys.stderr)


def _classified(classifier, lines, explain):
    if explain:
        return ((line, *classifier.explain(line)) for line in lines)
    return ((line, p, None) for line, p in classifier.classify_lines(lines))


if __name__ == "__main__":
    run_command(predict)
