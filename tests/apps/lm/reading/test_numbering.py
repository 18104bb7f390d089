"""Numbers of tokens: those of the splitter, line by line."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.lm.reading import numbering
from apps.lm.reading.numbering import Characters, Words
from gated.text.codec import EOS, Splitter
from gated.text.words import SPACE
from tests.apps.lm.texts import stream

_TEXT = st.text("ab É'3.,-_ΣΑ\u0301\u00a0\u2028\x1f👍日\t\n") | st.sampled_from(
    [f"a {EOS} b\n<unk> {EOS}x\n"]
)


@pytest.mark.parametrize("known", [2**20, 3])
@pytest.mark.parametrize("level", ["char", "word", "tokenized"])
@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(_TEXT, max_size=4), lower=st.booleans())
def test_the_tokens_are_those_of_the_splitter(level, known, pieces, lower):
    """Also where words are forgotten in between."""
    splitter = Splitter(level.replace("tokenized", "word"), lower, level == "tokenized")
    made = Characters(splitter) if level == "char" else Words(splitter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "_WORDS", known)
        for piece in pieces:
            numbers, ends = made.read(f"{piece}\n")
            lines = piece.split("\n")
            assert [made.types[i] for i in numbers] == stream(splitter, lines)
            after = [len(stream(splitter, lines[: i + 1])) for i in range(len(lines))]
            assert (ends + 1).tolist() == after
    assert len(set(made.types)) == len(made.types)


def test_white_space_is_what_python_splits_at():
    """Else a token could reach over it."""
    codes = (chr(i) for i in range(0x110000) if not 0xD800 <= i < 0xE000)
    every = "".join(codes)
    assert regex.sub(SPACE, "", every) == "".join(every.split())
