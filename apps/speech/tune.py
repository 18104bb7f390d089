"""Finds how much a language model should count: the weight and the bonus with the fewest errors.

    python -m apps.speech.tune --run runs/speech/mine --language-model runs/lm/mine
    python -m apps.speech.tune --language-model runs/lm/mine --weights 0.3 0.6 --bonuses 0 2

Tries all of them on the validation recordings of the run, and says which options to give to
evaluate, predict and export.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from rich.console import Console
from rich.table import Table
from tyro.conf import arg

from gated.commands.command import run_command
from gated.commands.options import Json, Run
from gated.commands.outputs import print_json
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .config import Config
from .options import USUAL_SEARCH, Search
from .reading.sets import load, read_utterances


def tune(
    run: Run = Path("runs/speech/default"),
    corpus: Annotated[
        tuple[str, ...],
        arg(help="What to tune on, in any form that train takes. Nothing: the validation set."),
    ] = (),
    *,
    search: Search = USUAL_SEARCH,
    weights: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5),
    bonuses: tuple[float, ...] = (0.0, 1.0, 2.0),
    json: Json = False,
) -> None:
    """Tunes the search of a run.

    Args:
        weights: those of the language model to try.
        bonuses: those of a word to try.
    """
    if not search.language_model:
        raise BadUsage("expected --language-model, whose weight is to be found")
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    utterances = read_utterances(corpus, config) if corpus else load(config).valid

    import_keras()
    from .model.recogniser import Recogniser
    from .model.tuning import tune as tried

    recogniser = Recogniser.load(folder, replace(search, bonus=1.0))
    found = []
    with bar_of(len(weights) * len(bonuses), "Tuning") as advance:
        for one in tried(recogniser, utterances, weights, bonuses):
            found.append(one)
            advance(1)
    best = min(found, key=lambda one: (one.wer, one.cer))
    table = Table("weight", "bonus", "WER", "CER", title=f"{len(utterances):,} recordings")
    for one in found:
        style = "bold" if one is best else None
        row = (f"{one.weight:g}", f"{one.bonus:g}", f"{one.wer:.1%}", f"{one.cer:.1%}")
        table.add_row(*row, style=style)
    Console().print(table)
    print(f"best: --weight {best.weight:g} --bonus {best.bonus:g}")
    if json:
        print_json(best._asdict())


if __name__ == "__main__":
    run_command(tune)
