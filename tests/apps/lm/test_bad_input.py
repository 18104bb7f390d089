"""Bad input: one line that says what and where, the right exit status, nothing touched."""

import json
import shutil

import pytest

from tests.apps.commands import write
from tests.apps.lm.conftest import TEXT


@pytest.fixture
def place(tmp_path):
    """A folder of bad files, in which the test may write."""
    files = {
        "empty.txt": b"",
        "blank.txt": b"\n\n",
        "line.txt": b"one line",
        "nul.txt": b"fine\na\0b\n",
        "bytes.txt": b"fine\ncaf\xe9\n",
        "short.txt": TEXT[:300].encode(),
        "text.txt": TEXT.encode() * 20,
        "taken/precious": b"x",
    }
    return write(files, tmp_path)


TRAIN = [
    ("@none.txt", 1, "@none.txt: no such file or directory"),
    ("@folder", 1, "@folder: no *.txt files in this folder"),
    ("@empty.txt", 1, "@empty.txt: empty, expected text"),
    ("@blank.txt", 1, "@blank.txt: empty, expected text"),
    ("@nul.txt", 1, "@nul.txt:2: a NUL character"),
    ("@bytes.txt", 1, "@bytes.txt:2: byte 0xe9, expected UTF-8"),
    ("@line.txt --valid fold:1/2", 1, "@line.txt: too short, no text left to validate on"),
    ("@line.txt --items", 1, "@line.txt: too short, no text left to train on"),
    ("@text.txt --valid @none.txt", 1, "@none.txt: no such file"),
    ("@text.txt --test @bytes.txt", 1, "@bytes.txt:2: byte 0xe9"),
    ("@text.txt --valid fold:9/3", 2, "--valid fold:9/3: expected fold:I/N with I below N"),
    ("@text.txt --test fold:x", 2, "--test fold:x: expected fold:I/N with I below N"),
    ("@text.txt --valid 0.7 --test 0.7", 1, "@text.txt: too short, no text left to train on"),
    ("@text.txt --run @taken", 2, "@taken: exists already"),
    ("@text.txt --run @text.txt", 2, "@text.txt: exists already"),
    ("@text.txt --run @text.txt/x", 2, "@text.txt/x: cannot be made"),
    ("@text.txt --layer gru --peepholes yes", 2, "--peepholes goes with --layer lstm"),
    ("@text.txt --steps 0", 2, "--steps 0: expected at least 1"),
    ("@text.txt --min-count 0", 2, "--min-count 0: expected at least 1"),
    ("@text.txt --dropout 1", 2, "--dropout 1.0: expected a share"),
    ("@text.txt --clip 0", 2, "--clip 0.0: expected more than 0"),
    ("@text.txt --tokenized", 2, "--tokenized goes with --level word"),
    ("@text.txt --candidates -1", 2, "--candidates -1: expected at least 0"),
    ("@text.txt --change-penalty -1", 2, "--change-penalty -1.0: expected at least 0"),
    ("@text.txt --average 1", 2, "--average 1.0: expected a share"),
    ("@text.txt --seed -1", 2, "--seed -1: expected 0 to"),
    ("tfds:no_such_set", 2, "tfds:no_such_set: "),
]


@pytest.mark.parametrize(("options", "status", "start"), TRAIN)
def test_train(place, refuses_to_train, options, status, start):
    refuses_to_train(place, options, status, start)


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        (
            "short.txt --valid 0.1",
            1,
            "271 tokens to train on, expected 4096 at least: --batch-size times --steps",
        ),
        (
            "text.txt --learning-rate inf --epochs 1 --units 4",
            2,
            "--learning-rate inf: too high, the validation loss is not finite",
        ),
    ],
)
def test_train_on_what_is_known_only_then(place, command, options, status, error):
    result = command("train", "--corpus", *f"{place}/{options}".split(), "--run", place / "run")
    assert (result.status, result.err) == (status, f"error: {error}\n")
    assert not (place / "run").exists()


@pytest.mark.parametrize("module", ["evaluate", "score", "sample", "export"])
@pytest.mark.parametrize(
    ("run", "start"),
    [
        ("@none", "@none: no such run folder"),
        ("@text.txt", "@text.txt: no such run folder"),
        ("@folder", "@folder: no config.json in this folder"),
    ],
)
def test_no_run(place, refuses, module, run, start):
    refuses(place, module, ["--run", run], 2, start)


def no_level(path):
    config = json.loads(path.read_bytes())
    del config["level"]
    path.write_text(json.dumps(config))


@pytest.mark.parametrize("module", ["sample", "export"])
@pytest.mark.parametrize(
    ("name", "change", "status", "start"),
    [
        ("model.keras", lambda path: path.unlink(), 2, "@run: no model.keras"),
        ("config.json", lambda path: path.write_bytes(b"{"), 1, "@run/config.json:1: not JSON"),
        ("config.json", no_level, 1, "@run: cannot be loaded"),
        ("tokens.txt", lambda path: path.unlink(), 1, "@run: cannot be loaded"),
        ("tokens.txt", lambda path: path.write_bytes(b"a\n"), 1, "@run/tokens.txt:1: expected"),
    ],
)
def test_broken_run(place, run, refuses, module, name, change, status, start):
    change(shutil.copytree(run, place / "run") / name)
    refuses(place, module, ["--run", "@run"], status, start)


@pytest.mark.parametrize(
    ("corpus", "status", "start"),
    [
        ("@none.txt", 1, "@none.txt: no such file"),
        ("@empty.txt", 1, "@empty.txt: empty, expected text"),
        ("@nul.txt", 1, "@nul.txt:2: a NUL character"),
    ],
)
def test_evaluate(place, run, refuses, corpus, status, start):
    shutil.copytree(run, place / "run")
    refuses(place, "evaluate", ["--run", "@run", "--corpus", corpus], status, start)


@pytest.mark.parametrize(
    ("options", "status", "start"),
    [
        (["--file", "@none.txt"], 1, "@none.txt: no such file"),
        (["--file", "@bytes.txt"], 1, "@bytes.txt:2: byte 0xe9, expected UTF-8"),
        (["a text", "--file", "@text.txt"], 2, "give texts or --file, not both"),
        (["--next", "-1", "a text"], 2, "--next -1: expected at least 0"),
        (["two\nlines"], 1, "argument:1: 'two\\nlines', expected a sentence without line ends"),
        (["--next", "2", "--format", "html", "a text"], 2, "--next goes with --format text or"),
        # As Python hands on an argument of Latin-1 bytes.
        (["fine", "caf\udce9"], 1, "argument:2: byte 0xe9, expected UTF-8"),
    ],
)
def test_score(place, run, refuses, options, status, start):
    refuses(place, "score", ["--run", run, *options], status, start)


@pytest.mark.parametrize(
    ("option", "value", "status", "start"),
    [
        ("temperature", "-1", 2, "--temperature -1.0: expected at least 0"),
        ("temperature", "nan", 2, "--temperature nan: expected at least 0"),
        ("top-p", "0", 2, "--top-p 0.0: expected more than 0"),
        ("top-p", "1.5", 2, "--top-p 1.5: expected more than 0 and at most 1"),
        ("top-k", "-1", 2, "--top-k -1: expected at least 0"),
        ("samples", "0", 2, "--samples 0: expected at least 1"),
        ("length", "0", 2, "--length 0: expected at least 1"),
        ("lines", "0", 2, "--lines 0: expected at least 1"),
        ("seed", "-1", 2, "--seed -1: expected 0 to"),
        ("prompt", "two\nlines", 2, "--prompt: expected one line"),
        ("prompt", "caf\udce9", 1, "--prompt:1: byte 0xe9, expected UTF-8"),
    ],
)
def test_sample(place, run, refuses, option, value, status, start):
    refuses(place, "sample", ["--run", run, f"--{option}", value], status, start)


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ("--beams 2 --samples 3", "--beams 2: expected 0, or at least the --samples"),
        ("--beams -1", "--beams -1: expected at least 0"),
        ("--beams 2 --temperature 0.5", "--beams draws nothing: give no --temperature"),
        ("--beams 2 --seed 1", "--beams draws nothing"),
    ],
)
def test_search(place, run, refuses, options, start):
    refuses(place, "sample", ["--run", run, *options.split()], 2, start)


def test_a_prompt_with_unknown_characters(run, command):
    result = command("sample", "--run", run, "--prompt", "Ωthe Ω東", "--length", 5)
    assert result.status == 0
    assert result.err == "warning: not in the vocabulary, read as <UNK>: 'Ω', '東'\n"
    assert result.out.startswith("Ωthe Ω東")
