"""The tokenizer as a TensorFlow graph: what an export splits texts with."""

import tensorflow as tf

from gated.text.tokenizer import CLITIC, SPACE, TOKEN


def tokenize(texts):
    """Splits texts into tokens, as `gated.text.tokenizer.tokenize` does one.

    Args:
        texts: strings [n], UTF-8. Bytes that are not are read as U+FFFD.

    Returns:
        tokens: ragged strings [n, (t)]; no characters but white space and controls are lost.
        starts, ends: ragged int32 [n, (t)]; `text[start:end]` is the token, in code points.
    """
    texts = blank(texts)
    spaced = tf.strings.regex_replace(texts, CLITIC, r"\1 \2\3")
    spaced = tf.strings.regex_replace(spaced, TOKEN, r" \0 ")
    tokens = tf.strings.split(spaced)
    return tokens, *locate(texts, tokens)


def blank(texts):
    """Texts with one blank for each white space and control, so that places stay what they are."""
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")
    return tf.strings.regex_replace(texts, SPACE, " ")


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
