"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gated.errors import BadUsage
from gated.runs.options import check_options, check_training_options


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: MIDI (.mid, .midi) and ABC (.abc) files, or folders of such; or a MATLAB file (.mat) of piano
    #: rolls with traindata, validdata and testdata. Nothing: Bach's chorales, which come with
    #: music21.
    corpus: tuple[str, ...] = ()
    #: The validation pieces: files or folders; or a share such as 0.1, drawn from the pieces; or
    #: fold:8/10, the pieces whose number, from 0, is 8 modulo 10. Nothing: those of the corpus if
    #: it has some, else 0.1.
    valid: tuple[str, ...] = ()
    #: The test pieces, likewise. Nothing: those of the corpus if it has some, else none.
    test: tuple[str, ...] = ()
    #: The run folder to make.
    run: Path = Path("runs/music/default")
    #: Frames a quarter: 4 tells sixteenths apart, 12 triplets as well. Of a MATLAB file, what its
    #: frames are.
    grid: int = 4

    #: What is said of the notes of a frame: each given those above it (joint), or each for itself.
    output: Literal["joint", "independent"] = "joint"
    #: The recurrent layer.
    layer: Literal["lstm", "gru"] = "lstm"
    #: Peephole connections in the LSTM.
    peepholes: bool = False
    #: Width of each layer.
    units: int = 256
    #: How many layers.
    depth: int = 1
    #: Share of the features dropped before, between and after the layers, the same at each step.
    dropout: float = 0.2
    #: The most semitones by which a piece is moved up or down, anew each time it is read.
    transpose: int = 6

    #: The most epochs to train.
    epochs: int = 60
    #: Epochs without a better validation loss after which training stops.
    patience: int = 10
    #: Pieces a step, or parts of pieces.
    batch_size: int = 16
    #: The most frames of a piece that are read at once in training.
    steps: int = 128
    #: Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs.
    learning_rate: float = 0.003
    #: Greatest norm of a step's gradient.
    clip: float = 1.0
    #: Judge and keep an average of the weights over the steps, with this momentum. 0: the weights
    #: themselves.
    average: float = 0.99
    #: Of the weights, the order of the pieces, the dropout, the transposition and the split.
    seed: int = 1

    def __post_init__(self):
        check_training_options(self)
        check_options(self, ("grid", "steps"), lambda n: n >= 1, "at least 1")
        check_options(self, ("grid",), lambda n: n <= 24, "at most 24")
        check_options(self, ("transpose",), lambda n: 0 <= n <= 11, "0 to 11")
        shares = ("dropout", "average")
        check_options(self, shares, lambda share: 0 <= share < 1, "a share from 0 to less than 1")
        if self.peepholes and self.layer != "lstm":
            raise BadUsage(f"--peepholes goes with --layer lstm, not {self.layer}")
