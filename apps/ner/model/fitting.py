"""Fitting the tagger's weights to a corpus."""

from dataclasses import replace

import keras
import numpy as np

from gated.layers import CRFLoss
from gated.runs.folder import RunFolder
from gated.text.vectors import set_vectors
from gated.training.fitting import adam, fit_and_save, save_model
from gated.training.network import computing_in
from gated.whole import write_whole

from ..config import Config
from ..reading.sets import Corpus
from .balance import balance
from .batches import Batches
from .encoder import Encoder
from .network import build_model
from .scores import entities_of, score
from .tagger import Tagger
from .vectors import with_vectors


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Tagger:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on from its last save.
    """
    config = config.resolved(len(corpus.train))
    keras.utils.set_random_seed(config.seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Parallel sums round differently every time; the same seed shall give the same model.
        tf.config.experimental.enable_op_determinism()

    encoder, model = _begin(corpus, config)
    run.check_unchanged(lambda: _is_that_of(run, encoder), "sentences")
    encoder.save(run.path)
    write_whole(run.path / "entities.txt", entities_of(corpus.train).save)
    tagger = Tagger(encoder, model)
    training = Batches(encoder, corpus.train, config)

    def f1():
        return score(tagger, corpus.valid)["f1"]

    model.compile(optimizer=adam(config, len(training)), loss=CRFLoss())
    fit_and_save(model, training, lambda: {"val_f1": f1()}, config, run, saved=model, goal="val_f1")
    if config.balance:
        by, best = balance(model, encoder.tags, f1)
        print(f"Lowering O by {by:+.2f} nats: F1 {best:.4f} on the validation sentences")
        save_model(run, model)
    return tagger


def _begin(corpus: Corpus, config: Config) -> tuple[Encoder, keras.Model]:
    """What is trained, as it is at first."""
    encoder, size = Encoder.of(corpus.train), config.vector_size
    vectors: dict[int, np.ndarray] = {}
    if config.vectors:
        encoder, vectors, size = with_vectors(encoder, corpus, config.vectors)
    with computing_in(config.precision):
        model = build_model(encoder, replace(config, vector_size=size))
    set_vectors(model.get_layer("word_vectors"), vectors)
    return encoder, model


def _is_that_of(run: RunFolder, encoder: Encoder) -> bool:
    before = Encoder.load(run.path)
    return (before.words.counts, before.tags) == (encoder.words.counts, encoder.tags)
