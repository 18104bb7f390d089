"""Predicts the class of texts, one an argument or a line.

    python -m apps.sentiment.predict --run runs/sentiment/mine "Not bad at all, I would go again."
    python -m apps.sentiment.predict --run runs/sentiment/mine --file reviews.txt --format json
    python -m apps.sentiment.predict --run runs/sentiment/mine --explain "Not bad at all."
    python -m apps.sentiment.predict --file reviews.txt --format html --out page.html
    cat reviews.txt | python -m apps.sentiment.predict --run runs/sentiment/mine
    python -m apps.sentiment.predict --file 'reviews/*.txt.gz' --workers 8 --out predicted

Files and standard input are read a few lines at a time, however large they are.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Literal

from gated.commands.command import run_command
from gated.commands.inputs import after, given_texts, reading, with_results
from gated.commands.options import Files, Input, Out, Resume, Run, Texts, Workers
from gated.commands.outputs import check_resume, print_json, printing_to
from gated.commands.quiet import import_keras
from gated.commands.workers import predict_by_workers
from gated.runs.folder import RunFolder

from .showing.output import load_objects, objects, write_text
from .showing.page import page


def predict(
    texts: Texts = (),
    *,
    run: Run = Path("runs/sentiment/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json", "html"] | None = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    explain: bool = False,
) -> None:
    """Classifies texts. An empty one gets a class too, and a warning.

    Args:
        format: text, the likeliest class, its probability and the text; json, an object a line with
            text, label (in place of one that came with the text) and the probability of each class;
            html, a page that explains. Nothing: text, with --workers json.
        explain: also what each word adds to the class or takes from it: how much less likely the
            class is without the word. In colours, or as `words` in JSON, in nats of log-odds.
    """
    check_resume(resume, out, format == "json" or workers is not None)
    folder = RunFolder.open(run)
    if workers:
        predict_by_workers(
            partial(load_objects, run.resolve(), explain),
            workers,
            texts=texts,
            files=file,
            input=input,
            format=format,
            out=out,
            resume=resume,
        )
        return
    given = given_texts(texts, file, input)

    import_keras()
    from .model.classifier import Classifier

    classifier = Classifier.load(folder)
    empty = 0
    with (
        printing_to(out, "\n" if format == "json" else None, resume) as done,
        reading(file) as advance,
    ):
        given = after(given, done, advance)
        predictions = with_results(
            given, lambda texts: classifier.predict_texts(texts, explain or format == "html")
        )

        def found():
            nonlocal empty
            for one, prediction in predictions:
                empty += not one.text.strip()
                yield one.fields, prediction
                advance(one.size)

        match format:
            case "html":
                sys.stdout.writelines(page(prediction for _, prediction in found()))
            case "json":
                for one in objects(found()):
                    print_json(one)
            case _:
                write_text(found())
    if empty:
        print(f"warning: {empty} empty text(s), predicted from no words", file=sys.stderr)


if __name__ == "__main__":
    run_command(predict)
