"""Each page with a content that is hard to lay out: long words, many types, right to left."""

import tempfile
from functools import cache

import numpy as np
import soundfile

from apps.lm.showing.page import page as surprise
from apps.music.reading.piece import Note, Piece, frames_of
from apps.music.showing.audio import wav_of
from apps.music.showing.page import Tune
from apps.music.showing.page import page as tunes
from apps.music.showing.statistics import Copy, statistics_of
from apps.ner.model.tagged import Entity, TaggedSentence, TaggedText, Tagging
from apps.ner.showing.page import page as entities
from apps.sentiment.model.prediction import Prediction, Word
from apps.sentiment.showing.page import page as classes
from apps.speech.model.transcript import Transcript
from apps.speech.model.transcript import Word as SpokenWord
from apps.speech.showing.page import page as transcripts
from apps.translation.model.translation import Translation
from apps.translation.showing.page import page as translations

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TEXT = f"Ada Lovelace met Charles Babbage in London. They went by ship, it is said: {LONG}"
TYPES = ["PER", "LOC", "ORG", "MISC", "Chemical-or-Disease", "creative-work", "product"]
ARABIC = "التقت آدا لوفلايس بتشارلز بابيج في لندن"


def _words(text):
    start = 0
    for word in text.split():
        start = text.index(word, start)
        yield word, start, start + len(word)
        start += len(word)


def _entities():
    for text in (TEXT, "", ARABIC, f"{LONG} " * 3, "Ada. " * 40):
        found = [
            Entity(word, TYPES[i % len(TYPES)], start, end, 0.5)
            for i, (word, start, end) in enumerate(_words(text))
            if i % 3 != 1
        ]
        yield TaggedText(text, [TaggedSentence([], [], [], [Tagging([], found, 1.0)])])


def _classified():
    for text in (TEXT, "", ARABIC, LONG):
        words = [
            Word(word, start, end, -3 + 6 * i / 10)
            for i, (word, start, end) in enumerate(_words(text))
        ]
        p = {"positive": 0.97, "negative": 0.02, f"a class of a {LONG}": 0.01}
        yield Prediction(text, p, words)


def _scored():
    for text in (TEXT, ARABIC, LONG):
        tokens = [*text, "\n"]
        log_p = [-8.0 * (i % 11) / 10 for i in range(len(tokens))]
        yield {"tokens": tokens, "token_log_p": log_p, "log_p": sum(log_p)}


def _tunes():
    for bars, name in (
        (2, "Tune 1"),
        (40, f"folder/{LONG}.abc, tune 12 (The Maid behind the Bar)"),
    ):
        notes = [Note(60 + 7 * (i % 5), i, i + 1) for i in range(4 * bars)]
        frames = frames_of(notes, 4)
        positions = (np.arange(len(frames)) % 16 + 1).astype("uint8")
        piece = Piece(name, frames, positions, 4, 120.0, (4, 4))
        given = np.zeros(frames.shape, bool)
        given[:8] = True
        copy = Copy(name, 4, 6, 10, 2.5, 3, -1)
        yield Tune(piece, wav_of(piece), b"MThd", statistics_of([piece]), copy, given)


def _translated():
    pairs = (
        (TEXT, ARABIC),
        (ARABIC, TEXT),
        (LONG, "彼 は 水泳 が 得意"),
        ("Ada. " * 20, "Met. " * 30),
    )
    for source, target in pairs:
        tokens = target.split(), source.split()
        weights = np.random.default_rng(1).dirichlet(np.full(len(tokens[1]) + 1, 0.3), 100)
        one = Translation(target, tokens[1], tokens[0], -12.5, -3.0, weights[: len(tokens[0]) + 1])
        yield source, [one] * (1 + (source == TEXT))
    yield "", [Translation("", [], [], 0.0, 0.0, np.zeros((1, 1)))]


def _transcribed(folder):
    """With sound and without."""
    for number, text in enumerate((TEXT, "", ARABIC, f"{LONG} " * 3)):
        words = [
            SpokenWord(word, 0.4 * i, 0.4 * i + 0.3, (i % 11) / 10)
            for i, word in enumerate(text.split())
        ]
        path = None
        if number % 2 == 0:
            path = f"{folder}/{number}.wav"
            seconds = np.arange(16_000 * 10) / 16_000
            soundfile.write(path, 0.3 * np.sin(2000 * seconds) * np.sin(seconds), 16_000)
        yield Transcript(f"folder/{LONG}.wav", 10.0, tuple(words), -12.5), path


@cache
def _ner_page():
    return "".join(entities(_entities(), TYPES))


@cache
def _sentiment_page():
    return "".join(classes(_classified()))


@cache
def _lm_page():
    return surprise(list(_scored()), "".join)


@cache
def _music_page():
    shown = list(_tunes())
    return tunes(shown, shown[0].statistics, f"Tunes of runs/music/{LONG}")


@cache
def _translation_page():
    return "".join(translations(_translated()))


@cache
def _speech_page():
    with tempfile.TemporaryDirectory() as folder:
        return "".join(transcripts(_transcribed(folder)))


# What makes each page.
PAGES = {
    "ner": _ner_page,
    "sentiment": _sentiment_page,
    "lm": _lm_page,
    "music": _music_page,
    "speech": _speech_page,
    "translation": _translation_page,
}
