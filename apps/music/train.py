"""Learns to write music from a folder of tunes.

    python -m apps.music.train
    python -m apps.music.train --corpus tunes/ --run runs/music/mine
    python -m apps.music.train --corpus JSB_Chorales.mat

Reads MIDI and ABC files, or piano rolls in a MATLAB file, puts them on a grid, trains a recurrent
network to tell the notes of each frame from the frames before, keeps the weights of the epoch with
the least validation loss, and leaves in the run folder all that evaluate, sample and export need. A
run that was cut off goes on when it is started again.
"""

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras

from .config import Config
from .reading import sets


def train(config: Config, *, json: bool = False) -> None:
    """Trains as `config` says, and evaluates on the test pieces, or else the validation ones.

    Args:
        config: what the run depends on.
        json: print the metrics as JSON too, on one line, last.
    """
    corpus = sets.load(config)
    run = RunFolder.begin(config.run, config)

    # Not before the options and the corpus are known good: it takes seconds.
    import_keras()
    from .evaluate import judge
    from .model.fitting import fit

    with run.training(config):
        counts = [
            f"{len(pieces)} pieces ({sum(len(piece.frames) for piece in pieces)} frames)"
            for pieces in (corpus.train, corpus.valid, corpus.test)
        ]
        print("{} to train on, {} to validate, {} to test".format(*counts))
        composer = fit(corpus, config, run)
        which = "test" if corpus.test else "valid"
        judge(run, composer, which, corpus.test or corpus.valid, json=json)


if __name__ == "__main__":
    run_command(train)
