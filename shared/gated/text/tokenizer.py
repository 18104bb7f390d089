r"""Words and punctuation in raw text, with their places.

The rules are one regular expression in TensorFlow's own string operations, so that the tokenizer
of a training run is part of the graph that it exports.
"""

import tensorflow as tf

_WORD = r"[\p{L}\p{M}\p{N}_]+"
_EMOJI = r"(?:[\x{1F1E6}-\x{1F1FF}]{2}|\p{So}[\p{Sk}\x{FE0F}]*)"  # a flag is two letters

# In order: the first that matches at a place wins.
_TOKEN = "|".join(
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
        rf"{_EMOJI}(?:\x{{200D}}{_EMOJI})*",
        r"\.{2,}|-{2,}",
        r"\S",
    ]
)
_SPACE = r"[\s\p{Z}\p{Cc}]"
# Not \b, which takes é for no letter: O'Méara is whole.
_CLITIC = r"(?i)(\p{L})(n['’]t|['’](?:s|re|ve|ll|d|m))([^\p{L}\p{M}\p{N}_]|$)"


def tokenize(texts):
    """Splits texts into tokens.

    Punctuation stands alone; hyphenated words, inner apostrophes, numbers, web addresses,
    handles, hashtags and emoji stay whole; clitics are split as in the Penn Treebank
    (`it 's`, `do n't`).

    Args:
        texts: strings [n], UTF-8. Bytes that are not are read as U+FFFD.

    Returns:
        tokens: ragged strings [n, (t)]; no characters but white space and controls are lost.
        starts, ends: ragged int32 [n, (t)]; `text[start:end]` is the token, in code points.
    """
    texts = blank(texts)
    spaced = tf.strings.regex_replace(texts, _CLITIC, r"\1 \2\3")
    spaced = tf.strings.regex_replace(spaced, _TOKEN, r" \0 ")
    tokens = tf.strings.split(spaced)
    return tokens, *locate(texts, tokens)


def blank(texts):
    """Texts with one blank for each white space and control, so that places stay what they are."""
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")
    return tf.strings.regex_replace(texts, _SPACE, " ")


def locate(texts, tokens):
    """Where tokens start and end in texts, from which they differ in nothing but blanks.

    Args:
        texts: strings [n], as `blank` gives them.
        tokens: ragged strings [n, (t)], none of them empty.

    Returns:
        starts, ends: ragged int32 [n, (t)], in code points.
    """
    characters = tf.strings.unicode_split(texts, "UTF-8")
    places = tf.ragged.range(tf.cast(characters.row_lengths(), tf.int32)).flat_values
    places = tf.boolean_mask(places, characters.flat_values != " ")
    lengths = tf.strings.length(tokens.flat_values, unit="UTF8_CHAR")
    after = tf.cumsum(lengths)
    starts = tf.gather(places, after - lengths)
    ends = tf.gather(places, after - 1) + 1
    return tokens.with_flat_values(starts), tokens.with_flat_values(ends)
