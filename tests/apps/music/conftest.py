"""Models trained once, as a user trains them, and the commands to put to them."""

from functools import partial

import numpy as np
import pytest

from apps.music.reading.piece import LOWEST, Note, Piece, frames_of
from apps.music.showing.midi import write_midi
from tests.apps import commands

call = partial(commands.call, "music")

OPTIONS = {
    "grid": 2,
    "units": 12,
    "dropout": 0.1,
    "epochs": 2,
    "batch-size": 4,
    "steps": 24,
    "learning-rate": 0.02,
    "transpose": 2,
    "seed": 3,
}


def tune(number: int, bars: int = 6) -> Piece:
    """A scale in quarters over two held notes, in 3/4; each number another key."""
    low = 48 + number % 5
    steps = [0, 2, 4, 5, 7, 9, 11, 12]
    notes = []
    for quarter in range(3 * bars):
        notes.append(Note(low + 12 + steps[(quarter + number) % 8], quarter, quarter + 1))
        if quarter % 3 == 0:
            notes += [Note(low, quarter, quarter + 3), Note(low + 7, quarter, quarter + 1.5)]
    frames = frames_of(notes, 2)
    positions = (np.arange(len(frames)) % 6 + 1).astype("uint8")
    return Piece(f"tune {number}", frames, positions, 2, 96.0, (3, 4))


@pytest.fixture(scope="session")
def command():
    """Calls a command in this process, which has its backend loaded already."""
    return call


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A folder of MIDI files, one of them much longer than the windows of training."""
    folder = tmp_path_factory.mktemp("tunes")
    for number in range(12):
        write_midi(tune(number, 20 if number == 3 else 6), folder / f"tune{number:02}.mid")
    return folder


@pytest.fixture(scope="session")
def training_options(corpus):
    usual = [str(word) for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    splits = ["--valid", "fold:4/6", "--test", "fold:5/6"]
    usual = ["--corpus", str(corpus), *splits, *usual]
    return {
        "joint": [*usual, "--depth", "2", "--peepholes", "yes"],
        "independent": [*usual, "--output", "independent", "--layer", "gru"],
    }


@pytest.fixture(scope="session")
def runs(tmp_path_factory, training_options):
    """The folders of finished runs. Tests that change them copy."""
    folders = {}
    for name, options in training_options.items():
        folders[name] = tmp_path_factory.mktemp("runs") / name
        result = call("train", *options, "--run", folders[name])
        assert result.status == 0, result.err
    return folders


@pytest.fixture(scope="session", params=["joint", "independent"])
def lively(request):
    """A composer whose frames differ, as those of a short training hardly do."""
    from apps.music.config import Config
    from apps.music.model.composer import Composer
    from apps.music.model.network import build_model

    kinds = {
        "joint": Config(units=12, depth=2, peepholes="yes"),
        "independent": Config(units=12, output="independent", layer="gru"),
    }
    model = build_model(6, True, kinds[request.param])
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.normal(scale=0.4 / max(1, weight.shape[0]) ** 0.3, size=weight.shape))
    bias = np.full(88, -12.0)
    bias[60 - LOWEST : 66 - LOWEST] = -0.5
    model.get_layer("notes").to_keys.bias.assign(bias)
    return Composer(model, request.param == "joint")
