"""Evaluates a translator: BLEU, chrF and TER by sacreBLEU, exact matches, perplexity.

    python -m apps.translation.evaluate --run runs/translation/mine
    python -m apps.translation.evaluate --corpus test.fr test.en --beams 1

A source that several pairs have is translated once, and their targets are its references.
"""

from dataclasses import replace
from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run
from gated.commands.outputs import save_and_report
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder

from .config import Config
from .options import USUAL_SEARCH, Search
from .reading.sets import load, read_pairs
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/translation/default"),
    corpus: EvaluationCorpus = (),
    *,
    search: Search = USUAL_SEARCH,
    tokenize: str = "13a",
    json: Json = False,
) -> None:
    """Evaluates the translator of a run.

    Args:
        tokenize: sacreBLEU's tokenizer: 13a, intl, char, zh, ja-mecab; none where the texts have a
            space between all words and marks already.
    """
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if corpus:
        which, pairs = " ".join(corpus), read_pairs(corpus, config)
    else:
        which, pairs = load(config).evaluated

    import_keras()
    from .model.scores import score
    from .model.translator import Translator

    translator = Translator.load(folder)
    metrics = score(translator, pairs, search, run, tokenize)
    save_and_report(folder, {"set": which, **metrics}, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
