"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path

from gated.commands import options
from gated.commands.options import check_options


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: Files with a text of brackets a line, then a tab, and yes or no. Nothing: the
    #: texts of up to 10 brackets that balance, and twice as many that do not.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/brackets/default")

    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int] = 16
    weight_dropout: options.WeightDropout[float] = 0.0
    precision: options.Precision = "float32"

    epochs: options.Epochs[int] = 25
    patience: options.Patience[int] = 10
    batch_size: options.BatchSize = 32
    learning_rate: options.LearningRate[float] = 0.03
    clip: options.Clip = 1.0
    average: options.Average[float] = 0.0
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        check_options(self)
