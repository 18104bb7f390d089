"""Scores sentences with a language model: how likely each of them is, and each of its tokens.

    python -m apps.lm.score --run runs/lm/mine "An apple and pair salad." "An apple and pear salad."
    python -m apps.lm.score --run runs/lm/mine --file one.txt two.jsonl --format json
    python -m apps.lm.score --run runs/lm/mine --file one.txt --format html --out page.html
    python -m apps.lm.score --run runs/lm/mine --next 5 "The apple and"

log P(sentence) is the sum of log P(y⟨t⟩ | y⟨1⟩ ... y⟨t-1⟩) over its tokens and its end, <EOS>, in
nats; the states before it are zero. A token that the model does not know counts as <UNK>, with
the probability of any such token.
"""

import sys
from collections.abc import Iterator
from itertools import tee
from pathlib import Path
from typing import Annotated, Literal

from gated.errors import BadData, BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.inputs import Given, after, given_texts, reading
from gated.runs.options import Files, Input, Out, Resume, Run, Texts, at_least
from gated.runs.outputs import check_resume, print_json, printing_to
from gated.runs.quiet import import_keras

from .showing.page import page


def score(
    texts: Texts = (),
    *,
    run: Run = Path("runs/lm/default"),
    file: Files = (),
    input: Input = None,
    format: Literal["text", "json", "html"] = "text",
    out: Out = None,
    resume: Resume = False,
    next: Annotated[int, at_least(0)] = 0,
) -> None:
    """Scores sentences, the likeliest first; in JSON in the order in which they came.

    Args:
        format: text, log P and the sentence; json, an object a line with text, log_p, tokens and
            the log_p of each; html, a page that colours each token by how much it surprises. For
            text and html all sentences are in memory until they are in order, for json a few.
        next: instead, print so many of the likeliest next tokens after each sentence. In text and
            JSON.
    """
    if next and format == "html":
        raise BadUsage("--next goes with --format text or json, not html")
    lines = format == "json" and not next
    check_resume(resume, out, lines)
    folder = RunFolder.open(run)
    given = _sentences(given_texts(texts, file, input))

    import_keras()
    from .model.language_model import LanguageModel

    model = LanguageModel.load(folder)
    with printing_to(out, lines, resume) as done, reading(file) as advance:
        given = after(given, done, advance)
        if next:
            for one in given:
                for token, p in model.next_tokens(one.text, next):
                    if format == "json":
                        print_json({**_fields(one), "next": token, "p": p})
                    else:
                        print(f"{p:8.4f}  {token if token.strip() else repr(token)}", flush=True)
                advance(one.size)
            return

        def scored():
            for_model, beside = tee(given)
            scores = model.score_lines(one.text for one in for_model)
            for one, (tokens, log_p) in zip(beside, scores, strict=True):
                total, each = float(sum(log_p)), log_p.tolist()
                yield {**_fields(one), "log_p": total, "tokens": tokens, "token_log_p": each}
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


def _fields(given: Given) -> dict:
    return given.fields or {"text": given.text}


def _sentences(given: Iterator[Given]) -> Iterator[Given]:
    for one in given:
        if "\n" in one.text:
            raise BadData(f"{one.text!r:.40}: expected a sentence without line ends in it")
        yield one


if __name__ == "__main__":
    run_command(score)
