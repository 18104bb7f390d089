"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gated.errors import BadUsage
from gated.runs.options import check_options, check_training_options

# What a recipe sets where the options do not.
RECIPES = {
    "small": {"units": 256, "depth": 1, "dropout": 0.1},
    "medium": {"units": 512, "depth": 2, "dropout": 0.3},
}


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: UTF-8 text files, or folders of *.txt files; or tfds:NAME, a set of TensorFlow Datasets,
    #: which is downloaded. Nothing: the topics of Python's own help, which come with Python.
    corpus: tuple[str, ...] = ()
    #: The validation text: files; or a share such as 0.05, the last of the corpus before the test
    #: text; or fold:8/10, the lines whose number, from 0, is 8 modulo 10. Nothing: 0.05.
    valid: tuple[str, ...] = ()
    #: The test text, likewise. Nothing: none.
    test: tuple[str, ...] = ()
    #: The run folder to make.
    run: Path = Path("runs/lm/default")

    #: What a token is: a character, or a word between white space. A line's end is one, <EOS>.
    level: Literal["char", "word"] = "char"
    #: Each line is a text of its own, such as a name: nothing is carried from one to the next.
    items: bool = False
    #: Read the text in lower case.
    lower: bool = False
    #: Tokens rarer than this in the training text are <UNK>.
    min_count: int = 1

    #: Sets the units, the depth and the dropout that are not given.
    recipe: Literal["small", "medium"] = "small"
    #: The recurrent layer.
    layer: Literal["lstm", "gru"] = "lstm"
    #: Peephole connections in the LSTM.
    peepholes: bool = False
    #: Width of a token's vector and of each layer.
    units: int | None = None
    #: How many layers.
    depth: int | None = None
    #: Share of the features dropped before, between and after the layers, the same at each step.
    dropout: float | None = None

    #: The most epochs to train.
    epochs: int = 10
    #: Epochs without a better validation loss after which training stops.
    patience: int = 3
    #: Streams of text that are read side by side, or items a step.
    batch_size: int = 32
    #: Tokens of each stream a step; gradients go no further back.
    steps: int = 128
    #: Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs.
    learning_rate: float = 0.003
    #: Greatest norm of a step's gradient.
    clip: float = 1.0
    #: Of the weights, the order of the items, and the dropout.
    seed: int = 1

    def __post_init__(self):
        for name, value in RECIPES[self.recipe].items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_training_options(self)
        check_options(self, ("steps", "min_count"), lambda n: n >= 1, "at least 1")
        check_options(self, ("dropout",), lambda x: 0 <= x < 1, "a share from 0 to less than 1")
        if self.peepholes and self.layer != "lstm":
            raise BadUsage(f"--peepholes goes with --layer lstm, not {self.layer}")
