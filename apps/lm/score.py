"""Scores sentences with a language model: how likely each of them is, and each of its tokens.

    python -m apps.lm.score --run runs/lm/mine "An apple and pair salad." "An apple and pear salad."
    python -m apps.lm.score --run runs/lm/mine --file one.txt two.jsonl --format json
    python -m apps.lm.score --run runs/lm/mine --file one.txt --format html --out page.html
    python -m apps.lm.score --run runs/lm/mine --next 5 "The apple and"
    python -m apps.lm.score --run runs/lm/mine --file 'texts/*.txt.gz' --workers 8 --out scored

log P(sentence) is the sum of log P(y⟨t⟩ | y⟨1⟩ ... y⟨t-1⟩) over its tokens and its end, <EOS>, in
nats; the states before it are zero. A token that the model does not know counts as <UNK>, with
the probability of any such token.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from gated.commands.command import run_command
from gated.commands.inputs import after, given_texts, reading
from gated.commands.options import Files, Input, Out, Resume, Run, Texts, Workers, at_least
from gated.commands.outputs import check_resume, print_json, printing_to
from gated.commands.quiet import import_keras
from gated.commands.workers import predict_by_workers
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .showing.output import fields, load_objects, objects, sentences
from .showing.page import page


def score(
    texts: Texts = (),
    *,
    run: Run = Path("runs/lm/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json", "html"] | None = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    next: Annotated[int, at_least(0)] = 0,
) -> None:
    """Scores sentences, the likeliest first; in JSON in the order in which they came.

    Args:
        format: text, log P and the sentence; json, an object a line with text, log_p, tokens and
            the log_p of each; html, a page that colours each token by how much it surprises. For
            text and html all sentences are in memory until they are in order, for json a few.
            Nothing: text, with --workers json.
        next: instead, print so many of the likeliest next tokens after each sentence. In text and
            JSON.
    """
    if next and format == "html":
        raise BadUsage("--next goes with --format text or json, not html")
    if next and workers:
        raise BadUsage("give --next or --workers, not both")
    lines = (format == "json" or workers is not None) and not next
    check_resume(resume, out, lines)
    folder = RunFolder.open(run)
    if workers:
        predict_by_workers(
            partial(load_objects, run.resolve()),
            workers,
            texts=texts,
            files=file,
            input=input,
            format=format,
            out=out,
            resume=resume,
        )
        return
    given = sentences(given_texts(texts, file, input))

    import_keras()
    from .model.language_model import LanguageModel

    model = LanguageModel.load(folder)
    with printing_to(out, "\n" if lines else None, resume) as done, reading(file) as advance:
        given = after(given, done, advance)
        if next:
            for one in given:
                for token, p in model.next_tokens(one.text, next):
                    if format == "json":
                        print_json({**fields(one), "next": token, "p": p})
                    else:
                        print(f"{p:8.4f}  {token if token.strip() else repr(token)}", flush=True)
                advance(one.size)
            return

        def scored():
            for one, found in objects(model, given):
                yield found
                advance(one.size)

        if format == "json":
            for one in scored():
                print_json(one)
            return
        if format == "html":
            ranked = sorted(scored(), key=lambda one: -one["log_p"])
            sys.stdout.write(page(ranked, model.codec.join))
            return
        pairs = ((one["log_p"], one["text"]) for one in scored())
        for log_p, text in sorted(pairs, key=lambda pair: -pair[0]):
            print(f"{log_p:10.3f}  {text}")


if __name__ == "__main__":
    run_command(score)
