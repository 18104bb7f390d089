"""What the recurrent layers share: weights, masks, states, dropout. The equations are theirs."""

from types import SimpleNamespace

import keras
from keras import ops

from gated.checks import one_a_step
from gated.recurrence import lost_in_xla, recur


class Recurrent(keras.layers.Layer):
    """Base class of `SimpleRNN`, `GRU` and `LSTM`.

    A subclass names its states, counts its gates, and gives the equations of one step and their
    derivative. This class does the rest, with the meaning that Keras gives it:

        x⟨t⟩ = dropout(input⟨t⟩) kernel + input bias          for all t in one product
        states⟨t⟩ = step(x⟨t⟩, *states⟨t-1⟩)                   t = 1 ... T_x

    Args:
        units: width of the hidden state, a positive integer.
        activation: the function of the candidate state and of the output.
        use_bias: whether there is a bias.
        kernel_initializer: of the input weights `kernel`, [features, gates * units].
        recurrent_initializer: of the recurrent weights `recurrent_kernel`, [units, gates * units].
        bias_initializer: of the bias.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: of the weights.
        activity_regularizer: of the output.
        kernel_constraint, recurrent_constraint, bias_constraint: of the weights.
        dropout: share of the input features to drop, in [0, 1]. One mask a sequence: a feature
            dropped at one step is dropped at all (Gal and Ghahramani 2016, section 4).
        recurrent_dropout: the same for the hidden state on its way into the gates.
        weight_dropout: share of the recurrent weights to drop, in [0, 1]. One mask a batch: a
            connection dropped for one sequence is dropped for all (DropConnect; Merity, Keskar
            and Socher 2018, section 2, "weight drop").
        seed: of the three dropouts.
        return_sequences: return the output of every step, [b, t, units], not only the last.
        return_state: return the last states too.
        go_backwards: read the sequence from its end; outputs come in the order of reading.
        stateful: begin each batch with the states that the last batch ended with. The batch
            size must be known.
        unroll: trace every step in place of a loop. The length must be known.
        checkpoint: for long sequences. Keep only the states at every √T-th step for the gradients,
            and compute the steps between them again, in the time of one forward pass more. The
            length must be known.
        zero_output_for_mask: the output of a masked step is 0, not that of the step before.
        implementation: taken, as Keras takes it, and ignored.
        use_cudnn: `"auto"`: the backend's own kernel where it has one. That is for the LSTM
            without peepholes and the GRU with `reset_after`, their default activations, no mask,
            no recurrent dropout, neither `unroll` nor `checkpoint`: cuDNN's on a GPU, outside
            XLA's compilation and exports on TensorFlow, the LSTM only on JAX; PyTorch's on a CPU
            in float32 and float64. cuDNN keeps the states in the compute precision, on JAX in
            float32, and on TensorFlow and JAX has no second derivative. `True`: raise where that
            kernel cannot run. `False`: never.

    Call arguments:
        sequences: [b, t, features]. Of no steps, t = 0, the last states are the initial ones.
        initial_state: the states before the first step, each [b, units]; zeros if None.
        mask: booleans [b, t]; at a false step the states stay as they are, whatever the sequence
            has there, NaN too. Taken from the input (`Embedding(mask_zero=True)`, `Masking`) if
            not given.
        training: whether to drop out.

    Raises:
        ValueError: on `units` that is not a positive integer, a dropout outside [0, 1], an input
            that is not three-dimensional, a wrong number of initial states, a mask of another
            shape (a graph that does not know it raises when it runs), `stateful` with an unknown
            or changed batch size, `unroll` or `checkpoint` with an unknown length, or
            `use_cudnn=True` where no kernel can run.
    """

    state_names: tuple[str, ...]
    _options: tuple[str, ...] = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "weight_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "checkpoint",
        "zero_output_for_mask",
    )

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        *,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        weight_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        checkpoint=False,
        zero_output_for_mask=False,
        implementation=None,
        use_cudnn="auto",
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        for name, rate in (
            ("dropout", dropout),
            ("recurrent_dropout", recurrent_dropout),
            ("weight_dropout", weight_dropout),
        ):
            if not 0 <= rate <= 1:
                raise ValueError(f"`{name}` must lie in [0, 1]. Received: {name}={rate}")
        if use_cudnn not in ("auto", True, False):
            raise ValueError(
                f"`use_cudnn` must be 'auto', True or False. Received: use_cudnn={use_cudnn!r}"
            )
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = keras.regularizers.get(recurrent_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.recurrent_constraint = keras.constraints.get(recurrent_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_dropout = weight_dropout
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.checkpoint = checkpoint
        self.zero_output_for_mask = zero_output_for_mask
        self.use_cudnn = use_cudnn
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self._carried = SimpleNamespace(states=None)
        self._in_files = SimpleNamespace(cell=_Cell(self))

    # What a subclass supplies.

    @property
    def gates(self):
        """How many blocks of `units` columns the weights have, the candidate's among them."""
        raise NotImplementedError

    @property
    def bias_shape(self):
        return (self.gates * self.units,)

    def equations(self):
        """The `gated.recurrence.Equations` of a step."""
        raise NotImplementedError

    def recurrent_weights(self):
        """The weights that the equations take."""
        return [self.recurrent_kernel]

    def input_bias(self):
        """The bias that is added before the loop, or None."""
        return self.bias

    # Weights and states.

    @property
    def state_size(self):
        return [self.units] * len(self.state_names)

    def build(self, sequences_shape, initial_state_shape=None):
        # Where this is False, Keras's `jit_compile="auto"` leaves the model uncompiled.
        self.supports_jit = not (self.use_cudnn and lost_in_xla(self.equations()))
        width = self.gates * self.units
        self.kernel = self.add_weight(
            name="kernel",
            shape=(sequences_shape[-1], width),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=self.bias_shape,
                initializer=self.initial_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        if self.stateful:
            if sequences_shape[0] is None:
                raise ValueError(
                    "`stateful=True` needs a known batch size: build the model from an Input "
                    f"with `batch_size`. Received: sequences of shape {sequences_shape}"
                )
            self._create_states(sequences_shape[0])

    def initial_bias(self, shape, dtype=None):
        return self.bias_initializer(shape, dtype=dtype)

    def get_initial_state(self, batch_size):
        """Zeros, one tensor [batch_size, units] a state."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size]

    def _create_states(self, batch_size):
        # No autocast: on PyTorch, in mixed precision, it would assign to a cast copy.
        variables = [
            keras.Variable(
                ops.zeros((batch_size, size)),
                dtype=self.variable_dtype,
                trainable=False,
                autocast=False,
                name=name,
            )
            for name, size in zip(self.state_names, self.state_size, strict=True)
        ]
        # In a namespace Keras does not find them: as in its own layers, they are not weights.
        self._carried = SimpleNamespace(states=variables)

    @property
    def states(self):
        """The variables that a stateful layer carries from batch to batch, or None."""
        return self._carried.states

    @property
    def variables(self):
        # Listed here, beside the seeds, they survive JAX's stateless training step.
        return super().variables + (self.states or [])

    def reset_state(self):
        """Sets the states of a stateful layer to zero."""
        for state in self.states or ():
            state.assign(ops.zeros_like(state.value))

    reset_states = reset_state

    # In files the weights stand where Keras's layers have them, in a cell inside the layer.

    @property
    def cell(self):
        return self._in_files.cell

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        # In files of before they stand in the layer itself.
        self.cell.read = bool(store.keys())
        if self.cell.read:
            super().load_own_variables(store)

    # The call.

    def call(self, sequences, initial_state=None, mask=None, training=False):
        for option in ("unroll", "checkpoint"):
            if getattr(self, option) and sequences.shape[1] is None:
                raise ValueError(f"`{option}=True` needs a known length. Received: unknown")
        states = self._first_states(sequences, initial_state)
        if self.stateful:
            # An export says that the batch size is unknown, though it is not.
            batch = states[0].shape[0]
            sequences = ops.reshape(sequences, (batch, *ops.shape(sequences)[1:]))
        mask = None if mask is None else one_a_step(mask, sequences, "a mask")
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        mask = None if mask is None else ops.cast(mask, "bool")

        batch, features = ops.shape(sequences)[0], sequences.shape[-1]
        keep = self.dropout_mask(self.dropout, (batch, 1, features), training)
        sequences = sequences if keep is None else sequences * keep
        bias = self.input_bias()
        recurrent_kernel, *others = map(ops.convert_to_tensor, self.recurrent_weights())
        keep = self.dropout_mask(self.weight_dropout, ops.shape(recurrent_kernel), training)
        recurrent_kernel = recurrent_kernel if keep is None else recurrent_kernel * keep
        outputs, states = recur(
            self.equations(),
            sequences,
            ops.convert_to_tensor(self.kernel),
            None if bias is None else ops.convert_to_tensor(bias),
            states,
            [recurrent_kernel, *others],
            mask=mask,
            drop_mask=self.dropout_mask(self.recurrent_dropout, (batch, self.units), training),
            training=training,
            unroll=self.unroll,
            checkpoint=self.checkpoint,
            native=self.use_cudnn,
        )
        output = outputs if self.return_sequences else states[0]
        if mask is not None:
            output = self._mask_output(output, mask)
        for variable, state in zip(self.states or (), states, strict=False):
            variable.assign(state)
        return (output, *states) if self.return_state else output

    def _first_states(self, sequences, initial_state):
        if self.stateful:
            expected, received = self.states[0].shape[0], sequences.shape[0]
            if received is not None and received != expected:
                raise ValueError(
                    "A stateful layer keeps the batch size that it was built with. "
                    f"Expected: {expected}. Received: {received}"
                )
        if initial_state is None:
            # Copies, because PyTorch assigns to the variables in place.
            initial_state = (
                [ops.copy(state) for state in self.states]
                if self.stateful
                else self.get_initial_state(ops.shape(sequences)[0])
            )
        elif not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        if len(initial_state) != len(self.state_names):
            raise ValueError(
                f"{type(self).__name__} has {len(self.state_names)} states "
                f"({', '.join(self.state_names)}). Received: {len(initial_state)} initial states"
            )
        return tuple(ops.cast(state, self.compute_dtype) for state in initial_state)

    def dropout_mask(self, rate, shape, training):
        """What is multiplied by where a share is to be dropped, or None."""
        if not training or rate == 0:
            return None
        return keras.random.dropout(
            ops.ones(shape, dtype=self.compute_dtype), rate, seed=self.seed_generator
        )

    def _mask_output(self, output, mask):
        """Zero before the first step that counts, or at every masked step, as Keras has it."""
        if not self.return_sequences:
            visible = ops.any(mask[:, -1:] if self.zero_output_for_mask else mask, axis=1)
        elif self.zero_output_for_mask:
            visible = mask
        else:
            visible = ops.cumsum(ops.cast(mask, "int32"), axis=1) > 0
        return ops.where(visible[..., None], output, ops.zeros_like(output))

    def compute_mask(self, sequences, mask=None):
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        if mask is not None:
            mask = ops.flip(mask, axis=1) if self.go_backwards else mask
        output_mask = mask if self.return_sequences else None
        return [output_mask] + [None] * len(self.state_names) if self.return_state else output_mask

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        batch, length = sequences_shape[:2]
        output = (batch, length, self.units) if self.return_sequences else (batch, self.units)
        if not self.return_state:
            return output
        return (output, *((batch, size) for size in self.state_size))

    def get_config(self):
        config = super().get_config()
        for name in self._options:
            value = getattr(self, name)
            if name.endswith("activation"):
                value = keras.activations.serialize(value)
            elif name.endswith(("_initializer", "_regularizer", "_constraint")):
                value = keras.saving.serialize_keras_object(value)
            config[name] = value
        return config


class _Cell(keras.layers.Layer):
    """The place of a layer's weights in a file. It has none of its own."""

    def __init__(self, layer):
        super().__init__(name=f"{layer.name}_cell")
        self.read = False
        self._of = SimpleNamespace(layer=layer)

    def save_own_variables(self, store):
        keras.layers.Layer.save_own_variables(self._of.layer, store)

    def load_own_variables(self, store):
        if not self.read:
            keras.layers.Layer.load_own_variables(self._of.layer, store)
