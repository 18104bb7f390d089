"""Keys, clefs and shifts."""

import pytest

from apps.music.reading.abc.keys import key_of


@pytest.mark.parametrize(
    ("key", "pitches"),
    [
        ("C", [65, 71]),
        ("Em", [66, 71]),
        ("Gm", [65, 70]),
        ("D dorian", [65, 71]),
        ("Dmix clef=treble", [66, 71]),
        ("F#", [66, 71]),
        ("Eb", [65, 70]),
        ("C ^f", [66, 71]),
        ("none", [65, 71]),
        ("", [65, 71]),
        ("HP", [66, 71]),
        ("Hp", [66, 71]),
        ("alto", [65, 71]),
        ("G#", [67, 72]),
        ("Fb", [64, 69]),
    ],
)
def test_keys(melody, key, pitches):
    assert [pitch for pitch, _ in melody("F B", f"X:1\nL:1/4\nK:{key}\n")] == pitches


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        # Examples of the standard: Ahavoh Rabboh, and the mixolydian of D.
        ("D Phr ^f", {"B": -1, "E": -1, "F": 1}),
        ("D exp _b _e ^f", {"B": -1, "E": -1, "F": 1}),
        ("D maj =c", {"F": 1}),
        ("D =c", {"F": 1}),
        ("Ebminor=e^c", {"B": -1, "A": -1, "D": -1, "G": -1, "C": 1}),
        ("D exp ^f clef=bass octave=-1", {"F": 1}),
        ("C ^^f __b", {"F": 2, "B": -2}),
        ("^c", {"C": 1}),
        ("G transpose=2 t=1", {"F": 1}),
    ],
)
def test_accidentals_of_a_key(key, moved):
    found = key_of(key, {})
    assert {letter: semitones for letter, semitones in found.items() if semitones} == moved


@pytest.mark.parametrize(
    ("keys", "sharps"),
    [
        ("C# A#m G#Mix D#Dor E#Phr F#Lyd B#Loc", 7),
        ("E C#m BMix F#Dor G#Phr ALyd D#Loc", 4),
        ("C Am GMix DDor EPhr FLyd BLoc", 0),
        ("Bb Gm FMIX C_Dorian DPhrygian Eblydian A_LOC", -2),
        ("Cb Abm GbMix DbDor EbPhr FbLyd BbLoc", -7),
    ],
)
def test_modes(keys, sharps):
    """Of the table of the standard."""
    for key in keys.split():
        assert sum(key_of(key.replace("_", " "), {}).values()) == sharps, key


@pytest.mark.parametrize("key", ["H", "C blah", "moll", "7", "exp"])
def test_no_keys(key):
    with pytest.raises(ValueError, match="expected a key such as Am"):
        key_of(key, {})


@pytest.mark.parametrize(
    ("field", "pitch"),
    [
        ("C octave=-1", 48),
        ("C octave=+2", 84),
        ("C transpose=-2", 58),
        ("C t=3", 63),
        ("C clef=treble-8", 48),
        ("C treble+8", 72),
        ('C clef="bass-8"', 48),
        ("C tenor-8 octave=1 transpose=5", 65),
        ("clef=alto+8", 72),
        ("C clef=bass middle=d", 60),
        ("C bass3 stafflines=4", 60),
        ('C name="clef=treble-8" shift=CD', 60),
    ],
)
def test_shifts(melody, field, pitch):
    assert melody("C", f"X:1\nL:1/4\nK:{field}\n") == [(pitch, 1)]


@pytest.mark.parametrize(
    ("header", "music", "pitches"),
    [
        ("V:1 transpose=-12\nK:C", "C", [48]),
        ("V:T clef=treble-8\nV:B clef=bass octave=-2\nK:C", "[V:T]C|\n[V:B]C|", [36, 48]),
        ("V:T\nV:B octave=-1\nK:C octave=1", "[V:T]C|\n[V:B]C|", [48, 72]),
        ("K:C", "V:1 octave=1\nC|\nV:2\nC|", [60, 72]),
        ('V:1 name="octave=3" snm="x clef=bass-8"\nK:C', "V:1\nC", [60]),
        # What a field in the music does not name stays; its notes are moved from there on.
        ("K:C octave=1", "C[K:D]F[K:C octave=0]C[K:clef=treble-8]C", [72, 78, 60, 48]),
        ("K:G", "F [K:bass] F [K:] F", [66, 66, 65]),
        # A key that one voice changes to is not that in which another begins.
        ("K:C", "V:1\nC|[K:D]z|\nV:2\nz|F|", [60, 65]),
    ],
)
def test_shifts_of_voices(read, header, music, pitches):
    notes = read(f"X:1\nL:1/4\n{header}\n{music}\n").notes()
    assert [note.pitch for note in notes] == pitches
