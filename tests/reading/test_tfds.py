"""Sets of TensorFlow Datasets: one made here, and none without a network."""

import time

import pytest
import tensorflow_datasets as tfds

from apps.ner.config import Config
from apps.ner.reading import sets
from apps.ner.reading.conll import Sentence
from gated.errors import BadData, BadUsage
from gated.reading.tfds import load

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
TRAIN = [
    Sentence(("Ada", "Lovelace", "sang"), ("B-PER", "I-PER", "O")),
    Sentence(("Orléans", "!"), ("B-LOC", "O")),
]
TEST = [Sentence(("No", "one"), ("O", "O"))]


class TinyNer(tfds.core.GeneratorBasedBuilder):
    """Two sentences to train on, one to test, and one of no words."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {
            "tokens": tfds.features.Sequence(tfds.features.Text()),
            "ner": tfds.features.Sequence(tfds.features.ClassLabel(names=TAGS)),
        }
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {
            "train": self._generate_examples([*TRAIN, Sentence((), ())]),
            "test": self._generate_examples(TEST),
        }

    def _generate_examples(self, sentences):
        for i, sentence in enumerate(sentences):
            yield i, {"tokens": sentence.tokens, "ner": sentence.tags}


class TinyPlainTags(TinyNer):
    """Its tags are text, which has no names of classes."""

    def _info(self):
        features = {"tokens": tfds.features.Text(), "tags": tfds.features.Text()}
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": iter([(0, {"tokens": "a", "tags": "O"})])}


class TinyUnreachable(TinyNer):
    """Its host cannot be found, as all hosts without a network."""

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(dl_manager.download("https://nowhere.invalid/x"))}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path))


def by_tokens(sentences):
    return sorted(sentences, key=lambda sentence: sentence.tokens)


def test_load():
    features, splits = load("tiny_ner")
    assert features["ner"].feature.names == TAGS
    assert sorted(splits) == ["test", "train"]
    (example,) = splits["test"]
    assert example["tokens"].tolist() == [b"No", b"one"]


def test_corpus():
    corpus = sets.load(Config(corpus=("tfds:tiny_ner",), valid=("0.5",)))
    assert by_tokens([*corpus.train, *corpus.valid]) == by_tokens(TRAIN)
    assert list(corpus.test) == TEST
    assert list(sets.read_sentences(("tfds:tiny_ner",), Config())) == TEST


def test_tags_without_names():
    with pytest.raises(BadData, match=r"^tfds:tiny_plain_tags: expected `tokens` and one of ner,"):
        sets.load(Config(corpus=("tfds:tiny_plain_tags",)))


def test_no_network():
    start = time.monotonic()
    message = r"^tfds:tiny_unreachable: cannot be downloaded[^\n]*nowhere\.invalid[^\n]*$"
    for _ in range(2):  # the first failure leaves nothing that the second one takes for data
        with pytest.raises(BadData, match=message):
            load("tiny_unreachable")
    assert time.monotonic() - start < 15


@pytest.mark.parametrize("name", ["no_such_set", "no such set", "tiny_ner/no_such_config", ""])
def test_unknown_name(name):
    with pytest.raises(BadUsage, match=rf"^tfds:{name}: [^\n]+$"):
        load(name)
