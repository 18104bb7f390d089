"""What is written is whole, or not there."""

import pytest

from gated.whole import write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_half(path):
    path.write_text("half")
    raise OSError("disk full")


def write_half_a_folder(path):
    path.mkdir()
    write_half(path / "file")


@pytest.mark.parametrize("write", [write_half, write_half_a_folder])
@pytest.mark.parametrize("old", [True, False])
def test_a_failed_write_leaves_what_was_there(tmp_path, write, old):
    path = tmp_path / "x.txt"
    if old:
        path.write_text("old")
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, write)
    assert names(tmp_path) == (["x.txt"] if old else [])
    assert not old or path.read_text() == "old"


def test_interrupted_write(tmp_path):
    def write(path):
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "x.txt", write)
    assert names(tmp_path) == []


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "below" / "x.keras"
    for before, after in ((None, "first"), ("first", "second")):

        def write(temporary, before=before, after=after):
            assert temporary.suffix == ".keras"
            assert (path.read_text() if path.exists() else None) == before
            temporary.write_text(after)

        write_whole(path, write)
        assert path.read_text() == after
    assert names(path.parent) == ["x.keras"]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "1"
    for name in ("a", "b"):

        def write(temporary, name=name):
            temporary.mkdir()
            (temporary / name).touch()

        write_whole(path, write)
        assert names(path) == [name]
    assert names(tmp_path) == ["1"]
