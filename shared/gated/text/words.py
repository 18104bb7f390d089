r"""Words and punctuation marks, from which the text can be put together again.

A token that stands beside the one before it, with no space between, begins with ￭ if it is a mark;
a mark with a word right after it ends with it. `"No," he said.` is `"￭`, `No`, `￭,`, `￭"`, `he`,
`said`, `￭.` (the joiners of OpenNMT's tokenizer). Python and TensorFlow read the same patterns.
"""

from collections.abc import Callable
from typing import Any

import regex

JOINER = "￭"
#: What a text has for it within tokens: white space, of which none is left there.
RAW_JOINER = "\x1e"

#: What `str.split` takes for white space; TensorFlow's own split knows only that of ASCII.
SPACE = "[\\s\x0b\x1c-\x1f\x85\\p{Z}]+"
_LETTER = r"\p{L}\p{M}\p{N}_"
_TOKEN = "|".join(
    [
        r"\p{N}+(?:[.,:]\p{N}+)+",  # 3.5, 1,200, 10:30
        rf"[{_LETTER}]+(?:['’-][{_LETTER}]+)*",  # well-known, O'Brien, don't
        r"\S",
    ]
)
# Pattern and what stands in its place, in order. U+001F is at the ends of a token.
_MARKED = [
    (SPACE, " "),
    (JOINER, RAW_JOINER),
    (f"({_TOKEN})", "\x1f\\1\x1f"),
    (f"\x1f\x1f([^{_LETTER}])", f"\x1f \x1f{JOINER}\\1"),
    ("\x1f\x1f", f"{JOINER}\x1f \x1f"),
    ("\x1f", ""),
]
# Of two tokens that a model has drawn both may want no space.
_UNWANTED = f"(^| |{JOINER} ){JOINER}|{JOINER}( |$)"


def spaced(text: Any, replace: Callable[[str, str, Any], Any]) -> Any:
    r"""Text, or texts, with a space between all tokens.

    Args:
        text: what `replace` takes.
        replace: a function of pattern, what to put in its place, `\1` being group 1, and text:
            `regex.sub`, or one of `tf.strings.regex_replace`.
    """
    for pattern, by in _MARKED:
        text = replace(pattern, by, text)
    return text


def joined(text: Any, replace: Callable[[str, str, Any], Any]) -> Any:
    """The text, or texts, of tokens with a space between."""
    return replace(RAW_JOINER, JOINER, replace(_UNWANTED, "", text))


def words(text: str) -> list[str]:
    """The words and marks of a text."""
    return [token for token in spaced(text, regex.sub).split(" ") if token]
