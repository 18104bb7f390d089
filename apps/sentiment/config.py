"""The options of a training run."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from gated.commands import options
from gated.commands.options import Check, at_least, check_options
from gated.errors import BadUsage
from gated.reading.tables import Quoting


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: .csv, .tsv or .jsonl files; files of one class, a text a line, such as reviews.pos and
    #: reviews.neg; a folder with a folder for each class, or with train and test folders of such,
    #: or with train, valid (dev) and test files; or tfds:NAME, a set of TensorFlow Datasets, which
    #: is downloaded. Nothing: the short English reviews that come with the application. Shares and
    #: folds of it are those of each class.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/sentiment/default")

    #: The column of a table, or the key of JSON lines, that holds the text. Of a table without a
    #: header its number, from 1, and so with the next.
    text_column: str = "text"
    #: That which holds the class.
    label_column: str = "label"
    #: What stands between the columns of a table, \t being a tab; then a file of any ending is
    #: one. Nothing: a comma in .csv, a tab in .tsv, or what makes columns of the file, which is
    #: reported.
    separator: Annotated[
        str | None, Check(lambda s: s and not set(s) & set('"\r\n'), "no quote, no line end")
    ] = None
    #: Whether quotes enclose the fields of a table. Nothing: if all its rows then have as many
    #: columns, which is reported where it matters.
    quoting: Quoting | None = None
    #: Of all files. Nothing: UTF-8; what is not is read as what it most looks like, which is
    #: reported.
    encoding: str | None = None
    #: The most tokens of a text that are read: of a longer one, half from its beginning and half
    #: from its end.
    limit: Annotated[int, at_least(2)] = 400

    #: The run folder of a language model (apps.lm.train) to start from, trained on the same texts
    #: or on others of the kind, without classes. Its vocabulary and layers are used, and the
    #: options from --layer to --precision are not; its layers are trained too, from the top down,
    #: one more each epoch, the lower the slower; without --learning-rate that of the classifier on
    #: top is 0.01. Nothing: from scratch, and the learning rate is 0.0015.
    encoder: Path | None = None
    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int] = 64
    depth: options.Depth[int] = 1
    vector_size: options.VectorSize[int] = 100
    vectors: options.Vectors = None
    rare_word_dropout: options.RareWordDropout = 0.5
    weight_dropout: options.WeightDropout[float] = 0.0
    precision: options.Precision = "float32"
    #: What is made of the states of all steps; several are put side by side.
    pooling: Annotated[
        tuple[Literal["last", "mean", "max"], ...], Check(bool, "at least one kind")
    ] = ("mean", "max")
    dropout: options.Dropout[float] = 0.5
    embedding_dropout: options.EmbeddingDropout[float] = 0.2

    epochs: options.Epochs[int | None] = None
    patience: options.Patience[int | None] = None
    batch_size: options.BatchSize = 32
    learning_rate: options.LearningRate[float | None] = None
    clip: options.Clip = 1.0
    average: options.Average[float] = 0.99
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        check_options(self)
        if self.separator:
            # A shell hands on a backslash and a t.
            object.__setattr__(self, "separator", self.separator.replace("\\t", "\t"))
            if self.quoting == "yes" and len(self.separator) > 1:
                raise BadUsage("--quoting yes: expected no --separator of several characters")
        if self.encoder and self.vectors:
            raise BadUsage("--vectors does not go with --encoder, which has its own")

    def resolved(self, texts: int) -> "Config":
        """The same, with what was left open as it is for so many texts to train on.

        8 epochs, and 8 √(8000 / texts) where there are fewer than 8,000; three eighths of the
        epochs of patience.
        """
        epochs = self.epochs or max(8, round(8 * math.sqrt(8000 / texts)))
        patience = math.ceil(3 / 8 * epochs) if self.patience is None else self.patience
        rate = self.learning_rate or (0.01 if self.encoder else 0.0015)
        return replace(self, epochs=epochs, patience=patience, learning_rate=rate)
