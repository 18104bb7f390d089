"""The options of a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gated.commands import options
from gated.commands.options import between, check_values


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

    seed: options.Seed = 1

    def __post_init__(self):
        check_values(Config, vars(self))
