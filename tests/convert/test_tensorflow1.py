"""An LSTM and the TensorFlow 1 cell of its weights give the same output."""

import keras
import numpy as np
import pytest

from gated.convert import load_tensorflow1, to_tensorflow1
from gated.layers import GRU, LSTM, Bidirectional
from tests.gradients import randomize

FEATURES, UNITS = 3, 4
rng = np.random.default_rng(1)
INPUTS = rng.normal(size=(2, 5, FEATURES)).astype("float32")
H, C = rng.normal(size=(2, 2, UNITS)).astype("float32")


def cell_variables(peepholes, scope="rnn/lstm_cell/"):
    """Random ones, as TensorFlow 1 names and shapes them."""
    rng = np.random.default_rng(2)
    shapes = {"kernel": (FEATURES + UNITS, 4 * UNITS), "bias": (4 * UNITS,)}
    if peepholes:
        shapes.update(w_f_diag=(UNITS,), w_i_diag=(UNITS,), w_o_diag=(UNITS,))
    return {
        scope + name: rng.normal(0, 0.7, shape).astype("float32") for name, shape in shapes.items()
    }


def run_equations(variables, peepholes, forget_bias):
    """The equations in the documentation of `tf.nn.rnn_cell.LSTMCell`, a step at a time."""

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    kernel, bias, *diagonals = variables.values()
    w_f, w_i, w_o = diagonals or (0, 0, 0)
    h, c, outputs = H, C, []
    for x in INPUTS.swapaxes(0, 1):
        i, j, f, o = np.split(np.concatenate([x, h], axis=1) @ kernel + bias, 4, axis=1)
        c = sigmoid(f + forget_bias + w_f * c) * c + sigmoid(i + w_i * c) * np.tanh(j)
        h = sigmoid(o + w_o * c) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c


def run_cell(variables, peepholes, forget_bias):
    """TensorFlow 1's own cell, which TensorFlow 2 still has, though not by its public name."""
    rnn_cell = pytest.importorskip(
        "tensorflow.python.keras.layers.legacy_rnn.rnn_cell_impl",
        reason="compares with the cell of TensorFlow 1",
    )
    from tensorflow import Graph
    from tensorflow.compat import v1

    with Graph().as_default(), v1.Session() as session:
        cell = rnn_cell.LSTMCell(UNITS, use_peepholes=peepholes, forget_bias=forget_bias)
        state = rnn_cell.LSTMStateTuple(v1.constant(C), v1.constant(H))
        outputs, last = v1.nn.dynamic_rnn(cell, v1.constant(INPUTS), initial_state=state)
        made = {variable.op.name: variable for variable in v1.global_variables()}
        assert set(made) == set(variables)
        for name, variable in made.items():
            variable.load(variables[name], session)
        return session.run([outputs, last.h, last.c])


# The old cells warn that they are old.
old = pytest.mark.filterwarnings("ignore:.*is deprecated:UserWarning")
each_peer = pytest.mark.parametrize("run", [run_cell, run_equations])
each_form = pytest.mark.parametrize(
    ("peepholes", "forget_bias"), [(True, 1.0), (True, 0.3), (False, 1.0)]
)


def lstm(peepholes=True, **options):
    layer = LSTM(UNITS, peepholes=peepholes, **options)
    layer.build((None, None, FEATURES))
    return layer


def assert_output(layer, expected):
    outputs = layer(INPUTS, initial_state=[H, C])
    for ours, theirs in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(ours), theirs, rtol=0, atol=1e-5)


@old
@each_peer
@each_form
def test_from_tensorflow1(run, peepholes, forget_bias):
    variables = cell_variables(peepholes)
    layer = lstm(peepholes, return_sequences=True, return_state=True)
    load_tensorflow1(layer, variables, forget_bias=forget_bias)
    assert_output(layer, run(variables, peepholes, forget_bias))


@old
@each_peer
@each_form
def test_to_tensorflow1(run, peepholes, forget_bias):
    layer = randomize(lstm(peepholes, return_sequences=True, return_state=True))
    arrays = to_tensorflow1(layer, forget_bias=forget_bias)
    names = [name.split("/")[-1] for name in cell_variables(peepholes)]
    variables = {f"rnn/lstm_cell/{name}": arrays.pop(name) for name in names}
    assert not arrays
    assert_output(layer, run(variables, peepholes, forget_bias))


@each_form
def test_round_trip(peepholes, forget_bias):
    first, second = randomize(lstm(peepholes)), lstm(peepholes)
    load_tensorflow1(second, to_tensorflow1(first, forget_bias), forget_bias=forget_bias)
    for weight, expected in zip(second.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=0, atol=1e-6)


def test_from_a_checkpoint(tmp_path):
    tf = pytest.importorskip("tensorflow", reason="writes a checkpoint of TensorFlow 1")
    v1 = tf.compat.v1
    variables = {**cell_variables(peepholes=True), "dense/kernel": np.ones((UNITS, 2), "float32")}
    with tf.Graph().as_default(), v1.Session() as session:
        for name, array in variables.items():
            v1.get_variable(name, initializer=array)
        v1.train.AdamOptimizer().minimize(
            sum(v1.reduce_sum(variable) for variable in v1.trainable_variables())
        )
        session.run(v1.global_variables_initializer())
        path = v1.train.Saver().save(session, str(tmp_path / "model.ckpt"))

    reader = tf.train.load_checkpoint(path)
    names = reader.get_variable_to_shape_map()
    assert "rnn/lstm_cell/kernel/Adam" in names
    layer, expected = lstm(), lstm()
    load_tensorflow1(layer, {name: reader.get_tensor(name) for name in names}, "rnn/lstm_cell")
    load_tensorflow1(expected, cell_variables(peepholes=True))
    for weight, other in zip(layer.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_each_direction_from_its_scope():
    layer = Bidirectional(LSTM(UNITS, peepholes=True))
    layer.build((None, None, FEATURES))
    scopes = ["bidirectional_rnn/fw/lstm_cell", "bidirectional_rnn/bw/lstm_cell"]
    directions = [randomize(lstm(), seed) for seed in (1, 2)]
    variables = {
        f"{scope}/{name}": array
        for scope, direction in zip(scopes, directions, strict=True)
        for name, array in to_tensorflow1(direction).items()
    }
    load_tensorflow1(layer.forward_layer, variables, scopes[0])
    load_tensorflow1(layer.backward_layer, variables, scopes[1])
    expected = [weight for direction in directions for weight in direction.get_weights()]
    for weight, other in zip(layer.get_weights(), expected, strict=True):
        np.testing.assert_allclose(weight, other, rtol=0, atol=1e-6)


NOT_IN_TENSORFLOW1 = {
    "previous": (
        lambda: lstm("previous"),
        "peepholes=False or True. Received: peepholes='previous'",
    ),
    "no bias": (lambda: lstm(use_bias=False), "LSTM only with use_bias=True"),
    "activation": (
        lambda: lstm(recurrent_activation="hard_sigmoid"),
        "only with recurrent_activation='sigmoid'",
    ),
    "not built": (lambda: LSTM(4, name="mine"), "Expected a built layer. Received: 'mine'"),
    "another layer": (lambda: GRU(4), "Expected an LSTM of gated.layers. Received: <GRU name="),
    "a wrapper": (lambda: Bidirectional(LSTM(4)), "Received: <Bidirectional name="),
}


@pytest.mark.parametrize(("layer", "message"), NOT_IN_TENSORFLOW1.values(), ids=NOT_IN_TENSORFLOW1)
def test_layers_that_tensorflow1_has_not(layer, message):
    layer = layer()
    for convert in (to_tensorflow1, lambda layer: load_tensorflow1(layer, {})):
        with pytest.raises(ValueError) as raised:
            convert(layer)
        assert message in str(raised.value)
        assert "\n" not in str(raised.value)


PEEPHOLES, PLAIN = cell_variables(peepholes=True), cell_variables(peepholes=False)
VARIABLES = {
    "no peepholes": (PLAIN, {}, "Missing: w_i_diag, w_f_diag, w_o_diag. .*: none"),
    "a projection": (
        {**PEEPHOLES, "rnn/lstm_cell/projection/kernel": np.ones((UNITS, 2))},
        {},
        "not expected: projection/kernel",
    ),
    "a wrong shape": (
        {**PEEPHOLES, "rnn/lstm_cell/bias": np.ones(3 * UNITS)},
        {},
        r"bias must have the shape \(16,\). Received: \(12,\)",
    ),
    "no cell": ({"w": np.ones(3)}, {}, "none has a kernel. Received: scope=None"),
    "two kernels": (
        {**PEEPHOLES, "dense/kernel": np.ones((4, 2))},
        {},
        "among these: 'dense', 'rnn/lstm_cell'. Received: scope=None",
    ),
    "another scope": (PEEPHOLES, {"scope": "lstm"}, "'rnn/lstm_cell'. Received: scope='lstm'"),
}


@pytest.mark.parametrize(("variables", "options", "message"), VARIABLES.values(), ids=VARIABLES)
def test_variables_that_do_not_fit(variables, options, message):
    layer = lstm()
    before = layer.get_weights()
    with pytest.raises(ValueError, match=message):
        load_tensorflow1(layer, variables, **options)
    for weight, expected in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_peepholes_for_a_plain_layer():
    with pytest.raises(ValueError, match="not expected: w_i_diag, w_f_diag, w_o_diag"):
        load_tensorflow1(lstm(peepholes=False), PEEPHOLES)
