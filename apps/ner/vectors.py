"""Word vectors from a file, in a tagger."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from apps.ner.config import Config
from apps.ner.data import Corpus
from apps.ner.encoder import Encoder
from apps.ner.model import build_model
from apps.ner.tagger import Tagger
from gated.errors import BadData
from gated.text.vectors import first_words, read_vectors, set_vectors
from gated.text.vocabulary import Vocabulary


def with_vectors(
    encoder: Encoder, corpus: Corpus, path: Path
) -> tuple[Encoder, dict[int, np.ndarray], int]:
    """The vectors of an encoder's words, by their ids, and the width of the file.

    The encoder that comes back knows also those words of the sentences to validate and to test on
    that have vectors.
    """
    known = encoder.words.counts
    others = (token for one in (*corpus.valid, *corpus.test) for token in one.tokens)
    other, _ = Encoder.vocabularies(others)
    words = [*known, *(word for word in other.counts if word not in known)]
    found, width = read_vectors(path, {word: i for i, word in enumerate(words)})
    print(f"{len(found)} of {len(words)} words have a vector in {path}")
    counts = known | {word: 0 for i, word in enumerate(words) if word not in known and i in found}
    wider = Encoder(Vocabulary(counts), encoder.characters, encoder.tags)
    ids = {word: i for i, word in enumerate(wider.words.tokens)}
    return wider, {ids[words[i]]: vector for i, vector in found.items()}, width


def widen(tagger: Tagger, config: Config, path: Path, count: int) -> Tagger:
    """A tagger that knows also the `count` most frequent words of a file of vectors.

    Raises BadData on a file that is none, or whose vectors have another length.
    """
    known = tagger.encoder.words.counts
    counts = known | {word: 0 for word in first_words(path, count) if word not in known}
    encoder = Encoder(Vocabulary(counts), tagger.encoder.characters, tagger.encoder.tags)
    embedding = tagger.model.get_layer("word_vectors")
    new = {word: i for i, word in enumerate(encoder.words.tokens) if i >= embedding.input_dim}
    found, width = read_vectors(path, new, count)
    if width != embedding.output_dim:
        raise BadData(f"{path}: vectors of {width} numbers, the tagger has {embedding.output_dim}")
    model = build_model(encoder, replace(config, word_size=width))
    for layer in model.layers:
        if layer.weights and layer is not model.get_layer("word_vectors"):
            layer.set_weights(tagger.model.get_layer(layer.name).get_weights())
    vectors = dict(enumerate(embedding.get_weights()[0]))
    set_vectors(model.get_layer("word_vectors"), vectors | found)
    return Tagger(encoder, model)
