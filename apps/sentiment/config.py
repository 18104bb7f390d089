"""The options of a training run."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gated.errors import BadUsage
from gated.runs.options import check_options, check_training_options
from gated.text.tables import Quoting


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: .csv, .tsv or .jsonl files; files of one class, a text a line, such as reviews.pos and
    #: reviews.neg; a folder with a folder for each class, or with train and test folders of such,
    #: or with train, valid (dev) and test files; or tfds:NAME, a set of TensorFlow Datasets, which
    #: is downloaded. Nothing: the short English reviews that come with the application.
    corpus: tuple[str, ...] = ()
    #: The validation texts: files or a folder; or a share such as 0.1, drawn from the training
    #: texts; or fold:8/10, the texts whose number within their class, from 0, is 8 modulo 10.
    #: Nothing: those of the corpus if it has some, else 0.1.
    valid: tuple[str, ...] = ()
    #: The test texts, likewise. Nothing: those of the corpus if it has some, else none.
    test: tuple[str, ...] = ()
    #: The run folder to make.
    run: Path = Path("runs/sentiment/default")

    #: The column of a table, or the key of JSON lines, that holds the text. Of a table without a
    #: header its number, from 1, and so with the next.
    text_column: str = "text"
    #: That which holds the class.
    label_column: str = "label"
    #: What stands between the columns of a table, \t being a tab; then a file of any ending is
    #: one. Nothing: a comma in .csv, a tab in .tsv, or what makes columns of the file, which is
    #: said.
    separator: str | None = None
    #: Whether quotes enclose the fields of a table. Nothing: if all its rows then have as many
    #: columns, which is said where it matters.
    quoting: Quoting | None = None
    #: Of all files. Nothing: UTF-8; what is not is read as what it most looks like, which is said.
    encoding: str | None = None
    #: The most tokens of a text that are read: of a longer one, half from its beginning and half
    #: from its end.
    limit: int = 400

    #: The run folder of a language model (apps.lm.train) to start from, trained on the same texts
    #: or on others of the kind, without classes. Its vocabulary and layers are used, and the
    #: options from --layer to --vectors and --rare-word-dropout are not; its layers are trained
    #: too, from the top down, one more each epoch, the lower the slower. Nothing: from scratch.
    encoder: Path | None = None
    #: The recurrent layer.
    layer: Literal["lstm", "gru"] = "lstm"
    #: Peephole connections in the LSTM.
    peepholes: bool = False
    #: Width of each direction of each layer.
    units: int = 64
    #: How many layers.
    depth: int = 1
    #: Length of a word's vector; with --vectors that of the file.
    word_size: int = 100
    #: A text file of word vectors, word2vec's or GloVe's, perhaps gzipped, to begin with.
    vectors: Path | None = None
    #: What is made of the states of all steps; several are put side by side.
    pooling: tuple[Literal["last", "mean", "max"], ...] = ("mean", "max")
    #: Share of the features dropped before, between and after the layers, the same at each step.
    dropout: float = 0.5
    #: Share of the words whose vectors are dropped, wherever in the batch they stand.
    word_dropout: float = 0.2
    #: Share of the words seen once that are read as unknown, by their characters, anew each time.
    rare_word_dropout: float = 0.5

    #: The most epochs to train. Nothing: 8; with fewer than 8,000 texts to train on, 8 times the
    #: square root of 8,000 by their number, which is 32 for 500.
    epochs: int | None = None
    #: Epochs without a better validation loss after which training stops. Nothing: three eighths
    #: of the epochs.
    patience: int | None = None
    #: Texts a step.
    batch_size: int = 32
    #: Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs. Nothing:
    #: 0.0015; with --encoder 0.01, for the layer on top, and less for those below.
    learning_rate: float | None = None
    #: Greatest norm of a step's gradient.
    clip: float = 1.0
    #: Judge and keep an average of the weights over the steps, with this momentum. 0: the weights
    #: themselves.
    average: float = 0.99
    #: Of the weights, the order of the texts, the dropout and the split.
    seed: int = 1

    def __post_init__(self):
        check_training_options(self)
        check_options(self, ("word_size",), lambda n: n >= 1, "at least 1")
        check_options(
            self, ("separator",), lambda s: s and not set(s) & set('"\r\n'), "no quote, no line end"
        )
        check_options(self, ("limit",), lambda n: n >= 2, "at least 2")
        shares = ("dropout", "word_dropout", "average")
        check_options(self, shares, lambda share: 0 <= share < 1, "a share from 0 to less than 1")
        check_options(self, ("rare_word_dropout",), lambda share: 0 <= share <= 1, "0 to 1")
        check_options(self, ("pooling",), len, "at least one kind")
        if self.separator:
            # A shell hands on a backslash and a t.
            object.__setattr__(self, "separator", self.separator.replace("\\t", "\t"))
            if self.quoting == "yes" and len(self.separator) > 1:
                raise BadUsage("--quoting yes: expected no --separator of several characters")
        if self.encoder and self.vectors:
            raise BadUsage("--vectors does not go with --encoder, which has its own")
        if self.peepholes and self.layer != "lstm":
            raise BadUsage(f"--peepholes goes with --layer lstm, not {self.layer}")

    def resolved(self, texts: int) -> "Config":
        """The same, with what was left open as it is for so many texts to train on."""
        epochs = self.epochs or max(8, round(8 * math.sqrt(8000 / texts)))
        patience = math.ceil(3 / 8 * epochs) if self.patience is None else self.patience
        rate = self.learning_rate or (0.01 if self.encoder else 0.0015)
        return replace(self, epochs=epochs, patience=patience, learning_rate=rate)
