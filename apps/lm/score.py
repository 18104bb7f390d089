"""Tells how likely sentences are, with a language model.

    python -m apps.lm.score --run runs/lm/mine "An apple and pair salad." "An apple and pear salad."
    python -m apps.lm.score --run runs/lm/mine --file sentences.txt --format json
    python -m apps.lm.score --run runs/lm/mine --file sentences.txt --format html > page.html
    python -m apps.lm.score --run runs/lm/mine --next 5 "The apple and"

log P(sentence) is the sum of log P(y⟨t⟩ | y⟨1⟩ ... y⟨t-1⟩) over its tokens and its end, <EOS>, in
nats; the states before it are zero. A token that the model does not know counts as <UNK>, with
the probability of any such token.
"""

import json as json_format
from pathlib import Path
from typing import Annotated, Literal

import tyro

from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras
from gated.text.files import given_lines


def score(
    texts: Annotated[tuple[str, ...], tyro.conf.Positional] = (),
    *,
    run: Path = Path("runs/lm/default"),
    file: Path | None = None,
    format: Literal["text", "json", "html"] = "text",
    next: int = 0,
) -> None:
    """Scores sentences, the likeliest first; in JSON in the order in which they came.

    Args:
        texts: the sentences. None, and no file: they are read from standard input.
        run: the run folder that train made.
        file: a text file with a sentence a line, UTF-8.
        format: text, log P and the sentence; json, an object a line with text, log_p, tokens and
            the log_p of each; html, a page that colours each token by how much it surprises.
        next: instead, print so many of the likeliest next tokens after each sentence.
    """
    if next < 0:
        raise BadUsage(f"--next {next}: expected 0 or more")
    folder = RunFolder.open(run)
    lines = list(given_lines(texts, file))
    if any("\n" in line for line in lines):
        raise BadUsage("expected a sentence without line ends in each argument")

    import_keras()
    from .model.language_model import LanguageModel
    from .showing.page import page

    model = LanguageModel.load(folder)
    if next:
        for line in lines:
            for token, p in model.next_tokens(line, next):
                found = {"text": line, "next": token, "p": p}
                print(
                    json_format.dumps(found, ensure_ascii=False)
                    if format == "json"
                    else f"{p:8.4f}  {token if token.strip() else repr(token)}"
                )
        return
    scored = [
        {"text": line, "log_p": float(sum(log_p)), "tokens": tokens, "token_log_p": log_p.tolist()}
        for line, (tokens, log_p) in zip(lines, model.score(lines), strict=True)
    ]
    if format == "json":
        for one in scored:
            print(json_format.dumps(one, ensure_ascii=False))
        return
    scored.sort(key=lambda one: -one["log_p"])
    if format == "html":
        print(page(scored, model.codec.join))
        return
    for one in scored:
        print(f"{one['log_p']:10.3f}  {one['text']}")


if __name__ == "__main__":
    run_command(score)
