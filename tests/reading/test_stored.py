"""Lists of examples in files: those that went in, in whatever order they are asked for."""

import numpy as np
import pytest

from gated.errors import BadUsage
from gated.reading.stored import Stored

TEXTS = ["a", "", "é\n", "b" * 10_000, "c"]


def stored(folder):
    return Stored(folder / "no" / "run", (), str.encode, bytes.decode)


def test_gives_what_went_in(tmp_path):
    found = stored(tmp_path)
    found.extend(TEXTS[:2])
    assert list(found) == TEXTS[:2]
    found.extend(iter(TEXTS[2:]))
    assert len(found) == 5 and list(found) == TEXTS
    assert found[-1] == "c" and list(found[1:4]) == TEXTS[1:4]
    taken = found.take(np.array([3, 0]))
    assert list(taken) == [TEXTS[3], "a"] and list(taken[1:]) == ["a"]
    assert not found.take(np.array([], int))
    with pytest.raises(IndexError):
        found[5]
    assert not list(tmp_path.iterdir())


def test_a_full_disk(tmp_path, monkeypatch):
    with open("/dev/full", "w+b", buffering=0) as full:
        monkeypatch.setattr("tempfile.TemporaryFile", lambda dir: full)
        with pytest.raises(BadUsage, match=f"^{tmp_path}: the corpus cannot be .*: No space left"):
            stored(tmp_path).extend(TEXTS)
