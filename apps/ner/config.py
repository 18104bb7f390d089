"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Config:
    """Train a tagger of named entities.

    Reads sentences in CoNLL form, trains a bidirectional recurrent network on their words and
    characters, keeps the weights of the epoch with the best entity F1 on the validation
    sentences, and leaves all that evaluate, predict and export need in the run folder.
    """

    corpus: tuple[str, ...] = ()
    """CoNLL files; or a folder with a train, a valid (dev) and perhaps a test file; or tfds:NAME,
    a set of TensorFlow Datasets, which is downloaded. Nothing: the small English corpus that
    comes with the application."""
    valid: tuple[str, ...] = ()
    """The validation sentences: files; or a fraction such as 0.1 to draw from the training
    sentences; or every:10 to take every tenth of them. Nothing: those of the corpus if it has
    some, else 0.1."""
    test: tuple[str, ...] = ()
    """The test sentences, likewise. Nothing: those of the corpus if it has some, else none."""
    run: Path = Path("runs/ner/default")
    """The run folder to make."""

    layer: Literal["lstm", "gru", "simple-rnn"] = "lstm"
    """The recurrent layer."""
    peepholes: bool = False
    """Peephole connections in the LSTM that reads the words."""
    units: int = 128
    """Width of each direction of each layer that reads the words."""
    depth: int = 1
    """How many such layers."""
    word_size: int = 100
    """Length of a word's vector."""
    character_size: int = 25
    """Length of a character's vector."""
    character_units: int = 50
    """Width of each direction of the layer that reads the characters of a word."""
    dropout: float = 0.5
    """Share of features dropped before and between the layers that read the words."""
    rare_word_dropout: float = 0.5
    """Share of the words seen once that are replaced by <UNK>, anew in every epoch."""

    epochs: int = 40
    """The most epochs to train."""
    patience: int = 8
    """Epochs without a better F1 after which training stops."""
    batch_size: int = 32
    """Sentences a step."""
    learning_rate: float = 0.002
    """Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs."""
    clip: float = 5.0
    """Greatest norm of a step's gradient."""
    seed: int = 1
    """Of the weights, the order of the sentences, the dropout, and the split."""
