"""All readers of files that may be a stranger's, with examples of what they read."""

import gzip
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow
import scipy.io
import soundfile
from pyarrow.fs import LocalFileSystem
from pyarrow.parquet import write_table

from apps.lm.config import Config as TextConfig
from apps.lm.reading import sets as lm_sets
from apps.music.reading.abc import read_abc
from apps.music.reading.midi import read_midi
from apps.music.reading.npz import load_pieces, save_pieces
from apps.music.reading.piece import Note, Piece, frames_of
from apps.music.reading.rolls import read_rolls
from apps.music.showing.midi import write_midi
from apps.ner.config import Config
from apps.ner.reading.conll import Reader as CoNLL
from apps.sentiment.reading.files import Reader as Texts
from apps.speech.reading import common_voice, kaldi, librispeech, ljspeech, sphinx
from apps.speech.reading.archive import unpacked
from apps.speech.reading.audio import measured, samples
from apps.speech.reading.manifest import Reader as Lists
from apps.speech.reading.utterance import Utterance
from apps.translation.reading.pairs import Reader as Pairs
from gated.commands.inputs import given_texts
from gated.commands.stores import Stored
from gated.reading.files import open_bytes
from gated.runs.arrays import load_arrays
from gated.runs.folder import RunFolder
from gated.text.vectors import read_vectors
from gated.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes:
        file: the name of a file that it reads.
        examples: what such files hold.
        read: reads one. Raises BadData or BadUsage on a bad one, and nothing else.
    """

    file: str
    examples: Sequence[bytes]
    read: Callable[[Path], object]


_CONLL = "The\tO\nMuseum\tB-ORG\nof\tI-ORG\n\nÉva\tB-PER\nsaw\tO\nGhent\tB-LOC\n.\tO\n".encode()
_CONLL_U = b"""# sent_id = 1
# text = Ada left
1\tAda\tAda\tPROPN\t_\t_\t2\tnsubj\t_\tB-PER
2\tleft\tleave\tVERB\t_\t_\t0\troot\t_\tO
2.1\tx\tx\tX\t_\t_\t_\t_\t_\tO

1-2\tdu\t_\t_\t_\t_\t_\t_\t_\tO
1\tde\tde\tADP\t_\t_\t2\tcase\t_\tO
2\tle\tle\tDET\t_\t_\t0\troot\t_\tO
"""
_SPACES = b"-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n"
_IOBES = b"a S-X\nb B-Y\nc E-Y\n\nd O\ne O\n"
_TABLE = (
    'text,label\n"Good, ""very"" good",good\n"two\nlines",bad\nplain caf\u00e9,good\nx,bad\n'
).encode()
_SEMICOLONS = b'sep=;\nlabel;text\ngood;"a \\" b"\nbad;c\n'
_TABS = 'label\ttext\ngood\t"I am\nbad\tnot so\ngood\tdéjà vu\n'.encode()
_OBJECTS = (
    '{"text": "Good", "label": "good"}\n\n{"text": "caf\u00e9 \\ud83d\\ude00", "label": 1}\n'
    '{"label": "bad", "text": "Not so", "id": [1, {"a": null}]}\n'
).encode()
_PROSE = '"No," he said.\n\n1,200 well-known caf\u00e9s 😀\nthe <unk> and <EOS> words\n'.encode()
_TUNES = """\
%abc-2.1
M:4/4
L:1/8
X:1
T:One
P:A2B
M:6/8
Q:3/8=100
K:D maj ^c clef=treble-8
P:A
|:"G7"A2B (3cde|1 [CEG]2 z2:|2 {g}f>e d2|]
P:B
A,,4- A,,4 & z4 C4|Z2|
X:2
T:Two
L:1/16
%%propagate-accidentals pitch
V:1 octave=1
V:2 transpose=-2
K:Am
V:1
A4 B4 [V:2] c4 !trill!d4|
V:2
x4 y "_text" ~e2 f/2g3/2::
w: words here
"""
_PAIRS = 'en\tid\tfr\nGo.\t7\tVa !\nHow is "it"?\t8\tÇa va ?\n\t9\tx\n'.encode()
_PAIR_OBJECTS = (
    '{"fr": "Va !", "en": "Go."}\n\n'
    '{"translation": {"en": "caf\u00e9 \\ud83d\\ude00", "fr": "x"}}\n'
).encode()
_TMX = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header/><body>
<tu><tuv xml:lang="en-GB"><seg>Go &amp; see.</seg></tuv>
<tuv xml:lang="FR"><seg>Va !</seg></tuv></tu>
<tu><tuv xml:lang="de"><seg>Geh.</seg></tuv><tuv lang="fr"><seg>Va !</seg></tuv></tu>
<tu><tuv xml:lang="fr"><seg>Ça <bpt i="1"/>va ?</seg></tuv>
<tuv xml:lang="en"><seg>How is <ph/>it&#x3f;</seg></tuv></tu>
</body></tmx>""".encode()
_VECTORS = "3 4\nthe 1 2 3 4\nCafé -1 0.5 1e-3 2\nnew york 1 1 1 1\n".encode()
_WORDS = "the\t12\na\\tb\t3\n<UNK>\t2\n\\\\\t1\né\t1\n".encode()

_SPOKEN = (
    '{"audio_filepath": "a.wav", "duration": 1.5, "text": "caf\u00e9"}\n\n'
    '{"audio_filepath": "b.wav", "offset": 2, "duration": 1e0, "text": 7, "speaker": "x"}\n'
).encode()
_SPOKEN_TABLE = b'audio,offset,duration,text,speaker\na.wav,,1.5,"yes, ""no""",x\nb.wav,2,,no,\n'
_CLIPS = b'client_id\tpath\tsentence\tage\nab\ta.mp3\t"Yes.\t\ncd\tb\tNo!\t9\n'
_SEGMENTS = b"a-1 a 0.5 1.25\na-2\ta 1.25 -1\n"
_TRANSCRIPTS = b"<s> YES <sil> PLEASE </s> (a)\n\nNO(b)\n() (c)\n"


def _made(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


def _music() -> dict[str, list[bytes]]:
    notes = [Note(60 + i % 5, i, i + 1) for i in range(6)]
    frames = frames_of(notes, 2)
    piece = Piece("x", frames, np.arange(len(frames), dtype="uint8") % 4 + 1, 2, 90.0, (4, 4))
    cells = np.empty((1, 2), object)
    cells[0, 0] = cells[0, 1] = (frames > 0).astype("uint8")
    sets = dict.fromkeys(("traindata", "validdata", "testdata"), cells)
    # A track in running status, with a tempo, a metre and a system message.
    track = b"\0\xff\x51\3\7\xa1\x20\0\xff\x58\4\3\2\x18\x08\0\x90\x3c\x40\x60\x3c\0\0\xf0\2\1\xf7"
    by_hand = b"MThd\0\0\0\6\0\1\0\2\0\x60" + 2 * (
        b"MTrk" + len(track + b"\0\xff\x2f\0").to_bytes(4) + track + b"\0\xff\x2f\0"
    )
    return {
        "midi": [_made("x.mid", lambda path: write_midi(piece, path)), by_hand],
        "matlab": [
            _made("x.mat", partial(scipy.io.savemat, mdict=sets, do_compression=packed))
            for packed in (False, True)
        ],
        "pieces": [_made("x.npz", lambda path: save_pieces(path, [piece, piece]))],
    }


def _loading(read: Callable[[Path], object]) -> Callable[[Path], object]:
    """As the loading of a run reads it."""

    def load(path: Path) -> object:
        with RunFolder(path.parent).loading():
            return read(path)

    return load


def _texts(path: Path) -> list[tuple[bytes, bytes]]:
    # Encoded: what is half of a character would fail later only.
    return [(one.text.encode(), one.label.encode()) for one in Texts().read(path)]


def _conll(reader: CoNLL) -> Callable[[Path], object]:
    return lambda path: list(reader.read(path))


def _given(path: Path) -> list[bytes]:
    return [one.text.encode() for one in given_texts((), [path], None)]


def _stored(path: Path) -> list[bytes]:
    stored = Stored(LocalFileSystem(), str(path), str(path), None)
    return [one.text.encode() for one in stored.texts(None)]


def _pairs(path: Path) -> list[bytes]:
    return _read_pairs([path])


def _parallel(path: Path) -> list[bytes]:
    other = path.with_suffix(".en")
    other.write_bytes(_PROSE)
    return _read_pairs([path, other])


def _read_pairs(paths: list[Path]) -> list[bytes]:
    return [
        (one.source + one.target).encode() for one in Pairs("fr", "en").read(list(map(str, paths)))
    ]


def _words(path: Path) -> list[int]:
    config = TextConfig(level="word", lower=True, run=path)
    return [number for piece in lm_sets.read([str(path)], config).pieces() for number in piece]


def _utterances(read: Callable[[Path], object], **beside: str) -> Callable[[Path], object]:
    """Reads a list of recordings, in a folder where other files are."""

    def load(path: Path) -> object:
        open_bytes(path).close()
        for name, content in beside.items():
            path.with_name(name.replace("_", ".")).write_text(content)
        return [str(one).encode() for one in read(path)]

    return load


def _sound(path: Path) -> int:
    return len(samples(measured(Utterance("x", "x", str(path))), 8000))


def _archive(path: Path) -> list[Path]:
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = folder
        try:
            return list(unpacked(path).rglob("*.wav"))
        finally:
            os.environ.pop("XDG_CACHE_HOME")
            if before is not None:
                os.environ["XDG_CACHE_HOME"] = before


def _speech() -> dict[str, Reader]:
    tone = 0.5 * np.sin(np.arange(8000, dtype="float32"))

    def sounds(name: str, *forms: dict[str, str]) -> Reader:
        made = [
            _made(name, lambda path: soundfile.write(path, tone, 8000, **form))  # noqa: B023
            for form in forms
        ]
        return Reader(name, made, _sound)

    wav = sounds("x.wav", {}, {"subtype": "FLOAT"}, {"format": "RF64"})
    packed = []
    for kind in ("", "gz", "xz"):
        with io.BytesIO() as file:
            with tarfile.open(fileobj=file, mode=f"w:{kind}") as archive:
                member = tarfile.TarInfo("wav/x/y.wav")
                member.size = len(wav.examples[0])
                archive.addfile(member, io.BytesIO(wav.examples[0]))
            packed.append(file.getvalue())
    in_folder = lambda path: kaldi.read(path.parent)  # noqa: E731
    return {
        "wav": wav,
        "flac": sounds("x.flac", {}),
        "ogg": sounds("x.ogg", {}, {"subtype": "OPUS"}),
        "mp3": sounds("x.mp3", {}),
        "sphere": sounds("x.sph", {"format": "NIST", "subtype": "PCM_16"}),
        "archive": Reader("wav.tar", packed, _archive),
        "spoken objects": Reader("x.jsonl", [_SPOKEN], _utterances(Lists().read)),
        "spoken table": Reader("x.csv", [_SPOKEN_TABLE], _utterances(Lists().read)),
        "clips": Reader("x.tsv", [_CLIPS], _utterances(common_voice.read)),
        "metadata": Reader("metadata.csv", [b"a|1|one\nb|two\n"], _utterances(ljspeech.read)),
        "chapter": Reader(
            "1-2.trans.txt",
            [b"1-2-0 YES NO\n1-2-1 OH\n"],
            _utterances(lambda path: librispeech.read("train", [path.parent])),
        ),
        "recordings": Reader("wav.scp", [b"a a.wav\nb\tb c.wav\n"], _utterances(in_folder)),
        "segments": Reader("segments", [_SEGMENTS], _utterances(in_folder, wav_scp="a a.wav\n")),
        "transcripts": Reader(
            "x.transcription",
            [_TRANSCRIPTS],
            _utterances(lambda path: sphinx.read(path.with_suffix(".fileids")), x_fileids="a\nb\n"),
        ),
        "ids": Reader(
            "x.fileids", [b"s/a\ns/b\n"], _utterances(sphinx.read, x_transcription="YES (a)\n")
        ),
    }


def _readers() -> dict[str, Reader]:
    music = _music()
    vectors = lambda path: read_vectors(path, {"the": 2, "café": 3, "new york": 4})  # noqa: E731
    config = json.dumps({**asdict(Config()), "versions": {"keras": "3"}}, default=str).encode()
    table = pyarrow.table({"text": ["a", "Éva"], "x": [[1.5], None]})
    parquet = _made("x.parquet", lambda path: write_table(table, path))
    arrays = _made("x.npz", partial(np.savez, epochs=3, variable_0=np.ones((3, 2), "float32")))
    return {
        "conll": Reader("x.conll", [_CONLL, _CONLL_U, _SPACES, _IOBES], _conll(CoNLL())),
        "strict": Reader("x.conll", [_CONLL, _IOBES], _conll(CoNLL("1", "2", strict=True))),
        "csv": Reader("x.csv", [_TABLE, _SEMICOLONS], _texts),
        "tsv": Reader("x.tsv", [_TABS], _texts),
        "objects": Reader("x.jsonl", [_OBJECTS], _texts),
        "class": Reader("good.txt", [_PROSE], _texts),
        "text": Reader("x.txt", [_PROSE], _words),
        "midi": Reader("x.mid", music["midi"], lambda path: read_midi(path, 4, [])),
        "abc": Reader("x.abc", [_TUNES.encode()], lambda path: list(read_abc(path, 4, [], []))),
        "matlab": Reader("x.mat", music["matlab"], lambda path: read_rolls(path, 4)),
        "pieces": Reader("pieces.npz", music["pieces"], _loading(load_pieces)),
        "arrays": Reader("last.npz", [arrays], _loading(load_arrays)),
        "parallel": Reader("x.fr", [_PROSE], _parallel),
        "pairs": Reader("x.tsv", [_PAIRS], _pairs),
        "packed": Reader("x.tsv.gz", [gzip.compress(_PAIRS, mtime=0)], _pairs),
        "pair objects": Reader("x.jsonl", [_PAIR_OBJECTS], _pairs),
        "memory": Reader("x.tmx", [_TMX], _pairs),
        **_speech(),
        "vectors": Reader("x.vec", [_VECTORS, gzip.compress(_VECTORS, mtime=0)], vectors),
        "lines": Reader("x.txt", [_PROSE], _given),
        "given": Reader("x.jsonl", [_OBJECTS], _given),
        "gzipped": Reader("x.jsonl.gz", [gzip.compress(_OBJECTS, mtime=0)], _stored),
        "parquet": Reader("x.parquet", [parquet], _stored),
        "vocabulary": Reader("words.txt", [_WORDS], _loading(Vocabulary.load)),
        "config": Reader(
            "config.json", [config], lambda path: RunFolder(path.parent).load_config(Config)
        ),
    }


READERS = _readers()
