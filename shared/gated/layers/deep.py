"""A stack of recurrent layers as one layer."""

import keras

from gated.layers.bidirectional import Bidirectional, state_sizes
from gated.layers.cloning import clone
from gated.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable("gated")
class Deep(keras.layers.Layer):
    """A deep recurrent network: each layer reads the sequence that the one below puts out.

        a[0]⟨t⟩ = x⟨t⟩
        a[l]⟨t⟩ = layer l over dropout(a[l-1])            l = 1 ... L
        a[l]⟨t⟩ = a[l-1]⟨t⟩ + layer l over dropout(a[l-1])   with `residual`

    a[l]⟨t⟩ is the course's notation for layer l. Deep LSTMs: Graves, Mohamed and Hinton 2013;
    residual connections between recurrent layers: Wu et al. 2016, section 3.1.

    Args:
        layer_or_layers: one recurrent layer, to be repeated `depth` times in fresh copies, or a
            list of layers, which may differ and may be bidirectional. All but the last give
            sequences, whatever their own setting; the last is as it was given.
        depth: how many layers; only with a single layer.
        dropout: share of the features to drop between the layers, not before the first and not
            after the last. One mask a sequence: a feature dropped at one step is dropped at all
            (Gal and Ghahramani 2016).
        residual: add its input to the output of every layer that gives a sequence as wide as the
            one it gets.

    Call arguments:
        sequences: [b, t, features].
        initial_state: one flat list, the states of the first layer, then of the second, ...
        mask: booleans [b, t].
        training: passed on.

    Returns:
        What the last layer returns; with `return_state` a tuple of its output and the states of
        all layers, first layer's first. `set_weights` takes the weights of all layers in order.

    Raises:
        ValueError: on an empty list, `depth` beside a list or missing beside a layer, layers that
            are not recurrent or whose `stateful` differs, a bidirectional layer that does not
            merge its outputs, a layer that goes backwards.
    """

    def __init__(self, layer_or_layers, depth=None, dropout=0.0, residual=False, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= dropout <= 1:
            raise ValueError(f"`dropout` must lie in [0, 1]. Received: dropout={dropout}")
        given = _listed(layer_or_layers, depth)
        _check(given)
        # One setting for all, so that the configuration of the last layer is the stack's.
        self.return_state = given[-1].return_state
        self.layers = [
            clone(
                layer,
                f"layer{i}",
                return_sequences=i < len(given) or layer.return_sequences,
                return_state=self.return_state,
            )
            for i, layer in enumerate(given, 1)
        ]
        self.dropout = dropout
        self.residual = residual
        # Zeroing a feature at all steps of a sequence is what Keras calls spatial dropout.
        self.drops = [
            keras.layers.SpatialDropout1D(dropout, dtype=layer.dtype_policy)
            for layer in self.layers[1:]
        ]
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)

    @property
    def depth(self):
        return len(self.layers)

    @property
    def return_sequences(self):
        return self.layers[-1].return_sequences

    @property
    def stateful(self):
        return self.layers[0].stateful

    @property
    def states(self):
        if not self.layers[0].states:
            return None
        return [state for layer in self.layers for state in layer.states]

    @property
    def state_size(self):
        return [size for layer in self.layers for size in state_sizes(layer)]

    def reset_state(self):
        """Sets the states of a stateful stack to zero."""
        for layer in self.layers:
            layer.reset_state()

    reset_states = reset_state

    def build(self, sequences_shape, initial_state_shape=None):
        shape = sequences_shape
        for layer in self.layers:
            layer.build(shape)
            shape, *_ = self._apart(layer.compute_output_shape(shape))

    def call(self, sequences, initial_state=None, mask=None, training=None):
        given = None if initial_state is None else list(initial_state)
        if given is not None and len(given) != len(self.state_size):
            raise ValueError(
                f"The stack has {len(self.state_size)} states. "
                f"Received: {len(given)} initial states"
            )
        output, states = sequences, []
        for i, layer in enumerate(self.layers):
            below = output if i == 0 else self.drops[i - 1](output, training=training)
            first = None
            if given is not None:
                count = len(state_sizes(layer))
                first, given = given[:count], given[count:]
            result = layer(below, initial_state=first, mask=mask, training=training)
            above, *last = self._apart(result)
            wide_enough = layer.return_sequences and above.shape[-1] == output.shape[-1]
            output = output + above if self.residual and wide_enough else above
            states += last
        return (output, *states) if self.return_state else output

    def _apart(self, result):
        """A layer's output and its states, if it returns them, as one sequence."""
        return result if self.return_state else (result,)

    def compute_mask(self, sequences, mask=None):
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        output_mask = mask if self.return_sequences else None
        return [output_mask] + [None] * len(self.state_size) if self.return_state else output_mask

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shape, states = sequences_shape, []
        for layer in self.layers:
            shape, *last = self._apart(layer.compute_output_shape(shape))
            states += last
        return (shape, *states) if self.return_state else shape

    def get_config(self):
        return {
            **super().get_config(),
            "layer_or_layers": [
                keras.saving.serialize_keras_object(layer) for layer in self.layers
            ],
            "dropout": self.dropout,
            "residual": self.residual,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = [
            keras.saving.deserialize_keras_object(layer, custom_objects)
            for layer in config["layer_or_layers"]
        ]
        return cls(**{**config, "layer_or_layers": layers})


def _listed(layer_or_layers, depth):
    if isinstance(layer_or_layers, (list, tuple)):
        if depth is not None or not layer_or_layers:
            raise ValueError("Give a list of at least one layer, or one layer and `depth`.")
        return list(layer_or_layers)
    if not isinstance(depth, int) or depth < 1:
        raise ValueError(f"`depth` must be a positive integer. Received: depth={depth!r}")
    return [layer_or_layers] * depth


def _check(layers):
    for layer in layers:
        if not isinstance(layer, (Recurrent, Bidirectional, keras.layers.RNN)):
            raise ValueError(
                "A stack is made of recurrent layers, or gated.layers.Bidirectional ones. "
                f"Received: {layer!r}"
            )
        if isinstance(layer, Bidirectional):
            if layer.merge_mode is None:
                raise ValueError("A bidirectional layer in a stack must merge its outputs.")
        elif layer.go_backwards:
            raise ValueError("A layer in a stack cannot go backwards: wrap it in Bidirectional.")
    if len({layer.stateful for layer in layers}) > 1:
        raise ValueError("The layers of a stack must all be stateful, or none.")
