"""Scores translations that are given: how likely each is, and each of its tokens.

    python -m apps.translation.score --run runs/translation/mine --corpus sources.fr candidates.en
    python -m apps.translation.score --run runs/translation/mine --corpus pairs.tsv --format json
    python -m apps.translation.score --run runs/translation/mine --corpus pairs.tsv --rank

log P(target | source) is the sum of log P(y⟨t⟩ | y⟨1⟩ ... y⟨t-1⟩, source) over the tokens of the
target and its end, <EOS>, in nats.
"""

import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import arg

from gated.commands.command import run_command
from gated.commands.options import Out, Run
from gated.commands.outputs import print_json, printing_to
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder
from gated.text.codec import EOS

from .config import Config
from .options import Alpha
from .reading.pairs import Reader
from .showing.page import page


def score(
    corpus: Annotated[tuple[str, ...], arg(help="Pairs, in any form that train takes.")],
    *,
    run: Run = Path("runs/translation/default"),
    format: Literal["text", "json", "html"] = "text",
    out: Out = None,
    rank: bool = False,
    alpha: Alpha = 1.0,
) -> None:
    """Scores pairs, in the order in which they come.

    Args:
        format: text, log P, source and target a line, with tabs between; json, an object a line
            with source, target, log_p, score, tokens and the log_p of each; html, a page of what
            each token looked at.
        rank: pairs of the same source that follow one another are alternatives: the best first, by
            the score, which stands before log P in text.
    """
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    pairs = Reader(config.source, config.target).read(corpus)

    import_keras()
    from .model.translator import Translator

    translator = Translator.load(folder)

    def scored():
        found = translator.score_pairs(pairs, alpha)
        for source, same in groupby(found, lambda one: one[0].source):
            if rank:
                same = sorted(same, key=lambda one: -one[1].score)
            yield source, same

    with printing_to(out):
        if format == "html":
            sys.stdout.writelines(
                page((source, [one for _, one, _ in same]) for source, same in scored())
            )
            return
        for source, same in scored():
            for _, one, log_p in same:
                if format == "json":
                    found = {"source": source, "target": one.text, "log_p": one.log_p}
                    found |= {"score": one.score, "tokens": [*one.tokens, EOS]}
                    print_json({**found, "token_log_p": log_p.tolist()})
                else:
                    before = f"{one.score:.3f}\t" if rank else ""
                    print(f"{before}{one.log_p:.3f}\t{source}\t{one.text}", flush=True)


if __name__ == "__main__":
    run_command(score)
