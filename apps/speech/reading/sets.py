"""From corpora of speech to utterances in three sets."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from gated.commands.progress import bar_of
from gated.errors import BadData
from gated.reading import tfds
from gated.reading.files import open_bytes, paths_in
from gated.reading.stored import Stored
from gated.training import corpus
from gated.training.corpus import named_sets, split

from ..config import Config
from . import common_voice, kaldi, librispeech, ljspeech, sphinx
from .audio import measured
from .datasets import read_dataset
from .manifest import JSON_LINES, TABLES, Reader
from .utterance import Utterance, stored

EMBEDDED = Path(__file__).parent / "embedded"

_SHOWN = 3  # of the recordings that are skipped

T = TypeVar("T")

Corpus = corpus.Corpus[Utterance]
#: Reads utterances as the corpus has them, whatever is in their sound files.
_Source = Callable[[], Iterator[Utterance]]


def load(config: Config) -> Corpus:
    """The corpus of the options. Raises BadData and BadUsage.

    Where speakers are known, none is in two of the sets that shares and folds take. What cannot be
    used is skipped, and reported on stderr.
    """
    name = " ".join(config.corpus) or "the embedded corpus"
    usable = _Usable(config.run)
    # The options say what columns another corpus has.
    sources = _sources(config.corpus, config) or _sources([str(EMBEDDED)], Config())
    sets = {
        which: usable.read(sources[which], name)
        for which in sources
        if which == "train" or not getattr(config, which)
    }
    speakers = {_speaker(utterance) for utterance in sets.get("train", ())}
    found = split(
        sets,
        config,
        lambda names, which: usable.read(_one_of(names, config, which), " ".join(names)),
        name,
        "utterances",
        together=_speaker if len(speakers) > 1 else None,
    )
    usable.report(name)
    _report_shared(found)
    return found


def read_utterances(names: Sequence[str], config: Config) -> Sequence[Utterance]:
    """The utterances to evaluate on: those of files, or the test set of a folder or of tfds:NAME.

    Raises BadData. What cannot be used is skipped, and reported on stderr.
    """
    usable = _Usable(config.run)
    found = usable.read(_one_of(names, config, "test"), " ".join(names))
    usable.report(" ".join(names))
    return found


@dataclass
class _Usable:
    """Reads utterances with their durations, and remembers which it skipped, and why."""

    run: Path
    count: int = 0
    problems: list[str] = field(default_factory=list)

    def read(self, sources: Sequence[_Source], name: str) -> Stored[Utterance]:
        """Those of sources. Raises BadData if there are none."""
        before = len(self.problems)
        with bar_of(0, "Reading speech") as advance:
            found = stored(self.run, self._read(sources, advance))
        if not found:
            problems = self.problems[before:]
            reason = f": {problems[0]}" if problems else ""
            raise BadData(f"{name}: none of {len(problems):,} utterances can be used{reason}")
        self.count += len(found)
        return found

    def _read(self, sources: Sequence[_Source], advance) -> Iterator[Utterance]:
        for utterance in (one for source in sources for one in source()):
            try:
                if not utterance.text:
                    raise BadData(f"{utterance.name}: no transcript")
                yield measured(utterance)
            except BadData as error:
                self.problems.append(str(error))
            advance(1)

    def report(self, name: str) -> None:
        """Prints one line on stderr, if something was skipped."""
        if self.problems:
            whole, skipped = self.count + len(self.problems), len(self.problems)
            shown = "; ".join(self.problems[:_SHOWN]) + ("; ..." if skipped > _SHOWN else "")
            print(f"{name}: skipped {skipped:,} of {whole:,} utterances: {shown}", file=sys.stderr)


def _speaker(utterance: Utterance) -> str | tuple[str]:
    """Who speaks, or the recording where that is not known."""
    return utterance.speaker or (utterance.audio,)


def _report_shared(found: Corpus) -> None:
    """Says where sets that came as files have speakers in common."""
    train = {utterance.speaker for utterance in found.train if utterance.speaker}
    for which, utterances in (("validation", found.valid), ("test", found.test)):
        if shared := train & {utterance.speaker for utterance in utterances}:
            print(f"{len(shared):,} speakers of the {which} set are in the training set too")


def _one_of(names: Sequence[str], config: Config, wanted: str) -> list[_Source]:
    return _chosen(_sources(names, config), wanted)


def _chosen(sources: Mapping[str, T], wanted: str) -> T:
    """The set that is wanted, or else another one."""
    return next(sources[which] for which in (wanted, "train", "valid", "test") if which in sources)


def _sources(names: Sequence[str], config: Config) -> dict[str, list[_Source]]:
    """What reads each set of a corpus; what is given as several is put together."""
    found: dict[str, list[_Source]] = {}
    for name in names:
        if name.startswith(tfds.PREFIX):
            sources = read_dataset(name)
        elif (path := Path(name)).is_dir():
            sources = _of_folder(path, config)
        else:
            sources = {"train": _of_file(path, config)}
        for which, source in sources.items():
            found.setdefault(which, []).append(source)
    return found


def _of_file(path: Path, config: Config) -> _Source:
    if path.name == kaldi.RECORDINGS:
        return partial(kaldi.read, path.parent)
    if path.name == ljspeech.METADATA and (path.parent / ljspeech.WAVS).is_dir():
        return partial(ljspeech.read, path)
    if path.suffix == ".tsv" and (path.parent / common_voice.CLIPS).is_dir():
        return partial(common_voice.read, path)
    if path.suffix == sphinx.IDS:
        return partial(sphinx.read, path)
    if path.suffix.lower() in (*TABLES, *JSON_LINES):
        reader = Reader(config.audio_column, config.text_column, config.speaker_column)
        return partial(reader.read, path)
    open_bytes(path, "a corpus of speech").close()
    endings = ", ".join((*TABLES, *JSON_LINES, sphinx.IDS))
    raise BadData(f"{path}: expected a folder, or a file whose name ends in {endings}")


def _of_folder(folder: Path, config: Config) -> dict[str, _Source]:
    if lists := _lists(folder):
        return {which: _of_file(path, config) for which, path in lists.items()}
    if next(folder.rglob(librispeech.TRANSCRIPTS), None):
        sets = librispeech.folders_of_sets(folder)
        return {which: partial(librispeech.read, which, found) for which, found in sets.items()}
    if inside := named_sets((path for path in paths_in(folder) if path.is_dir()), folder):
        return {which: _chosen(_of_folder(path, config), "train") for which, path in inside.items()}
    raise BadData(
        f"{folder}: expected a folder of LibriSpeech, Common Voice, LJSpeech, Kaldi or CMU Sphinx, "
        "or train, valid and test files or folders"
    )


def _lists(folder: Path) -> dict[str, Path]:
    """The file that lists the recordings of each set, where there is one."""
    paths = paths_in(folder)
    names = {path.name for path in paths}
    if kaldi.RECORDINGS in names:
        return {"train": folder / kaldi.RECORDINGS}
    if {ljspeech.METADATA, ljspeech.WAVS} <= names:
        return {"train": folder / ljspeech.METADATA}
    if common_voice.CLIPS in names:
        return common_voice.tables_of_sets(folder)
    lists = sphinx.lists(folder) or [
        path for path in paths if path.suffix.lower() in (*TABLES, *JSON_LINES)
    ]
    sets = named_sets(lists, folder) or ({"train": lists[0]} if len(lists) == 1 else {})
    if lists and not sets:
        shown = ", ".join(path.name for path in lists[:_SHOWN])
        raise BadData(f"{folder}: expected train, valid and test among the names of {shown}")
    return sets
