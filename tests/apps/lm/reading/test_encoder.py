"""Texts in files of numbers."""

import os

import numpy as np
import pytest

from apps.lm.config import Config
from apps.lm.reading import text as texts
from apps.lm.reading.encoder import Encoder, Source
from gated.errors import BadUsage
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary
from tests.apps.lm.texts import encoded, ids_of, stream, tokens_of


def test_lines_are_dealt_out_whatever_the_pieces(tmp_path):
    lines = [f"line {i} of {'x ' * i}" for i in range(30)]
    text = "".join(f"{line}\n" for line in lines)
    config = Config(run=tmp_path / "run", level="word", tokenized=True)
    folds = {"test": (3, 4), "valid": (1, 2)}
    for ends in ("\n", " "):
        pieces = [piece + ends for piece in text.removesuffix("\n").split(ends)]
        pieces[-1] = pieces[-1].removesuffix(ends) + "\n"
        sources = [Source("x", lambda advance, pieces=pieces: iter(pieces))]
        found = Encoder(config).encode(sources, folds).texts
        for which, kept in (
            ("test", lines[3::4]),
            ("valid", lines[1::4]),
            ("train", lines[::2]),
        ):
            expected = [token for line in kept for token in (*line.split(), EOS)]
            assert tokens_of(found[which]) == expected
    assert not list(tmp_path.iterdir())


def test_where_numbers_cannot_be_written(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(BadUsage, match=f"^{tmp_path}: the corpus cannot be written there: No spa"):
        Encoder(Config(run=tmp_path / "a" / "b")).encode([])


def test_parts_of_a_text(monkeypatch):
    monkeypatch.setattr(texts, "_PIECE", 3)
    monkeypatch.setattr(texts, "_ITEMS", 4)
    lines = ["ab", "", "abcdefgh", "b", "a", "", "a"]
    codec = Codec(Vocabulary.of([*"abcdefgh", EOS]), "char", lower=False)
    ids, expected = ids_of(codec, lines), codec.ids(stream(codec, lines))
    assert np.concatenate(list(ids.pieces())).tolist() == ids[:].tolist() == expected.tolist()
    assert ids[3:7].tolist() == expected[3:7].tolist() and not len(ids[5:5])
    items = [item.tolist() for some in ids.items() for item in some]
    assert items == [one.tolist() for one in codec.items(expected)]
    assert [len(some) for some in ids.items()] == [2, 1, 2, 2]
    for start, stop in ((0, 4), (2, 9)):
        x, y = ids.shifted(start, stop)
        assert y.tolist() == expected[start:stop].tolist()
        assert x.tolist() == [codec.eos, *expected][start:stop]
    assert encoded(lines).counts() == {EOS: 7, "a": 4, "b": 3, **dict.fromkeys("cdefgh", 1)}
