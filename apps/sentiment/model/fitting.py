"""Fitting the classifier's weights to a corpus."""

from dataclasses import replace

import keras
import numpy as np

from gated.optimizers import LayerwiseAdam
from gated.runs.folder import RunFolder
from gated.runs.language_model import load_language_model
from gated.text.vectors import read_vectors, set_vectors
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus, labels_of
from .batches import Batches
from .classifier import Classifier
from .encoder import Encoder, LanguageModelEncoder, WordEncoder, load_encoder
from .naive_bayes import with_naive_bayes
from .network import build_model, build_upon, groups_of


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Classifier, float]:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on from its last save. The number is the validation loss of
    the best epoch.
    """
    config = config.resolved(len(corpus.train))
    keras.utils.set_random_seed(config.seed)
    encoder, network = _begin(corpus, config)
    run.check_unchanged(lambda: _is_that_of(run, encoder), "texts")
    encoder.save(run.path)
    texts, lengths = encoder.read((text.text for text in corpus.train), run.path)
    if longer := np.count_nonzero(lengths > config.limit):
        print(
            f"{longer} texts are longer than {config.limit} tokens; of those half from the "
            "beginning and half from the end is read"
        )
    training = Batches(texts, encoder.classes(corpus.train), config)
    model = with_naive_bayes(network, training)
    classifier = Classifier(encoder, model)
    valid, _ = encoder.read((text.text for text in corpus.valid), run.path)
    true = encoder.classes(corpus.valid)

    def validate():
        p = classifier.predict_encoded(valid)
        of_true = np.maximum(p[np.arange(len(p)), true], 1e-30)
        return {
            "val_loss": -float(np.log(of_true).mean()),
            "val_accuracy": float((p.argmax(axis=1) == true).mean()),
        }

    steps = len(training)
    if config.encoder:
        optimizer = adam(config, steps, LayerwiseAdam, groups=groups_of(model), unfreeze=steps)
    else:
        optimizer = adam(config, steps)
    model.compile(optimizer=optimizer, loss=keras.losses.SparseCategoricalCrossentropy())
    return classifier, fit_and_save(model, training, validate, config, run, saved=model)


def _begin(corpus: Corpus, config: Config) -> tuple[Encoder, keras.Model]:
    """What is trained, as it is at first."""
    labels = labels_of(corpus.train)
    if config.encoder:
        codec, language_model = load_language_model(RunFolder.open(config.encoder))
        upon = LanguageModelEncoder(codec, labels, config.limit)
        with computing_in(language_model.get_layer("deep").dtype_policy.name):
            return upon, build_upon(language_model, upon, config)
    encoder = WordEncoder.of((text.text for text in corpus.train), labels, config.limit)
    vectors: dict[int, np.ndarray] = {}
    size = config.vector_size
    if config.vectors:
        wanted = {word: i for i, word in enumerate(encoder.words.tokens[2:], 2)}
        vectors, size = read_vectors(config.vectors, wanted)
        print(f"{len(vectors)} of {len(wanted)} words have a vector in {config.vectors}")
    with computing_in(config.precision):
        model = build_model(encoder, replace(config, vector_size=size))
    set_vectors(model.get_layer("vectors"), vectors)
    return encoder, model


def _is_that_of(run: RunFolder, encoder: Encoder) -> bool:
    before = load_encoder(run.path, encoder.limit)
    return (before.words.counts, before.labels) == (encoder.words.counts, encoder.labels)
