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
    # The model and the regularization of Merity, Keskar and Socher 2018, "Regularizing and
    # optimizing LSTM language models"; trained with Adam, not by their gradient descent.
    "awd": {
        "vectors": 400,
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
SHARES = ("dropout", "embedding_dropout", "weight_dropout", "average")
PENALTIES = ("activation_penalty", "change_penalty")


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

    #: What a token is: a character; or a word or a punctuation mark. A line's end is one, <EOS>.
    level: Literal["char", "word"] = "char"
    #: The text has a space between all its words and marks already: split it there only.
    tokenized: bool = False
    #: Each line is a text of its own, such as a name: nothing is carried from one to the next. One
    #: of more than 4,096 tokens is trained on in pieces.
    items: bool = False
    #: Read the text in lower case.
    lower: bool = False
    #: Tokens rarer than this in the training text are <UNK>.
    min_count: int = 1

    #: Sets what is not given of `vectors` and the options after it, down to `average`.
    recipe: Literal["small", "medium", "awd"] = "small"
    #: The recurrent layer.
    layer: Literal["lstm", "gru"] = "lstm"
    #: Peephole connections in the LSTM.
    peepholes: bool = False
    #: Width of a token's vector, and of the last layer, whose output is compared with the vectors.
    #: Nothing: that of the recipe, or of the other layers where `units` is given.
    vectors: int | None = None
    #: Width of each other layer.
    units: int | None = None
    #: How many layers.
    depth: int | None = None
    #: Share of the features dropped before, between and after the layers, the same at each step.
    dropout: float | None = None
    #: Share of the tokens whose vectors are dropped, wherever in the batch they stand.
    embedding_dropout: float | None = None
    #: Share of each layer's recurrent weights dropped in a step of training.
    weight_dropout: float | None = None
    #: Weight of the mean square of the last layer's output, after dropout, in the loss.
    activation_penalty: float | None = None
    #: Weight of the mean square of that output's change from one step to the next, before dropout.
    change_penalty: float | None = None
    #: Judge and keep an average of the weights over the steps, with this momentum, such as 0.999.
    #: 0: the weights themselves.
    average: float | None = None

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
    #: Of a vocabulary of more than twice as many tokens, train the softmax over each target and so
    #: many others, drawn at each step. Judging and sampling are always over all. 0: never.
    candidates: int = 4096
    #: Of the weights, the order of the items, the candidates and the dropout.
    seed: int = 1

    def is_large(self, tokens: int) -> bool:
        """Whether the softmax over so many tokens is trained over a sample of them."""
        return 0 < 2 * self.candidates < tokens

    @property
    def widths(self):
        """Of each layer, the first first."""
        return [*[self.units] * (self.depth - 1), self.vectors]

    def __post_init__(self):
        recipe = dict.fromkeys((*SHARES, *PENALTIES), 0.0) | RECIPES[self.recipe]
        vectors = self.units or recipe.get("vectors", recipe["units"])
        for name, value in (recipe | {"vectors": vectors}).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_training_options(self)
        check_options(self, ("steps", "min_count", "vectors"), lambda n: n >= 1, "at least 1")
        check_options(self, SHARES, lambda x: 0 <= x < 1, "a share from 0 to less than 1")
        check_options(self, (*PENALTIES, "candidates"), lambda x: x >= 0, "0 or more")
        if self.tokenized and self.level != "word":
            raise BadUsage("--tokenized goes with --level word")
        if self.peepholes and self.layer != "lstm":
            raise BadUsage(f"--peepholes goes with --layer lstm, not {self.layer}")
