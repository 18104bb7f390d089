"""Corpora: which sentences go where."""

import pytest

from apps.ner.config import Config
from apps.ner.reading import sets
from apps.ner.reading.conll import Sentence
from gated.errors import BadData


def corpus(prefix, count):
    return [Sentence((f"{prefix}{i}",), ("O",)) for i in range(count)]


@pytest.fixture
def write(tmp_path):
    def to_file(name, sentences):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{one.tokens[0]}\tO\n\n" for one in sentences))
        return str(path)

    return to_file


@pytest.fixture
def twenty(write):
    return write("twenty.conll", corpus("a", 20))


def load(*corpus, valid=(), test=(), seed=1):
    loaded = sets.load(Config(corpus=corpus, valid=tuple(valid), test=tuple(test), seed=seed))
    return [list(found) for found in (loaded.train, loaded.valid, loaded.test)]


def test_embedded():
    assert [len(one) for one in load()] == [825, 107, 170]


def test_files(write):
    names = [write(name, corpus(name, 2)) for name in ("b", "a", "c", "d")]
    assert load(*names[:2], valid=[names[2]], test=[names[3]]) == [
        corpus("b", 2) + corpus("a", 2),
        corpus("c", 2),
        corpus("d", 2),
    ]


@pytest.mark.parametrize(
    ("valid", "size"),
    [((), 2), (("0.1",), 2), ((".25",), 5), (("0.01",), 1), (("1e-1",), 2), (("0.9",), 18)],
)
def test_fraction(twenty, valid, size):
    train, taken, test = load(twenty, valid=valid)
    assert (len(taken), test) == (size, [])
    everything = corpus("a", 20)
    assert [one for one in everything if one in train] == train
    assert [one for one in everything if one in taken] == taken
    assert len(train) == 20 - size
    assert not set(train) & set(taken)


def test_fraction_depends_on_the_seed_alone(twenty):
    draws = [load(twenty, valid=["0.3"], seed=seed)[1] for seed in (1, 1, 2, 3)]
    assert draws[0] == draws[1]
    assert draws[1] != draws[2] != draws[3]


def test_folds(twenty):
    train, valid, test = load(twenty, valid=["fold:4/5"], test=["fold:9/10"])
    sentences = corpus("a", 20)
    assert test == [sentences[9], sentences[19]]
    assert valid == [sentences[4], sentences[14]]  # what both name is for the test
    assert train == [one for one in sentences if one not in valid + test]


def test_test_sentences_stay_whatever_is_for_validation(twenty):
    draws = [load(twenty, valid=[valid], test=["0.2"])[2] for valid in ("0.1", "0.5", "fold:1/3")]
    assert draws[0] == draws[1] == draws[2]


def test_sentences_that_occur_twice_are_split_by_place(write):
    path = write("x", corpus("a", 2) * 5)
    train, valid, _ = load(path, valid=["fold:4/5"])
    assert len(train) == 8
    assert valid == [Sentence(("a0",), ("O",)), Sentence(("a1",), ("O",))]


@pytest.mark.parametrize(
    "names",
    [
        ("train.conll", "valid.conll", "test.conll"),
        ("eng.train", "eng.testa", "eng.testb"),
        ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"),
        ("TRAIN.tsv", "devel.tsv", "Test.tsv"),
    ],
)
def test_folder(write, tmp_path, names):
    expected = [corpus(name, 3) for name in names]
    for name, sentences in zip(names, expected, strict=True):
        write(name, sentences)
    (tmp_path / "SOURCE.txt").write_text("no CoNLL file")
    assert load(str(tmp_path)) == expected
    assert list(sets.read_sentences((str(tmp_path),), Config())) == expected[2]


def test_options_go_before_what_a_folder_has(write, tmp_path):
    for name in ("train", "valid", "test"):
        write(f"folder/{name}", corpus(name, 4))
    train, valid, test = load(str(tmp_path / "folder"), valid=["fold:1/2"])
    assert (valid, test) == (corpus("train", 4)[1::2], corpus("test", 4))
    assert train == corpus("train", 4)[::2]


def test_sentences_to_evaluate_on(write, tmp_path):
    path = write("evaluated/only.test", corpus("b", 3))
    for name, times in ((path, 2), (str(tmp_path / "evaluated"), 1)):
        found = sets.read_sentences((name,) * times, Config())
        assert list(found) == corpus("b", 3) * times


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.txt",), "no sentences to train on"),
        (("test.conll",), "no sentences to train on"),
        (("train.a", "train.b"), "expected one train set, found train.a, train.b"),
    ],
)
def test_folders_that_cannot_be_read(write, tmp_path, names, message):
    for name in names:
        write(name, corpus("a", 2))
    with pytest.raises(BadData, match=message):
        load(str(tmp_path))


def test_evaluating_on_a_folder_takes_no_training_sentences(write, tmp_path):
    write("train.conll", corpus("a", 2))
    with pytest.raises(BadData, match="no test sentences"):
        sets.read_sentences((str(tmp_path),), Config())


def test_too_few_sentences(twenty):
    with pytest.raises(BadData, match=r"twenty.conll: of 20 sentences none is left for the valid"):
        load(twenty, valid=["fold:20/21"])
    with pytest.raises(BadData, match=r"twenty.conll: of 20 sentences none is left to train on"):
        load(twenty, valid=["0.999"])


def test_missing_validation_file(twenty):
    with pytest.raises(BadData, match=r"^no\.conll: no such file"):
        load(twenty, valid=["no.conll"])
