"""Fitting the network's weights to a corpus."""

import keras
import numpy as np

from gated.runs.folder import RunFolder
from gated.training.batches import ByLength
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus, Text
from .bracketeer import Bracketeer, ids_of, score
from .network import build_model


class Batches(ByLength):
    """Texts of like length together."""

    def __init__(self, texts: list[Text], config: Config):
        self.texts = texts
        super().__init__([len(text.text) for text in texts], config.batch_size, config.seed)

    def __getitem__(self, i):
        texts = [self.texts[place] for place in self.order[i]]
        y = np.array([[text.balanced] for text in texts], "float32")
        return ids_of([text.text for text in texts], self.length(i)), y


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Bracketeer, float]:
    """Trains, and saves the weights of the best epoch; gives the validation loss as well."""
    keras.utils.set_random_seed(config.seed)
    with computing_in(config.precision):
        model = build_model(config)
    trained = Bracketeer(model)
    training = Batches(corpus.train, config)
    model.compile(adam(config, len(training)), keras.losses.BinaryCrossentropy())

    def validate():
        return {"val_loss": score(trained, corpus.valid)["loss"]}

    return trained, fit_and_save(model, training, validate, config, run, saved=model)
