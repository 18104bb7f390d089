"""The options that applications share: what each is called, means and takes.

An application's `Config` lists those it has, each with the application's own default:

    units: Units[int] = 128
    epochs: Epochs[int | None] = None

Help and checks of these types are the same everywhere; `check_options` applies the checks, also
those of an application's own options (`Annotated[int, at_least(1)]`), and `run_command` those of
the arguments of a command.
"""

import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tyro.conf import Positional, arg

from gated.errors import BadUsage

T = TypeVar("T")


@dataclass(frozen=True)
class Check:
    """What a value, if there is one, has to be."""

    fits: Callable[[Any], bool]
    expected: str


def at_least(least: float) -> Check:
    return Check(lambda value: least <= value < math.inf, f"at least {least}")


def between(least: float, most: float) -> Check:
    return Check(lambda value: least <= value <= most, f"{least} to {most}")


SHARE = Check(lambda value: 0 <= value < 1, "a share from 0 to less than 1")
_POSITIVE = Check(lambda value: value > 0, "more than 0")


def _number_or(word: str) -> Check:
    def fits(value: str) -> bool:
        return value == word or (value.isdecimal() and int(value) > 0)

    return Check(fits, f"a number or {word}")


def _help(text: str) -> Any:
    return arg(help=text)


# What is trained on.
Valid = Annotated[
    tuple[str, ...],
    _help(
        "The validation set: files or a folder, as of the corpus; or a share such as 0.1 of the "
        "corpus; or fold:8/10, the examples whose number, from 0, is 8 modulo 10. Nothing: that of "
        "the corpus if it has one, else a share of 0.1."
    ),
]
Test = Annotated[
    tuple[str, ...],
    _help("The test set, likewise. Nothing: that of the corpus if it has one, else none."),
]
NewRun = Annotated[Path, _help("The run folder to make.")]

# The network.
Layer = Annotated[
    Literal["lstm", "gru", "gru-simplified", "simple-rnn"],
    _help("The recurrent layer; gru-simplified has the update gate Γᵤ only."),
]
Peepholes = Annotated[
    Literal["no", "yes", "previous"],
    _help(
        "Peephole connections in the LSTM: the gates Γᵤ and Γf see c⟨t-1⟩, and Γₒ c⟨t⟩ (yes) or "
        "c⟨t-1⟩ as well (previous)."
    ),
]
Units = Annotated[
    T, _help("Size of each layer, n_a; of each direction of a bidirectional one."), at_least(1)
]
Depth = Annotated[T, _help("How many recurrent layers."), at_least(1)]
VectorSize = Annotated[T, _help("Length of the vector of a token, its embedding."), at_least(1)]
Vectors = Annotated[
    Path | None,
    _help(
        "A text file of word vectors, word2vec's or GloVe's, perhaps gzipped, to begin with; their "
        "length then replaces --vector-size."
    ),
]
Dropout = Annotated[
    T,
    _help(
        "Share of the features dropped before, between and after the recurrent layers, the same "
        "at each step of a sequence."
    ),
    SHARE,
]
EmbeddingDropout = Annotated[
    T,
    _help("Share of the tokens whose vectors are dropped, wherever in the batch they stand."),
    SHARE,
]
RareWordDropout = Annotated[
    float,
    _help("Share of the words seen once that are read as <UNK>, anew each time."),
    between(0, 1),
]
WeightDropout = Annotated[
    T, _help("Share of each layer's recurrent weights dropped in a step of training."), SHARE
]
Precision = Annotated[
    Literal["float32", "mixed_float16", "mixed_bfloat16"],
    _help("What the layers compute in; their weights are float32 always."),
]

# The training.
Epochs = Annotated[
    T,
    _help("The most epochs to train. Nothing, where allowed: more of them the smaller the corpus."),
    at_least(1),
]
Patience = Annotated[
    T,
    _help(
        "Epochs without a better result on the validation set after which training stops. "
        "Nothing, where allowed: a share of the epochs."
    ),
    at_least(0),
]
BatchSize = Annotated[int, _help("Examples in a training step."), at_least(1)]
Steps = Annotated[
    int,
    _help("The most time steps through which gradients are followed back."),
    at_least(1),
]
LearningRate = Annotated[
    T,
    _help(
        "Of the Adam optimizer at first; it falls to 0 along a cosine over the epochs. Nothing, "
        "where allowed: what suits the network."
    ),
    _POSITIVE,
]
Clip = Annotated[float, _help("The greatest norm of a training step's gradient."), _POSITIVE]
Average = Annotated[
    T,
    _help(
        "Evaluate and save an average of the weights over the training steps, with this momentum. "
        "0: the weights themselves."
    ),
    SHARE,
]
SaveEvery = Annotated[
    float,
    _help(
        "Minutes between two saves within an epoch of all that going on takes. A training that is "
        "cut off goes on from its last save, with the result that it would have had."
    ),
    at_least(0),
]
Seed = Annotated[
    int,
    _help("Of the weights, the order of the examples, the dropout, and the split by shares."),
    between(0, 2**32 - 1),
]
Seeds = Annotated[
    int,
    _help(
        "How many models to train, with this seed and the ones after it. The mean, the least and "
        "the greatest of their metrics and the standard deviation are reported; the model that "
        "does best on the validation set becomes that of the run."
    ),
    at_least(1),
]
# The commands.
Run = Annotated[Path, _help("The run folder that train made.")]
EvaluationCorpus = Annotated[
    tuple[str, ...],
    _help(
        "What to evaluate on, in any form that train takes; of a corpus with several sets the test "
        "set. Nothing: the test set of the run, or its validation set if it has no test set."
    ),
]
Samples = Annotated[int, _help("How many to draw."), at_least(1)]
SamplingSeed = Annotated[
    int,
    _help(
        "The same seed gives the same samples; number i does not depend on how many there are, but "
        "for rounding where the vocabulary is large."
    ),
    between(0, 2**64 - 1),
]
Temperature = Annotated[
    float,
    _help(
        "Less than 1 for what is likelier, more for what is stranger; 0 takes the likeliest token "
        "at each step."
    ),
    at_least(0),
]
TopK = Annotated[int, _help("Draw from so many of the likeliest tokens; 0 for all."), at_least(0)]
TopP = Annotated[
    float,
    _help("Draw from the likeliest tokens that together have this probability, in (0, 1]."),
    Check(lambda p: 0 < p <= 1, "more than 0 and at most 1"),
]
Json = Annotated[bool, _help("Print the metrics as JSON too, on one line, last.")]
Texts = Annotated[
    Positional[tuple[str, ...]],
    _help("The texts. None, and no --file: they are read from standard input, one a line."),
]
Files = Annotated[
    tuple[str, ...],
    _help(
        "Files with a text a line, UTF-8. With --workers folders, patterns and URIs too, such as "
        "'s3://bucket/*.txt.gz', and Parquet."
    ),
]
Input = Annotated[
    Literal["text", "json"] | None,
    _help(
        "text: each argument or line is a text. json: each is an object with the key `text`, whose "
        "other keys --format json passes on. Nothing: json for files whose name ends in .jsonl, "
        "else text."
    ),
]
Out = Annotated[
    Path | None,
    _help(
        "The file to write, whole or not at all; with --workers a folder of files. Nothing: "
        "standard output."
    ),
]
Resume = Annotated[
    bool,
    _help(
        "Go on after the last whole line of FILE.partial, where --out FILE with --format json "
        "leaves what it has when it is interrupted (the last whole sentence of --format conll); "
        "with --workers with the files that are missing in the folder. The inputs have to be the "
        "same."
    ),
]
Workers = Annotated[
    int | None,
    _help(
        "Predict with so many processes, each with a model, on this machine or on the cluster that "
        "RAY_ADDRESS names. Needs Ray: pip install 'gated[ray]'."
    ),
    at_least(1),
]


def check_options(config: Any) -> None:
    """Raises BadUsage at the first option of a configuration that does not fit its type's checks.

    And where options that every application has do not go together.
    """
    check_values(type(config), vars(config))
    if config.peepholes != "no" and config.layer != "lstm":
        raise BadUsage(f"--peepholes goes with --layer lstm, not {config.layer}")


def check_values(typed: Any, values: Mapping[str, Any]) -> None:
    """Raises BadUsage at the first value that does not fit the checks of its type.

    Args:
        typed: the class or function whose attributes or arguments the values are.
        values: by their names.
    """
    for name, kind in get_type_hints(typed, include_extras=True).items():
        value = values.get(name)
        for check in _checks(kind):
            if value is not None and not check.fits(value):
                raise BadUsage(f"--{name.replace('_', '-')} {value}: expected {check.expected}")


def _checks(kind: Any) -> list[Check]:
    if get_origin(kind) in (Union, types.UnionType):
        return [check for one in get_args(kind) for check in _checks(one)]
    return [one for one in getattr(kind, "__metadata__", ()) if isinstance(one, Check)]


@dataclass(frozen=True)
class Devices:
    """What trains a model together."""

    devices: Annotated[
        str,
        _help(
            "How many devices train, each on a part of every batch; or all. The result is the "
            "same, to rounding. More than 1 need the JAX backend (KERAS_BACKEND=jax)."
        ),
        _number_or("all"),
    ] = "1"
    processes: Annotated[
        str,
        _help(
            "How many processes train, on one machine or several, with so many devices each. Each "
            "is a command like this one, with another --process. auto: as Slurm, Open MPI or "
            "Kubernetes say, which has started them."
        ),
        _number_or("auto"),
    ] = "1"
    process: Annotated[
        int,
        _help(
            "Which of them this is, from 0. The first one leaves the run folder; another needs no "
            "more than the corpus."
        ),
        at_least(0),
    ] = 0
    coordinator: Annotated[
        str | None,
        _help("HOST:PORT, at which the first process is to be reached: a port that is free there."),
    ] = None

    def __post_init__(self):
        """Raises BadUsage on options that do not go together."""
        check_values(Devices, vars(self))
        if self.processes in ("1", "auto"):
            return
        if not self.coordinator or not re.fullmatch(r".+:\d+", self.coordinator):
            raise BadUsage(f"--processes {self.processes}: expected --coordinator HOST:PORT too")
        if self.process >= int(self.processes):
            raise BadUsage(f"--process {self.process}: expected less than {self.processes}")

    @property
    def together(self) -> bool:
        """Whether there are several processes."""
        return self.processes != "1"


ONE_DEVICE = Devices()
