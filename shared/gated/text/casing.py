"""Letter-case patterns of tokens."""

import tensorflow as tf

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


def casing(tokens):
    """The letter-case pattern of each token: an integer from 1 to `len(PATTERNS)`.

    Collobert et al. 2011, section 3.2.1 ("caps").

    Args:
        tokens: strings of any shape.
    """
    # `.` is any character, of a token's own line ends too.
    matches = [tf.strings.regex_full_match(tokens, f"(?s){pattern}") for pattern in PATTERNS]
    return 1 + tf.argmax(tf.stack(matches, axis=-1), axis=-1, output_type=tf.int32)
