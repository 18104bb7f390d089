"""From raw text or tokens to tags: what evaluation, prediction and the export all call."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import keras
import numpy as np
import tensorflow as tf

from gated.export.windows import in_groups
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.text.files import in_memory
from gated.text.sentences import split_sentences

from ..reading.schemes import spans
from .encoder import Encoder
from .tagged import TaggedSentence, TaggedText, Tagging, entity

_TOKENS = 2**13  # that are read at once, padding among them
_SENTENCES = 4096  # that are given to the graph at once


class Tagger:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, encoder: Encoder, model: keras.Model):
        self.encoder = encoder
        self.model = model
        self.crf = model.get_layer("crf")
        self.tag_names = tf.constant(encoder.bio2_tags)
        #: The types of the entities, in the order of the tags.
        self.types = list(dict.fromkeys(tag[2:] for tag in encoder.tags if tag != "O"))
        tokens = tf.RaggedTensorSpec([None, None], tf.string)
        scores = tf.TensorSpec([None, None, len(encoder.tags)], tf.float32)
        self._split = tf.function(
            split_sentences, input_signature=[tf.TensorSpec([None], tf.string, name="text")]
        )
        self._of_tokens = tf.function(self.tag_tokens, input_signature=[tokens])
        self._scores = tf.function(self._score, input_signature=[tokens])
        self._spans = tf.function(
            self._span_probability,
            input_signature=[scores, tf.TensorSpec([None, None], tf.bool)]
            + [tf.TensorSpec([None], tf.int32)] * 4,
        )

    @classmethod
    def load(cls, run: RunFolder) -> "Tagger":
        with run.loading():
            model = load_model(run)
            encoder = Encoder.load(run.path)
            words, characters, tags = _sizes(model)
            expected = (len(encoder.words), characters and len(encoder.characters))
            if (words, characters, tags) != (*expected, len(encoder.tags)):
                raise ValueError("its vocabularies are not those of its model")
            return cls(encoder, model)

    def tag_text(self, text):
        """The graph from strings [n] to what their tokens are tagged with.

        Texts are split into sentences, which are tagged each for itself.

        Returns:
            tokens, tags, probabilities [n, t]: BIO2 tags, and how likely each is.
            offsets [n, t, 2]: `text[offsets[i, j, 0]:offsets[i, j, 1]]`, in code points, is token
                j of text i.
            sentences [n, t]: the number in its text of the sentence of each token, from 0.
            Shorter texts are padded with "", 0 (probabilities) and -1.
        """
        tokens, starts, ends = split_sentences(text)
        tags, probabilities = self.tag_tokens(tokens.values)
        numbers = tf.ragged.range(tokens.row_lengths()).flat_values
        numbers = tf.repeat(tf.cast(numbers, tf.int32), tokens.values.row_lengths())
        tokens, starts, ends = (one.merge_dims(1, 2) for one in (tokens, starts, ends))
        return {
            "tokens": tokens.to_tensor(""),
            "tags": tokens.with_values(tags.values).to_tensor(""),
            "probabilities": tokens.with_values(probabilities.values).to_tensor(0.0),
            "offsets": tf.stack([starts.to_tensor(-1), ends.to_tensor(-1)], axis=-1),
            "sentences": tokens.with_values(numbers).to_tensor(-1),
        }

    def tag_tokens(self, tokens):
        """The graph from ragged tokens to their tags and the probabilities of these, [n, (t)].

        However many there are, the model reads a bounded number at once, of sentences of like
        length.
        """

        def tag_some(tokens):
            scores, mask = self._score(tokens)
            best, _ = self.crf.viterbi(scores, mask)
            p = tf.gather(
                self.crf.marginals(scores, mask), tf.maximum(best, 0)[..., None], batch_dims=2
            )[..., 0]
            return tf.boolean_mask(best, mask), tf.boolean_mask(p, mask)

        found = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None])]
        order, (tags, probabilities) = in_groups(tag_some, tokens, _TOKENS, found)
        tokens, back = tf.gather(tokens, order), tf.argsort(order, stable=True)
        return (
            tf.gather(tokens.with_values(tf.gather(self.tag_names, tags)), back),
            tf.gather(tokens.with_values(probabilities), back),
        )

    def tag_sentences(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of sentences that are tokens already."""
        tags: list[list[str]] = []
        for first in range(0, len(sentences), _SENTENCES):
            some = sentences[first : first + _SENTENCES]
            flat = [token for sentence in some for token in sentence]
            found, _ = self._of_tokens(
                tf.RaggedTensor.from_row_lengths(
                    tf.constant(flat, tf.string), [len(sentence) for sentence in some]
                )
            )
            tags += [[tag.decode() for tag in row] for row in found.to_list()]
        return tags

    def tag_texts(
        self, texts: Iterable[str], k: int = 1, threshold: float = 0.0
    ) -> Iterator[TaggedText]:
        """The k likeliest taggings of the sentences of each text.

        Entities less likely than `threshold` are left out, and outside in the tags. An entity's
        probability is that of all taggings together which have it; without a CRF, where those
        need not spell an entity, the product of those of its tags.
        """
        for some in in_memory(texts):
            tokens, starts, ends = self._split(tf.constant(some, tf.string))
            offsets = np.stack([starts.flat_values, ends.flat_values], axis=-1).tolist()
            lengths = tokens.values.row_lengths().numpy()
            firsts = (np.cumsum(lengths) - lengths).tolist()
            places = [offsets[a : a + n] for a, n in zip(firsts, lengths.tolist(), strict=True)]
            counts = tokens.row_lengths().numpy().tolist()
            owners = [text for text, n in zip(some, counts, strict=True) for _ in range(n)]
            tagged = [TaggedSentence([], [], [], [])] * len(places)
            order = np.argsort(-lengths, kind="stable")
            while len(order):
                now, order = np.split(order, [max(1, _TOKENS // (k * lengths[order[0]]))])
                part = tf.gather(tokens.values, now)
                chosen = [(owners[i], places[i]) for i in now]
                for i, one in zip(now, self._tag(part, chosen, k, threshold), strict=True):
                    tagged[i] = one
            rest = iter(tagged)
            for text, n in zip(some, counts, strict=True):
                yield TaggedText(text, list(islice(rest, n)))

    def _tag(self, tokens, places, k, threshold) -> Iterator[TaggedSentence]:
        """Tags ragged tokens [n, (t)] of sentences, given the text of each and the offsets."""
        scores, mask = self._scores(tokens)
        tags, log_p = (found.numpy() for found in self.crf.k_best(scores, k, mask))
        marginals = self.crf.marginals(scores, mask).numpy()
        by_tag = np.take_along_axis(marginals[:, None], np.maximum(tags, 0)[..., None], axis=3)
        by_tag = by_tag[..., 0]  # [n, k, t]
        names = np.array(self.encoder.bio2_tags, object)[tags]
        outside = (names == "O") | ~mask.numpy()[:, None]
        found = [
            [
                [] if outside[i, j].all() else spans(names[i, j, : len(offsets)])
                for j in np.flatnonzero(np.isfinite(log_p[i]))
            ]
            for i, (_, offsets) in enumerate(places)
        ]
        p = self._entity_probabilities(scores, mask, found, by_tag)
        for i, (text, offsets) in enumerate(places):
            taggings = []
            for j, all_spans in enumerate(found[i]):
                row = names[i, j, : len(offsets)].tolist()
                kept = []
                for span in all_spans:
                    if p[i, j, span] >= threshold:
                        kept.append(entity(text, offsets, span, p[i, j, span]))
                    else:
                        row[span.start : span.end] = ["O"] * (span.end - span.start)
                taggings.append(Tagging(row, kept, float(np.exp(log_p[i, j]))))
            yield TaggedSentence(
                [text[start:end] for start, end in offsets],
                offsets,
                by_tag[i, 0, : len(offsets)].tolist(),
                taggings,
            )

    def _entity_probabilities(self, scores, mask, found, by_tag) -> dict:
        """The probability of each span, by sentence, rank of its tagging, and span."""
        keys = [
            (i, j, span)
            for i, taggings in enumerate(found)
            for j, all_spans in enumerate(taggings)
            for span in all_spans
        ]
        if self.crf.scheme is None:
            return {
                (i, j, span): float(by_tag[i, j, span.start : span.end].prod())
                for i, j, span in keys
            }
        once = dict.fromkeys((i, span) for i, _, span in keys)
        types = {name: i for i, name in enumerate(self.types)}
        rows = np.array(
            [(i, span.start, span.end, types[span.type]) for i, span in once], "int32"
        ).reshape(-1, 4)
        size = max(1, _TOKENS // scores.shape[1])
        for first in range(0, len(rows), size):
            columns = rows[first : first + size].T
            some = self._spans(scores, mask, *columns).numpy()
            once.update(zip(list(once)[first : first + size], some.tolist(), strict=True))
        return {(i, j, span): once[i, span] for i, j, span in keys}

    def _score(self, tokens):
        """The scores of the tags, [n, t, tags], and which steps there are, booleans [n, t]."""
        scores = self.model(self.encoder.inputs(tokens), training=False)
        return scores, tf.sequence_mask(tokens.row_lengths(), tf.shape(scores)[1])

    def _span_probability(self, scores, mask, rows, starts, ends, types):
        spans = (one[:, None] for one in (starts, ends, types))
        scores, mask = tf.gather(scores, rows), tf.gather(mask, rows)
        return self.crf.span_probability(scores, *spans, mask)[:, 0]


def _sizes(model: keras.Model) -> tuple[int, int, int]:
    characters = sum(layer.characters for layer in model.layers if layer.name == "spelling")
    return model.get_layer("word_vectors").input_dim, characters, model.output_shape[-1]
