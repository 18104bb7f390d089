"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gated.commands import options
from gated.commands.options import at_least, check_options
from gated.errors import BadUsage

# What is set where the options do not: for the embedded corpus, and for others.
_DATES = {
    "level": "char",
    "units": 128,
    "vector_size": 64,
    "dropout": 0.1,
    "embedding_dropout": 0.0,
    "epochs": 6,
    "learning_rate": 0.005,
    "average": 0.99,
}
_OTHERS = {
    "level": "subword",
    "units": 512,
    "vector_size": 256,
    "dropout": 0.3,
    "embedding_dropout": 0.1,
    "epochs": 20,
    "learning_rate": 0.002,
    "average": 0.999,
}


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: Two files with a sentence a line, source and target, line by line; or tables, JSON lines or
    #: TMX with both; or tfds:NAME, a set of TensorFlow Datasets, which is downloaded. Nothing:
    #: dates as people write them in English, French and German, and in ISO 8601.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/translation/default")

    #: The columns of a table, by name or number from 1, the keys of JSON lines, the languages of
    #: TMX, or the features of tfds:NAME that are translated from and to.
    source: str = "1"
    #: What is translated to, likewise.
    target: str = "2"
    #: What a token is: a part of a word, as learned from the training text; a character; or a word
    #: or a punctuation mark. Nothing: a part of a word. Of the embedded corpus this and other
    #: options whose default is None are what suits it.
    level: Literal["subword", "char", "word"] | None = None
    #: The texts have a space between all their words and marks already: split them there only.
    tokenized: bool = False
    #: The most tokens of each language.
    vocabulary: Annotated[int, at_least(100)] = 8000
    #: One vocabulary, of both languages.
    joint: bool = False
    #: Tokens rarer than this in the training text are <UNK>, which is copied where it is
    #: translated; of subwords, the characters that they begin with.
    min_count: Annotated[int, at_least(1)] = 2
    #: Pairs of which a text has more tokens are not trained on.
    longest: Annotated[int, at_least(1)] = 100

    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    #: n_a of each layer of the decoder; of each direction of the encoder half as many.
    units: Annotated[int | None, at_least(2)] = None
    depth: options.Depth[int] = 1
    vector_size: options.VectorSize[int | None] = None
    #: How attention scores: v · tanh(W s + U a + b), s · W a, or s · a.
    attention: Literal["additive", "general", "dot"] = "general"
    dropout: options.Dropout[float | None] = None
    embedding_dropout: options.EmbeddingDropout[float | None] = None
    weight_dropout: options.WeightDropout[float] = 0.0
    #: The share of the probability that training spreads over all tokens (Szegedy et al. 2016,
    #: section 7).
    label_smoothing: Annotated[float, options.SHARE] = 0.1
    precision: options.Precision = "float32"

    epochs: options.Epochs[int | None] = None
    patience: options.Patience[int] = 5
    #: Tokens of a training step, of the longer side, padding among them.
    batch_tokens: Annotated[int, at_least(1)] = 2048
    learning_rate: options.LearningRate[float | None] = None
    clip: options.Clip = 1.0
    average: options.Average[float | None] = None
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        for name, value in (_OTHERS if self.corpus else _DATES).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_options(self)
        if self.units and self.units % 2:
            raise BadUsage(f"--units {self.units}: expected an even number, half a direction each")
        if self.tokenized and self.level == "char":
            raise BadUsage("--tokenized goes with --level subword or word")
