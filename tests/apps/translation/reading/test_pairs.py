"""Pairs from files of each kind, and what is wrong with them."""

import gzip
import json

import pytest

from apps.translation.config import Config
from apps.translation.reading.pairs import Pair, Reader
from apps.translation.reading.sets import load
from gated.errors import BadData, BadUsage

EXPECTED = [Pair("Va !", "Go."), Pair("Ça\u00a0va ?", "How's it « going »?"), Pair("", "x")]
TMX = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header/><body>
<tu><tuv xml:lang="en-GB"><seg>Go.</seg></tuv><tuv xml:lang="FR"><seg>Va !</seg></tuv></tu>
<tu><tuv xml:lang="de"><seg>Geh.</seg></tuv><tuv xml:lang="fr"><seg>Va !</seg></tuv></tu>
<tu><tuv xml:lang="fr"><seg>Ça\u00a0<bpt i="1"/>va ?</seg></tuv>
<tuv xml:lang="en"><seg>How's it « <ph/>going »?</seg></tuv></tu>
<tu><tuv xml:lang="fr"><seg/></tuv><tuv xml:lang="en"><seg>x</seg></tuv></tu>
</body></tmx>"""


def read(names, source="fr", target="en"):
    return list(Reader(source, target).read([str(name) for name in names]))


def test_parallel_files(tmp_path):
    fr, en = tmp_path / "a.fr", tmp_path / "a.en.gz"
    fr.write_text("".join(f"{one.source}\n" for one in EXPECTED))
    en.write_bytes(gzip.compress("".join(f"{one.target}\n" for one in EXPECTED).encode()))
    assert read([fr, en]) == EXPECTED


@pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.tsv.gz"])
def test_tables(name, tmp_path):
    separator = "," if ".csv" in name else "\t"
    rows = [("en", "id", "fr"), *((one.target, "7", one.source) for one in EXPECTED)]
    content = "".join(separator.join(row) + "\n" for row in rows).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert read([path]) == EXPECTED
    assert read([path], "3", "1")[-3:] == EXPECTED


@pytest.mark.parametrize("within", [False, True])
def test_json_lines(within, tmp_path):
    path = tmp_path / "a.jsonl"
    objects = [{"fr": one.source, "en": one.target} for one in EXPECTED]
    objects = [{"translation": one} for one in objects] if within else objects
    path.write_text("\n".join(map(json.dumps, objects)))
    assert read([path]) == EXPECTED


def test_translation_memories(tmp_path):
    path = tmp_path / "a.tmx"
    path.write_text(TMX)
    assert read([path]) == EXPECTED


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.fr": "x\ny\n", "a.en": "x\n"}, r"a\.fr:2: expected as many lines as in .*a\.en: 1"),
        ({"a.jsonl": '{"fr": "x", "en": 3}\n'}, r"a\.jsonl:1: expected an object with strings"),
        ({"a.jsonl": '{"fr": "x"\n'}, r"a\.jsonl:1: "),
        ({"a.tmx": "<tmx><tu>"}, r"a\.tmx:1: not XML"),
        ({"a.tmx": "<?xml version='1.0' encoding='x'?><tmx/>"}, r"a\.tmx:1: .* encoding: x$"),
        ({"a.tsv": "a\tb\nx\ty\n"}, r"a\.tsv:1: no column `fr`"),
    ],
)
def test_what_is_damaged(files, message, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(BadData, match=message):
        read([tmp_path / name for name in files])


def test_files_that_do_not_go_together(tmp_path):
    for names in (["a.fr"], ["a.fr", "b.fr", "c.fr"], ["a.tsv", "a.fr"]):
        with pytest.raises(BadUsage, match="with both"):
            read(names)


def test_what_is_not_trained_on_is_counted(tmp_path, capsys):
    path = tmp_path / "a.tsv"
    rows = [("a b", "c d"), ("a b", "c d"), ("", "x"), ("a", "x" * 100), ("e", "f"), ("g", "h")]
    path.write_text("".join(f"{a}\t{b}\n" for a, b in rows))
    held = tmp_path / "held.tsv"
    held.write_text("e\tf\n")
    sets = load(Config(corpus=(str(path),), valid=(str(held),), run=tmp_path / "run"))
    assert list(sets.train) == [Pair("a b", "c d"), Pair("a b", "c d"), Pair("g", "h")]
    assert capsys.readouterr().out == (
        f"{path}: not trained on: 1 pairs with an empty side, 1 pairs with a side more than 9 "
        "times as long as the other, 1 pairs that are in the validation or test set too\n"
    )
