"""Evaluates a speech recogniser: word and character error rates, by speaker, the worst ones.

python -m apps.speech.evaluate --run runs/speech/mine
python -m apps.speech.evaluate --corpus LibriSpeech/test-clean
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
from .reading.sets import load, read_utterances
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/speech/default"),
    corpus: EvaluationCorpus = (),
    *,
    search: Search = USUAL_SEARCH,
    json: Json = False,
) -> None:
    """Evaluates the recogniser of a run."""
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if corpus:
        which, utterances = " ".join(corpus), read_utterances(corpus, config)
    else:
        which, utterances = load(config).evaluated

    import_keras()
    from .model.recogniser import Recogniser
    from .model.scores import score

    metrics = score(Recogniser.load(folder, search), utterances)
    save_and_report(folder, {"set": which, **metrics}, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
