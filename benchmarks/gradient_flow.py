"""Draws how the gradient of the last output fades, and measures how far back each layer learns.

    python -m benchmarks.gradient_flow
    python -m benchmarks.gradient_flow --lengths 100 --results r.json --picture p.svg

The task is the adding problem (Hochreiter and Schmidhuber 1997, in the form of Le, Jaitly and
Hinton 2015): of a sequence of random numbers two are marked, and their sum is asked for when all
have been read. Each layer is trained on it at each length with its gradient clipped, and once more
without clipping at the length of the picture. Finished trainings stay in a folder; a run that was
interrupted goes on after the last of them. Needs the `benchmarks` extra.
"""

import json
import time
from dataclasses import asdict, astuple, dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gated.commands.command import run_command
from gated.commands.signals import signals_noted
from gated.layers import GRU, LSTM, SimpleRNN
from gated.whole import write_whole

LAYERS = {
    "simple RNN": SimpleRNN,
    "GRU": GRU,
    "LSTM": LSTM,
    "peephole LSTM": partial(LSTM, peepholes=True),
}
# Okabe and Ito's colours, which the colour-blind can distinguish; dashes where lines lie together.
LINES = {
    "simple RNN": {"color": "#D55E00"},
    "GRU": {"color": "#009E73"},
    "LSTM": {"color": "#0072B2"},
    "peephole LSTM": {"color": "#B4578F", "linestyle": (0, (4, 1.5))},
}
FAINTEST = 1e-16  # the bottom of the picture
TEST_SEQUENCES = 2000
TOLERANCE = 0.04  # an answer nearer than this is right, as in the paper of 1997
BASELINE = 1 / 6  # the variance of the sum: the mean squared error of always answering 1


@dataclass(frozen=True)
class Config:
    """What to train, and where to leave the results."""

    #: The lengths of the table.
    lengths: tuple[int, ...] = (100, 200, 400)
    #: The length of the picture.
    drawn: int = 200
    #: Width of the hidden state.
    units: int = 32
    #: Steps of each training.
    steps: int = 5000
    #: Sequences a step, new ones each time.
    batch_size: int = 64
    #: Where Adam begins; it goes down to zero along a cosine.
    learning_rate: float = 0.01
    #: Greatest norm of the gradient of a step, over all weights together.
    clip: float = 1.0
    #: Of the weights and of the sequences.
    seed: int = 0
    #: Folder of the finished trainings.
    run: Path = Path("runs/gradient_flow")
    #: Where the table goes, as JSON.
    results: Path = Path("benchmarks/results/gradient_flow.json")
    #: Where the picture goes.
    picture: Path = Path("docs/gradient_flow.svg")


@dataclass(frozen=True)
class Training:
    """All that one training depends on."""

    layer: str
    length: int
    clip: float | None
    units: int
    steps: int
    batch_size: int
    learning_rate: float
    seed: int


def gradient_flow(config: Config) -> None:
    """Trains what is not trained yet, prints the table, writes it, and draws the picture.

    Args:
        config: what to train, and where to leave the results.
    """
    columns = [(length, config.clip) for length in config.lengths]
    drawn = [(config.drawn, None), (config.drawn, config.clip)]
    columns += [column for column in drawn if column not in columns]
    options = (config.units, config.steps, config.batch_size, config.learning_rate, config.seed)
    trainings = [
        Training(layer, length, clip, *options) for length, clip in columns for layer in LAYERS
    ]
    with Progress() as progress:
        task = progress.add_task("", total=len(trainings) * config.steps)
        outcomes = {}
        for done, training in enumerate(trainings):
            name = f"{training.layer}, length {training.length}, clip {training.clip}"
            progress.update(task, completed=done * config.steps, description=name)
            outcome = _kept(config.run, training, lambda: progress.advance(task))
            outcomes[training.layer, training.length, training.clip] = outcome
    _report(outcomes, columns)
    rows = [
        {**asdict(training), **{key: outcome[key] for key in ("accuracy", "mse", "seconds")}}
        for training, outcome in zip(trainings, outcomes.values(), strict=True)
    ]
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    _write(config.results, {"baseline": BASELINE, "versions": versions, "trainings": rows})
    draw(
        config.picture,
        {
            "At initialisation": {name: outcomes[name, *drawn[0]]["before"] for name in LAYERS},
            "Trained, not clipped": {name: outcomes[name, *drawn[0]]["after"] for name in LAYERS},
            "Trained, clipped": {name: outcomes[name, *drawn[1]]["after"] for name in LAYERS},
        },
    )


def _kept(folder, training, on_step):
    """The outcome of a training, from the folder if it is there."""
    path = folder / ("_".join(map(str, astuple(training))).replace(" ", "-") + ".json")
    if not path.is_file():
        _write(path, train(training, on_step))
    return json.loads(path.read_text())


def adding_problem(rng: np.random.Generator, number: int, length: int):
    """Sequences [number, length, 2] of values in [0, 1) and marks, and the sums [number, 1]."""
    values = rng.random((number, length), dtype="float32")
    marks = np.zeros_like(values)
    marks[:, :2] = 1
    marks = rng.permuted(marks, axis=1)
    return np.stack([values, marks], axis=2), (values * marks).sum(axis=1, keepdims=True)


def gradient_norms(model, sequences) -> np.ndarray:
    """The norm of the gradient of the last output by the input k steps before, k = 0, 1, ...

    It is the mean over the sequences. The gradient by x⟨t⟩ is that by the states at t, taken back
    through the weights of that one step: it fades as they do.
    """
    sequences = tf.convert_to_tensor(sequences)
    with tf.GradientTape() as tape:
        tape.watch(sequences)
        last = tf.reduce_sum(model(sequences))
    # In double precision, because the squares of what is left are too small for single.
    gradient = tape.gradient(last, sequences).numpy().astype("float64")
    return np.linalg.norm(gradient, axis=2).mean(axis=0)[::-1]


def train(training: Training, on_step) -> dict:
    """Trains one layer, and evaluates it on sequences that it has not seen."""
    keras.utils.set_random_seed(training.seed)
    rng = np.random.default_rng(training.seed)
    sequences, sums = adding_problem(rng, TEST_SEQUENCES, training.length)
    model = keras.Sequential(
        [
            keras.Input((training.length, 2)),
            LAYERS[training.layer](training.units),
            keras.layers.Dense(1),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, training.steps)
    adam = keras.optimizers.Adam(rate, global_clipnorm=training.clip)
    model.compile(adam, "mse", jit_compile=False)  # the layers compile themselves

    def batches():
        while True:
            yield adding_problem(rng, training.batch_size, training.length)

    before = gradient_norms(model, sequences[:500])
    start = time.perf_counter()
    with signals_noted() as signals:
        stop = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: signals.check())
        count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: on_step())
        model.fit(
            batches(),
            steps_per_epoch=training.steps,
            shuffle=False,
            verbose=0,
            callbacks=[count, stop],
        )
    seconds = time.perf_counter() - start
    errors = model.predict(sequences, batch_size=500, verbose=0) - sums
    return {
        "accuracy": float(np.mean(np.abs(errors) < TOLERANCE)),
        "mse": float(np.mean(errors**2)),
        "seconds": round(seconds, 1),
        "before": before.tolist(),
        "after": gradient_norms(model, sequences[:500]).tolist(),
    }


def _report(outcomes, columns):
    table = Table("", title=f"Sums within {TOLERANCE} (mean squared error)")
    for length, clip in columns:
        table.add_column(f"length {length}" + ("" if clip else "\nnot clipped"), justify="right")
    for name in LAYERS:
        cells = [outcomes[name, *column] for column in columns]
        table.add_row(name, *(f"{one['accuracy']:.1%} ({one['mse']:.4f})" for one in cells))
    Console().print(table)
    print(f"Always answering 1 has a mean squared error of {BASELINE:.4f}.")


def draw(path: Path, panels: dict[str, dict[str, list[float]]]) -> None:
    """Draws one panel beside the other: title, and the gradient norms of each layer."""
    # Here, so that the rest can be tested without the extra.
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink, faint = "#1f2933", "#5f6c7b"
    style = {
        "axes.edgecolor": "#b8c4d0",
        "axes.facecolor": "#f7f9fb",
        "axes.grid": True,
        "axes.labelcolor": faint,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 9.5,
        "grid.color": "#dde3ea",
        "lines.linewidth": 1.8,
        "svg.hashsalt": "gradient_flow",  # the same picture is the same file
        "xtick.color": faint,
        "ytick.color": faint,
    }
    with rc_context(style):
        figure = Figure(figsize=(10, 3.4), layout="constrained", facecolor="white")
        for axes, (title, norms) in zip(
            figure.subplots(1, len(panels), sharey=True), panels.items(), strict=True
        ):
            length = len(next(iter(norms.values())))
            axes.set(
                yscale="log", ylim=(FAINTEST, 3), xlim=(0, length), xlabel="steps before the end, k"
            )
            axes.tick_params(
                length=0, which="both", labelleft=axes.get_subplotspec().is_first_col()
            )
            axes.set_title(title, loc="left", color=ink, fontsize=11, fontweight="bold")
            ends = {}
            for name, line in norms.items():
                seen = np.array(line) > FAINTEST
                last = len(line) - 1 if seen.all() else int(seen.argmin())
                ends[name] = last, np.log10(np.fmax(line[last], FAINTEST))
                axes.plot(line, **LINES[name])
            for name, (k, height) in _apart(ends).items():
                axes.annotate(
                    name,
                    (k, 10**height),
                    (5, 0),
                    textcoords="offset points",
                    va="center",
                    color=LINES[name]["color"],
                    annotation_clip=False,
                )
        figure.axes[0].set_ylabel("norm of the gradient of ŷ by x⟨T-k⟩")
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata = {"Title": "How the gradient of the last output fades", "Date": None}
        write_whole(path, lambda temporary: figure.savefig(temporary, metadata=metadata))


def _apart(ends, gap=0.9):
    """The ends of the lines, moved up or down where two labels would touch."""
    names = sorted(ends, key=lambda name: ends[name][1])
    heights = [ends[name][1] for name in names]
    heights[0] = max(heights[0], np.log10(FAINTEST) + gap / 2)
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + gap)
    heights[-1] = min(heights[-1], 0)
    for i in reversed(range(len(heights) - 1)):
        heights[i] = min(heights[i], heights[i + 1] - gap)
    return {name: (ends[name][0], height) for name, height in zip(names, heights, strict=True)}


def _write(path, content):
    text = json.dumps(content, indent=2) + "\n"
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    run_command(gradient_flow)
