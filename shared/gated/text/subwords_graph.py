"""Byte-pair encoding as a TensorFlow graph."""

from collections.abc import Mapping, Sequence

import tensorflow as tf

from gated.text.subwords import LONGEST, Pair, merged
from gated.text.words import JOINER


def symbols(words):
    """What `gated.text.subwords.symbols` does.

    Args:
        words: strings [n], none of them empty.

    Returns:
        symbols: strings [m], of all words.
        word: which word each is of, int64 [m].
    """
    split = tf.strings.unicode_split(words, "UTF-8")
    characters, word = split.flat_values, split.value_rowids()
    place = tf.range(tf.size(characters, tf.int64)) - tf.gather(split.row_starts(), word)
    joiner = characters == JOINER
    # At the end of a word, and not the one at the beginning of the next.
    after = tf.concat([joiner[1:] & (place[1:] > 0), [False]], 0)[: tf.size(joiner)]
    left, right = (tf.where(one, JOINER, "") for one in (place > 0, after))
    found = tf.strings.join([left, characters, right])
    return tf.boolean_mask(found, ~joiner), tf.boolean_mask(word, ~joiner)


class MergesGraph:
    """What `gated.text.subwords.merge` does."""

    def __init__(self, merges: Sequence[Pair], places: Mapping[str, int]):
        """Args: merges: in order. places: the id of each symbol."""
        self.size = 1 + max(places.values(), default=0)
        self.none = len(merges)
        # The last is that of no pair; a table may not be empty.
        pairs = [*(places[left] * self.size + places[right] for left, right in merges), -1]
        initializer = tf.lookup.KeyValueTensorInitializer(
            tf.constant(pairs, tf.int64), tf.range(len(pairs), dtype=tf.int64)
        )
        self.ranks = tf.lookup.StaticHashTable(initializer, default_value=self.none)
        self.results = tf.constant([*(places[merged(*pair)] for pair in merges), 0], tf.int64)

    def merge(self, ids, word):
        """Splits all words side by side, of each piece a merge at a time.

        Args:
            ids: of their symbols, int64 [m].
            word: which each is of, int64 [m], from 0 on, none left out.

        Returns: both, of the tokens.
        """
        place = tf.range(tf.size(ids, tf.int64))
        place -= tf.gather(tf.math.segment_min(place, word), word)
        piece = tf.cumsum(tf.cast(place % LONGEST == 0, tf.int64)) - 1
        word_of = tf.math.segment_min(word, piece)
        (ids, piece, _) = tf.while_loop(
            lambda ids, piece, ranks: tf.reduce_any(ranks < self.none),
            self._step,
            [ids, piece, self._rank(ids, piece)],
            shape_invariants=[tf.TensorShape([None])] * 3,
        )
        return ids, tf.gather(word_of, piece)

    def _rank(self, ids, piece):
        """That of each symbol and the one after it."""
        ranks = self.ranks.lookup(ids[:-1] * self.size + ids[1:])
        ranks = tf.where(piece[:-1] == piece[1:], ranks, self.none)
        return tf.concat([ranks, [self.none]], 0)[: tf.size(ids)]

    def _step(self, ids, piece, ranks):
        count = tf.size(ids, tf.int64)
        order = ranks * count + tf.range(count)
        first = tf.gather(tf.math.segment_min(order, piece), piece) == order
        chosen = first & (ranks < self.none)
        ids = tf.where(chosen, tf.gather(self.results, ranks), ids)
        left = ~tf.concat([[False], chosen[:-1]], 0)
        ids, piece = tf.boolean_mask(ids, left), tf.boolean_mask(piece, left)
        return ids, piece, self._rank(ids, piece)
