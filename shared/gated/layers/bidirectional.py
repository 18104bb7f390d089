"""Two recurrent layers that read a sequence in opposite directions."""

import keras
from keras import ops

from gated.layers.cloning import clone

_MERGE = {
    "concat": lambda forward, backward: ops.concatenate([forward, backward], axis=-1),
    "sum": lambda forward, backward: forward + backward,
    "ave": lambda forward, backward: (forward + backward) / 2,
    "mul": lambda forward, backward: forward * backward,
    None: lambda forward, backward: (forward, backward),
}


@keras.saving.register_keras_serializable("gated")
class Bidirectional(keras.layers.Layer):
    """Reads a sequence in both directions, drop-in for `keras.layers.Bidirectional`.

        →a⟨t⟩ = forward layer over x⟨1⟩ ... x⟨T_x⟩
        ←a⟨t⟩ = backward layer over x⟨T_x⟩ ... x⟨1⟩
        output⟨t⟩ = merge(→a⟨t⟩, ←a⟨t⟩)

    Schuster and Paliwal 1997, "Bidirectional recurrent neural networks".

    As in Keras the two layers are new ones, made from the configuration of `layer`, and with
    `return_sequences` their outputs are 0 at masked steps.

    Args:
        layer: a layer of this library, or any Keras recurrent layer.
        merge_mode: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or None for the two outputs apart.
        backward_layer: the layer that reads from the end, if it is to differ; its `go_backwards`
            must be the opposite of `layer`'s, its other settings of form the same.

    Call arguments:
        sequences: [b, t, features].
        initial_state: the forward layer's states, then the backward layer's.
        mask: booleans [b, t].
        training: passed on.

    Returns:
        [b, t, width] with `return_sequences`, else [b, width]; width is 2 units for `"concat"`.
        With `return_state` a tuple of that and the states, forward ones first.

    Raises:
        ValueError: on a `layer` that is not a layer, an unknown `merge_mode`, or two layers whose
            settings do not fit together.
    """

    def __init__(self, layer, merge_mode="concat", *, backward_layer=None, **kwargs):
        if not isinstance(layer, keras.layers.Layer):
            raise ValueError(f"`layer` must be a Keras layer. Received: {layer!r}")
        if merge_mode not in _MERGE:
            raise ValueError(
                f"`merge_mode` must be one of {list(_MERGE)}. Received: merge_mode={merge_mode!r}"
            )
        super().__init__(**kwargs)
        self.forward_layer = clone(layer, "forward")
        self.backward_layer = backward_layer or clone(
            layer, "backward", go_backwards=not layer.go_backwards
        )
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self.supports_masking = True
        self.input_spec = layer.input_spec

    def _check_pair(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "The two layers must read in opposite directions. Received: both with "
                f"go_backwards={forward.go_backwards}"
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(forward, name) != getattr(backward, name):
                raise ValueError(
                    f"The two layers must have the same `{name}`. Received: "
                    f"{getattr(forward, name)} and {getattr(backward, name)}"
                )

    @property
    def return_sequences(self):
        return self.forward_layer.return_sequences

    @property
    def return_state(self):
        return self.forward_layer.return_state

    @property
    def stateful(self):
        return self.forward_layer.stateful

    @property
    def states(self):
        if not self.forward_layer.states:
            return None
        return [*self.forward_layer.states, *self.backward_layer.states]

    @property
    def state_size(self):
        return [*state_sizes(self.forward_layer), *state_sizes(self.backward_layer)]

    def reset_state(self):
        """Sets the states of a stateful layer to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def build(self, sequences_shape, initial_state_shape=None):
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        self.compute_output_shape(sequences_shape)  # raises where the outputs do not fit together

    def call(self, sequences, initial_state=None, mask=None, training=None):
        first = (None, None)
        if initial_state is not None:
            if len(initial_state) != len(self.state_size):
                raise ValueError(
                    f"The two layers have {len(self.state_size)} states. "
                    f"Received: {len(initial_state)} initial states"
                )
            count = len(state_sizes(self.forward_layer))
            first = (initial_state[:count], initial_state[count:])
        forward, *forward_states = self._run(0, sequences, first[0], mask, training)
        backward, *backward_states = self._run(1, sequences, first[1], mask, training)
        output = _MERGE[self.merge_mode](forward, backward)
        if not self.return_state:
            return output
        outputs = output if self.merge_mode is None else (output,)
        return (*outputs, *forward_states, *backward_states)

    def _run(self, which, sequences, initial_state, mask, training):
        layer = (self.forward_layer, self.backward_layer)[which]
        result = layer(sequences, initial_state=initial_state, mask=mask, training=training)
        output, *states = result if self.return_state else (result,)
        if self.return_sequences and layer.go_backwards:
            output = ops.flip(output, axis=1)
        return ops.cast(output, self.compute_dtype), *states

    def compute_mask(self, sequences, mask=None):
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        output_mask = mask if self.return_sequences else None
        outputs = [output_mask, output_mask] if self.merge_mode is None else [output_mask]
        if self.return_state:
            return outputs + [None] * len(self.state_size)
        return outputs if self.merge_mode is None else output_mask

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        forward, *states = _output_shapes(self.forward_layer, sequences_shape)
        backward, *backward_states = _output_shapes(self.backward_layer, sequences_shape)
        if self.merge_mode is None:
            outputs = (forward, backward)
        elif self.merge_mode == "concat":
            outputs = ((*forward[:-1], forward[-1] + backward[-1]),)
        elif forward == backward:
            outputs = (forward,)
        else:
            raise ValueError(
                f"`merge_mode={self.merge_mode!r}` needs two outputs of the same width. "
                f"Received: {forward[-1]} and {backward[-1]}"
            )
        if self.return_state:
            return (*outputs, *states, *backward_states)
        return outputs if self.merge_mode is None else outputs[0]

    def get_config(self):
        return {
            **super().get_config(),
            "layer": keras.saving.serialize_keras_object(self.forward_layer),
            "backward_layer": keras.saving.serialize_keras_object(self.backward_layer),
            "merge_mode": self.merge_mode,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in ("layer", "backward_layer"):
            config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects)
        return cls(**config)


def state_sizes(layer):
    """One a state; a Keras layer of one state has it alone."""
    return keras.tree.flatten(layer.state_size)


def _output_shapes(layer, sequences_shape):
    """Of the output, and of the states if the layer returns them."""
    shapes = layer.compute_output_shape(sequences_shape)
    return shapes if layer.return_state else (shapes,)
