"""The options of a training run."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from gated.commands import options
from gated.commands.options import at_least, check_options


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: CoNLL files; or a folder with a train, a valid (dev) and perhaps a test file; or tfds:NAME,
    #: a set of TensorFlow Datasets, which is downloaded. Nothing: the small English corpus that
    #: comes with the application.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/ner/default")

    #: The column of the files that holds the tokens: its number, from 1, or its name where they
    #: have a header or are CoNLL-U. Nothing: the first, or the second where the first counts.
    token_column: str | None = None
    #: That which holds the tags, likewise. Nothing: the first that has tags of entities, where it
    #: can be seen, else the last.
    tag_column: str | None = None
    #: Refuse tags that do not fit their scheme, which are else read as conlleval reads them.
    strict: bool = False

    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int] = 128
    depth: options.Depth[int] = 1
    vector_size: options.VectorSize[int] = 100
    vectors: options.Vectors = None
    #: Length of a character's vector.
    character_size: Annotated[int, at_least(1)] = 30
    #: Size of each direction of the layer that reads the characters of a word. 0: the characters
    #: are not read.
    character_units: Annotated[int, at_least(0)] = 50
    #: Length of the vector of a word's letter-case pattern (Word, WORD, 12, ...). 0: no such.
    casing_size: Annotated[int, at_least(0)] = 10
    #: Score the tags of a sentence as a whole, by a conditional random field; else each for itself.
    crf: bool = True
    dropout: options.Dropout[float] = 0.5
    embedding_dropout: options.EmbeddingDropout[float] = 0.1
    rare_word_dropout: options.RareWordDropout = 0.5
    weight_dropout: options.WeightDropout[float] = 0.0
    precision: options.Precision = "float32"

    epochs: options.Epochs[int | None] = None
    patience: options.Patience[int | None] = None
    batch_size: options.BatchSize = 32
    learning_rate: options.LearningRate[float] = 0.003
    clip: options.Clip = 5.0
    average: options.Average[float] = 0.99
    #: After training, lower the score of O by as much as gives the best F1 on the validation
    #: sentences; where entities are rare that finds more of them.
    balance: bool = True
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        check_options(self)

    def resolved(self, sentences: int) -> "Config":
        """The same, with what was left open as it is for so many sentences to train on.

        12 epochs, and 12 √(5500 / sentences) where there are fewer than 5,500; half of the epochs
        of patience.
        """
        epochs = self.epochs or max(12, round(12 * math.sqrt(5500 / sentences)))
        patience = math.ceil(epochs / 2) if self.patience is None else self.patience
        return replace(self, epochs=epochs, patience=patience)
