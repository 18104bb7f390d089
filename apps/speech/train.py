"""Trains a speech recogniser on recordings and their transcripts.

    python -m apps.speech.train
    python -m apps.speech.train --corpus LibriSpeech --run runs/speech/mine
    python -m apps.speech.train --corpus train.jsonl --valid dev.jsonl --test test.jsonl

Without a corpus it learns the words of synthetic voices. Leaves a run folder with all that
evaluation, transcription and export need. A run that was cut off goes on when it is started again.
"""

from gated.commands.command import run_command
from gated.commands.options import ONE_DEVICE, Devices, Json
from gated.commands.outputs import Metrics
from gated.runs.folder import RunFolder
from gated.training.training import Training, run_training

from .config import Config
from .reading.sets import Corpus, load
from .showing.report import tables


def train(config: Config, *, devices: Devices = ONE_DEVICE, json: Json = False) -> None:
    """Trains as `config` says, and evaluates on the test recordings, or else the validation ones.

    Args:
        config: what the run depends on.
    """
    run_training(Training(load, _fit, tables, "valid_cer", ("wer", "cer")), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import score

    print(corpus.sizes("recordings"))
    recogniser, valid_cer = fit(corpus, config, run)
    which, utterances = corpus.evaluated
    return {"set": which, **score(recogniser, utterances), "valid_cer": valid_cer}


if __name__ == "__main__":
    run_command(train)
