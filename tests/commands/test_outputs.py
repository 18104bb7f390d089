"""What commands print, and where."""

import pytest

from gated.commands.outputs import (
    Done,
    check_resume,
    print_json,
    printing_to,
    report_summary,
    save_and_report,
    summary,
)
from gated.errors import BadData, BadUsage
from gated.runs.folder import RunFolder


def test_printing_to_a_file(tmp_path, capsys):
    out = tmp_path / "new" / "found.jsonl"
    with printing_to(out):
        print_json({"text": "Zürich"})
        print("b")
        assert not out.exists()
    assert out.read_bytes() == '{"text": "Zürich"}\nb\n'.encode()
    assert capsys.readouterr().out == ""
    assert list(out.parent.iterdir()) == [out]


def test_a_file_is_whole_or_what_it_was(tmp_path):
    out = tmp_path / "found.txt"
    out.write_text("before")
    with pytest.raises(BadData), printing_to(out):
        print("a")
        raise BadData("x.txt:2: expected something else")
    assert out.read_text() == "before"
    assert list(tmp_path.iterdir()) == [out]


def test_lines_that_stay_where_a_file_is_not_whole(tmp_path):
    out, partial = tmp_path / "new" / "x.jsonl", tmp_path / "new" / "x.jsonl.partial"
    with pytest.raises(KeyboardInterrupt), printing_to(out, end="\n"):
        raise KeyboardInterrupt
    assert not partial.exists()
    with pytest.raises(KeyboardInterrupt), printing_to(out, end="\n") as done:
        print_json("é")
        assert partial.read_bytes() == '"é"\n'.encode()  # at once
        print("cut o", end="")
        raise KeyboardInterrupt
    assert (done, out.exists()) == (Done(), False)
    with printing_to(out, end="\n", resume=True) as done:
        print_json("b")
    assert done == Done(1, '"é"\n'.encode())
    assert out.read_bytes() == '"é"\n"b"\n'.encode()
    assert list(out.parent.iterdir()) == [out]
    # There is nothing to go on with, or nobody asks for it.
    partial.write_text("old\n")
    for resume in (False, True):
        with printing_to(out, end="\n", resume=resume) as done:
            print_json("c")
        assert (done, out.read_text()) == (Done(), '"c"\n')


def test_parts_of_several_lines(tmp_path):
    out, partial = tmp_path / "x.conll", tmp_path / "x.conll.partial"
    partial.write_text("a\n\nb\nc\n\nd\ne")
    with printing_to(out, end="\n\n", resume=True) as done:
        print("d\n")
    assert (done, out.read_text()) == (Done(2, b"b\nc\n\n"), "a\n\nb\nc\n\nd\n\n")


@pytest.mark.parametrize(("out", "possible"), [(None, True), ("x", False)])
def test_what_cannot_be_resumed(out, possible):
    check_resume(False, out, possible)
    with pytest.raises(BadUsage, match=r"^--resume goes with --out and a line of --format json"):
        check_resume(True, out, possible)


def test_standard_output(capsys):
    with printing_to(None):
        print("a")
    assert capsys.readouterr().out == "a\n"


@pytest.mark.parametrize("name", ["folder", "file/x"])
def test_what_cannot_be_written(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    refused = pytest.raises(BadUsage, match=rf"^--out {tmp_path}/{name}: cannot be written: \w")
    with refused, printing_to(tmp_path / name):
        pytest.fail("nothing is to be printed")
    assert not list((tmp_path / "folder").iterdir())


def test_metrics(tmp_path, capsys):
    run = RunFolder(tmp_path)
    save_and_report(run, {"f1": 0.5}, lambda metrics: [f"F1 {metrics['f1']}"], json=True)
    assert capsys.readouterr().out == 'F1 0.5\n{"f1": 0.5}\n'
    assert run.load_json(run.metrics) == {"f1": 0.5}


def test_summary(capsys):
    whole = summary([{"f1": 0.5, "set": "test"}, {"f1": 0.9, "set": "test"}], ["f1"])
    assert whole == {
        "f1": pytest.approx(0.7),
        "f1_least": 0.5,
        "f1_greatest": 0.9,
        "f1_deviation": pytest.approx(0.08**0.5),
    }
    report_summary(whole, ["f1"], "2 folds")
    expected = "mean 0.7000, least 0.5000, greatest 0.9000, standard deviation 0.2828"
    assert capsys.readouterr().out == f"f1 of 2 folds: {expected}\n"
