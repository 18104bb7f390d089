"""Speech in sets of TensorFlow Datasets, made here."""

from typing import ClassVar

import numpy as np
import pytest
import tensorflow_datasets as tfds

from apps.speech.config import Config
from apps.speech.reading import sets
from apps.speech.reading.audio import samples
from gated.errors import BadData
from tests.apps.speech.reading.conftest import tone

SOUND = (tone(0.5, 8000)[:, 0] * 2**15).round().astype("int64")


class TinySpeech(tfds.core.GeneratorBasedBuilder):
    """Two utterances to train on, and one to test."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES: ClassVar = {
        "speech": tfds.features.Audio(sample_rate=8000),
        "text": tfds.features.Text(),
        "speaker_id": tfds.features.Scalar(np.int64),
    }
    TEXTS = ("YES", "OUI, ÇA VA", "NO")

    def _info(self):
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(self.FEATURES))

    def _split_generators(self, dl_manager):
        return {
            "train": self._generate_examples([0, 1]),
            "test": self._generate_examples([2]),
        }

    def _generate_examples(self, numbers):
        sound, text, *speaker = self.FEATURES
        for i in numbers:
            yield i, {sound: SOUND, text: self.TEXTS[i], **dict.fromkeys(speaker, i)}


class TinyDigits(TinySpeech):
    """What is said is a class."""

    FEATURES: ClassVar = {
        "audio": tfds.features.Audio(sample_rate=8000),
        "label": tfds.features.ClassLabel(names=["zero", "one"]),
    }
    TEXTS = (0, 1, 1)


class TinyUnrated(TinySpeech):
    """It does not say at which rate its recordings are."""

    FEATURES: ClassVar = {"audio": tfds.features.Audio(), "text": tfds.features.Text()}


class TinySilentFilm(TinySpeech):
    """It has no sound."""

    FEATURES: ClassVar = {"text": tfds.features.Text(), "title": tfds.features.Text()}

    def _generate_examples(self, numbers):
        for i in numbers:
            yield i, {"text": "x", "title": "x"}


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))


def test_speech(cache):
    found = sets.load(Config(corpus=("tfds:tiny_speech",), valid=("0.5",)))
    one, two = sorted([*found.train, *found.valid], key=lambda utterance: utterance.speaker)
    assert [(one.text, one.speaker), (two.text, two.speaker)] == [("YES", "0"), ("OUI, ÇA VA", "1")]
    np.testing.assert_array_equal(samples(one, 8000), (SOUND / 2**15).astype("float32"))
    assert one.audio == str(cache / "tiny_speech" / "1.0.0" / "train" / "0.flac")
    # Once only: they are read from the files from then on.
    (cache / "tiny_speech" / "1.0.0" / "test" / "0.flac").unlink()
    with pytest.raises(BadData, match=r"none of 1 utterances can be used: .*0\.flac: no such file"):
        sets.read_utterances(["tfds:tiny_speech"], Config())


def test_classes():
    (found,) = sets.read_utterances(["tfds:tiny_digits"], Config())
    assert (found.text, found.speaker, found.seconds) == ("one", "", 0.5)


def test_sets_without_what_it_takes():
    with pytest.raises(
        BadData, match=r"^tfds:tiny_unrated: does not say how many samples a second"
    ):
        sets.load(Config(corpus=("tfds:tiny_unrated",)))
    expected = (
        r"^tfds:tiny_silent_film: expected one of audio, speech and one of text, .*, found te"
    )
    with pytest.raises(BadData, match=expected):
        sets.load(Config(corpus=("tfds:tiny_silent_film",)))
