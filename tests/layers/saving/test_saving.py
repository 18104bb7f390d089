"""Configurations and `.keras` files bring back the same layer."""

import inspect
import json

import h5py
import keras
import numpy as np
import pytest

import gated.layers as gated
from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
from tests.gradients import randomize
from tests.layers.parameters import each

FEATURES = 3

ALL_OPTIONS = {
    "activation": "relu",
    "use_bias": False,
    "kernel_initializer": "he_normal",
    "recurrent_initializer": "zeros",
    "kernel_regularizer": keras.regularizers.L2(0.1),
    "recurrent_constraint": keras.constraints.MaxNorm(2),
    "dropout": 0.1,
    "recurrent_dropout": 0.2,
    "weight_dropout": 0.3,
    "seed": 3,
    "return_sequences": True,
    "go_backwards": True,
    "zero_output_for_mask": True,
}

LAYERS = {
    "SimpleRNN": lambda: SimpleRNN(4, return_sequences=True),
    "SimpleRNN all options": lambda: SimpleRNN(4, **ALL_OPTIONS),
    "GRU reset before": lambda: GRU(4, reset_after=False),
    "GRU simplified": lambda: GRU(4, relevance_gate=False, return_sequences=True),
    "LSTM": lambda: LSTM(4),
    "LSTM peepholes": lambda: LSTM(4, peepholes=True, recurrent_activation="hard_sigmoid"),
    "LSTM previous": lambda: LSTM(
        4,
        peepholes="previous",
        peephole_initializer="ones",
        peephole_regularizer=keras.regularizers.L1(0.1),
        peephole_constraint=keras.constraints.NonNeg(),
        unit_forget_bias=False,
        **ALL_OPTIONS,
    ),
    "Bidirectional": lambda: Bidirectional(LSTM(4, peepholes=True), merge_mode="ave"),
    "Bidirectional of two": lambda: Bidirectional(
        GRU(4, relevance_gate=False), backward_layer=LSTM(2, go_backwards=True)
    ),
    "Bidirectional of Keras": lambda: Bidirectional(keras.layers.GRU(4, return_sequences=True)),
    "Deep": lambda: Deep(LSTM(4, peepholes="previous"), depth=2, dropout=0.1, residual=True),
    "Deep of many": lambda: Deep(
        [
            Bidirectional(LSTM(4, peepholes=True), merge_mode="sum"),
            keras.layers.GRU(5),
            GRU(4, relevance_gate=False, return_sequences=True),
        ]
    ),
}
each_layer = pytest.mark.parametrize(
    "make", each(LAYERS, on_jax=["LSTM previous", "Bidirectional of two", "Deep of many"])
)


def sequences():
    return np.random.default_rng(0).normal(size=(2, 5, FEATURES)).astype("float32")


@each_layer
def test_configuration_makes_the_same_layer(make):
    layer = make()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    for one in (layer, again):
        one.build((None, None, FEATURES))
    assert [w.shape for w in again.weights] == [w.shape for w in layer.weights]
    again.set_weights(randomize(layer).get_weights())
    outputs = [keras.ops.convert_to_numpy(one(sequences())) for one in (layer, again)]
    np.testing.assert_array_equal(*outputs)


@each_layer
def test_a_saved_model_gives_the_same_outputs(make, tmp_path):
    inputs = keras.Input((None, FEATURES))
    model = keras.Model(inputs, make()(inputs))
    randomize(model)
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    np.testing.assert_allclose(
        loaded.predict(sequences(), verbose=0), model.predict(sequences(), verbose=0), atol=1e-6
    )
    # As text, because a file knows no tuples.
    configs = [json.dumps(one.layers[-1].get_config()) for one in (loaded, model)]
    assert configs[0] == configs[1]
    names = [weight.path.split("/")[-1] for weight in model.weights]
    assert [weight.path.split("/")[-1] for weight in loaded.weights] == names


@pytest.mark.parametrize("layer_class", [SimpleRNN, GRU, LSTM, Bidirectional, Deep])
def test_the_configuration_holds_every_argument(layer_class):
    arguments = set()
    for one in layer_class.__mro__[: layer_class.__mro__.index(keras.layers.Layer)]:
        if "__init__" in vars(one):
            arguments |= set(inspect.signature(one.__init__).parameters)
    # A matter of the machine; ignored; and the list of layers has their number in it.
    arguments -= {"self", "kwargs", "use_cudnn", "implementation", "depth"}
    least = {Bidirectional: [LSTM(2)], Deep: [LSTM(2), 1]}.get(layer_class, [2])
    layer = layer_class(*least)
    assert arguments <= set(layer.get_config())


def test_a_saved_model_trains_on(tmp_path):
    """With its optimizer, from the step where it was."""
    model = keras.Sequential([Deep(LSTM(4, peepholes=True), depth=2)])
    model.compile("adam", "mse")
    model.fit(sequences(), np.ones((2, 4)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    losses = [one.fit(sequences(), np.ones((2, 4)), verbose=0) for one in (model, loaded)]
    np.testing.assert_allclose(*(history.history["loss"] for history in losses), rtol=1e-5)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_saved_stateful_model(tmp_path):
    inputs = keras.Input((None, FEATURES), batch_size=2)
    stack = Deep([LSTM(4, stateful=True), Bidirectional(GRU(4, stateful=True))])
    model = keras.Model(inputs, stack(inputs))
    model.predict(sequences(), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    # States are not saved: both begin anew.
    model.layers[-1].reset_state()
    for _ in range(2):
        np.testing.assert_allclose(
            loaded.predict(sequences(), verbose=0), model.predict(sequences(), verbose=0), atol=1e-6
        )


def test_weights_alone(tmp_path):
    path = tmp_path / "model.weights.h5"
    make = LAYERS["Deep of many"]
    models = [keras.Sequential([keras.Input((None, FEATURES)), make()]) for _ in range(2)]
    randomize(models[0]).save_weights(path)
    models[1].load_weights(path)
    for one, other in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


DROP_IN = {
    "SimpleRNN": lambda kit: [kit.SimpleRNN(4)],
    "GRU": lambda kit: [kit.GRU(4, dropout=0.1, return_sequences=True), kit.GRU(3)],
    "GRU reset before": lambda kit: [kit.GRU(4, reset_after=False, use_bias=False)],
    "LSTM": lambda kit: [kit.LSTM(4, return_sequences=True), kit.LSTM(3)],
    "Bidirectional": lambda kit: [kit.Bidirectional(kit.LSTM(4))],
    "Bidirectional of two": lambda kit: [
        kit.Bidirectional(kit.LSTM(4), backward_layer=kit.GRU(4, go_backwards=True))
    ],
}


@pytest.mark.parametrize("kits", [(keras.layers, gated), (gated, keras.layers)], ids=["to", "from"])
@pytest.mark.parametrize("make", DROP_IN.values(), ids=DROP_IN)
def test_files_of_weights_are_those_of_keras(make, kits, tmp_path):
    one, other = (
        keras.Sequential([keras.Input((None, FEATURES)), *make(kit), keras.layers.Dense(2)])
        for kit in kits
    )
    randomize(one).save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    assert len(one.get_weights()) == len(other.get_weights())
    for given, loaded in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(given, loaded)


def test_files_that_have_the_weights_in_the_layer_itself(tmp_path):
    """As this library wrote them at first."""
    models = [keras.Sequential([keras.Input((None, FEATURES)), LSTM(4)]) for _ in range(2)]
    randomize(models[0]).save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5", "r+") as file:
        del file["layers/lstm/vars"]
        file.move("layers/lstm/cell/vars", "layers/lstm/vars")
        del file["layers/lstm/cell"]
    models[1].load_weights(tmp_path / "model.weights.h5")
    for given, loaded in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_array_equal(given, loaded)


def test_a_file_without_the_weights_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((None, FEATURES)), LSTM(4)])
    model.save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5", "r+") as file:
        del file["layers/lstm/cell"]
    with pytest.raises(ValueError, match="expected 3 variables, but received 0"):
        model.load_weights(tmp_path / "model.weights.h5")


def test_a_cloned_model():
    model = keras.Sequential([keras.Input((None, FEATURES)), LAYERS["Deep of many"]()])
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(
        clone.predict(sequences(), verbose=0), model.predict(sequences(), verbose=0), atol=1e-6
    )


@keras.saving.register_keras_serializable("tests")
class Reader(keras.layers.Layer):
    """A user's layer that makes its own stack."""

    def __init__(self, **options):
        super().__init__(**options)
        self.deep = Deep(Bidirectional(LSTM(4, return_sequences=True)), depth=3)

    def build(self, shape):
        self.deep.build(shape)

    def call(self, sequences):
        return self.deep(sequences)


def test_copies_made_while_a_model_is_loaded_are_copies(tmp_path):
    model = keras.Sequential([keras.Input((5, FEATURES)), Reader()])
    randomize(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert len({id(layer) for layer in loaded.layers[0].deep.layers}) == 3
    x = np.random.default_rng(0).normal(size=(2, 5, FEATURES))
    np.testing.assert_allclose(*(keras.ops.convert_to_numpy(m(x)) for m in (loaded, model)))
