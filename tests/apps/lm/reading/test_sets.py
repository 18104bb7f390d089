"""Text to tokens: which go where, and back to text."""

import os
from itertools import pairwise

import numpy as np
import pytest

from apps.lm.config import Config
from apps.lm.model.fitting import Items, Windows
from apps.lm.reading import sets
from gated.errors import BadData
from gated.text.codec import EOS, Codec, Splitter
from gated.text.vocabulary import UNKNOWN, Vocabulary
from tests.apps.lm.texts import ids_of, stream, tokens_of

LINES = [f"line {i} of {'x' * i}" for i in range(40)]


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode())
        return str(path)

    return to_file


@pytest.fixture
def forty(write):
    return write("forty.txt", "".join(f"{line}\n" for line in LINES))


def load(*corpus, **options):
    loaded = sets.load(Config(corpus=corpus, **options))
    return [tokens_of(part) for part in (loaded.train, loaded.valid, loaded.test)]


def text(tokens):
    return Splitter("char", lower=False).join(tokens)


def test_python_help_is_the_default():
    train, valid, test = load()
    assert len(train) > 300_000 and not test
    assert len(valid) == round(0.1 * len(train + valid))
    assert "yield" in text(train + valid)


@pytest.mark.parametrize("level", ["char", "word"])
def test_shares_are_cut_by_token(forty, level):
    train, valid, test = load(forty, valid=("0.1",), test=(".25",), level=level)
    whole = len(train) + len(valid) + len(test)
    assert (len(valid), len(test)) == (round(0.1 * whole), round(0.25 * whole))
    content = "".join(f"{line}\n" for line in LINES)
    splitter = Splitter(level, lower=False)
    assert splitter.join(train + valid + test) == (
        content if level == "char" else content.replace(" \n", "\n")
    )


def test_folds(forty):
    train, valid, test = load(forty, valid=("fold:8/10",), test=("fold:9/10",))
    assert text(valid).splitlines() == LINES[8::10]
    assert text(test).splitlines() == LINES[9::10]
    assert text(train).splitlines() == [line for i, line in enumerate(LINES) if i % 10 < 8]


def test_items_are_not_cut(forty):
    parts = load(forty, valid=("0.1",), test=("0.25",), items=True)
    assert [token for part in parts for token in part] == stream(
        Splitter("char", lower=False), LINES
    )
    assert all(part[-1] == EOS for part in parts)
    whole = sum(map(len, parts))
    for part, share in zip(parts[1:], (0.1, 0.25), strict=True):
        assert share * whole - 1 < len(part) < share * whole + 2 * max(map(len, LINES))


def test_files_and_folders(write, tmp_path):
    for name in ("folder/b.txt", "folder/a.txt", "other"):
        write(name, f"{name}\n")
    write("folder/notes.md", "not text")
    valid = write("v", "valid\n")
    parts = load(str(tmp_path / "folder"), str(tmp_path / "other"), valid=(valid,), test=(valid,))
    assert [text(part) for part in parts] == [
        "folder/a.txt\nfolder/b.txt\nother\n",
        *["valid\n"] * 2,
    ]


def test_sets_of_tensorflow_datasets(monkeypatch):
    """As they come, unless the options say otherwise."""
    lines = {"train": ["a", "b\nc", "d"], "test": ["t"], "unsupervised": ["u"]}
    splits = {which: [{"text": line.encode()} for line in found] for which, found in lines.items()}
    monkeypatch.setattr(sets.tfds, "load", lambda name: ({"text": None}, splits))
    assert [*map(text, load("tfds:x", valid=("fold:1/2",)))] == ["a\nc\n", "b\nd\n", "t\n"]
    assert tokens_of(sets.read(["tfds:x"], Config())) == ["t", EOS]
    splits["validation"] = [{"text": b"v"}]
    assert [*map(text, load("tfds:x", test=("0.5",)))] == ["a\nb\n", "v\n", "c\nd\n"]
    del splits["test"]
    with pytest.raises(BadData, match=r"^tfds:x: no test set$"):
        sets.read(["tfds:x"], Config())


def test_line_ends(write):
    path = write("x.txt", "\ufeffa\r\nb\u0085c\u2028d\n\ne\x0cf")
    train, _, _ = load(path, valid=(write("v", "v"),))
    assert train == ["a", EOS, *"b\u0085c\u2028d", EOS, EOS, *"e\x0cf", EOS]


def test_lower(write):
    path = write("x.txt", "ÉCOLE\nΟΔΟΣ")
    assert load(path, valid=(path,), lower=True)[0] == [*"école", EOS, *"οδος", EOS]


def test_words(write):
    path = write("x.txt", "The <unk>  sat\u00a0on\n\n\tmat .")
    train, _, _ = load(path, valid=(path,), level="word", tokenized=True)
    assert train == ["The", UNKNOWN, "sat", "on", EOS, EOS, "mat", ".", EOS]


def test_ends_of_lines_among_the_words_are_reported(write, capsys):
    path = write("x.txt", "a b\nc <EOS> d <EOS>\n<EOS>\nnot<EOS>this\n")
    train, _, _ = load(path, valid=(write("v", "v"),), level="word", tokenized=True)
    assert train.count(EOS) == 4 + 3
    reported = f"{path}:2: the first of 3 words <EOS>, each of which ends a line\n"
    assert capsys.readouterr().out == reported
    for options in ({"lower": True, "tokenized": True}, {}):
        train, _, _ = load(path, valid=(write("v", "v"),), level="word", **options)
        assert train.count(EOS) == 4
    load(path, valid=(write("v", "v"),))
    assert capsys.readouterr().out == ""


def test_folders_with_endings_in_upper_case(write, tmp_path):
    write("folder/A.TXT", "a\n")
    assert load(str(tmp_path / "folder"), valid=(write("v", "v"),))[0] == ["a", EOS]


def test_words_to_text():
    tokens = [EOS, "a", "￭,", "b", EOS, EOS, "(￭", EOS, "c", EOS]
    assert Splitter("word", lower=False).join(tokens) == "\na, b\n\n(\nc\n"
    assert Splitter("word", lower=False, tokenized=True).join(["a", ",", EOS, "b"]) == "a ,\nb"


def test_codec():
    codec = Codec(Vocabulary.of(["a", "a", "b", EOS]), "char", lower=False)
    assert codec.ids(["a", "?", EOS, EOS, "b"]).tolist() == [2, 1, 3, 3, 4]
    items = codec.items(codec.ids(["a", EOS, EOS, "b"]))
    assert [item.tolist() for item in items] == [[2, 3], [3], [4]]


def test_windows_go_on_where_the_last_ended():
    codec = Codec(Vocabulary.of([*"abcdefghij", EOS]), "char", lower=False)
    lines = ["abcdefghij"] * 10
    tokens = stream(codec, lines)
    windows = Windows(ids_of(codec, lines), Config(batch_size=3, steps=8))
    x, y = (np.concatenate(parts, axis=1) for parts in zip(*windows, strict=True))
    assert x.shape == y.shape == (3, 32)
    length = len(tokens) // 3
    ids = codec.ids([EOS, *tokens])
    for row in range(3):
        assert (x[row] == ids[row * length :][:32]).all()
        assert (y[row] == ids[row * length + 1 :][:32]).all()


def test_windows_need_enough_text():
    codec = Codec(Vocabulary.of(["a", EOS]), "char", lower=False)
    config = Config(batch_size=3, steps=8)
    assert len(Windows(ids_of(codec, ["a" * 23]), config)) == 1
    with pytest.raises(BadData, match=r"^23 tokens to train on, expected 24 at least"):
        Windows(ids_of(codec, ["a" * 22]), config)


def test_items_are_all_there_every_epoch_in_a_new_order():
    codec = Codec(Vocabulary.of([*"abc", EOS]), "char", lower=False)
    names = ["a" * (i % 5) + "b" * (i % 3) for i in range(22)]
    items = Items(ids_of(codec, names), Config(batch_size=4))
    epochs = []
    for _ in range(2):
        found = []
        for x, y, weights in (items[i] for i in range(len(items))):
            assert (x[:, 0] == codec.eos).all() and (x[:, 1:] == y[:, :-1]).all()
            # The mean that Keras takes is that over the tokens.
            losses = np.random.default_rng(0).uniform(size=y.shape)
            mean = pytest.approx(losses[weights > 0].mean(), rel=1e-5)
            assert (losses * weights).mean() == mean
            found += [
                codec.join(codec.vocabulary.tokens[i] for i in row[inside])
                for row, inside in zip(y, weights > 0, strict=True)
            ]
        epochs.append(found)
        items.on_epoch_end()
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(f"{name}\n" for name in names)
    assert epochs[0] != epochs[1]


def test_a_long_item_is_trained_on_in_pieces():
    """Each token after the one before it, as in one piece; and no batch is large."""
    codec = Codec(Vocabulary.of([*"abc", EOS]), "char", lower=False)
    long = "abcab" * 2000
    items = Items(ids_of(codec, ["a", "b", long, "c"]), Config(batch_size=4))
    before = {codec.eos}
    found = []
    for i in range(len(items)):
        x, y, weights = items[i]
        assert x.size <= 2**15
        found += [(a, b) for a, b in zip(x[weights > 0], y[weights > 0], strict=True)]
        before |= set(x[:, 0].tolist())
    assert len(found) == len(long) + 1 + 3 * 2
    text = codec.ids([EOS, *long, EOS]).tolist()
    expected = list(pairwise(text))
    for name in "abc":
        ids = codec.ids([EOS, name, EOS]).tolist()
        expected += pairwise(ids)
    assert sorted(found) == sorted(expected)
    # The second and the third piece begin with the token before them.
    assert before == {codec.eos, text[4096], text[2 * 4096]}


def test_where_long_items_are(write):
    path = write("x.txt", f"a\n{'b' * 4096}\n{'c' * 4095}\nd\n{'e' * 9000}\nf\n")
    other = write("y.txt", f"{'b' * 5000}\ng\n")
    options = {"corpus": (str(path), str(other)), "valid": ("fold:4/8",)}
    assert sets.load(Config(items=True, **options)).long == (f"{path}:2", f"{other}:1")
    assert sets.load(Config(**options)).long == ()
    shared = Config(items=True, corpus=(str(path), str(other)), valid=("0.2",))
    assert sets.load(shared).long == (f"{path}:2", f"{path}:5")


@pytest.mark.parametrize(
    ("options", "use"),
    [
        ({"valid": ("0.6",), "test": ("0.6",)}, "train on"),
        ({"valid": ("fold:0/2",), "test": ("fold:0/2",)}, "validate on"),
        ({"valid": ("fold:50/60",)}, "validate on"),
    ],
)
def test_no_text_left(forty, options, use):
    with pytest.raises(BadData, match=f"forty.txt: too short, no text left to {use}$"):
        load(forty, **options)


def test_a_word_level_text_of_white_space(write):
    with pytest.raises(BadData, match="too short, no text left to train on"):
        load(write("x.txt", " \n\t\n"), level="word")


def test_what_is_no_file_in_a_folder_is_passed_over(tmp_path):
    """A pipe, which would never end, and a folder that is called as texts are."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "a.txt").write_text("a\n")
    assert tokens_of(sets.read([str(tmp_path)], Config())) == ["a", "<EOS>"]
