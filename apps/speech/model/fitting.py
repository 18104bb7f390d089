"""Fitting the weights of a recogniser to recordings."""

from collections.abc import Sequence

import keras
import numpy as np

from gated.ctc import CTCLoss
from gated.errors import BadData
from gated.reading.stored import Stored
from gated.runs.folder import RunFolder
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus
from ..reading.utterance import Utterance
from .batches import Batches
from .filter_bank import HOP, WINDOW
from .network import build_model
from .recogniser import Recogniser
from .scores import score
from .tokens import Tokens

_SHOWN = 3  # of the recordings that are not trained on


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Recogniser, float]:
    """Trains, and saves the tokens and the weights of the epoch with the least validation CER.

    A run that was cut off goes on from its last save. The number is that error rate.
    """
    keras.utils.set_random_seed(config.seed)
    tokens = Tokens.learn((one.text for one in corpus.train), config.level, config.min_count)
    run.check_unchanged(
        lambda: Tokens.load(run.path, config.level).vocabulary.counts == tokens.vocabulary.counts,
        "recordings",
    )
    tokens.save(run.path)
    chosen, short = _long_enough(corpus.train, tokens, config)
    if short:
        shown = ", ".join(short[:_SHOWN]) + (", ..." if len(short) > _SHOWN else "")
        print(f"not trained on: {len(short):,} recordings too short for what is said: {shown}")
    if not chosen:
        raise BadData("no recording is long enough for what is said in it")
    training = Batches(chosen, tokens, config)
    with computing_in(config.precision):
        model = build_model(len(tokens), config)
    model.compile(
        optimizer=adam(config, len(training)),
        loss=CTCLoss(),
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    recogniser = Recogniser(tokens, model)

    def validate():
        found = score(recogniser, corpus.valid)
        return {f"val_{name}": found[name] for name in ("cer", "wer")}

    return recogniser, fit_and_save(
        model, training, validate, config, run, saved=model, goal="val_cer"
    )


def _long_enough(
    utterances: Sequence[Utterance], tokens: Tokens, config: Config
) -> tuple[Sequence[Utterance], list[str]]:
    """Those with a step for each token and one between two that are alike, however fast.

    And the names of the others.
    """
    places, short = [], []
    for i, one in enumerate(utterances):
        ids = tokens.ids(one.text)
        seconds = one.seconds / (1 + config.speed)
        steps = int((seconds - WINDOW) / HOP + 1) // config.stack
        if steps < len(ids) + np.count_nonzero(ids[1:] == ids[:-1]):
            short.append(one.name)
        else:
            places.append(i)
    if isinstance(utterances, Stored):
        return utterances.take(np.array(places, int)), short
    return [utterances[i] for i in places], short
