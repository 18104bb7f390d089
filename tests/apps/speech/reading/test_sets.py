"""Corpora of every format, and their three sets."""

import io
import json
import tarfile

import pytest

from apps.speech.config import Config
from apps.speech.reading import sets
from apps.speech.reading.utterance import Utterance
from gated.errors import BadData, BadUsage
from tests.apps.speech.reading.conftest import save, tone


def load(*corpus, **options):
    """The names of the utterances of each set, and the corpus."""
    found = sets.load(Config(corpus=tuple(map(str, corpus)), **options))
    return [[one.name for one in which] for which in (found.train, found.valid, found.test)], found


def read(*names, **options):
    return list(sets.read_utterances(list(map(str, names)), Config(**options)))


def test_librispeech(write):
    folder = write(
        {
            "LibriSpeech/SPEAKERS.TXT": "84 | F\n",
            "LibriSpeech/train-clean-100/84/12/84-12.trans.txt": "84-12-0000 GO\n84-12-0001 IT\n",
            "LibriSpeech/train-clean-100/84/12/84-12-0000.flac": 0.5,
            "LibriSpeech/train-clean-100/84/12/84-12-0001.flac": 0.25,
            "LibriSpeech/train-other-500/7/1/7-1.trans.txt": "7-1-0000 YES\n",
            "LibriSpeech/train-other-500/7/1/7-1-0000.flac": 0.5,
            "LibriSpeech/dev-clean/3/1/3-1.trans.txt": "3-1-0000 NO\n",
            "LibriSpeech/dev-clean/3/1/3-1-0000.flac": 0.5,
            "LibriSpeech/test-clean/5/1/5-1.trans.txt": "5-1-0000 OH\n",
            "LibriSpeech/test-clean/5/1/5-1-0000.flac": 0.5,
        }
    )
    names, found = load(folder)
    assert names == [["84-12-0000", "84-12-0001", "7-1-0000"], ["3-1-0000"], ["5-1-0000"]]
    path = folder / "LibriSpeech" / "train-clean-100" / "84" / "12" / "84-12-0001.flac"
    assert found.train[1] == Utterance("84-12-0001", "IT", str(path), "84", 0.0, 0.25)
    libri = folder / "LibriSpeech"
    assert read(libri) == read(libri / "test-clean") == list(found.test)
    # Figures are of one test set: which one has to be named.
    other = {
        "LibriSpeech/test-other/6/1/6-1.trans.txt": "6-1-0000 AH\n",
        "LibriSpeech/test-other/6/1/6-1-0000.flac": 0.5,
    }
    write(other)
    with pytest.raises(BadData, match="expected one test set, found test-clean, test-other"):
        load(folder)
    assert load(folder, test=(str(libri / "test-other"),))[0][2] == ["6-1-0000"]


def common_voice(*rows):
    header = "client_id\tpath\tsentence\tup_votes\n"
    return header + "".join("\t".join([*row, "2"]) + "\n" for row in rows)


def test_common_voice(write):
    folder = write(
        {
            "train.tsv": common_voice(("ab", "en_1.mp3", 'He said "go.'), ("cd", "en_2", "Yes.")),
            "dev.tsv": common_voice(("ef", "en_3.mp3", "No.")),
            "test.tsv": common_voice(("gh", "en_4.mp3", '"Oh!"')),
            "validated.tsv": common_voice(("gh", "en_4.mp3", '"Oh!"')),
            **{f"clips/en_{i}.mp3": 0.5 for i in range(1, 5)},
        }
    )
    names, found = load(folder)
    assert names == [["en_1", "en_2"], ["en_3"], ["en_4"]]
    one, two = found.train
    assert (one.text, one.speaker, one.audio) == ('He said "go.', "ab", f"{folder}/clips/en_1.mp3")
    assert two.audio == f"{folder}/clips/en_2.mp3"
    assert read(folder / "test.tsv") == read(folder) == list(found.test)
    assert found.test[0].text == '"Oh!"'
    (folder / "train.tsv").unlink()
    assert [one.name for one in read(folder)] == ["en_4"]


def test_ljspeech(write):
    folder = write(
        {
            "metadata.csv": 'LJ1-1|In 5 "days|in five "days\nLJ1-2|Yes\n\nLJ1-3|No, 1|\n',
            "wavs/LJ1-1.wav": 0.5,
            "wavs/LJ1-2.wav": 0.5,
            "wavs/LJ1-3.wav": 0.5,
        }
    )
    path = str(folder / "wavs" / "LJ1-1.wav")
    found = read(folder)
    assert found[0] == Utterance("LJ1-1", 'in five "days', path, "", 0.0, 0.5)
    assert [one.text for one in found[1:]] == ["Yes", "No, 1"]
    assert read(folder / "metadata.csv") == found


def test_kaldi(write, monkeypatch):
    folder = write(
        {
            "train/wav.scp": "r1 sound/r1.wav\nr2\tr2.flac\n",
            "train/text": "r1-a YES PLEASE\nr1-b NO\nr2-a OH\n",
            "train/segments": "r1-a r1 0.5 1.25\nr1-b r1 1.25 2\nr2-a r2 0 -1\n",
            "train/utt2spk": "r1-a ann\nr1-b bob\nr2-a cy\n",
            "sound/r1.wav": 2,
            "train/r2.flac": 1,
            "test/wav.scp": "t /x\nu u.wav\n",
            "test/text": "t NO\nu ONE TWO\n",
            "test/u.wav": 0.5,
        }
    )
    monkeypatch.chdir(folder)  # where the recipe is run
    names, _ = load(folder, valid=("0.3",))
    assert sorted(names[0] + names[1]) == ["r1-a", "r1-b", "r2-a"]
    assert names[2] == ["u"]
    assert read(folder / "train") == [
        Utterance("r1-a", "YES PLEASE", "sound/r1.wav", "ann", 0.5, 0.75),
        Utterance("r1-b", "NO", "sound/r1.wav", "bob", 1.25, 0.75),
        Utterance("r2-a", "OH", str(folder / "train" / "r2.flac"), "cy", 0.0, 1.0),
    ]


SPHINX = {
    "etc/d_train.fileids": "train/ann/a1\ntrain/bob/b1\n",
    "etc/d_train.transcription": "<s> YES <sil> PLEASE </s> (a1)\nNO (b1)\n",
    "etc/d_test.fileids": "test/cy/c1\n",
    "etc/d_test.transcription": "OH (c1)\n",
    "wav/train/ann/a1.sph": 0.5,
    "wav/train/bob/b1.sph": 0.5,
    "wav/test/cy/c1.wav": 0.5,
}


def test_sphinx(write):
    folder = write(SPHINX)
    names, found = load(folder)
    assert sorted(names[0] + names[1]) == ["train/ann/a1", "train/bob/b1"]
    path = str(folder / "wav" / "test" / "cy" / "c1.wav")
    assert list(found.test) == [Utterance("test/cy/c1", "OH", path, "cy", 0.0, 0.5)]
    train = read(folder / "etc" / "d_train.fileids")
    assert [(one.text, one.speaker) for one in train] == [("YES PLEASE", "ann"), ("NO", "bob")]


def test_transcripts_of_sphinx_in_another_order(write, capsys):
    files = {
        "etc/d_train.transcription": "NO (b1)\nELSE (c9)\n",
        "etc/d_train.fileids": "x/a1\nx/b1\n",
    }
    folder = write(
        {**SPHINX, **files, "wav/x/a1.wav": 0.5, "wav/x/b1.wav": 0.5},
    )
    (one,) = read(folder / "etc" / "d_train.fileids")
    assert (one.name, one.text) == ("x/b1", "NO")
    assert "skipped 1 of 2 utterances: x/a1: no transcript\n" in capsys.readouterr().err


def unpacked_in(cache):
    return [path for path in cache.iterdir() if path.is_dir()]


ARCHIVES = {
    "wav.tar.xz": "xz",
    "wav.tar.gz": "gz",
    "wav.tar.bz2": "bz2",
    "wav.tar": "",
    "wav.tgz": "gz",
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_sphinx_in_an_archive(write, name, cache):
    folder = write({**SPHINX, "wav.txt": "no archive"})
    unpacked = read(folder)
    with tarfile.open(folder / name, f"w:{ARCHIVES[name]}") as archive:
        archive.add(folder / "wav", "wav")
    (folder / "wav").rename(folder / "elsewhere")
    found = read(folder)
    assert [one.audio for one in found] == [str(*cache.glob("*/wav/test/cy/c1.wav"))]
    assert [(one.name, one.text, one.seconds) for one in found] == [
        (one.name, one.text, one.seconds) for one in unpacked
    ]
    # It is unpacked once, and again when it has changed.
    assert len(read(folder / "etc" / "d_train.fileids")) == 2
    assert len(unpacked_in(cache)) == 1
    (folder / name).touch()
    read(folder)
    assert len(unpacked_in(cache)) == 2


ROWS = [
    {"audio_filepath": "a.wav", "duration": 0.5, "text": "yes"},
    {"audio_filepath": "b.wav", "offset": 0.25, "duration": 0.5, "text": "7", "speaker": "bob"},
]
EXPECTED = [("a.wav", "yes", "", 0.0, 0.5), ("b.wav 0.25 s", "7", "bob", 0.25, 0.5)]


def listed(utterances):
    return [(one.name, one.text, one.speaker, one.start, one.seconds) for one in utterances]


def test_json_lines(write):
    rows = [*ROWS, {"audio_filepath": "b.wav", "text": 7, "speaker": None, "more": [1]}]
    folder = write(
        {"a.wav": 0.5, "b.wav": 1, "x.jsonl": "\n".join(json.dumps(row) for row in rows)}
    )
    expected = [*EXPECTED, ("b.wav", "7", "", 0.0, 1.0)]
    assert listed(read(folder / "x.jsonl")) == listed(read(folder)) == expected


def test_tables(write):
    folder = write(
        {
            "a.wav": 0.5,
            "b.wav": 1,
            "x.csv": "audio_filepath,offset,duration,speaker,text\na.wav,,0.5,,yes\n"
            "b.wav,0.25,0.5,bob,7\n",
            "y.tsv": "text\tpath\tid\tclient_id\nyes\ta.wav\t1\tann\n",
            "z.csv": 'wav_filename,wav_filesize,transcript\na.wav,100,"yes, ""please"""\n',
            "w.csv": "a.wav;yes\nb.wav;no\n",
            "v.tsv": "sound\tsaid\ttext\na.wav\tno\tyes\n",
        }
    )
    assert listed(read(folder / "x.csv")) == EXPECTED
    assert listed(read(folder / "y.tsv")) == [("a.wav", "yes", "ann", 0.0, 0.5)]
    assert [one.text for one in read(folder / "z.csv")] == ['yes, "please"']
    numbered = read(folder / "w.csv", audio_column="1", text_column="2")
    assert [one.text for one in numbered] == ["yes", "no"]
    (named,) = read(folder / "v.tsv", audio_column="sound", text_column="said")
    assert named.text == "no"


def test_folders_of_sets(write):
    rows = "audio\ttext\nx.wav\tyes\n"
    files = {f"{name}/list.tsv": rows for name in ("train", "dev", "test")}
    sounds = {f"{name}/x.wav": 0.5 for name in ("train", "dev", "test")}
    folder = write({**files, **sounds})
    assert load(folder)[0] == [["x.wav"]] * 3
    flat = {f"flat/{name}.tsv": "audio\ttext\n../test/x.wav\tyes\n" for name in ("train", "test")}
    write(flat)
    assert load(folder / "flat", valid=(str(folder / "dev"),))[0][1:] == [
        ["x.wav"],
        ["../test/x.wav"],
    ]


def speakers_of(utterances):
    return {one.speaker for one in utterances}


@pytest.fixture
def twenty(write):
    """Twenty speakers, of one to twenty utterances each."""
    rows = [{"audio_filepath": "x.wav", "text": "x", "speaker": s} for s in range(20)]
    lines = [json.dumps({**row, "text": i}) for row in rows for i in range(1 + row["speaker"])]
    return write({"x.wav": 0.5, "x.jsonl": "\n".join(lines)}) / "x.jsonl"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_speaker_is_in_two_sets(twenty, seed):
    _, found = load(twenty, valid=("0.1",), test=("0.2",), seed=seed)
    train, valid, test = map(speakers_of, (found.train, found.valid, found.test))
    assert len(train) + len(valid) + len(test) == len(train | valid | test) == 20
    assert len(found.train) + len(found.valid) + len(found.test) == 210
    assert 15 <= len(found.valid) <= 21 and 36 <= len(found.test) <= 42
    assert load(twenty, valid=("0.3",), test=("0.2",), seed=seed)[1].test[0] == found.test[0]


def test_folds_of_speakers(twenty):
    _, found = load(twenty, valid=("fold:8/10",), test=("fold:9/10",))
    assert speakers_of(found.valid) == {"8", "18"}
    assert speakers_of(found.test) == {"9", "19"}


def test_one_speaker_is_split_all_the_same(write):
    lines = [json.dumps({"audio": "x.wav", "text": i, "speaker": "ann"}) for i in range(10)]
    folder = write({"x.wav": 0.5, "x.jsonl": "\n".join(lines)})
    assert [len(names) for names in load(folder)[0]] == [9, 1, 0]


def test_segments_of_a_recording_stay_together(write):
    rows = [{"audio": f"{c}.wav", "offset": i / 10, "duration": 0.1} for c in "ab" for i in (0, 1)]
    lines = [json.dumps({**row, "text": "x"}) for row in rows]
    folder = write({"a.wav": 1, "b.wav": 1, "x.jsonl": "\n".join(lines)})
    _, found = load(folder, valid=("0.25",))
    assert len({one.audio for one in found.valid}) == len({one.audio for one in found.train}) == 1


def test_speakers_of_files_that_are_in_two_sets(twenty, capsys):
    _, found = load(twenty, test=(str(twenty),))
    count = len(speakers_of(found.train))
    expected = f"{count} speakers of the test set are in the training set too\n"
    assert 16 <= count < 20 and capsys.readouterr().out == expected


def test_what_is_skipped_is_named_and_counted(write, tmp_path, capsys):
    rows = [("a.wav", "yes"), ("none.wav", "no"), ("a.wav", " "), ("bad.wav", "x"), ("s.wav", "x")]
    table = "audio\ttext\n" + "".join(f"{path}\t{text}\n" for path, text in rows)
    folder = write({"x.tsv": table + "a.wav\tno\n", "a.wav": 0.5, "bad.wav": "text"})
    save(folder / "s.wav", 0 * tone(1))
    names, _ = load(folder / "x.tsv")
    assert sum(map(len, names)) == 2
    assert capsys.readouterr().err == (
        f"{folder}/x.tsv: skipped 4 of 6 utterances: {folder}/none.wav: no such file or directory, "
        "expected a sound file: wav, flac, ogg, mp3 or NIST sphere; a.wav: no transcript; "
        f"{folder}/bad.wav: expected a sound file: wav, flac, ogg, mp3 or NIST sphere; ...\n"
    )


BAD = {
    "@no": "@no: no such file or directory, expected a corpus of speech",
    "@x.txt": "@x.txt: expected a folder, or a file whose name ends in .csv, .tsv, .tab, .jsonl,",
    "@empty": "@empty: expected a folder of LibriSpeech, Common Voice, LJSpeech, Kaldi or CMU",
    "@none.tsv": "@none.tsv: none of 1 utterances can be used: @no.wav: no such file",
    "@no_rows.tsv": "@no_rows.tsv: none of 0 utterances can be used",
    "@columns.csv": "@columns.csv:1: no column `audio_filepath`, found a, b",
    "@key.jsonl": "@key.jsonl:2: no key `text`, found audio",
    "@list.jsonl": "@list.jsonl:1: expected a JSON object",
    "@path.jsonl": "@path.jsonl:1: no path of a recording",
    "@kind.jsonl": "@kind.jsonl:1: `text` is ['a'], expected a string",
    "@offset.csv": "@offset.csv:2: `offset` is -1, expected seconds",
    "@duration.jsonl": "@duration.jsonl:1: `duration` is inf, expected seconds",
    "@nul.jsonl": r"@nul.jsonl: none of 1 utterances can be used: @a\x00b: not a file",
    "@command": "@command/wav.scp:2: a command, expected a path: commands are not run",
    "@packed": "@packed/wav.scp:1: 'x.ark:17', expected the path of a sound file",
    "@pathless": "@pathless/wav.scp:1: '', expected the path of a sound file",
    "@twice": "@twice/text:2: a for the second time",
    "@times": "@times/segments:1: '2 1', expected a start and an end in seconds",
    "@short": "@short/segments:1: '', expected a start and an end in seconds",
    "@unknown": "@unknown/segments:1: b is not in wav.scp",
    "@lj": "@lj/metadata.csv:1: 'LJ1', expected name|text",
    "@unnamed": "@unnamed/x.transcription:1: 'YES', expected words and (the name)",
    "@untold": "@untold/x.transcription: no such file or directory",
    "@several": "@several: expected train, valid and test among the names of a.tsv, b.tsv",
    "@latin.fileids": "@latin.fileids:1: byte 0xe9, expected UTF-8 text",
}
FILES = {
    "x.txt": "x",
    "empty/x.doc": "x",
    "none.tsv": "audio\ttext\nno.wav\tyes\n",
    "no_rows.tsv": "audio\ttext\n",
    "columns.csv": "a,b\nx.wav,yes\n",
    "key.jsonl": '\n{"audio": "x"}',
    "list.jsonl": "[]",
    "path.jsonl": '{"audio": "", "text": "x"}',
    "kind.jsonl": '{"audio": "x", "text": ["a"]}',
    "offset.csv": "audio,text,offset\nx,x,-1\n",
    "duration.jsonl": '{"audio": "x", "text": "x", "duration": Infinity}',
    "nul.jsonl": '{"audio": "a\\u0000b", "text": "x"}',
    "command/wav.scp": "a a.wav\nb sph2pipe -f wav b.sph |\n",
    "packed/wav.scp": "a x.ark:17\n",
    "pathless/wav.scp": "a\n",
    "twice/wav.scp": "a a.wav\n",
    "twice/text": "a YES\na NO\n",
    "times/wav.scp": "a a.wav\n",
    "times/segments": "x a 2 1\n",
    "short/wav.scp": "a a.wav\n",
    "short/segments": "x\n",
    "unknown/wav.scp": "a a.wav\n",
    "unknown/segments": "x b 1 2\n",
    "lj/wavs/a.wav": 0.5,
    "lj/metadata.csv": "LJ1\n",
    "unnamed/x.fileids": "a\n",
    "unnamed/x.transcription": "YES\n",
    "untold/x.fileids": "a\n",
    "several/a.tsv": "",
    "several/b.tsv": "",
    "latin.fileids": b"\xe9\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_corpora(write, name):
    folder = write(FILES)
    with pytest.raises(BadData) as error:
        load(name.replace("@", f"{folder}/"))
    assert str(error.value).startswith(BAD[name].replace("@", f"{folder}/"))


@pytest.mark.parametrize("name", ["../x.wav", "/x.wav", "wav/../../x.wav"])
def test_archives_with_paths_outside(write, name, cache):
    folder = write({**SPHINX, "x.wav": 0.5})
    (folder / "wav").rename(folder / "elsewhere")
    with tarfile.open(folder / "wav.tar.gz", "w:gz") as archive:
        archive.add(folder / "x.wav", "wav/y.wav")
        found = archive.gettarinfo(folder / "x.wav")
        found.name = name
        archive.addfile(found, io.BytesIO((folder / "x.wav").read_bytes()))
    with pytest.raises(BadData, match=rf"wav\.tar\.gz: {name} would lie outside"):
        load(folder)
    assert unpacked_in(cache) == []


def test_archives_with_links_and_folders_in_the_way(write, cache):
    folder = write({**SPHINX, "x.wav": 0.5})
    (folder / "wav").rename(folder / "elsewhere")
    with tarfile.open(folder / "wav.tar", "w") as archive:
        link = tarfile.TarInfo("wav/link.wav")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.add(folder / "x.wav", "wav/test.wav")
        archive.add(folder / "x.wav", "wav/test.wav/y.wav")
    with pytest.raises(
        BadData, match=r"wav\.tar: wav/test\.wav/y\.wav: a file in a file, expected"
    ):
        load(folder)
    assert unpacked_in(cache) == []


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["xz", "gz", "bz2"])
def test_archives_that_were_cut_off(write, kind, share, cache):
    folder = write(SPHINX)
    path = folder / f"wav.tar.{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:
        archive.add(folder / "wav", "wav")
    (folder / "wav").rename(folder / "elsewhere")
    path.write_bytes(path.read_bytes()[: round(share * path.stat().st_size)])
    with pytest.raises(BadData, match=rf"{path}: .*, expected an archive: tar, tar\.gz,"):
        load(folder)
    assert unpacked_in(cache) == []


def test_a_cache_that_cannot_be_written(write, cache, monkeypatch):
    folder = write(SPHINX)
    with tarfile.open(folder / "wav.tar", "w") as archive:
        archive.add(folder / "wav", "wav")
    (folder / "wav").rename(folder / "elsewhere")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "wav.tar"))
    with pytest.raises(
        BadUsage, match=rf"^{folder}/wav\.tar/gated/.*: cannot be made: Not a directory$"
    ):
        load(folder)


def test_embedded(capsys):
    names, found = load(text_column="said")  # of another corpus
    assert list(map(len, names)) == [680, 56, 84]
    train, valid, test = map(speakers_of, (found.train, found.valid, found.test))
    assert (len(train), len(valid), len(test)) == (34, 4, 6)
    assert len(train | valid | test) == 44
    assert capsys.readouterr() == ("", "")
    assert sum(path.stat().st_size for path in sets.EMBEDDED.iterdir() if path.is_file()) < 3e6


@pytest.mark.slow
def test_an4(corpora, write, cache):
    """As its statistics have been counted; the same from its archive and unpacked."""
    names, found = load(corpora / "speech" / "an4", valid=("0.1",))
    assert len(names[0]) + len(names[1]) == 948 and len(names[2]) == 130
    train = [*found.train, *found.valid]
    assert sum(one.seconds for one in train) == pytest.approx(2546.3)
    assert sum(one.seconds for one in found.test) == pytest.approx(357.0)
    assert sum(len(one.text.split()) for one in train) == 5442
    assert sum(len(one.text) for one in found.test) == 2565
    assert len(speakers_of(train)) == 74 and len(speakers_of(found.test)) == 10
    assert not speakers_of(found.train) & speakers_of(found.valid)
    folder = write({})
    (folder / "etc").symlink_to(corpora / "speech" / "an4" / "etc")
    (folder / "wav").symlink_to(*cache.glob("*/wav"))
    again, unpacked = load(folder, valid=("0.1",))
    assert again == names
    assert [one.seconds for one in unpacked.train] == [one.seconds for one in found.train]
