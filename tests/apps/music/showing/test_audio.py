"""What a piece sounds like."""

import io
import time
import wave

import numpy as np
import pytest

from apps.music.reading.piece import HELD, LOWEST, Note, Piece, frames_of
from apps.music.showing import audio
from apps.music.showing.audio import RATE, wav_of, write_wav

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def piece_of(notes, grid=4, tempo=120.0, length=None):
    frames = frames_of(notes, grid, length)
    return Piece("by hand", frames, np.zeros(len(frames), "uint8"), grid, tempo)


def samples_of(content):
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767


def spectrum(samples):
    """Magnitudes, a bin a tenth of a hertz."""
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 10 * RATE))


@pytest.fixture(params=["strings", "piano"])
def sound(request, monkeypatch):
    """The samples of a piece, by either instrument."""
    if request.param == "piano" and not audio.has_piano():
        pytest.skip("needs pyfluidsynth, fluidsynth and pretty_midi")
    monkeypatch.setattr(audio, "has_piano", lambda: request.param == "piano")
    return lambda piece: samples_of(wav_of(piece))


def test_a_scale_sounds_at_its_frequencies(sound):
    samples = sound(piece_of([Note(p, i, i + 1) for i, p in enumerate(SCALE)]))
    for pitch, part in zip(SCALE, np.split(samples, 8), strict=True):
        peak = spectrum(part).argmax() / 10
        ratio = peak / (440 * 2 ** ((pitch - 69) / 12))
        # Of a piano's string the octave may be the loudest partial.
        assert ratio == pytest.approx(max(1, round(ratio)), rel=0.005) and round(ratio) <= 2


@pytest.mark.parametrize("tempo", [60.0, 96.0, 177.0])
@pytest.mark.parametrize("grid", [3, 4, 24])
def test_lasts_as_long_as_the_frames(sound, tempo, grid):
    samples = sound(piece_of([Note(60, 0, 1), Note(67, 2, 3)], grid, tempo, length=5 * grid))
    assert len(samples) / RATE == pytest.approx(5 * 60 / tempo, abs=1 / RATE)
    quarter = round(60 / tempo * RATE)
    assert np.abs(samples[:quarter]).max() > 0.1
    assert np.abs(samples[2 * quarter : 3 * quarter]).max() > 0.1
    assert np.abs(samples[4 * quarter :]).max() < 0.05


def test_a_note_struck_again_is_heard_again(sound):
    once = sound(piece_of([Note(60, 0, 4)], tempo=60.0))
    twice = sound(piece_of([Note(60, 0, 2), Note(60, 2, 4)], tempo=60.0))

    def after_by_before(samples):
        before = samples[round(1.8 * RATE) : round(1.9 * RATE)]
        after = samples[round(2.1 * RATE) : round(2.2 * RATE)]
        return after.std() / before.std()

    assert after_by_before(once) < 1
    assert after_by_before(twice) > 1.5


def test_where_strokes_are_not_known_a_note_lasts(sound):
    frames = np.zeros((8, 88), "uint8")
    frames[:, 60 - LOWEST] = HELD
    held = Piece("by hand", frames, np.zeros(8, "uint8"))
    np.testing.assert_array_equal(sound(held), sound(piece_of([Note(60, 0, 2)])))


def test_nothing_clips_or_wraps(sound):
    cluster = piece_of([Note(pitch, 0, 2) for pitch in range(21, 109)])
    for piece in (cluster, piece_of([Note(60, 0, 2)])):
        samples = sound(piece)
        assert np.abs(samples).max() == pytest.approx(0.8, abs=0.001)
        assert (np.abs(samples) > 0.799).mean() < 0.01


def test_nothing_clicks(monkeypatch):
    monkeypatch.setattr(audio, "has_piano", lambda: False)
    piece = piece_of([Note(36, 0, 1), Note(36, 1, 1.5), Note(36, 3, 3.25)], length=16)
    energy = spectrum(samples_of(wav_of(piece))) ** 2
    highest_partial = 8 * 65.4
    assert energy[round(10 * 2 * highest_partial) :].sum() < 1e-6 * energy.sum()


def test_silence_and_no_frames(sound):
    assert not sound(piece_of([], length=8)).any()
    assert len(sound(piece_of([]))) == 0


def test_a_minute_is_quickly_made(monkeypatch):
    monkeypatch.setattr(audio, "has_piano", lambda: False)
    drawn = np.random.default_rng(0)
    notes = [
        Note(int(pitch), i / 2, i / 2 + drawn.choice([0.5, 1, 4]))
        for i in range(240)
        for pitch in drawn.integers(40, 80, 2)
    ]
    piece = piece_of(notes, length=480)
    wav_of(piece)
    seconds = min(timed(lambda: wav_of(piece)) for _ in range(3))
    assert seconds < 0.5


def timed(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def test_writes_the_file(tmp_path):
    piece = piece_of([Note(60, 0, 1)])
    write_wav(piece, tmp_path / "new" / "tune.wav")
    assert (tmp_path / "new" / "tune.wav").read_bytes() == wav_of(piece)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["tune.wav"]
