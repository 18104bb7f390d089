"""Damaged files, each made anew from its number."""

import random
import re
from collections.abc import Callable, Sequence

# What readers give a meaning to, in one place or another, and what they do not expect.
_PIECES = [
    *(b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b" ", b'"', b'\\"', b"\\", b",", b";", b"#"),
    *(b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f\x8b", b"\x80", b"\xed\xa0\x80", b"PK\3\4"),
    *("\x85\u2028\ufeff\u200b\u202e\ufe0f".encode(), "😀".encode(), "İıſß".encode()),
    *(b"{", b"}", b"[", b"]", b"[" * 3000, b"null", b"true", b"NaN", b'"\\ud800"', b"9" * 5000),
    *(b"-DOCSTART-", b"B-", b"O", b"sep=,", b"MTrk", b"MThd", b"X:1\nK:C\n", b"|:", b":|", b"[1"),
    *(b"<tu>", b"</tu>", b"<!ENTITY a 'b'>", b"&a;", b"<![CDATA[", b"<seg>" * 3000, b"fr", b"en"),
    *(b"(3", b"/", b">>", b"&", b"<EOS>", b"<UNK>", b"V:1\n", b"K:", b"M:0/0\n", b"Z9", b"%"),
]
_NUMBERS = [b"0", b"-1", b"1e999", b"nan", b"0.5", b"65536", b"4294967296", b"9" * 30]
_Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def damaged(examples: Sequence[bytes], seed: str) -> bytes:
    """One of the examples, changed in a few ways; the same for the same seed."""
    rng = random.Random(seed)
    content = rng.choice(examples)
    for _ in range(rng.choice([1, 1, 2, 3, 5, 8])):
        content = rng.choice(_MUTATIONS)(rng, content, examples)
    return content


def _span(rng: random.Random, content: bytes) -> tuple[int, int]:
    start = rng.randint(0, len(content))
    return start, min(len(content), start + int(2 ** rng.uniform(0, 10)))


def _flip(rng, content, examples):
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 4, 32])):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng, content, examples):
    return content[: rng.randint(0, len(content))]


def _remove(rng, content, examples):
    start, end = _span(rng, content)
    return content[:start] + content[end:]


def _repeat(rng, content, examples):
    start, end = _span(rng, content)
    return content[:start] + content[start:end] * rng.choice([2, 2, 3, 50]) + content[end:]


def _insert(rng, content, examples):
    start, end = _span(rng, content)
    end = rng.choice([start, end])
    return content[:start] + rng.choice(_PIECES) * rng.choice([1, 1, 1, 2, 40]) + content[end:]


def _splice(rng, content, examples):
    start, end = _span(rng, content)
    other = rng.choice(examples)
    first, last = _span(rng, other)
    return content[:start] + other[first:last] + content[end:]


def _number(rng, content, examples):
    if not (found := list(re.finditer(rb"\d+", content))):
        return content
    start, end = rng.choice(found).span()
    return content[:start] + rng.choice(_NUMBERS) + content[end:]


def _ends(rng, content, examples):
    return re.sub(rb"\r?\n", rng.choice([b"\r", b"\r\n", b"\n\r", b"\0\n", b" "]), content)


def _encoding(rng, content, examples):
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-be", "utf-32", "cp1252"]), "replace")


def _swap_lines(rng, content, examples):
    lines = content.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


_MUTATIONS: list[_Mutation] = [
    *(_flip, _flip, _cut, _remove, _repeat, _insert, _insert, _splice, _number, _number),
    *(_ends, _encoding, _swap_lines),
]
