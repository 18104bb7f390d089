"""Fitting the weights of a recogniser to recordings."""

import keras

from gated.ctc import CTCLoss
from gated.runs.folder import RunFolder
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus
from .batches import Batches
from .network import build_model
from .recogniser import Recogniser
from .scores import score
from .tokens import Tokens


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
    training = Batches(corpus.train, tokens, config)
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
