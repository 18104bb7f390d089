"""A codec that copies what it does not know, as a TensorFlow graph."""

import tensorflow as tf

from gated.text.copying import CopyingCodec
from gated.text.levels import PLACEHOLDERS
from gated.text.subwords_graph import MergesGraph, symbols
from gated.text.vocabulary import UNKNOWN
from gated.text.words import JOINER, RAW_JOINER, SPACE, joined, spaced


class CopyingGraph:
    """What `CopyingCodec` does, with texts [n] that are UTF-8.

    Bytes that are not are read as U+FFFD. Names, what the placeholders of a text stand for, are
    strings [n, PLACEHOLDERS], empty where they stand for nothing.
    """

    def __init__(self, codec: CopyingCodec):
        self.codec = codec
        self.vocabulary = tf.constant(codec.vocabulary.tokens)
        first = len(codec.special)
        initializer = tf.lookup.KeyValueTensorInitializer(
            self.vocabulary[first:], tf.range(first, len(codec), dtype=tf.int64)
        )
        self.known = tf.lookup.StaticHashTable(initializer, default_value=codec.unknown)
        self.merges = MergesGraph(codec.merges, codec.places)
        #: What an export has to track.
        self.tables = [self.known, self.merges.ranks]

    def encode(self, sources):
        """The ids, ragged int32 [n, (t)], and the names."""
        symbols, word, text = self._symbols(*self._words(sources))
        ids = self.known.lookup(symbols)
        unknown = ids == self.codec.unknown
        ids, word, places, tokens = self._together(ids, word, symbols, unknown)
        names, which = tf.unique(self._name(tokens), tf.int64)
        # The different names of each text, in the order in which they occur.
        most = 1 + tf.size(names, tf.int64)
        pairs, pair = tf.unique(tf.gather(text, tf.gather(word, places)) * most + which, tf.int64)
        texts, names = pairs // most, tf.gather(names, pairs % most)
        first = tf.searchsorted(texts, texts, out_type=tf.int64)
        number = tf.gather(tf.range(tf.size(pairs, tf.int64)) - first, pair)
        ids = self._placeholders(ids, tokens, places, number)
        names = tf.RaggedTensor.from_value_rowids(names, texts, tf.size(sources, tf.int64))
        names = names[:, :PLACEHOLDERS].to_tensor("", shape=[None, PLACEHOLDERS])
        return self._merge(ids, word, text, sources), names

    def encode_target(self, targets, names):
        """The ids, ragged int32 [n, (t)]."""
        words, text = self._words(targets)
        hidden = self._same(words, text, names)
        symbols, word, text = self._symbols(words, text)
        ids = self.known.lookup(symbols)
        unknown = (ids == self.codec.unknown) | tf.gather(tf.reduce_any(hidden, 1), word)
        ids, word, places, tokens = self._together(ids, word, symbols, unknown)
        same = self._same(tokens, tf.gather(text, tf.gather(word, places)), names)
        number = tf.argmax(tf.cast(same, tf.int32), 1)
        number = tf.where(tf.reduce_any(same, 1), number, PLACEHOLDERS)
        ids = self._placeholders(ids, tokens, places, number)
        return self._merge(ids, word, text, targets)

    def tokens(self, ids, names):
        """Ragged strings [n, (t)], up to `<EOS>`, without padding.

        Args:
            ids: ragged [n, (t)], or a tensor [n, t].
            names: those of the sources.
        """
        start, stop = self.codec.placeholders.start, self.codec.placeholders.stop
        if not isinstance(ids, tf.RaggedTensor):
            ids = tf.RaggedTensor.from_tensor(ids)
        rows, text, ids = ids.nrows(), ids.value_rowids(), tf.cast(ids.flat_values, tf.int64)
        ends = tf.where(ids == self.codec.eos)[:, 0]
        end = tf.math.unsorted_segment_min(ends, tf.gather(text, ends), rows)
        read = (ids > 0) & (tf.range(tf.size(ids, tf.int64)) < tf.gather(end, text))
        ids, text = tf.boolean_mask(ids, read), tf.boolean_mask(text, read)
        places = tf.where((ids >= start) & (ids < stop))
        place = tf.gather_nd(ids, places) - start
        number, form = place // self.codec.forms, place % self.codec.forms
        name = tf.gather_nd(names, tf.stack([tf.gather_nd(text, places), number], 1))
        within = _replace(JOINER, RAW_JOINER, name) if self.codec.joiners else name
        left, right = (tf.where(one > 0, JOINER, "") for one in (form % 2, form // 2))
        within = tf.where(name == "", UNKNOWN, tf.strings.join([left, within, right]))
        tokens = tf.tensor_scatter_nd_update(tf.gather(self.vocabulary, ids), places, within)
        return tf.RaggedTensor.from_value_rowids(tokens, text, rows)

    def decode(self, ids, names):
        """Texts [n], of the same."""
        separator = "" if self.codec.level == "char" else " "
        texts = tf.strings.reduce_join(self.tokens(ids, names), axis=1, separator=separator)
        return joined(texts, _replace) if self.codec.joiners else texts

    def _words(self, texts):
        """Words and marks, and the text of each."""
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")
        if self.codec.level == "char":
            split = tf.strings.unicode_split(texts, "UTF-8")
            characters, text = split.flat_values, split.value_rowids()
            space = tf.strings.regex_full_match(characters, SPACE)
            start = tf.concat([[True], space[1:] | space[:-1] | (text[1:] != text[:-1])], 0)
            start = tf.cast(start[: tf.size(text)], tf.int64)
            word = tf.cumsum(start) - 1
            words = tf.strings.unsorted_segment_join(characters, word, tf.reduce_sum(start))
            return words, tf.math.segment_min(text, word)
        if not self.codec.tokenized:
            texts = spaced(texts, _replace)
        else:
            texts = _replace(SPACE, " ", texts)
            texts = _replace(JOINER, RAW_JOINER, texts) if self.codec.joiners else texts
        split = tf.strings.split(texts)
        return split.flat_values, split.value_rowids()

    def _symbols(self, words, text):
        """Symbols, the word of each, and the text of each word."""
        if self.codec.level == "subword":
            return *symbols(words), text
        if self.codec.level == "word":
            return words, tf.range(tf.size(words, tf.int64)), text
        split = tf.strings.unicode_split(words, "UTF-8")
        return split.flat_values, split.value_rowids(), text

    def _together(self, ids, word, symbols, unknown):
        """Of unknown symbols that are side by side in a word one.

        Returns: ids, the word of each, the places of the unknown ones, and these as strings.
        """
        again = unknown[1:] & unknown[:-1] & (word[1:] == word[:-1])
        left = ~tf.concat([[False], again], 0)[: tf.size(ids)]
        which = tf.cumsum(tf.cast(tf.boolean_mask(left, unknown), tf.int64)) - 1
        count = tf.reduce_sum(tf.cast(left & unknown, tf.int64))
        tokens = tf.strings.unsorted_segment_join(tf.boolean_mask(symbols, unknown), which, count)
        ids, word, unknown = (tf.boolean_mask(one, left) for one in (ids, word, unknown))
        return ids, word, tf.where(unknown)[:, 0], tokens

    def _name(self, tokens):
        if not self.codec.joiners:
            return tokens
        return _replace(RAW_JOINER, JOINER, _replace(JOINER, "", tokens))

    def _same(self, tokens, text, names):
        """Which names of its text each token has, [m, PLACEHOLDERS]."""
        return self._name(tokens)[:, None] == tf.gather(names, text)

    def _placeholders(self, ids, tokens, places, number):
        """The ids, with placeholders for the unknown `tokens` at `places`, or `<UNK>`."""
        found = self.codec.placeholders.start + self.codec.forms * number
        if self.codec.joiners:
            left = tf.strings.regex_full_match(tokens, f"{JOINER}.*")
            right = tf.strings.regex_full_match(tokens, f".*{JOINER}")
            found += tf.cast(left, tf.int64) + 2 * tf.cast(right, tf.int64)
        found = tf.where(number < PLACEHOLDERS, found, self.codec.unknown)
        return tf.tensor_scatter_nd_update(ids, places[:, None], found)

    def _merge(self, ids, word, text, texts):
        if self.codec.level == "subword":
            ids, word = self.merges.merge(ids, word)
        return tf.RaggedTensor.from_value_rowids(
            tf.cast(ids, tf.int32), tf.gather(text, word), tf.size(texts, tf.int64)
        )


def _replace(pattern, by, texts):
    return tf.strings.regex_replace(texts, pattern, by)
