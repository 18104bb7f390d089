"""What the SavedModel of a translator answers to."""

import tensorflow as tf

from gated.text.copying_graph import CopyingGraph

from .translator import MORE, RATIO, Translator

_ALPHA = 1.0


class Endpoints:
    """A translator's graphs, whose inputs and outputs are tensors with a row for each text."""

    def __init__(self, translator: Translator):
        self.translator = translator
        self.source = CopyingGraph(translator.source)
        self.target = CopyingGraph(translator.target)
        self.resources = [translator.model, *self.source.tables, *self.target.tables]

    def translate(self, text, beams):
        """The best translation of texts [n], of so many beams.

        Returns:
            translation: strings [n].
            log_p: float32 [n], in nats.
        """
        ids, names = self.source.encode(text)
        lengths = tf.cast(ids.row_lengths(), tf.int32)
        eos = tf.fill([ids.nrows(), 1], tf.cast(self.translator.source.eos, ids.dtype))
        sources = tf.cast(tf.concat([ids, eos], axis=1).to_tensor(), tf.int32)
        limits = tf.where(lengths > 0, RATIO * lengths + MORE, 1)
        count = tf.reduce_sum(tf.cast(names != "", tf.int32), axis=1)
        found = self.translator.search(
            sources, count, limits, tf.reduce_max(limits), beams, _ALPHA, 0.0
        )
        texts = self.target.decode(found.tokens[:, 0], names)
        return {
            "translation": tf.where(lengths > 0, texts, ""),
            "log_p": tf.where(lengths > 0, found.log_p[:, 0], 0.0),
        }

    def score(self, text, translation):
        """Log P of translations [n] of texts [n].

        Returns:
            log_p: float32 [n], in nats.
            tokens, token_log_p: [n, t], `<EOS>` last, padded with "" and 0.
        """
        ids, names = self.source.encode(text)
        targets = self.target.encode_target(translation, names)
        tokens = self.target.tokens(targets, names)

        def ended(ids, eos):
            end = tf.fill([ids.nrows(), 1], tf.cast(eos, ids.dtype))
            return tf.cast(tf.concat([ids, end], axis=1).to_tensor(), tf.int32)

        sources = ended(ids, self.translator.source.eos)
        after = ended(targets, self.translator.target.eos)
        first = tf.fill([tf.shape(after)[0], 1], self.translator.target.eos)
        before = tf.concat([first, after[:, :-1]], axis=1)
        log_p, _ = self.translator.read(sources, before, after)
        log_p = tf.where(after > 0, log_p, 0.0)
        end = tf.fill([tokens.nrows(), 1], "<EOS>")
        return {
            "log_p": tf.reduce_sum(log_p, axis=1),
            "tokens": tf.concat([tokens, end], axis=1).to_tensor(""),
            "token_log_p": log_p,
        }
