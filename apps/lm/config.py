"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gated.commands import options
from gated.commands.options import at_least, check_options
from gated.errors import BadUsage

# What a recipe sets where the options do not.
_NOTHING = dict.fromkeys(
    ("embedding_dropout", "weight_dropout", "activation_penalty", "change_penalty", "average"), 0.0
)
RECIPES = {
    "small": {**_NOTHING, "units": 256, "depth": 1, "dropout": 0.1},
    "medium": {**_NOTHING, "units": 512, "depth": 2, "dropout": 0.3},
    # The model and the regularization of Merity, Keskar and Socher 2018, "Regularizing and
    # optimizing LSTM language models"; trained with Adam, not by their gradient descent.
    "awd": {
        "vector_size": 400,
        "units": 1150,
        "depth": 3,
        "dropout": 0.4,
        "embedding_dropout": 0.1,
        "weight_dropout": 0.5,
        "activation_penalty": 2.0,
        "change_penalty": 1.0,
        "average": 0.999,
    },
}


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: UTF-8 text files, or folders of *.txt files; or tfds:NAME, a set of TensorFlow Datasets,
    #: which is downloaded. Nothing: the topics of Python's own help, which come with Python. A
    #: share of it is its end, the test text last; a fold is of its lines.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/lm/default")

    #: What a token is: a character; or a word or a punctuation mark. A line's end is one, <EOS>.
    level: Literal["char", "word"] = "char"
    #: The text has a space between all its words and marks already: split it there only.
    tokenized: bool = False
    #: Each line is a text of its own, such as a name, and an example in training, where else the
    #: examples are streams of running text side by side. Nothing is carried from one to the next.
    #: One of more than 4,096 tokens is trained on in pieces.
    items: bool = False
    #: Read the text in lower case.
    lower: bool = False
    #: Tokens rarer than this in the training text are <UNK>.
    min_count: Annotated[int, at_least(1)] = 1

    #: Sets what is not given of the options whose default is None. The last layer is of the size of
    #: the vectors, because its output is compared with them: that of the recipe, or --units where
    #: it is given.
    recipe: Literal["small", "medium", "awd"] = "small"
    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int | None] = None
    depth: options.Depth[int | None] = None
    vector_size: options.VectorSize[int | None] = None
    dropout: options.Dropout[float | None] = None
    embedding_dropout: options.EmbeddingDropout[float | None] = None
    weight_dropout: options.WeightDropout[float | None] = None
    #: Weight of the mean square of the last layer's output, after dropout, in the loss.
    activation_penalty: Annotated[float | None, at_least(0)] = None
    #: Weight of the mean square of that output's change from one step to the next, before dropout.
    change_penalty: Annotated[float | None, at_least(0)] = None
    precision: options.Precision = "float32"

    epochs: options.Epochs[int] = 10
    patience: options.Patience[int] = 3
    batch_size: options.BatchSize = 32
    steps: options.Steps = 128
    learning_rate: options.LearningRate[float] = 0.003
    clip: options.Clip = 1.0
    average: options.Average[float | None] = None
    #: Of a vocabulary of more than twice as many tokens, train the softmax over each target and so
    #: many others, drawn at each step. Evaluating and sampling are always over all. 0: never.
    candidates: Annotated[int, at_least(0)] = 4096
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def is_large(self, tokens: int) -> bool:
        """Whether the softmax over so many tokens is trained over a sample of them."""
        return 0 < 2 * self.candidates < tokens

    @property
    def sizes(self):
        """n_a of each layer, the first first."""
        return [*[self.units] * (self.depth - 1), self.vector_size]

    def __post_init__(self):
        recipe = RECIPES[self.recipe]
        size = self.units or recipe.get("vector_size", recipe["units"])
        for name, value in {**recipe, "vector_size": size}.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_options(self)
        if self.tokenized and self.level != "word":
            raise BadUsage("--tokenized goes with --level word")
