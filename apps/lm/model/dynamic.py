"""Dynamic evaluation: a model that goes on learning from the text that it is evaluated on."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from ..config import Config
from ..reading.text import Ids
from .language_model import LanguageModel
from .network import Streams

_STEPS = 20  # tokens that are scored before their gradient is taken
_RETURN = 0.001  # what was learned is half forgotten after 700 windows


def score_while_learning(
    language_model: LanguageModel,
    ids: Ids | np.ndarray,
    rate: float,
    advance: Callable[[int], object] = lambda count: None,
) -> float:
    """Log P of a text, `<EOS>` before the first token, by a model that learns from each window.

    The tokens of a window are scored, and only then the weights are moved by the gradient g of
    their mean log loss, and back towards the first ones:

        θ ← θ - rate g / (√v + 0.001) + 0.001 (θ₀ - θ)    v: mean of g² so far, each step's weight
                                                          0.001

    so it is P of the text as the product of that of each token given those before it, and no token
    is scored by weights that have seen it. Without dropout. Krause et al. 2018, "Dynamic evaluation
    of neural sequence models", section 4, with the mean squares of this text. The 0.001 under the
    fraction is theirs too: without it the vector of a rare word, whose v is next to 0, would be
    thrown far away where the word comes. As Keras's Adam has it, it is greater at first: divided
    by √(1 - 0.999^n) at the n-th window.

    Changes the weights of `language_model.model`. Tells `advance` how many tokens are through.
    """
    adapting = Adapting(language_model.model, Config(batch_size=1, steps=_STEPS))
    adapting.compile(
        optimizer=ReturningAdam(rate, _RETURN, adapting.trainable_variables),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    before, total = language_model.codec.eos, 0.0
    for start in range(0, len(ids), _STEPS):
        part = ids[start : start + _STEPS]
        y = np.pad(part, (0, _STEPS - len(part)))
        x = np.append(np.int32(before), y[:-1])
        counted = (np.arange(_STEPS) < len(part)).astype("float32")
        adapting.reset_metrics()
        loss = adapting.train_on_batch(x[None], y[None], counted[None])
        total += float(loss) * _STEPS
        before = y[-1]
        advance(len(part))
    return -total


class Adapting(Streams):
    """One stream, read as in evaluation."""

    def call(self, inputs, training=False):
        return super().call(inputs, training=False)


class ReturningAdam(keras.optimizers.Adam):
    """Adam whose weights are drawn back to where they were at first."""

    def __init__(self, learning_rate, share, variables):
        """Args: share: of the way back, at each step. variables: all that it will move."""
        super().__init__(learning_rate, beta_1=0.0, epsilon=1e-3)
        self.build(variables)
        self.share = share
        self.first = [ops.stop_gradient(ops.copy(variable.value)) for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        way = ops.subtract(self.first[self._get_variable_index(variable)], variable)
        super().update_step(gradient, variable, learning_rate)
        self.assign_add(variable, self.share * way)
