"""Fitting the classifier's weights to a corpus."""

from dataclasses import replace

import keras
import numpy as np
from gated.runs.progress import fit_and_keep

from gated.errors import BadUsage
from gated.optimizers import LayerwiseAdam
from gated.runs.folder import RunFolder
from gated.runs.language_model import load_language_model
from gated.text.vectors import read_vectors

from ..config import Config
from ..reading.files import Text
from ..reading.sets import Corpus
from .batches import batches
from .classifier import Classifier
from .encoder import Encoder, LanguageModelEncoder, WordEncoder, load_encoder
from .naive_bayes import with_naive_bayes
from .network import build_model, build_upon, groups_of


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Classifier:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on after its last whole epoch.
    """
    keras.utils.set_random_seed(config.seed)
    encoder, network = _begin(corpus, config)
    _check_the_same(run, encoder)
    encoder.save(run.path)
    tokens, lengths = encoder.read(text.text for text in corpus.train)
    if longer := np.count_nonzero(lengths > config.limit):
        print(
            f"{longer} texts are longer than {config.limit} tokens; of those half from the "
            "beginning and half from the end is read"
        )
    training = batches(encoder, tokens, _classes(encoder, corpus.train), config)
    model = with_naive_bayes(network, training)
    classifier = Classifier(encoder, model)
    valid, _ = encoder.read(text.text for text in corpus.valid)
    true = _classes(encoder, corpus.valid)

    def validate():
        p = classifier.judge_tokens(valid)
        own = np.maximum(p[np.arange(len(p)), true], 1e-30)
        return {
            "val_loss": -float(np.log(own).mean()),
            "val_accuracy": float((p.argmax(axis=1) == true).mean()),
        }

    assert config.epochs  # resolved
    rates = keras.optimizers.schedules.CosineDecay(
        config.learning_rate, config.epochs * len(training)
    )
    options = {
        "global_clipnorm": config.clip,
        "use_ema": bool(config.average),
        "ema_momentum": config.average,
    }
    optimizer = keras.optimizers.Adam(rates, **options)
    if config.encoder:
        optimizer = LayerwiseAdam(rates, groups=groups_of(model), unfreeze=len(training), **options)
    model.compile(optimizer=optimizer, loss=keras.losses.SparseCategoricalCrossentropy())
    fit_and_keep(model, training, validate, config, run, kept=model)
    return classifier


def _begin(corpus: Corpus, config: Config) -> tuple[Encoder, keras.Model]:
    """What is trained, as it is at first."""
    if config.encoder:
        codec, language_model = load_language_model(RunFolder.open(config.encoder))
        upon = LanguageModelEncoder(codec, corpus.labels, config.limit)
        return upon, build_upon(language_model, upon, config)
    encoder = WordEncoder.of([text.text for text in corpus.train], corpus.labels, config.limit)
    if not config.vectors:
        return encoder, build_model(encoder, config)
    wanted = {word: i for i, word in enumerate(encoder.words.tokens[2:], 2)}
    vectors, width = read_vectors(config.vectors, wanted)
    print(f"{len(vectors)} of {len(wanted)} words have a vector in {config.vectors}")
    model = build_model(encoder, replace(config, word_size=width))
    embedding = model.get_layer("vectors")
    table = keras.ops.convert_to_numpy(embedding.embeddings.value).copy()
    for place, vector in vectors.items():
        table[place] = vector
    embedding.set_weights([table])
    return encoder, model


def _check_the_same(run: RunFolder, encoder: Encoder) -> None:
    """Raises BadUsage if the training that is to go on began with other texts."""
    if not run.is_cut_off():
        return
    before = load_encoder(run.path, encoder.limit)
    if (before.words.counts, before.labels) != (encoder.words.counts, encoder.labels):
        raise BadUsage(
            f"{run.path}: was cut off with other texts to train on; go on with those, or name "
            "another --run"
        )


def _classes(encoder: Encoder, texts: list[Text]) -> np.ndarray:
    """The classes as integers, [n]."""
    place = {label: i for i, label in enumerate(encoder.labels)}
    return np.array([place[text.label] for text in texts], "int32")
