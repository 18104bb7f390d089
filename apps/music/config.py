"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gated.commands import options
from gated.commands.options import between, check_options


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: MIDI (.mid, .midi) and ABC (.abc) files, or folders of such; or a MATLAB file (.mat) of piano
    #: rolls with traindata, validdata and testdata. Nothing: Bach's chorales, which come with
    #: music21, with fold:8/10 to validate on and fold:9/10 to test on.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/music/default")
    #: Frames a quarter: with 4 sixteenths are apart, with 12 triplets as well. Of a MATLAB file,
    #: what its frames are.
    grid: Annotated[int, between(1, 24)] = 4

    #: Predict each note of a frame given those above it (joint), or each for itself.
    output: Literal["joint", "independent"] = "joint"
    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int] = 256
    depth: options.Depth[int] = 1
    dropout: options.Dropout[float] = 0.2
    weight_dropout: options.WeightDropout[float] = 0.0
    precision: options.Precision = "float32"
    #: The most semitones by which a piece is moved up or down, anew each time it is read.
    transpose: Annotated[int, between(0, 11)] = 6

    epochs: options.Epochs[int] = 60
    patience: options.Patience[int] = 10
    batch_size: options.BatchSize = 16
    steps: options.Steps = 128
    learning_rate: options.LearningRate[float] = 0.003
    clip: options.Clip = 1.0
    average: options.Average[float] = 0.99
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        check_options(self)
