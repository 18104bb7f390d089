"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gated.runs.options import check_options, check_training_options


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: CoNLL files; or a folder with a train, a valid (dev) and perhaps a test file; or tfds:NAME,
    #: a set of TensorFlow Datasets, which is downloaded. Nothing: the small English corpus that
    #: comes with the application.
    corpus: tuple[str, ...] = ()
    #: The validation sentences: files; or a fraction such as 0.1 to draw from the training
    #: sentences; or every:10 to take every tenth of them. Nothing: those of the corpus if it has
    #: some, else 0.1.
    valid: tuple[str, ...] = ()
    #: The test sentences, likewise. Nothing: those of the corpus if it has some, else none.
    test: tuple[str, ...] = ()
    #: The run folder to make.
    run: Path = Path("runs/ner/default")

    #: The recurrent layer.
    layer: Literal["lstm", "gru", "simple-rnn"] = "lstm"
    #: Peephole connections in the LSTM that reads the words.
    peepholes: bool = False
    #: Width of each direction of each layer that reads the words.
    units: int = 128
    #: How many such layers.
    depth: int = 1
    #: Length of a word's vector.
    word_size: int = 100
    #: Length of a character's vector.
    character_size: int = 50
    #: Width of each direction of the layer that reads the characters of a word.
    character_units: int = 100
    #: Share of features dropped before and between the layers that read the words.
    dropout: float = 0.5
    #: Share of the words seen once that are replaced by <UNK>, anew in every epoch.
    rare_word_dropout: float = 0.5

    #: The most epochs to train.
    epochs: int = 20
    #: Epochs without a better F1 after which training stops.
    patience: int = 6
    #: Sentences a step.
    batch_size: int = 16
    #: Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs.
    learning_rate: float = 0.002
    #: Greatest norm of a step's gradient.
    clip: float = 5.0
    #: Of the weights, the order of the sentences, the dropout, and the split.
    seed: int = 1

    def __post_init__(self):
        check_training_options(self)
        sizes = ("word_size", "character_size", "character_units")
        check_options(self, sizes, lambda n: n >= 1, "at least 1")
        shares = ("dropout", "rare_word_dropout")
        check_options(self, shares, lambda share: 0 <= share <= 1, "a share from 0 to 1")
