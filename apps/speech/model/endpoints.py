"""What the SavedModel of a recogniser answers to."""

import tensorflow as tf

from .filter_bank import HOP, WINDOW
from .recogniser import Recogniser


class Endpoints:
    """A recogniser's graph, whose inputs and outputs are tensors with a row for each recording."""

    def __init__(self, recogniser: Recogniser):
        self.recogniser = recogniser
        self.tokens = tf.constant(recogniser.tokens.vocabulary.tokens)
        self.resources = recogniser.models

    def transcribe(self, samples, lengths):
        """What is said in each recording, and when.

        Args:
            samples: from -1 to 1, so many a second as the model hears, float32 [b, n].
            lengths: how many each recording has, int32 [b].

        Returns:
            text: strings [b].
            log_p: as of `Transcript`, float32 [b].
            words: strings [b, w], "" for padding.
            starts, ends, confidences: of the words, float32 [b, w], 0 for padding.
        """
        ours = self.recogniser
        # So that there is a step, however short the recordings are.
        least = round((WINDOW + HOP * ours.stack) * ours.rate)
        samples = tf.pad(samples, [[0, 0], [0, least]])
        tokens, counts, log_p, first, last, confidence = ours.find(samples, lengths)
        there = tf.sequence_mask(counts, tf.shape(tokens)[1])
        spelled = tf.gather(self.tokens, tokens)
        blank = tf.logical_and(there, spelled == " ")
        # Tokens of one word have one number; numbers rise from row to row.
        begun = tf.ones_like(tokens) if ours.tokens.level == "word" else tf.cast(blank, tf.int32)
        numbers = tf.cumsum(begun, axis=1)
        rows = tf.range(tf.shape(tokens)[0])[:, None] * (tf.shape(tokens)[1] + 1)
        spoken = tf.logical_and(there, tf.logical_not(blank))
        _, word = tf.unique(tf.boolean_mask(numbers + rows, spoken))
        count = tf.reduce_max(tf.concat([word, [-1]], axis=0)) + 1

        def of_words(reduced, values):
            return reduced(tf.boolean_mask(values, spoken), word)

        row = of_words(tf.math.segment_min, tf.zeros_like(tokens) + rows)
        row = row // (tf.shape(tokens)[1] + 1)
        step = HOP * ours.stack
        starts = tf.cast(of_words(tf.math.segment_min, first), tf.float32) * step
        ends = tf.cast(of_words(tf.math.segment_max, last) + 1, tf.float32) * step - HOP + WINDOW
        confidence = tf.math.log(tf.maximum(confidence, 1e-30))
        confidences = tf.exp(of_words(tf.math.segment_mean, confidence))
        parts = tf.RaggedTensor.from_value_rowids(tf.boolean_mask(spelled, spoken), word, count)
        words = tf.strings.reduce_join(parts, axis=1)

        def padded(values):
            return tf.RaggedTensor.from_value_rowids(values, row, tf.shape(tokens)[0]).to_tensor()

        words = padded(words)
        text = tf.strings.strip(tf.strings.reduce_join(words, axis=1, separator=" "))
        return {
            "text": text,
            "log_p": log_p,
            "words": words,
            "starts": padded(starts),
            "ends": padded(ends),
            "confidences": padded(confidences),
        }
