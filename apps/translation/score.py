"""Scores translations that are given: how likely each is, and each of its tokens.

    python -m apps.translation.score --run runs/translation/mine --corpus sources.fr candidates.en
    python -m apps.translation.score --run runs/translation/mine --corpus pairs.tsv --format json

log P(target | source) is the sum of log P(y⟨t⟩ | y⟨1⟩ ... y⟨t-1⟩, source) over the tokens of the
target and its end, <EOS>, in nats.
"""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import arg

from gated.commands.command import run_command
from gated.commands.options import Out, Run
from gated.commands.outputs import print_json, printing_to
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder

from .config import Config
from .reading.pairs import Reader


def score(
    corpus: Annotated[tuple[str, ...], arg(help="Pairs, in any form that train takes.")],
    *,
    run: Run = Path("runs/translation/default"),
    format: Literal["text", "json"] = "text",
    out: Out = None,
) -> None:
    """Scores pairs, in the order in which they come.

    Args:
        format: text, log P, source and target a line, with tabs between; json, an object a line
            with source, target, log_p, tokens and the log_p of each.
    """
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    pairs = Reader(config.source, config.target).read(corpus)

    import_keras()
    from .model.translator import Translator

    translator = Translator.load(folder)
    with printing_to(out):
        for pair, tokens, log_p in translator.score_pairs(pairs):
            total = float(log_p.sum(dtype="float64"))
            if format == "json":
                found = {"source": pair.source, "target": pair.target, "log_p": total}
                print_json({**found, "tokens": tokens, "token_log_p": log_p.tolist()})
            else:
                print(f"{total:.3f}\t{pair.source}\t{pair.target}", flush=True)


if __name__ == "__main__":
    run_command(score)
