"""Dynamic evaluation: a model that goes on learning from the text that it is judged on."""

import keras
import numpy as np
from rich.console import Console
from rich.progress import track

from apps.lm.config import Config
from apps.lm.language_model import LanguageModel
from apps.lm.model import Streams

_STEPS = 20  # tokens that are judged before their gradient is taken


def judge_while_learning(judge: LanguageModel, ids: np.ndarray, rate: float) -> float:
    """Log P of a text, `<EOS>` before the first token, by a model that learns from each window.

    The tokens of a window are judged, and only then the weights are moved by their gradient:

        θ ← θ - rate g / (√v + 1e-5)          v: mean of g² so far, each step's weight 0.001

    so it is P of the text as the product of that of each token given those before it, and no token
    is judged by weights that have seen it. Without dropout. Krause et al. 2018, "Dynamic evaluation
    of neural sequence models", without their decay and with the mean squares of this text alone.

    Changes the weights of `judge.model`.
    """
    adapting = Adapting(judge.model, Config(batch_size=1, steps=_STEPS))
    adapting.compile(
        optimizer=keras.optimizers.Adam(rate, beta_1=0.0, epsilon=1e-5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    windows = -(-len(ids) // _STEPS)
    rest = windows * _STEPS - len(ids)
    y = np.pad(ids, (0, rest)).reshape(windows, _STEPS)
    x = np.concatenate([[judge.codec.eos], y.reshape(-1)[:-1]]).reshape(windows, _STEPS)
    counted = np.pad(np.ones(len(ids), "float32"), (0, rest)).reshape(windows, _STEPS)
    total = 0.0
    progress = track(range(windows), "Judging and learning", console=Console(stderr=True))
    for window in (slice(i, i + 1) for i in progress):
        adapting.reset_metrics()
        total += float(adapting.train_on_batch(x[window], y[window], counted[window])) * _STEPS
    return -total


class Adapting(Streams):
    """One stream, read as in judging."""

    def call(self, inputs, training=False):
        return super().call(inputs, training=False)
