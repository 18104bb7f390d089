"""From raw text or tokens to tags: what evaluation, prediction and the export all call."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import keras
import tensorflow as tf

from apps.ner.encoder import Encoder
from apps.ner.model import best_tags
from gated.runs.folder import RunFolder
from gated.text.spelled import pad
from gated.text.tokenizer import tokenize

_BATCH = 64


class Tagger:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, encoder: Encoder, model: keras.Model):
        self.encoder = encoder
        self.model = model
        self.tag_names = tf.constant(encoder.tags)
        self._of_text = tf.function(
            self.tag_text, input_signature=[tf.TensorSpec([None], tf.string, name="text")]
        )
        self._of_tokens = tf.function(
            self.tag_tokens, input_signature=[tf.RaggedTensorSpec([None, None], tf.string)]
        )

    @classmethod
    def load(cls, run: RunFolder) -> "Tagger":
        with run.loading():
            model = keras.models.load_model(run.model)
            encoder = Encoder.load(run.path)
            if _sizes(model) != (len(encoder.words), len(encoder.characters), len(encoder.tags)):
                raise ValueError("its vocabularies are not those of its model")
            return cls(encoder, model)

    def tag_text(self, text):
        """The graph from strings [n] to tokens, tags [n, t] and offsets [n, t, 2].

        `text[offsets[i, j, 0]:offsets[i, j, 1]]`, in code points, is token j of text i. Shorter
        texts are padded with "" and -1.
        """
        tokens, starts, ends = tokenize(text)
        offsets = tf.stack([starts.to_tensor(-1), ends.to_tensor(-1)], axis=-1)
        tags = self.tag_tokens(tokens)
        return {"tokens": tokens.to_tensor(""), "tags": tags.to_tensor(""), "offsets": offsets}

    def tag_tokens(self, tokens):
        """The graph from ragged tokens to ragged tags, both [n, (t)]."""
        best = best_tags(self.model(pad(*self.encoder.ids(tokens)), training=False))
        best = tf.RaggedTensor.from_tensor(best, tokens.row_lengths())
        return tokens.with_flat_values(tf.gather(self.tag_names, best.flat_values))

    def tag_lines(
        self, lines: Iterable[str]
    ) -> Iterator[tuple[str, list[str], list[str], list[list[int]]]]:
        """Text, tokens, tags and offsets of each line, in batches."""
        lines = iter(lines)
        while batch := list(islice(lines, _BATCH)):
            found = {name: value.numpy() for name, value in self._of_text(batch).items()}
            for i, line in enumerate(batch):
                count = int((found["tags"][i] != b"").sum())
                yield (
                    line,
                    [token.decode() for token in found["tokens"][i, :count]],
                    [tag.decode() for tag in found["tags"][i, :count]],
                    found["offsets"][i, :count].tolist(),
                )

    def tag_sentences(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of sentences that are tokens already."""
        # Sentences of like length side by side, so that little is padded.
        order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
        tags: dict[int, list[str]] = {}
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            flat = [token for i in places for token in sentences[i]]
            lengths = [len(sentences[i]) for i in places]
            found = self._of_tokens(tf.RaggedTensor.from_row_lengths(flat, lengths))
            for i, row in zip(places, found.to_list(), strict=True):
                tags[i] = [tag.decode() for tag in row]
        return [tags[i] for i in range(len(sentences))]


def _sizes(model: keras.Model) -> tuple[int, int, int]:
    words, characters = model.get_layer("word_vectors"), model.get_layer("spelling")
    return words.input_dim, characters.characters, model.output_shape[-1]
