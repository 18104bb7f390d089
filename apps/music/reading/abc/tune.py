"""A tune in ABC notation as it is read, line by line: its fields and its music."""

import re
from fractions import Fraction

from ..bars import bars_of
from ..piece import Piece, make_piece
from .chords import pitches_of
from .keys import key_of, shift_of
from .playing import Chord, Line, Sound, notes_of, played, segments_of
from .tokens import INSIDE, TOKEN, fraction_of, length_of, lines_of, numbers_of
from .voice import Overlay, Voice


class Tune:
    """A tune, and what is passed over in it.

    Attributes:
        lines: how many were read.
        passed: what was passed over, and at which line.
    """

    def __init__(self, defaults: list[str]) -> None:
        """Starts with what the fields of the file's header say."""
        self.lines = 0
        self.passed: list[tuple[str, int]] = []
        self._number = self._title = ""
        self._order = ""
        self._endings_by_part = True
        self._pace = ""  # as the header says
        self._tempo: float | None = None  # quarters a minute
        self._metre: tuple[int, int] | None = None
        self._text: str | None = None  # what ends the lines that are no music
        self._breaks = False  # whether every ! ends a line
        self._in_header = True
        self._in_history = False  # the lines of which were once without a letter
        # What holds at the start, for every voice; and what the header says of each.
        self._start = Voice()
        self._described: dict[str, str] = {}
        self._voices: dict[str, Voice] = {}
        self._voice = self._start
        self._overlay: Overlay | None = None
        self._part: str | None = None
        for line in defaults:
            self._read_default(line)

    def __str__(self) -> str:
        """Its number, and its title if it has one."""
        return f"tune {self._number}" + (f" ({self._title})" if self._title else "")

    def read(self, line: str) -> None:
        """Raises ValueError."""
        self.lines += 1
        if self._text or line.startswith("%%"):
            self._read_directive(line)
            return
        line = re.sub(r"(?<!\\)%.*", "", line)
        if found := re.match(r"([A-Za-z+]):(?![|:])(.*)", line):
            self._in_history = found[1] == "H"
            self._read_field(found[1], found[2].strip())
        elif not self._in_header:
            self._read_music(line.replace("!", " ") if self._breaks else line)
        elif line.strip() and not self._in_history:
            raise ValueError("music before the key; a header ends with K:")

    def piece(self, name: str, grid: int, remarks: list[str] | None) -> Piece:
        """The tune as it is played. Raises BadData and ValueError."""
        self._end_overlay()
        voices = list(self._voices.values()) or [self._voice]
        lines = [
            list(played(items, self._order, self._endings_by_part))
            for voice in voices
            for items in voice.lines()
            if any(isinstance(item, Sound) for item in items)
        ]
        notes = [note for items in lines for note in notes_of(items)]
        bars = bars_of(segments_of(lines[0] if lines else []))
        return make_piece(name, notes, bars, grid, self._tempo or 120.0, self._metre, remarks)

    @property
    def _current(self) -> Voice:
        return self._overlay.voice if self._overlay else self._voice

    def _read_default(self, line: str) -> None:
        if line.startswith("%%"):
            self._read_directive(line)
        elif found := re.match(r"([ILMQ]):([^%]*)", line):
            try:
                self._read_field(found[1], found[2].strip())
            except ValueError:
                # Before the first tune there may be any text.
                return

    def _read_directive(self, line: str) -> None:
        if self._text:
            if line.startswith(self._text):
                self._text = None
        elif found := re.match(r"%%begin(\w+)", line):
            self._text = f"%%end{found[1]}"
        else:
            self._read_instruction(line[2:].strip())

    def _read_instruction(self, text: str) -> None:
        if found := re.match(r"propagate-accidentals\s+(not|octave|pitch)\b", text):
            for voice in (self._start, self._current, *self._voices.values()):
                voice.propagates = found[1]
        elif text.startswith("linebreak"):
            self._breaks = "!" in text

    def _read_field(self, letter: str, value: str) -> None:
        voice = self._current
        match letter:
            case "X":
                self._number = value
            case "T":
                self._title = self._title or value
            case "M":
                self._read_metre(value)
            case "L":
                voice.unit = 4 * fraction_of(value)
            case "K":
                voice.key = key_of(value, voice.key)
                voice.shift = shift_of(value, voice.shift)
                if self._in_header:
                    self._begin()
            case "Q" if self._in_header:
                self._pace = value
            case "Q":
                self._read_tempo(value)
            case "V":
                self._read_voice(value)
            case "I":
                self._read_instruction(value)
            case "m":
                self._pass("a macro (m:)")
            case "P" | "Y" if self._in_header:
                self._order = value
                self._endings_by_part = letter == "P"
            case "P":
                self._end_overlay()
                self._part = value[:1]
                self._voice.begin(self._part)

    def _begin(self) -> None:
        """The header ends. Without L, the unit follows from the metre that it names."""
        start = self._start
        if start.unit is None:
            short = start.bar is not None and start.bar < 3
            start.unit = Fraction(1, 4) if short else Fraction(1, 2)
        self._in_header = False
        self._voice = start.fresh()
        self._read_tempo(self._pace)

    def _read_metre(self, value: str) -> None:
        if value in ("C", "C|"):
            value = "4/4" if value == "C" else "2/2"
        found = re.fullmatch(r"\(?(\d+(?:\s*\+\s*\d+)*)\)?\s*/\s*(\d+)", value)
        metre = None
        if found:
            metre = sum(int(number) for number in found[1].split("+")), int(found[2])
            # Such as a MIDI file can name.
            if not 1 <= metre[0] <= 255 or metre[1] not in (1, 2, 4, 8, 16, 32, 64):
                raise ValueError(f"M:{value}, expected a metre such as 3/4")
        elif value.lower() not in ("none", ""):
            raise ValueError(f"M:{value}, expected a metre such as 3/4")
        if not any(isinstance(item, Sound) for item in self._voice.items):
            self._metre = metre
        self._current.metre = metre

    def _read_tempo(self, value: str) -> None:
        value = re.sub(r'"[^"]*"', "", value).strip()
        found = re.fullmatch(r"(?:((?:\d+/\d+\s*)+|C\d*)\s*=\s*)?(\d+(?:\.\d+)?)", value)
        if self._tempo is not None or not found or not float(found[2]):
            return
        beats = found[1] or "C"
        if beats.startswith("C"):
            # As it was once written: units a minute, or C3 for three of them.
            assert self._voice.unit
            beat = int(beats[1:] or 1) * self._voice.unit
        else:
            beat = sum((4 * fraction_of(part) for part in beats.split()), Fraction(0))
        self._tempo = float(found[2]) * float(beat)

    def _read_voice(self, value: str) -> None:
        name = value.split()[0] if value.split() else ""
        if self._in_header:
            self._described[name] = value
            return
        self._end_overlay()
        if name not in self._voices:
            # The first goes on with what was read before there were voices.
            voice = self._start.fresh() if self._voices else self._voice
            voice.shift = shift_of(self._described.get(name, ""), voice.shift)
            self._voices[name] = voice
        self._voice = self._voices[name]
        self._voice.shift = shift_of(value.removeprefix(name), self._voice.shift)
        self._voice.begin(self._part)

    def _read_music(self, line: str) -> None:
        if self._described and not self._voices and not re.match(r"\s*\[V:", line):
            self._read_voice(next(iter(self._described)))
        place = 0
        while place < len(line):
            found = TOKEN.match(line, place)
            if not found:
                raise ValueError(f"`{line[place : place + 8].strip()}` is not understood")
            place = found.end()
            voice = self._current
            kinds = (name for name, text in found.groupdict().items() if text is not None)
            match next(kinds):
                case "text":
                    if pitches := pitches_of(found["text"]):
                        voice.items.append(Chord(pitches))
                case "field":
                    self._read_field(found["field"], found["value"].strip())
                case "line":
                    for bar_line in lines_of(found["line"]):
                        self._line(bar_line)
                    if found["after"]:
                        self._line(Line(endings=numbers_of(found["after"])))
                case "endings":
                    self._line(Line(endings=numbers_of(found["endings"])))
                case "p":
                    voice.begin_tuplet(*(int(found[name] or 0) for name in "pqr"))
                case "group":
                    self._read_group(found["inside"], found["group_length"])
                case "old":
                    self._read_group(found["old"], found["old_length"])
                case "note":
                    voice.pitch(found["note"])
                    voice.sound(length_of(found["length"]))
                case "rest":
                    voice.sound(length_of(found["rest_length"]))
                case "bars_rest":
                    voice.rest(int(found["bars"] or 1))
                case "tie":
                    voice.tie()
                case "broken":
                    voice.break_rhythm(found["broken"])
                case "overlay":
                    self._end_overlay()
                    self._overlay = self._voice.overlay(len(found["overlay"]))
                case "reserved":
                    self._pass(f"`{found['reserved']}` in the music")

    def _read_group(self, inside: str, length: str) -> None:
        lengths, tied, place = [], set(), 0
        while place < len(inside):
            found = INSIDE.match(inside, place)
            if not found:
                raise ValueError(f"`[{inside}]` is not understood")
            place = found.end()
            if found["stray"]:
                self._pass("`+` in a chord")
            if found[1]:
                pitch = self._current.pitch(found[1])
                lengths.append(length_of(found[2]))
                if found[3]:
                    tied.add(pitch)
        if not lengths:
            raise ValueError(f"`[{inside}]`: no notes")
        # All last as long as the first, as the standard says.
        self._current.sound(lengths[0] * length_of(length), frozenset(tied))

    def _line(self, line: Line) -> None:
        if self._overlay:
            self._overlay.bars -= 1
            if self._overlay.bars:
                self._overlay.voice.line(Line())
                return
            self._end_overlay()
        self._voice.line(line)

    def _end_overlay(self) -> None:
        if self._overlay:
            self._voice.close(self._overlay)
            self._overlay = None

    def _pass(self, what: str) -> None:
        self.passed.append((what, self.lines))
