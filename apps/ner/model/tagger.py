"""From tokens or raw text to tags: what evaluation and prediction call."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import keras
import numpy as np
from keras import ops

from gated.compiling import few, predicting
from gated.reading.files import in_memory
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.training.batches import longest_first, places

from ..reading.schemes import spans
from .encoder import Encoded, Encoder
from .tagged import TaggedSentence, TaggedText, Tagging, entity

TOKENS = 2**13  # that are read at once, padding among them


class Tagger:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, encoder: Encoder, model: keras.Model):
        self.encoder = encoder
        self.model = model
        self.crf = model.get_layer("crf")
        #: The types of the entities, in the order of the tags.
        self.types = list(dict.fromkeys(tag[2:] for tag in encoder.tags if tag != "O"))
        self._bio2 = np.array(encoder.bio2_tags, object)
        self._predict = predicting(model)

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

    def tag_sentences(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of sentences that are tokens already."""
        encoded = Encoded(self.encoder, (token for sentence in sentences for token in sentence))
        lengths = np.array([len(sentence) for sentence in sentences], int)
        starts = np.cumsum(lengths) - lengths
        tags: list[list[str]] = [[]] * len(sentences)
        for now in longest_first(lengths, TOKENS):
            best, _ = self.crf.viterbi(*self._score(encoded, starts[now], lengths[now]))
            for i, row in zip(now, ops.convert_to_numpy(best), strict=False):
                tags[i] = self._bio2[row[: lengths[i]]].tolist()
        return tags

    def tag_texts(
        self, texts: Iterable[str], k: int = 1, threshold: float = 0.0
    ) -> Iterator[TaggedText]:
        """The k likeliest taggings of the sentences of each text.

        Entities less likely than `threshold` are left out, and outside in the tags. An entity's
        probability is that of all taggings together which have it; without a CRF, where those
        need not spell an entity, the product of those of its tags.
        """
        from gated.text.sentences import split

        for some in in_memory(texts):
            tokens, offsets, counts = split(some)
            encoded = Encoded(self.encoder, (one for sentence in tokens for one in sentence))
            lengths = np.array([len(sentence) for sentence in tokens], int)
            starts = np.cumsum(lengths) - lengths
            owners = [text for text, n in zip(some, counts, strict=True) for _ in range(n)]
            tagged = [TaggedSentence([], [], [], [])] * len(tokens)
            for now in longest_first(k * lengths, TOKENS):
                scores, mask = self._score(encoded, starts[now], lengths[now])
                chosen = [(owners[i], offsets[i]) for i in now]
                found = self._tag(scores, mask, chosen, k, threshold)
                for i, one in zip(now, found, strict=True):
                    tagged[i] = one
            rest = iter(tagged)
            for text, n in zip(some, counts, strict=True):
                yield TaggedText(text, list(islice(rest, n)))

    def _tag(self, scores, mask, places, k, threshold) -> Iterator[TaggedSentence]:
        """Tags sentences, given the text of each and the offsets of its tokens."""
        tags, log_p = map(ops.convert_to_numpy, self.crf.k_best(scores, k, mask))
        marginals = ops.convert_to_numpy(self.crf.marginals(scores, mask))
        by_tag = np.take_along_axis(marginals[:, None], np.maximum(tags, 0)[..., None], axis=3)
        by_tag = by_tag[..., 0]  # [n, k, t]
        names = self._bio2[tags]
        outside = (names == "O") | ~mask[:, None]
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
        size = max(1, TOKENS // scores.shape[1])
        for first in range(0, len(rows), size):
            part = rows[first : first + size]
            part = np.pad(part, [(0, few(len(part)) - len(part)), (0, 0)])
            of, *bounds = part.T
            p = self.crf.span_probability(
                ops.take(scores, of, axis=0), *(one[:, None] for one in bounds), mask[of]
            )
            found = ops.convert_to_numpy(p)[:, 0].tolist()
            once.update(zip(list(once)[first : first + size], found, strict=False))
        return {(i, j, span): once[i, span] for i, j, span in keys}

    def _score(self, encoded, starts, lengths):
        """The scores of the tags, [b, t, tags], and which steps there are, booleans [b, t].

        Of tokens that lie one after the other, from their places; on JAX with rows of padding after
        the last.
        """
        here = places(starts, lengths)
        return self._predict(*encoded.inputs(here)), here >= 0


def _sizes(model: keras.Model) -> tuple[int, int, int]:
    characters = sum(layer.characters for layer in model.layers if layer.name == "spelling")
    return model.get_layer("word_vectors").input_dim, characters, model.output_shape[-1]
