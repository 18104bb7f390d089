"""Transcripts as text and as objects."""

from apps.speech.model.transcript import Transcript, Word
from apps.speech.showing.output import objects, write_text
from gated.commands.outputs import json_line

WORDS = (Word("turn", 0.1, 0.30004, 0.98765432), Word("left", 0.4, 0.7, 1 / 3))
FOUND = [Transcript("a/b.flac", 1.23456789, WORDS, -3.14159265), Transcript("c.wav", 2.0, (), 0.0)]


def test_text(capsys):
    write_text(FOUND[:1], named=False)
    write_text(FOUND, named=True)
    assert capsys.readouterr().out == "turn left\na/b.flac\tturn left\nc.wav\t\n"


def test_objects():
    assert list(map(json_line, objects(FOUND))) == [
        '{"name": "a/b.flac", "text": "turn left", "seconds": 1.235, "log_p": -3.1416, "words": ['
        '{"text": "turn", "start": 0.1, "end": 0.3, "confidence": 0.9877}, '
        '{"text": "left", "start": 0.4, "end": 0.7, "confidence": 0.3333}]}',
        '{"name": "c.wav", "text": "", "seconds": 2.0, "log_p": 0.0, "words": []}',
    ]
