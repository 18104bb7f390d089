"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gated.commands import options
from gated.commands.options import Check, at_least, between, check_options

# What is set where the options do not: for the embedded corpus, and for others.
_EMBEDDED = {
    "bands": 40,
    "units": 128,
    "depth": 2,
    "dropout": 0.2,
    "epochs": 40,
    "learning_rate": 0.004,
}
_OTHERS = {
    "bands": 80,
    "units": 256,
    "depth": 3,
    "dropout": 0.3,
    "epochs": 60,
    "learning_rate": 0.002,
}
_LESS_THAN_HALF = Check(lambda value: 0 <= value < 0.5, "0 to less than 0.5")


@dataclass(frozen=True)
class Config:
    """What a run depends on; `config.json` in its folder holds it."""

    #: A folder as LibriSpeech, Common Voice, LJSpeech, Kaldi or CMU Sphinx have it; .jsonl, .csv or
    #: .tsv files that name recordings; or tfds:NAME, a set of TensorFlow Datasets, which is
    #: downloaded. Nothing: the synthetic speech that comes with the application. Shares and folds
    #: are of speakers, where they are known.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    run: options.NewRun = Path("runs/speech/default")

    #: The column of a table, or the key of JSON lines, that holds the path of a recording, from the
    #: folder of the file. Of a table without a header its number, from 1, and so with the next.
    #: Nothing: audio_filepath, or another name that is usual.
    audio_column: str | None = None
    #: That which holds the transcript. Nothing: text, or another name that is usual.
    text_column: str | None = None
    #: That which holds the speaker. Nothing: speaker, or another usual name, if it is there.
    speaker_column: str | None = None
    #: Samples a second to which all recordings are brought.
    rate: Annotated[int, between(1000, 192_000)] = 16_000

    #: What a token is: a character, or a word.
    level: Literal["char", "word"] = "char"
    #: Tokens rarer than this in the training transcripts are not learned.
    min_count: Annotated[int, at_least(1)] = 1

    #: Filters of the filter bank. Of the embedded corpus this and other options whose default is
    #: None are what suits it.
    bands: Annotated[int | None, at_least(1)] = None
    #: Frames, 10 ms each, that are read as one step.
    stack: Annotated[int, at_least(1)] = 3
    layer: options.Layer = "lstm"
    peepholes: options.Peepholes = "no"
    units: options.Units[int | None] = None
    depth: options.Depth[int | None] = None
    dropout: options.Dropout[float | None] = None
    weight_dropout: options.WeightDropout[float] = 0.0
    #: The most filters of a stretch that training leaves out of a recording; there are two
    #: (SpecAugment).
    band_width: Annotated[int, at_least(0)] = 10
    #: The most seconds of such a stretch of time; there are two.
    time_width: Annotated[float, at_least(0)] = 0.2
    #: How much faster or slower training plays a recording: 0.1 for 0.9, 1 or 1.1 times.
    speed: Annotated[float, _LESS_THAN_HALF] = 0.1
    #: How much louder or softer at most, in decibels.
    volume: Annotated[float, at_least(0)] = 6.0
    precision: options.Precision = "float32"

    epochs: options.Epochs[int | None] = None
    patience: options.Patience[int] = 20
    batch_size: options.BatchSize = 16
    #: The most seconds of recordings in a training step, padding among them.
    batch_seconds: Annotated[float, at_least(0.1)] = 120.0
    learning_rate: options.LearningRate[float | None] = None
    clip: options.Clip = 1.0
    average: options.Average[float] = 0.99
    save_every: options.SaveEvery = 10.0
    seed: options.Seed = 1
    seeds: options.Seeds = 1

    def __post_init__(self):
        for name, value in (_OTHERS if self.corpus else _EMBEDDED).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_options(self)
