"""Word vectors from a file, in a tagger."""

from itertools import chain
from pathlib import Path

import keras
import numpy as np

from gated.errors import BadData
from gated.text.vectors import first_words, read_vectors, set_vectors
from gated.text.vocabulary import Vocabulary

from ..reading.sets import Corpus
from .encoder import Encoder
from .tagger import Tagger


def with_vectors(
    encoder: Encoder, corpus: Corpus, path: Path
) -> tuple[Encoder, dict[int, np.ndarray], int]:
    """The vectors of an encoder's words, by their ids, and the width of the file.

    The encoder that comes back knows also those words of the sentences to validate and to test on
    that have vectors.
    """
    known = encoder.words.counts
    others = (token for one in chain(corpus.valid, corpus.test) for token in one.tokens)
    other, _ = Encoder.vocabularies(others)
    words = [*known, *(word for word in other.counts if word not in known)]
    found, width = read_vectors(path, {word: i for i, word in enumerate(words)})
    print(f"{len(found)} of {len(words)} words have a vector in {path}")
    counts = known | {word: 0 for i, word in enumerate(words) if word not in known and i in found}
    wider = Encoder(Vocabulary(counts), encoder.characters, encoder.tags)
    ids = {word: i for i, word in enumerate(wider.words.tokens)}
    return wider, {ids[words[i]]: vector for i, vector in found.items()}, width


def widen(tagger: Tagger, path: Path, count: int) -> Tagger:
    """A tagger that knows also the `count` most frequent words of a file of vectors.

    It has the model's other layers themselves, not copies, and is not to be trained.

    Raises BadData on a file that is none, or whose vectors have another length.
    """
    before = tagger.model.get_layer("word_vectors")
    known = tagger.encoder.words.counts
    counts = known | {word: 0 for word in first_words(path, count) if word not in known}
    encoder = Encoder(Vocabulary(counts), tagger.encoder.characters, tagger.encoder.tags)
    new = {word: i for i, word in enumerate(encoder.words.tokens) if i >= before.input_dim}
    found, width = read_vectors(path, new, count)
    if width != before.output_dim:
        raise BadData(f"{path}: vectors of {width} numbers, expected {before.output_dim}")
    wider = keras.layers.Embedding.from_config(
        {**before.get_config(), "input_dim": len(encoder.words), "embeddings_initializer": "zeros"}
    )
    wider.build()
    set_vectors(wider, dict(enumerate(before.get_weights()[0])) | found)
    return Tagger(
        encoder,
        keras.models.clone_model(
            tagger.model, clone_function=lambda layer: wider if layer is before else layer
        ),
    )
