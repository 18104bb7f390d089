"""Letter-case patterns of tokens."""

import regex

# The first that a token matches is its own; ids from 1, 0 is padding.
PATTERNS = [
    r"\P{L}*\p{N}\P{L}*",  # digits, no letters
    r"\P{L}*",  # neither
    r"[^\p{Lu}\p{Lt}]*",  # small letters, or of a script that has no case
    r"[\p{Lu}\p{Lt}][^\p{Lu}\p{Lt}]*",  # a capital first, and no other
    r"[^\p{Ll}]*",  # capitals only
    r"[\p{Lu}\p{Lt}].*",  # a capital first, and others
    r".*",  # capitals within
]
# `.` is any character, of a token's own line ends too.
_PATTERNS = [f"(?s){pattern}" for pattern in PATTERNS]


def casing(token: str) -> int:
    """The letter-case pattern of a token, from 1 to `len(PATTERNS)`.

    Collobert et al. 2011, section 3.2.1 ("caps").
    """
    matches = (i for i, one in enumerate(_PATTERNS, 1) if regex.fullmatch(one, token))
    return next(matches)


def casing_graph(tokens):
    """Likewise as a TensorFlow graph: int32 of strings of any shape."""
    import tensorflow as tf

    matches = [tf.strings.regex_full_match(tokens, pattern) for pattern in _PATTERNS]
    return 1 + tf.argmax(tf.stack(matches, axis=-1), axis=-1, output_type=tf.int32)
