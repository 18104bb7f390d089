"""Texts, their tokens, and the ids of these."""

from apps.lm.config import Config
from apps.lm.reading.encoder import Encoder, Source
from apps.lm.reading.text import Ids
from gated.text.codec import EOS


def stream(splitter, lines):
    """The tokens of lines, each line's end one of them."""
    return [token for line in lines for token in (*splitter.split(line), EOS)]


def encoded(lines, **options):
    text = "".join(f"{line}\n" for line in lines)
    source = Source("lines", lambda advance: iter([text]))
    return Encoder(Config(**options)).encode([source]).texts["train"]


def tokens_of(text):
    return [text.types[number] for piece in text.pieces() for number in piece]


def ids_of(codec, lines):
    return Ids(encoded(lines, level=codec.level), codec)
