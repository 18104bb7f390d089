"""Fitting the tagger's weights to a corpus."""

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from gated.errors import BadUsage
from gated.layers import CRFLoss
from gated.runs.folder import RunFolder, write_whole
from gated.runs.progress import fit_and_keep, save_model
from gated.text.vectors import set_vectors

from ..config import Config
from ..evaluate import evaluate_sentences
from ..reading.sets import Corpus
from .balance import balance
from .batches import Batches
from .encoder import Encoder
from .errors import entities_of
from .network import build_model
from .tagger import Tagger
from .vectors import with_vectors


def train_one(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Tagger, dict]:
    """Trains, and evaluates on the test sentences, or else the validation ones."""
    with run.training(config):
        print(
            f"{len(corpus.train)} sentences to train on, {len(corpus.valid)} to validate, "
            f"{len(corpus.test)} to test"
        )
        tagger = fit(corpus, config, run)
        which = "test" if corpus.test else "valid"
        known = entities_of(corpus.train)
        metrics = {"set": which, **evaluate_sentences(tagger, corpus.test or corpus.valid, known)}
        run.save_json(run.metrics, metrics)
    return tagger, metrics


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Tagger:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on after its last whole epoch.
    """
    assert config.epochs  # resolved
    keras.utils.set_random_seed(config.seed)
    # Parallel sums round differently every time; the same seed shall give the same model.
    tf.config.experimental.enable_op_determinism()

    encoder, model = _begin(corpus, config)
    _check_the_same(run, encoder)
    encoder.save(run.path)
    write_whole(run.path / "entities.txt", entities_of(corpus.train).save)
    tagger = Tagger(encoder, model)
    training = Batches(encoder, corpus.train, config)

    def f1():
        return evaluate_sentences(tagger, corpus.valid)["f1"]

    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(
                config.learning_rate, config.epochs * len(training)
            ),
            global_clipnorm=config.clip,
            use_ema=bool(config.average),
            ema_momentum=config.average,
        ),
        loss=CRFLoss(),
    )
    fit_and_keep(model, training, lambda: {"val_f1": f1()}, config, run, kept=model, goal="val_f1")
    if config.balance:
        by, best = balance(model, encoder.tags, f1)
        print(f"Lowering O by {by:+.2f} nats: F1 {best:.4f} on the validation sentences")
        save_model(run, model)
    return tagger


def _begin(corpus: Corpus, config: Config) -> tuple[Encoder, keras.Model]:
    """What is trained, as it is at first."""
    encoder, width = Encoder.of(corpus.train), config.word_size
    vectors: dict[int, np.ndarray] = {}
    if config.vectors:
        encoder, vectors, width = with_vectors(encoder, corpus, config.vectors)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        model = build_model(encoder, replace(config, word_size=width))
    finally:
        keras.config.set_dtype_policy(before)
    set_vectors(model.get_layer("word_vectors"), vectors)
    return encoder, model


def _check_the_same(run: RunFolder, encoder: Encoder) -> None:
    """Raises BadUsage if the training that is to go on began with other sentences."""
    if not run.is_cut_off():
        return
    before = Encoder.load(run.path)
    if (before.words.counts, before.tags) != (encoder.words.counts, encoder.tags):
        raise BadUsage(
            f"{run.path}: was cut off with other sentences to train on; go on with those, or name "
            "another --run"
        )
