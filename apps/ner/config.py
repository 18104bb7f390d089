"""The options of a training run."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gated.errors import BadUsage
from gated.runs.options import check_options, check_training_options

from .reading.conll import Reader


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

    #: The column of the files that holds the tokens: its number, from 1, or its name where they
    #: have a header or are CoNLL-U. Nothing: the first, or the second where the first counts.
    token_column: str | None = None
    #: That which holds the tags, likewise. Nothing: the first that has tags of entities, where it
    #: can be told, else the last.
    tag_column: str | None = None
    #: Refuse tags that do not fit their scheme, which are else read as conlleval reads them.
    strict: bool = False

    #: The recurrent layer.
    layer: Literal["lstm", "gru", "simple-rnn"] = "lstm"
    #: Peephole connections in the LSTM that reads the words.
    peepholes: bool = False
    #: Width of each direction of each layer that reads the words.
    units: int = 128
    #: How many such layers.
    depth: int = 1
    #: Length of a word's vector; with --vectors that of the file.
    word_size: int = 100
    #: A text file of word vectors, word2vec's or GloVe's, perhaps gzipped, to begin with.
    vectors: Path | None = None
    #: Length of a character's vector.
    character_size: int = 30
    #: Width of each direction of the layer that reads the characters of a word. 0: the characters
    #: are not read.
    character_units: int = 50
    #: Length of the vector of a word's letter-case pattern (Word, WORD, 12, ...). 0: no such.
    casing_size: int = 10
    #: Score the tags of a sentence as a whole, by a conditional random field; else each for itself.
    crf: bool = True
    #: Share of the features dropped before, between and after the layers that read the words, the
    #: same at each step.
    dropout: float = 0.5
    #: Share of the words whose vectors are dropped, wherever in the batch they stand.
    word_dropout: float = 0.1
    #: Share of the words seen once that are read as <UNK>, anew each time.
    rare_word_dropout: float = 0.5
    #: What the layers compute in; their weights are float32 always.
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = "float32"

    #: The most epochs to train. Nothing: 12; with fewer than 5,500 sentences to train on, 12 times
    #: the square root of 5,500 by their number, which is 28 for 1,000.
    epochs: int | None = None
    #: Epochs without a better F1 after which training stops. Nothing: half of the epochs.
    patience: int | None = None
    #: Sentences a step.
    batch_size: int = 32
    #: Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs.
    learning_rate: float = 0.003
    #: Greatest norm of a step's gradient.
    clip: float = 5.0
    #: Judge and keep an average of the weights over the steps, with this momentum. 0: the weights
    #: themselves.
    average: float = 0.99
    #: After training, lower the score of O by as much as gives the best F1 on the validation
    #: sentences; where entities are rare that finds more of them.
    balance: bool = True
    #: Of the weights, the order of the sentences, the dropout, and the split.
    seed: int = 1
    #: How many taggers to train, with this seed and the ones after it: their mean, worst and best
    #: F1 and its standard deviation are told, and the one with the best on the validation
    #: sentences is kept.
    seeds: int = 1

    def __post_init__(self):
        check_training_options(self)
        check_options(
            self, ("word_size", "character_size", "seeds"), lambda n: n >= 1, "at least 1"
        )
        check_options(self, ("character_units", "casing_size"), lambda n: n >= 0, "at least 0")
        check_options(self, ("rare_word_dropout",), lambda share: 0 <= share <= 1, "0 to 1")
        shares = ("dropout", "word_dropout", "average")
        check_options(self, shares, lambda share: 0 <= share < 1, "a share from 0 to less than 1")
        if self.peepholes and self.layer != "lstm":
            raise BadUsage(f"--peepholes goes with --layer lstm, not {self.layer}")

    @property
    def reader(self) -> Reader:
        """How the files are read."""
        return Reader(self.token_column, self.tag_column, self.strict)

    def resolved(self, sentences: int) -> "Config":
        """The same, with what was left open as it is for so many sentences to train on."""
        epochs = self.epochs or max(12, round(12 * math.sqrt(5500 / sentences)))
        patience = math.ceil(epochs / 2) if self.patience is None else self.patience
        return replace(self, epochs=epochs, patience=patience)
