r"""Sentences in raw text.

Like the tokenizer, made of TensorFlow's own operations, so that an export splits as training did.
What ends a sentence shows in the tokens around its last mark (Grefenstette and Tapanainen 1994,
"What is a word, what is a sentence?"); whether an abbreviation or an initial does, by whether the
next word is one that often begins a sentence (Kiss and Strunk 2006, "Unsupervised multilingual
sentence boundary detection", section 4.3.2).
"""

from collections.abc import Sequence

import tensorflow as tf

from gated.text.tokenizer_graph import tokenize

LONGEST_SENTENCE = 200  # tokens

_WIDE_END = "[。！？｡]"  # no blank follows these
_END = rf"\.+|[!?…‼⁇⁈⁉؟۔।॥։።]|{_WIDE_END}"
_CLOSE = r"[\p{Pe}\p{Pf}\p{Pi}'\"]"  # some languages open quotations with what others close them
_OPEN = r"[\p{Ps}\p{Pf}\p{Pi}'\"¿¡*•–—-]|-{2,}"

# These stand before a name.
_TITLE = (
    "Adm|Capt|Cmdr|Col|Cpl|Dott|Fr|Ft|Gen|Gov|Hon|Hr|Lt|Maj|Messrs|Mlle|Mme|Mt|Msgr|Pres|Pvt|Rep|"
    "Rev|Sen|Sgt|Sra|Srta|Supt"
)
# These stand before a number, as months do.
_NUMBERED = (
    "(?:[Aa]rt|[Cc]h|[Ee]qs?|[Ff]igs?|[Nn]os?|[Nn]r|[Pp]p|[Ss]ec|[Vv]ols?|Bd|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_NUMBER = r"\p{N}.*|[IVXLC]+"
# A sentence may end here, or go on.
_DOUBTFUL = (
    r"[\p{Lu}\p{Ll}]\p{M}*|al|approx|bzw|cf|vgl|Ariz|Ave|Blvd|Bros|Calif|Colo|Conn|Dept|Fla|Ga|Ill|Mass|"
    "Mich|Minn|Mo|Pa|Rd|Tenn|Univ|Va|Wash|Wis"
)
_DOUBTFUL_TOKEN = r"(?:\p{L}\.){2,}|(?:Co|Corp|Inc|Jr|Ltd|Sr)\."
_STARTER = (
    "After|All|Although|An|And|As|At|Because|Before|But|Did|Do|Does|For|From|He|Her|Here|His|How|"
    "However|If|In|Is|It|Its|Many|Most|My|No|Not|Now|On|Our|She|Since|So|Some|That|The|Their|Then|"
    "There|These|They|This|Those|Today|Was|We|Were|What|When|Where|While|Who|Why|Yes|Yesterday|You|"
    "Aber|Das|Der|Die|Doch|Ein|Eine|Er|Es|Ich|Sie|Und|Wir|"
    "Ce|Cette|Elle|Elles|Et|Il|Ils|Les|Mais|Nous|Une|Vous|Pero"
)
# After the ordinal of a day or a century: 3. Oktober.
_ORDERED = (
    "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    "Jahrhunderts?"
)
_MARK = "\x1e"  # in place of the line ends around blank lines


def split_sentences(texts):
    """Splits texts into sentences, and these into tokens.

    A sentence ends at a blank line; at . ! ? … and their like, with the quotation marks and
    brackets that close after them, where a blank follows and no word in small letters; and at
    those marks that no blank follows, as 。. It does not end at the full stop of a title, of an
    initial, or of the number of an item. One of more than `LONGEST_SENTENCE` tokens is cut into
    pieces of like length.

    Args:
        texts: strings [n], UTF-8. Bytes that are not are read as U+FFFD.

    Returns:
        tokens: ragged strings [n, (s), (t)]: by text, by sentence.
        starts, ends: ragged int32 [n, (s), (t)]; `text[start:end]` is the token, in code points.
    """
    tokens, starts, ends = tokenize(texts)
    begins = _begins(texts, tokens, starts.flat_values, ends.flat_values)
    lengths = _group(tokens, begins).values.row_lengths()
    pieces = tf.maximum(-(-lengths // LONGEST_SENTENCE), 1)
    sizes = tf.repeat(-(-lengths // pieces), lengths)
    begins |= tf.ragged.range(lengths).flat_values % tf.maximum(sizes, 1) == 0
    return tuple(_group(one, begins) for one in (tokens, starts, ends))


def split(texts: Sequence[str]) -> tuple[list[list[str]], list[list[list[int]]], list[int]]:
    """Splits texts outside of a graph.

    Returns:
        The tokens of each sentence of all texts, and where each starts and ends in its text.
        How many sentences each text has.
    """
    tokens, starts, ends = _split(tf.constant(texts, tf.string))
    offsets = tf.stack([starts.flat_values, ends.flat_values], axis=-1)
    return (
        [[token.decode() for token in sentence] for sentence in tokens.values.to_list()],
        tokens.values.with_values(offsets).to_list(),
        tokens.row_lengths().numpy().tolist(),
    )


def _group(ragged, begins):
    """Ragged [n, (t)] as [n, (s), (t)], given which values begin a group."""
    count = tf.cast(begins, tf.int64)
    groups = tf.reduce_sum(ragged.with_flat_values(count), axis=1)
    inner = tf.RaggedTensor.from_value_rowids(
        ragged.flat_values, tf.cumsum(count) - 1, nrows=tf.reduce_sum(groups)
    )
    return tf.RaggedTensor.from_row_lengths(inner, groups)


def _begins(texts, tokens, starts, ends):
    """Whether each token begins a sentence, [all tokens]."""
    rows, tokens = tokens.value_rowids(), tokens.flat_values
    places = tf.range(tf.size(tokens))
    first = rows != _before(rows, -1)
    first |= _after_blank_line(texts, rows, starts, ends)
    apart = starts > _before(ends, 0)
    end, wide_end = _is(tokens, _END), _is(tokens, _WIDE_END)

    # What closes a sentence hangs on its last word, the stem.
    last = tf.concat([first[1:], [True]], 0)[: tf.size(tokens)]
    hangs = (end | (_is(tokens, _CLOSE) & (last | ~apart))) & ~first
    stems = tf.gather(tf.where(~hangs)[:, 0], _count(~hangs) - 1)
    stems = tf.cast(stems, tf.int32)
    ended, wide_ended = (
        _before(total - tf.gather(total, stems), 0) > 0 for total in (_count(end), _count(wide_end))
    )
    stem = tf.maximum(_before(stems, 0), 0)
    word, next_ = tf.gather(tokens, stem), _next_words(tokens, rows)
    next_starts = _is(next_, _STARTER)

    goes_on = _is(word, _TITLE)
    goes_on |= _is(word, _NUMBERED) & _is(next_, _NUMBER)
    goes_on |= _is(word, _DOUBTFUL) & ~next_starts
    goes_on |= _is(word, r"\p{N}{1,2}") & _is(next_, _ORDERED)
    full_stop = (places - stem == 2) & (_before(tokens, "") == ".") & ~_before(apart, True)

    begins = ended & apart & ~_is(next_, r"\p{Ll}.*") & ~(goes_on & full_stop)
    begins |= ~ended & apart & _is(word, _DOUBTFUL_TOKEN) & next_starts
    begins = first | ((begins | wide_ended) & ~hangs)
    item = tf.gather(begins, stem) & _is(word, r"\p{N}{1,3}") & full_stop
    return begins & (first | ~item)


def _next_words(tokens, rows):
    """Of each token the first one from it on in its text that opens nothing, or ""."""
    opens = _is(tokens, _OPEN)
    count = tf.size(tokens)
    places = tf.concat([tf.cast(tf.where(~opens)[:, 0], tf.int32), [count]], 0)
    place = tf.gather(places, _count(~opens) - tf.cast(~opens, tf.int32))
    there = tf.gather(tf.concat([rows, [-1]], 0), place) == rows
    return tf.where(there, tf.gather(tf.concat([tokens, [""]], 0), place), "")


def _after_blank_line(texts, rows, starts, ends):
    """Whether a blank line is between each token and the one before it."""
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")
    texts = tf.strings.regex_replace(texts, _MARK, " ")
    texts = tf.strings.regex_replace(texts, r"\n([\s\p{Z}\x0b\x85]*)\n", rf"{_MARK}\1{_MARK}")
    characters = tf.strings.unicode_decode(texts, "UTF-8")
    marks = tf.concat([[0], _count(characters.flat_values == ord(_MARK))], 0)
    text_starts = tf.gather(characters.row_starts(), rows)
    before = (tf.gather(marks, text_starts + tf.cast(one, tf.int64)) for one in (starts, ends))
    return next(before) > _before(next(before), 0)


def _is(tokens, pattern):
    return tf.strings.regex_full_match(tokens, f"(?s:{pattern})")


def _before(values, first):
    """The values one place earlier."""
    return tf.concat([tf.constant([first], values.dtype), values], 0)[:-1]


def _count(booleans):
    return tf.cumsum(tf.cast(booleans, tf.int32))


_split = tf.function(
    split_sentences, input_signature=[tf.TensorSpec([None], tf.string, name="text")]
)
