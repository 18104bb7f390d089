"""What counts in a search for transcripts beside the sound."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from gated.ctc import (
    CharacterModel,
    Scorer,
    Sum,
    WordModel,
    closed_vocabulary,
    hot_words,
    word_count,
)
from gated.errors import BadData, BadUsage
from gated.reading.files import stream_lines
from gated.runs.folder import RunFolder
from gated.runs.language_model import load_language_model

from ..options import Search
from .tokens import Tokens


def scorer_of(search: Search, tokens: Tokens) -> tuple[Scorer | None, list[keras.Model]]:
    """The scorer that options ask for, and the models that it has.

    Raises BadData and BadUsage where it cannot be made, or not for these tokens.
    """
    if not search.scored:
        return None, []
    if tokens.level != "char":
        raise BadUsage("a run of --level word takes no language model, bonus or list of words")
    names = tokens.vocabulary.tokens
    scorers: list[tuple[float, Scorer]] = []
    models: list[keras.Model] = []
    if search.language_model:
        codec, model = load_language_model(RunFolder.open(search.language_model))
        kind = CharacterModel if codec.level == "char" else WordModel
        scorers.append((search.weight, kind(codec, model, names)))
        models.append(model)
    if search.bonus:
        scorers.append((search.bonus, word_count(names)))
    if search.vocabulary:
        words = [line.strip() for line in stream_lines(search.vocabulary)]
        with _of(f"{search.vocabulary}"):
            scorers.append((1.0, closed_vocabulary(filter(None, words), names)))
    if search.hot_words:
        with _of("--hot-words"):
            scorers.append((search.hot_bonus, hot_words(search.hot_words, names)))
    return Sum(scorers), models


@contextmanager
def _of(source: str) -> Iterator[None]:
    """Within, BadData says where it comes from."""
    try:
        yield
    except BadData as error:
        raise BadData(f"{source}: {error}") from None
