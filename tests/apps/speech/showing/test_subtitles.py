"""Subtitles, as other readers read them."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
import srt as reader
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.speech.model.transcript import Word
from apps.speech.showing.subtitles import cues, srt, vtt

HOUR = 3600


def words(text, start=0.0, each=0.3, gap=0.1):
    for one in text.split():
        yield Word(one, start, start + each, 0.9)
        start += each + gap


def timed(gaps_and_words):
    """Words from how long after the last one each begins, how long it lasts, and what it is."""
    now = 0.0
    for gap, lasts, text in gaps_and_words:
        yield Word(text, now + gap, now + gap + lasts, 0.5)
        now += gap + lasts


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.05, 0.3, 0.7, 0.9, 3.0, 20.0]),
            st.sampled_from([0.2, 0.6, 2.0, 9.0]),
            st.text("ab&<>-é😀", min_size=1, max_size=60),
        ),
        max_size=80,
    )
)
def test_cues_are_as_the_guidelines_have_them(given_words):
    heard = list(timed(given_words))
    found = list(cues(heard))
    shown = "".join("".join(cue.lines).replace(" ", "") for cue in found)
    assert shown == "".join(word.text for word in heard)
    for cue, after in pairwise(found):
        assert cue.end <= after.start
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= 42 for line in cue.lines)
        assert 0 < cue.end - cue.start <= 7 + 1e-9
    # Each word is shown while it is said, but for what is too long for a cue.
    if all(word.end - word.start < 7 and len(word.text) <= 42 for word in heard):
        left = iter(found)
        cue, texts = None, []
        for word in heard:
            if not texts:
                cue = next(left)
                texts = " ".join(cue.lines).split()
            assert texts.pop(0) == word.text
            assert cue.start <= word.start + 1e-9 and word.end <= cue.end + 1e-9


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.25, 3), st.text("ab", min_size=1, max_size=9)))
)
def test_cues_of_speech_last_a_second(given_words):
    """That of people: at most four words a second."""
    assert all(cue.end - cue.start >= 1 - 1e-9 for cue in cues(timed(given_words)))


def test_cues_end_at_pauses_and_at_the_longest_gap():
    early = list(words("one two three"))
    late = list(words("four five", start=early[-1].end + 0.9))
    assert [cue.lines for cue in cues([*early, *late])] == [("one two three",), ("four five",)]
    # Six are 71 characters, and eight too many: at most three a line.
    long = list(words("abcdefghijk " * 5))
    more = list(words("ABCDEFGHIJK " * 5, start=long[-1].end + 0.5))
    assert [cue.lines for cue in cues([*long, *more])] == [
        ("abcdefghijk abcdefghijk", "abcdefghijk abcdefghijk abcdefghijk"),
        ("ABCDEFGHIJK ABCDEFGHIJK", "ABCDEFGHIJK ABCDEFGHIJK ABCDEFGHIJK"),
    ]


def test_short_cues_stay_until_the_next():
    yes, no = Word("yes", 1.0, 1.2, 0.9), Word("no", 5.0, 5.1, 0.9)
    assert [(cue.start, cue.end) for cue in cues([yes, no])] == [(1.0, 2.0), (5.0, 6.0)]
    # Not shown for a second before there is another: shown together.
    no = Word("no", 1.9 + 0.1 - 1e-3, 2.2, 0.9)
    assert [cue.lines for cue in cues([yes, no])] == [("yes no",)]


TEXT = "a <b>bold</b> &amp; --> R&D {x} 1 l'été"


@pytest.mark.parametrize("start", [0.0, 59.9996, 3599.9, 123 * HOUR + 45.678])
def test_srt_as_another_reader_reads_it(start):
    found = list(reader.parse("".join(srt(words(TEXT * 6, start))), ignore_errors=False))
    expected = list(cues(words(TEXT * 6, start)))
    assert len(expected) > 1
    assert [one.index for one in found] == list(range(1, len(expected) + 1))
    assert [tuple(one.content.split("\n")) for one in found] == [one.lines for one in expected]
    for one, cue in zip(found, expected, strict=True):
        for time, seconds in ((one.start, cue.start), (one.end, cue.end)):
            assert abs(time - timedelta(seconds=seconds)) <= timedelta(seconds=0.00051)


TRACK = """(async () => {
  const track = document.createElement("track"), video = document.createElement("video");
  video.append(track);
  document.body.append(video);
  track.track.mode = "hidden";
  const done = new Promise((done, failed) => { track.onload = done; track.onerror = failed; });
  track.src = URL.createObjectURL(new Blob([TEXT], { type: "text/vtt" }));
  await done;
  const shown = (cue) => [cue.startTime, cue.endTime, cue.getCueAsHTML().textContent];
  return [...track.track.cues].map(shown);
})()"""


@pytest.mark.parametrize("start", [0.0, 59.9996, 3599.9, 123 * HOUR + 45.678])
def test_vtt_as_a_browser_reads_it(browser, start):
    browser.open("<!doctype html><body>")
    text = "".join(vtt(words(TEXT * 6, start)))
    found = browser.evaluate(TRACK.replace("TEXT", json.dumps(text)))
    assert found == [
        [pytest.approx(one.start, abs=6e-4), pytest.approx(one.end, abs=6e-4), "\n".join(one.lines)]
        for one in cues(words(TEXT * 6, start))
    ]


def test_nothing_said():
    assert ("".join(srt([])), "".join(vtt([]))) == ("", "WEBVTT\n\n")
