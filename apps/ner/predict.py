"""Finds the named entities in raw texts of any length, one an argument or a line.

    python -m apps.ner.predict --run runs/ner/mine "Ada Lovelace met Charles Babbage in London."
    python -m apps.ner.predict --run runs/ner/mine --file notes.txt letters.jsonl --format json
    python -m apps.ner.predict --run runs/ner/mine --file notes.txt --format html --out page.html
    python -m apps.ner.predict --run runs/ner/mine --k-best 3 "Jordan met Paris Hilton."
    cat notes.txt | python -m apps.ner.predict --run runs/ner/mine
    python -m apps.ner.predict --run runs/ner/mine --file 'notes/*.txt.gz' --workers 8 --out tagged

A text is split into sentences, which are tagged each for itself. Files and standard input are read
a few lines at a time, however large they are.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from gated.commands.command import run_command
from gated.commands.inputs import after, given_texts, reading, with_results
from gated.commands.options import Files, Input, Out, Resume, Run, Texts, Workers, between
from gated.commands.outputs import check_resume, print_json, printing_to
from gated.commands.quiet import import_tensorflow
from gated.commands.workers import predict_by_workers
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .showing import conll, output
from .showing.page import page

_MOST_TAGGINGS = 100
# Of what can be gone on with: of lines, and of sentences.
_ENDS = {"json": "\n", "conll": "\n\n"}


def predict(
    texts: Texts = (),
    *,
    run: Run = Path("runs/ner/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "conll", "json", "html"] | None = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    k_best: Annotated[int, between(1, _MOST_TAGGINGS)] = 1,
    threshold: Annotated[float, between(0, 1)] = 0.0,
) -> None:
    """Tags texts.

    Args:
        format: text, the text with its entities in colour; conll, a token and its tag a line, and
            a blank line after a sentence; json, an object a line with the text and its entities:
            text, type, start and end in characters, and probability; html, a page. Nothing:
            text, with --workers json.
        k_best: so many taggings of each sentence, the likeliest first, with their probabilities,
            up to 100; in JSON as `sentences`, beside the entities of the likeliest. In text and
            JSON.
        threshold: leave out entities less likely than this.
    """
    if k_best > 1 and format in ("conll", "html"):
        raise BadUsage(f"--k-best goes with --format text or json, not {format}")
    if k_best > 1 and threshold:
        raise BadUsage("give --k-best or --threshold, not both")
    possible = format in _ENDS or workers is not None
    check_resume(resume, out, possible, "--format json or conll")
    folder = RunFolder.open(run)
    if workers:
        predict_by_workers(
            partial(output.load_objects, run.resolve(), k_best, threshold),
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

    import_tensorflow()
    from .model.tagger import Tagger

    tagger = Tagger.load(folder)
    with printing_to(out, _ENDS.get(format or ""), resume) as done, reading(file) as advance:
        there = 0
        if format == "conll":
            given, there = conll.after(given, done, advance)
        else:
            given = after(given, done, advance)
        tagged = with_results(given, lambda texts: tagger.tag_texts(texts, k_best, threshold))

        def found():
            for one, result in tagged:
                yield one.fields, result
                advance(one.size)

        match format:
            case "html":
                sys.stdout.writelines(page((result for _, result in found()), tagger.types))
            case "conll":
                conll.write(found(), there)
            case "json":
                for one in output.objects(found(), k_best > 1):
                    print_json(one)
            case _ if k_best > 1:
                output.write_taggings(found())
            case _:
                output.write_text(found())


if __name__ == "__main__":
    run_command(predict)
