"""Bad input: one line that says what and where, the right exit status, nothing touched."""

import shutil
from pathlib import Path

import pytest
import requests
import tensorflow_datasets as tfds

from tests.apps.commands import write


@pytest.fixture
def place(tmp_path):
    """A folder of bad files, in which the test may write."""
    files = {
        "empty.conll": b"",
        "blank.conll": b"\n\n",
        "untagged.conll": b"a\tO\n\nb\n",
        "scheme.conll": b"a\tO\n\nb\tX-PER\n",
        "mixed.conll": b"a\tB-X\n\nb\tE-X\n",
        "bytes.conll": b"a\tO\n\ncaf\xe9\tO\n",
        "single.conll": b"a\tO\nb\tB-X\n",
        "good.conll": b"a\tO\n\nb\tB-X\n\nc\tO\n",
        "bytes.txt": b"fine\ncaf\xe9\n",
        "broken.jsonl": b'{"text": "a"}\n\n{"text": \n',
        "taken/precious": b"x",
    }
    return write(files, tmp_path)


TRAIN = [
    ("@none.conll", 1, "@none.conll: no such file or directory"),
    ("@folder", 1, "@folder: no sentences"),
    ("@empty.conll", 1, "@empty.conll: no sentences"),
    ("@blank.conll", 1, "@blank.conll: no sentences"),
    ("@untagged.conll", 1, "@untagged.conll:3: 'b' has no tag"),
    ("@scheme.conll", 1, "@scheme.conll:3: tag 'X-PER', expected"),
    ("@mixed.conll --strict", 1, "@mixed.conll:3: first tag 'E-X', expected"),
    ("@good.conll --tag-column NER", 2, "--tag-column NER: expected a number from 1, or one of a,"),
    ("@good.conll --tag-column 3", 1, "@good.conll:1: 'a\\tO' has no tag, expected"),
    ("@bytes.conll", 1, "@bytes.conll:3: byte 0xe9, expected UTF-8"),
    ("@single.conll", 1, "@single.conll: of 1 sentences none is left to train on"),
    ("@good.conll --valid 2", 2, "--valid 2: expected a share"),
    ("@good.conll --valid fold:0", 2, "--valid fold:0: expected fold:I/N"),
    ("@good.conll --valid fold:8/9", 1, "@good.conll: of 3 sentences none is left for the valid"),
    ("@good.conll --valid @none", 1, "@none: no such file"),
    ("@good.conll --valid @untagged.conll", 1, "@untagged.conll:3: 'b' has no tag"),
    ("@good.conll --test @folder", 1, "@folder: is a directory"),
    ("@good.conll --run @taken", 2, "@taken: exists already"),
    ("@good.conll --run @good.conll", 2, "@good.conll: exists already"),
    ("@good.conll --run @good.conll/x", 2, "@good.conll/x: cannot be made"),
    ("@good.conll --layer gru --peepholes yes", 2, "--peepholes goes with --layer lstm"),
    ("@good.conll --epochs 0", 2, "--epochs 0: expected at least 1"),
    ("@good.conll --batch-size 0", 2, "--batch-size 0: expected at least 1"),
    ("@good.conll --seeds 0", 2, "--seeds 0: expected at least 1"),
    (
        "@good.conll --embedding-dropout 1",
        2,
        "--embedding-dropout 1.0: expected a share from 0 to less than 1",
    ),
    ("@good.conll --character-units -1", 2, "--character-units -1: expected at least 0"),
    ("@good.conll --dropout 1.5", 2, "--dropout 1.5: expected a share"),
    ("@good.conll --learning-rate 0", 2, "--learning-rate 0.0: expected more than 0"),
    ("@good.conll --patience -1", 2, "--patience -1: expected at least 0"),
    ("@good.conll --seed -1", 2, "--seed -1: expected 0 to"),
    ("tfds:no_such_set", 2, "tfds:no_such_set: "),
]


@pytest.mark.parametrize(("options", "status", "start"), TRAIN)
def test_train(place, refuses_to_train, options, status, start):
    refuses_to_train(place, options, status, start)


def test_train_without_a_network(place, command, monkeypatch):
    def unreachable(*arguments, **options):
        raise requests.ConnectionError(request=requests.Request("GET", "https://x.org/").prepare())

    monkeypatch.setattr(requests.Session, "get", unreachable)
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(place / "sets"))
    result = command("train", "--corpus", "tfds:wikiann/en", "--run", place / "run")
    line = "error: tfds:wikiann/en: cannot be downloaded, no answer from https://x.org/\n"
    assert (result.status, result.err) == (1, line)
    assert not (place / "run").exists()


@pytest.mark.parametrize("module", ["evaluate", "predict", "export"])
@pytest.mark.parametrize(
    ("run", "start"),
    [
        ("@none", "@none: no such run folder"),
        ("@good.conll", "@good.conll: no such run folder"),
        ("@folder", "@folder: no config.json in this folder"),
    ],
)
def test_no_run(place, refuses, module, run, start):
    refuses(place, module, ["--run", run], 2, start)


@pytest.fixture
def broken(run, place):
    """A copy of the run in which one file has another content, or is gone."""

    def make(name, content):
        folder = shutil.copytree(run, place / "run", ignore=shutil.ignore_patterns("export"))
        path = folder / name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)

    return make


@pytest.mark.parametrize("module", ["predict", "export"])
@pytest.mark.parametrize(
    ("name", "content", "status", "start"),
    [
        ("model.keras", None, 2, "@run: no model.keras"),
        ("model.keras", b"no model", 1, "@run: "),
        ("config.json", None, 2, "@run: no config.json"),
        ("words.txt", None, 1, "@run: "),
        ("words.txt", b"a\t1\nb\n", 1, "@run/words.txt:2: expected `token TAB count`"),
        ("words.txt", b"a\\x\t1\n", 1, "@run/words.txt:1: expected `token TAB count`"),
        ("tags.txt", b"O\n", 1, "@run: "),
    ],
)
def test_broken_run(place, broken, refuses, module, name, content, status, start):
    broken(name, content)
    text = ["Mary"] if module == "predict" else []
    refuses(place, module, ["--run", "@run", *text], status, start)


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"", ":1: not JSON"),
        (b'{"seed": 1,', ":1: not JSON"),
        (b'{"seed": "\xff"}', ": not UTF-8"),
        (b"[]", ": expected a JSON object"),
        (b"{}", ": expected the option 'corpus'"),
        (b'{"corpus": 3, "valid": [], "test": [], "seed": 1}', ": not the options of a run: "),
    ],
)
def test_corrupt_config(place, broken, refuses, content, start):
    broken("config.json", content)
    refuses(place, "evaluate", ["--run", "@run"], 1, f"@run/config.json{start}")


@pytest.mark.parametrize(
    ("corpus", "status", "start"),
    [
        ("@none", 1, "@none: no such file"),
        ("@untagged.conll", 1, "@untagged.conll:3: 'b' has no tag"),
        ("@folder", 1, "@folder: no test sentences"),
        ("tfds:no_such_set", 2, "tfds:no_such_set: "),
    ],
)
def test_evaluate(place, broken, refuses, corpus, status, start):
    broken("history.csv", None)
    refuses(place, "evaluate", ["--run", "@run", "--corpus", corpus], status, start)


@pytest.mark.parametrize(
    ("options", "status", "start"),
    [
        (["--file", "@none.txt"], 1, "@none.txt: no such file"),
        (["--file", "@folder"], 1, "@folder: is a directory"),
        (["--file", "@bytes.txt"], 1, "@bytes.txt:2: byte 0xe9, expected UTF-8"),
        (["a text", "--file", "@bytes.txt"], 2, "give texts or --file, not both"),
        (["--file", "@good.conll", "@none.txt"], 1, "@none.txt: no such file"),
        (["--file", "@broken.jsonl"], 1, "@broken.jsonl:3: not JSON: "),
        (["--format", "html", "--file", "@bytes.txt"], 1, "@bytes.txt:2: byte 0xe9"),
        (["--k-best", "0", "a text"], 2, "--k-best 0: expected 1 to 100"),
        (["--k-best", "101", "a text"], 2, "--k-best 101: expected 1 to 100"),
        (["--k-best", "2", "--format", "html", "a text"], 2, "--k-best goes with --format"),
        (["--k-best", "2", "--format", "conll", "a text"], 2, "--k-best goes with --format"),
        (["--k-best", "2", "--threshold", "0.5", "a text"], 2, "give --k-best or --threshold"),
        (["--threshold", "2", "a text"], 2, "--threshold 2.0: expected 0 to 1"),
        (["--threshold", "-0.1", "a text"], 2, "--threshold -0.1: expected 0 to 1"),
        (["--threshold", "nan", "a text"], 2, "--threshold nan: expected 0 to 1"),
        # As Python hands on an argument of Latin-1 bytes.
        (["fine", "caf\udce9"], 1, "argument:2: byte 0xe9, expected UTF-8"),
    ],
)
def test_predict(place, run, refuses, options, status, start):
    refuses(place, "predict", ["--run", run, *options], status, start)


@pytest.mark.parametrize(
    ("content", "status", "start"),
    [(None, 2, "@folder: no saved_model.pb"), (b"junk", 1, "@folder: ")],
)
def test_serve(place, refuses, content, status, start):
    if content:
        Path(place / "folder" / "saved_model.pb").write_bytes(content)
    refuses(place, "serve", ["--export", "@folder", "a text"], status, start)
