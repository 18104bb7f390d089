"""Trains a model of music on a folder of tunes.

    python -m apps.music.train
    python -m apps.music.train --corpus tunes/ --run runs/music/mine
    python -m apps.music.train --corpus JSB_Chorales.mat

Reads MIDI and ABC files, or piano rolls in a MATLAB file, puts them on a grid, trains a recurrent
network to predict the notes of each frame from the frames before, saves the weights of the epoch
with the least validation loss, and leaves in the run folder all that evaluate, sample and export
need. A run that was cut off goes on when it is started again.
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
    """Trains as `config` says, and evaluates on the test pieces, or else the validation ones.

    Args:
        config: what the run depends on.
    """
    summary = ("nats_per_frame", "strike_nats_per_frame", "frame_accuracy")
    run_training(Training(load, _fit, tables, "valid_loss", summary), config, json, devices)


def _fit(corpus: Corpus, config: Config, run: RunFolder) -> Metrics:
    from .model.fitting import fit
    from .model.scores import score

    print(corpus.sizes("pieces"))
    composer, valid_loss = fit(corpus, config, run)
    which, pieces = corpus.evaluated
    return {"set": which, **score(composer, pieces), "valid_loss": valid_loss}


if __name__ == "__main__":
    run_command(train)
