"""Evaluates a language model: how likely it finds each next token of a text.

    python -m apps.lm.evaluate --run runs/lm/mine
    python -m apps.lm.evaluate --run runs/lm/mine --corpus other.txt
    python -m apps.lm.evaluate --run runs/lm/mine --dynamic 0.001

Every token counts, the first and each line's end among them; the states go from the first to the
last, except between items. Reports -log P in nats a token, the perplexity and, for characters, bits
a character, and saves them in metrics.json in the run folder.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run, at_least
from gated.commands.outputs import save_and_report
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.errors import BadUsage
from gated.runs.folder import RunFolder

from .config import Config
from .reading.sets import load, read
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/lm/default"),
    corpus: EvaluationCorpus = (),
    *,
    dynamic: Annotated[float, at_least(0)] = 0.0,
    json: Json = False,
) -> None:
    """Evaluates the model of a run.

    Args:
        dynamic: dynamic evaluation, with this learning rate, such as 0.001: the model goes on
            learning from the text as it is evaluated, from each 20 tokens after their score. What
            it learned is not saved. Too high a rate makes it worse: try it on a validation text. 0:
            the model as it is.
    """
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if dynamic and config.items:
        raise BadUsage(f"--dynamic goes with a text, and {run} has learned --items")
    if not corpus:
        which, text = load(config).evaluated
    else:
        which, text = " ".join(corpus), read(corpus, config)

    import_keras()
    from .model.language_model import LanguageModel
    from .model.scores import score

    language_model = LanguageModel.load(folder)
    with bar_of(len(text), "Evaluating") as advance:
        scores = score(language_model, text, config.items, dynamic, advance)
    save_and_report(folder, {"set": which, **scores}, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
