"""States given, returned, and carried from batch to batch."""

import keras
import numpy as np
import pytest

from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import randomize, value_and_gradients
from tests.layers.parameters import each

BATCH, LENGTH, FEATURES, UNITS = 2, 4, 3, 3

LAYERS = {
    "SimpleRNN": lambda **options: SimpleRNN(UNITS, **options),
    "GRU": lambda **options: GRU(UNITS, **options),
    "LSTM": lambda **options: LSTM(UNITS, peepholes=True, **options),
    "Deep": lambda **options: Deep([GRU(UNITS, **options), LSTM(UNITS, **options)]),
}
each_layer = pytest.mark.parametrize("make", each(LAYERS, on_jax=["LSTM", "Deep"]))


def numpy(output):
    return keras.ops.convert_to_numpy(output)


def sequences(length=LENGTH, batch=BATCH):
    return np.random.default_rng(0).normal(size=(batch, length, FEATURES))


def random_states(layer, batch=BATCH):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(batch, size)) for size in layer.state_size]


@each_layer
def test_goes_on_from_the_states_it_returned(make):
    """Also the order of states: what comes out is what goes in."""
    layer = make(return_state=True)
    whole, *last = layer(sequences())
    _, *between = layer(sequences()[:, :1])
    output, *end = layer(sequences()[:, 1:], initial_state=between)
    for one, other in zip([output, *end], [whole, *last], strict=True):
        np.testing.assert_allclose(numpy(one), numpy(other), atol=1e-6)


@each_layer
def test_first_state_is_the_last_output(make):
    layer = make(return_sequences=True, return_state=True)
    output, *states = layer(sequences())
    of_last_layer = states[1] if isinstance(layer, Deep) else states[0]
    np.testing.assert_array_equal(numpy(output)[:, -1], numpy(of_last_layer))


def test_lstm_returns_h_then_c():
    layer = LSTM(UNITS, return_state=True)
    h, c = np.full((BATCH, UNITS), 0.25), np.full((BATCH, UNITS), -0.5)
    nothing_counts = np.zeros((BATCH, LENGTH), bool)
    _, last_h, last_c = layer(sequences(), initial_state=[h, c], mask=nothing_counts)
    np.testing.assert_array_equal(numpy(last_h), h)
    np.testing.assert_array_equal(numpy(last_c), c)


@pytest.mark.parametrize(
    "make", [*LAYERS.values(), lambda **o: Bidirectional(LSTM(UNITS, **o))], ids=[*LAYERS, "Both"]
)
def test_initial_states_in_a_functional_model(make):
    layer = make(return_state=True)
    inputs = keras.Input((None, FEATURES))
    states = [keras.Input((size,)) for size in layer.state_size]
    model = keras.Model([inputs, states], layer(inputs, initial_state=states))
    given = random_states(layer)
    predicted = model.predict([sequences(), given], verbose=0)
    for one, other in zip(predicted, layer(sequences(), initial_state=given), strict=True):
        np.testing.assert_allclose(one, numpy(other), atol=1e-6)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("compiled", [False, True])
@each_layer
def test_of_no_steps_the_states_are_the_initial_ones(make, compiled, return_sequences):
    layer = make(return_state=True, return_sequences=return_sequences)
    layer.build((None, None, FEATURES))
    given = random_states(layer)
    result = value_and_gradients(layer, sequences(0), given, compiled=compiled)
    output, *last = result.outputs
    for one, other in zip(last, given, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    if return_sequences:
        assert output.shape == (BATCH, 0, UNITS)
    else:
        of_last_layer = last[1] if isinstance(layer, Deep) else last[0]
        np.testing.assert_array_equal(output, of_last_layer)
    assert all(by.any() for by in result.states)
    assert not any(by.any() for by in result.weights)


def test_of_no_steps_and_a_mask_the_states_are_the_initial_ones():
    layer = LSTM(UNITS, return_state=True)
    given = random_states(layer)
    output, *last = layer(sequences(0), initial_state=given, mask=np.ones((BATCH, 0), bool))
    assert not numpy(output).any()  # as of a row masked throughout
    for one, other in zip(last, given, strict=True):
        np.testing.assert_allclose(numpy(one), other, rtol=1e-6)


def test_one_state_needs_no_list():
    layer = GRU(UNITS)
    (state,) = random_states(layer)
    alone = numpy(layer(sequences(), initial_state=state))
    np.testing.assert_array_equal(alone, numpy(layer(sequences(), initial_state=[state])))


@pytest.mark.parametrize(
    "make, number, message",
    [
        (LSTM, 1, r"LSTM has 2 states \(h, c\)\. Received: 1"),
        (GRU, 2, r"GRU has 1 states \(h\)\. Received: 2"),
    ],
)
def test_refuses_a_wrong_number_of_states(make, number, message):
    with pytest.raises(ValueError, match=message):
        make(UNITS)(sequences(), initial_state=[np.zeros((BATCH, UNITS))] * number)


# Stateful layers.


def stateful_model(make, **options):
    inputs = keras.Input((None, FEATURES), batch_size=BATCH)
    layer = make(stateful=True, return_sequences=True, **options)
    return keras.Model(inputs, layer(inputs)), layer


def one_long_sequence(make, layer):
    lone = make(return_sequences=True, return_state=True)
    lone.build((None, None, FEATURES))
    lone.set_weights(layer.get_weights())
    output, *states = lone(sequences(3 * LENGTH))
    return numpy(output), [numpy(state) for state in states]


def parts():
    return np.split(sequences(3 * LENGTH), 3, axis=1)


@each_layer
def test_stateful_predictions_are_one_long_sequence(make):
    model, layer = stateful_model(make)
    randomize(layer)
    expected, last = one_long_sequence(make, layer)
    for _ in range(2):
        found = [model.predict(part, batch_size=BATCH, verbose=0) for part in parts()]
        np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=1e-5)
        for state, other in zip(layer.states, last, strict=True):
            np.testing.assert_allclose(numpy(state), other, atol=1e-5)
        layer.reset_state()
        assert not any(numpy(state).any() for state in layer.states)


@each_layer
def test_stateful_calls_are_one_long_sequence(make):
    layer = make(stateful=True, return_sequences=True)
    layer.build((BATCH, None, FEATURES))
    randomize(layer)
    found = [numpy(layer(part)) for part in parts()]
    expected, _ = one_long_sequence(make, layer)
    np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=1e-5)


@each_layer
def test_stateful_in_fit(make):
    """With a learning rate of 0 the batches of an epoch are one long sequence."""
    model, layer = stateful_model(make)
    randomize(layer)
    expected, last = one_long_sequence(make, layer)
    inputs = np.concatenate(parts())
    targets = np.concatenate(np.split(expected, 3, axis=1))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    history = model.fit(inputs, targets, batch_size=BATCH, shuffle=False, verbose=0)
    assert history.history["loss"][0] < 1e-9
    for state, other in zip(layer.states, last, strict=True):
        np.testing.assert_allclose(numpy(state), other, atol=1e-5)


def test_stateful_learns_while_it_carries():
    model, layer = stateful_model(LAYERS["LSTM"])
    before = layer.get_weights()
    model.compile(keras.optimizers.Adam(0.05), "mse")
    inputs, targets = np.concatenate(parts()), np.ones((3 * BATCH, LENGTH, UNITS))
    history = model.fit(inputs, targets, batch_size=BATCH, epochs=9, shuffle=False, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert all((a != b).any() for a, b in zip(before, layer.get_weights(), strict=True))


def test_stateful_bidirectional():
    layer = Bidirectional(LSTM(UNITS, stateful=True))
    layer(sequences())
    kept = [numpy(state) for state in layer.states]
    assert len(kept) == 4 and all(state.any() for state in kept)
    expected = layer(sequences(), initial_state=kept)
    for state, value in zip(layer.states, kept, strict=True):
        state.assign(value)
    np.testing.assert_allclose(numpy(layer(sequences())), numpy(expected), atol=1e-6)
    layer.reset_state()
    assert not any(numpy(state).any() for state in layer.states)


@each_layer
def test_states_are_not_weights(make):
    _, layer = stateful_model(make)
    lone = make()
    lone.build((None, None, FEATURES))
    assert [w.shape for w in layer.get_weights()] == [w.shape for w in lone.get_weights()]
    assert lone.states is None
    carried = [id(state) for state in layer.states]
    assert not set(carried) & {id(variable) for variable in layer.trainable_variables}
    assert set(carried) <= {id(variable) for variable in layer.non_trainable_variables}


def test_stateful_needs_the_batch_size():
    with pytest.raises(ValueError, match="known batch size"):
        LSTM(UNITS, stateful=True)(keras.Input((None, FEATURES)))


def test_stateful_refuses_another_batch_size():
    layer = LSTM(UNITS, stateful=True)
    layer(sequences())
    with pytest.raises(ValueError, match=r"Expected: 2\. Received: 3"):
        layer(sequences(batch=3))
