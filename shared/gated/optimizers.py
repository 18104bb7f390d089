"""Optimizers: for models that have learned something before, and for those who watch."""

from collections.abc import Sequence

import keras
from keras import ops


def with_gradient_norm(kind: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """An optimizer class that also has the sum of the norms of the gradients that it is given.

    `optimizer.gradient_norms` is the sum over the steps, before clipping, since it was set to 0.
    """

    class WithGradientNorm(kind):  # type: ignore[valid-type, misc]
        def build(self, variables):
            super().build(variables)
            self.gradient_norms = self.add_variable((), dtype="float32", name="gradient_norms")

        def apply(self, grads, trainable_variables=None):
            super().apply(grads, trainable_variables)
            squares = [
                ops.sum(ops.square(ops.cast(gradient, "float32")))
                for gradient in grads
                if gradient is not None
            ]
            self.gradient_norms.assign_add(ops.sqrt(sum(squares)))

    return WithGradientNorm


@keras.saving.register_keras_serializable("gated")
class LayerwiseAdam(keras.optimizers.Adam):
    """Adam with a learning rate and a beginning for each group of weights.

        rate(group k, step) = rate(step) decay^k          from step k · `unfreeze` on; 0 before

    Group 0 is the classifier on top, which knows nothing yet; the further down a layer is, the less
    and the later it is moved. Howard and Ruder 2018, "Universal language model fine-tuning for text
    classification", section 3.2 for the rates (`decay` 1 / 2.6), 3.3 for the gradual unfreezing.

    Args:
        learning_rate: of group 0.
        groups: the group of each trainable variable, in the order of the model's.
        decay: from each group to the next.
        unfreeze: steps between the beginnings.
        kwargs: those of `keras.optimizers.Adam`.

    Raises:
        ValueError: if there are not as many groups as variables.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        groups: Sequence[int] = (),
        decay: float = 1 / 2.6,
        unfreeze: int = 0,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.groups = list(groups)
        self.decay = decay
        self.unfreeze = unfreeze

    def build(self, variables):
        if len(variables) != len(self.groups):
            raise ValueError(
                f"`groups` must hold a group for each variable. "
                f"Received: {len(self.groups)} groups for {len(variables)} variables"
            )
        super().build(variables)

    def update_step(self, gradient, variable, learning_rate):
        group = self.groups[self._get_variable_index(variable)]
        begun = ops.cast(self.iterations >= group * self.unfreeze, learning_rate.dtype)
        super().update_step(gradient, variable, learning_rate * begun * self.decay**group)

    def get_config(self):
        own = {"groups": self.groups, "decay": self.decay, "unfreeze": self.unfreeze}
        return {**super().get_config(), **own}
