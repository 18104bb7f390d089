r"""Words and punctuation in raw text, with their places.

The rules are one regular expression, which Python and TensorFlow read alike.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise

import regex

_WORD = r"[\p{L}\p{M}\p{N}_]+"
# A flag is two letters.
_EMOJI = "(?:[\U0001f1e6-\U0001f1ff]{2}|\\p{So}[\\p{Sk}\ufe0f]*)"

# In order: the first that matches at a place wins.
TOKEN = "|".join(
    [
        r"(?:https?://|www\.)\S*[\p{L}\p{N}/=_-]",  # a web address, without the full stop after it
        r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+",  # an e-mail address
        rf"[@#]{_WORD}",  # a handle, a hashtag
        r"(?:\p{L}\.){2,}",  # U.N., a.m.
        r"(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Co|Corp|vs)\.",
        r"\p{N}+(?:[.,:/]\p{N}+)+",  # 3.5, 1,200, 10:30
        r"[\p{Han}\p{Hiragana}\p{Katakana}]",  # scripts without spaces, a character a token
        rf"{_WORD}(?:[-'’&]{_WORD})*",  # well-known, O'Brien, AT&T
        r"['’](?i:s|re|ve|ll|d|m)\b",
        r"[:;]['’-]?[()]+|[:;]-?[DP]\b",  # :-) and :D
        f"{_EMOJI}(?:\u200d{_EMOJI})*",
        r"\.{2,}|-{2,}",
        r"\S",
    ]
)
SPACE = r"[\s\p{Z}\p{Cc}]"
# Not \b, which takes é for no letter: O'Méara is whole.
CLITIC = r"(?i)(\p{L})(n['’]t|['’](?:s|re|ve|ll|d|m))([^\p{L}\p{M}\p{N}_]|$)"

# TensorFlow's \b knows the letters of ASCII alone.
_ASCII = "[0-9A-Za-z_]"
_BOUND = f"(?:(?<={_ASCII})(?!{_ASCII})|(?<!{_ASCII})(?={_ASCII}))"
_token, _space, _clitic = map(regex.compile, (TOKEN.replace(r"\b", _BOUND), SPACE, CLITIC))


def tokenize(text: str) -> list[str]:
    """Splits a text into tokens.

    Punctuation stands alone; hyphenated words, inner apostrophes, numbers, web addresses,
    handles, hashtags and emoji stay whole; clitics are split as in the Penn Treebank
    (`it 's`, `do n't`). No characters but white space and controls are lost.
    """
    return _token.findall(_clitic.sub(r"\1 \2\3", blank(text)))


def blank(text: str) -> str:
    """The text with one blank for each white space and control, so that places stay as they are."""
    return _space.sub(" ", text)


def locate(text: str, tokens: Iterable[str]) -> list[tuple[int, int]]:
    """Where tokens start and end in a text, from which they differ in nothing but blanks.

    Args:
        text: as `blank` gives it.
        tokens: none of them empty.
    """
    places = [i for i, character in enumerate(text) if character != " "]
    ends = list(accumulate(map(len, tokens), initial=0))
    return [(places[start], places[end - 1] + 1) for start, end in pairwise(ends)]
