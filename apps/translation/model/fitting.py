"""Fitting the weights of a translation model to pairs."""

from collections.abc import Iterator

import keras
import numpy as np

from gated.runs.folder import RunFolder
from gated.text.copying import CopyingCodec
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus
from .batches import Batches, Encoded
from .network import SmoothedLoss, build_model
from .translator import Translator, load_codecs


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Translator, float]:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on from its last save.

    Returns:
        What is trained, and its loss on the validation pairs, in nats a token.
    """
    keras.utils.set_random_seed(config.seed)
    source, target = _codecs(corpus, config)
    run.check_unchanged(lambda: _are_those_of(run, config, source, target), "pairs")
    names = ["joint_"] if config.joint else ["source_", "target_"]
    for codec, name in zip((source, target), names, strict=False):
        codec.save(run.path, name)
    encoded = Encoded(source, target, corpus.train, run.path)
    chosen = np.flatnonzero(encoded.lengths <= config.longest + 1)
    if longer := len(encoded.lengths) - len(chosen):
        print(f"not trained on: {longer:,} pairs of more than {config.longest} tokens")
    training = Batches(encoded, chosen, config)
    with computing_in(config.precision):
        model = build_model(len(source), len(target), config)
    trained = keras.Model(model.inputs, model.outputs[0])
    trained.compile(
        optimizer=adam(config, len(training)),
        loss=SmoothedLoss(config.label_smoothing),
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    translator = Translator(source, target, model)
    valid = Encoded(source, target, corpus.valid, run.path)

    def validate():
        total = sum(
            float(log_p.sum(dtype="float64")) for _, log_p in translator.score_encoded(valid)
        )
        return {"val_loss": -total / valid.tokens}

    loss = fit_and_save(trained, training, validate, config, run, saved=model)
    return translator, loss


def _codecs(corpus: Corpus, config: Config) -> tuple[CopyingCodec, CopyingCodec]:
    assert config.level is not None
    options = (config.vocabulary, config.level, config.tokenized, config.min_count)

    def texts(*sides: str) -> Iterator[str]:
        for pair in corpus.train:
            for side in sides:
                yield getattr(pair, side)

    if config.joint:
        codec = CopyingCodec.learn(texts("source", "target"), *options)
        return codec, codec
    source = CopyingCodec.learn(texts("source"), *options)
    return source, CopyingCodec.learn(texts("target"), *options)


def _are_those_of(
    run: RunFolder, config: Config, source: CopyingCodec, target: CopyingCodec
) -> bool:
    pairs = zip(load_codecs(run.path, config), (source, target), strict=True)
    return all(
        before.vocabulary.counts == now.vocabulary.counts and before.merges == now.merges
        for before, now in pairs
    )
