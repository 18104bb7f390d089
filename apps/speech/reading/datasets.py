"""Sets of TensorFlow Datasets, whose recordings are in no files of their own."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from gated.errors import BadData
from gated.reading import tfds
from gated.reading.cache import cached
from gated.training.corpus import named_splits

from .manifest import SPEAKERS, TEXTS, Reader
from .utterance import Utterance

_SOUNDS = ("audio", "speech")


def read_dataset(name: str) -> dict[str, Callable[[], Iterator[Utterance]]]:
    """What reads each set of `tfds:NAME`, by way of FLAC files in the user's cache folder.

    Raises BadData where there are no recordings or no texts, BadUsage where there is no such set,
    or the cache cannot be written.
    """
    features, splits = tfds.load(name.removeprefix(tfds.PREFIX))
    sound, text, speaker = (
        next((key for key in keys if key in features), None) for keys in (_SOUNDS, TEXTS, SPEAKERS)
    )
    if sound is None or text is None:
        raise BadData(
            f"{name}: expected one of {', '.join(_SOUNDS)} and one of {', '.join(TEXTS)}, found "
            f"{', '.join(features)}"
        )
    if not (rate := features[sound].sample_rate):
        raise BadData(f"{name}: does not say how many samples a second its `{sound}` has")

    def rows(examples) -> Iterator[tuple[np.ndarray, str, str]]:
        for one in examples:
            said, who = (_words(features, key, one) for key in (text, speaker))
            yield one[sound], said, who

    root = f"speech/{_full_name(name)}"
    return {
        which: partial(_read, f"{root}/{which}", rate, partial(rows, examples))
        for which, examples in named_splits(splits).items()
    }


def _full_name(name: str) -> str:
    """With the version, which a set that has changed has another of."""
    import tensorflow_datasets

    return tensorflow_datasets.builder(name.removeprefix(tfds.PREFIX)).info.full_name


def _words(features: Any, key: str | None, example: dict[str, Any]) -> str:
    if key is None:
        return ""
    value = example[key]
    if hasattr(features[key], "int2str"):
        return features[key].int2str(int(value))
    return value.decode() if isinstance(value, bytes) else str(value)


def _read(
    name: str, rate: int, rows: Callable[[], Iterator[tuple[np.ndarray, str, str]]]
) -> Iterator[Utterance]:
    listed = "utterances.jsonl"

    def write(folder: Path) -> None:
        with open(folder / listed, "w", encoding="utf-8") as lines:
            for i, (sound, text, speaker) in enumerate(rows()):
                path = folder / f"{i}.flac"
                # Whole numbers are of 16 bits, though their type is wider.
                kind = "float32" if sound.dtype.kind == "f" else "int16"
                soundfile.write(path, sound.astype(kind), rate)
                row = {"audio_filepath": path.name, "text": text, "speaker": speaker}
                print(json.dumps(row), file=lines)

    return Reader().read(cached(name, write) / listed)
