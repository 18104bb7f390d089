"""Which weights are saved, and what is validated."""

import math
import signal
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from gated.errors import BadData, BadUsage
from gated.optimizers import with_gradient_norm
from gated.runs.folder import RunFolder
from gated.training.checkpoint import Progress
from gated.training.fitting import fit_and_save


def test_the_weights_saved_are_the_best(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("adam", "mse")
    losses = iter([3.0, 2.0, 2.5, math.nan, 1.0])
    run = RunFolder(tmp_path)
    progress = Progress(run, patience=2, validate=lambda: {"val_loss": next(losses)})
    progress.set_model(model)
    stopped = []
    for epoch in range(4):
        model.set_weights([np.full((1, 1), epoch)])
        progress.on_epoch_end(epoch, {})
        stopped.append(bool(model.stop_training))
    assert stopped == [False, False, False, True]  # two epochs without a better one
    progress.load_best(model)
    assert model.get_weights()[0] == 1


def test_what_is_to_be_greatest(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("adam", "mse")
    scores = iter([0.0, 0.5, 0.7, 0.6, 0.7])
    validate = lambda: {"val_loss": 0.0, "val_f1": next(scores)}  # noqa: E731
    progress = Progress(RunFolder(tmp_path), patience=2, validate=validate, goal="val_f1")
    progress.set_model(model)
    for epoch in range(5):
        model.set_weights([np.full((1, 1), epoch)])
        progress.on_epoch_end(epoch, {})
        assert progress.best.exists()  # even the first is better than nothing
    assert progress.finished
    progress.load_best(model)
    assert model.get_weights()[0] == 2  # the first of the two that are as good


def test_averaged_weights_are_validated_and_saved(tmp_path):
    """Averages by hand of what plain gradient descent goes through; it goes on from its own."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), 3.0)])
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.75), "mse")
    validated = []

    def validate():
        validated.append(model.get_weights()[0].item())
        return {"val_loss": -len(validated)}

    progress = Progress(
        RunFolder(tmp_path),
        patience=5,
        validate=validate,
    )
    model.fit(np.ones((2, 1)), np.ones((2, 1)), 1, epochs=2, verbose=0, callbacks=[progress])
    weight, average, expected = 3.0, None, []
    for _ in range(2):
        for _ in range(2):
            weight -= 0.1 * 2 * (weight - 1)
            average = weight if average is None else 0.75 * average + 0.25 * weight
        expected.append(average)
    np.testing.assert_allclose(validated, expected, rtol=1e-6)
    progress.load_best(model)
    np.testing.assert_allclose(model.get_weights()[0].item(), average, rtol=1e-6)


def test_a_loss_that_is_no_number(tmp_path):
    progress = Progress(RunFolder(tmp_path), patience=1, validate=dict)
    progress.on_train_batch_end(0, {"loss": 1e30})
    message = "^epoch 1, step 2: the loss is nan; try a lower --learning-rate"
    with pytest.raises(BadUsage, match=message):
        progress.on_train_batch_end(1, {"loss": math.nan})
    with pytest.raises(BadUsage, match="the loss is inf"):
        progress.on_train_batch_end(1, {"loss": math.inf})
    assert not list(tmp_path.iterdir())


def test_the_norm_of_the_gradients(tmp_path):
    """The mean of |dL/dw|, by hand, for a descent of which clipping cuts every step."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), 3.0)])
    optimizer = with_gradient_norm(keras.optimizers.SGD)(0.1, global_clipnorm=0.5)
    model.compile(optimizer, "mse")
    logs = []
    progress = Progress(RunFolder(tmp_path), patience=5, validate=lambda: {"val_loss": 1.0})
    record = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, seen: logs.append(dict(seen)))
    data = np.ones((2, 1))
    model.fit(data, data, 1, epochs=2, verbose=0, callbacks=[progress, record])
    weight, expected = 3.0, []
    for _ in range(2):
        norms = []
        for _ in range(2):
            norms.append(2 * (weight - 1))
            weight -= 0.1 * 0.5
        expected.append(np.mean(norms))
    found = [seen["gradient_norm"] for seen in logs]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    history = (tmp_path / "history.csv").read_text().splitlines()
    assert history[0] == "epoch,gradient_norm,loss,val_loss"
    assert [float(line.split(",")[1]) for line in history[1:]] == found


@pytest.mark.parametrize("name", ["last.npz", "best.npz"])
def test_a_damaged_checkpoint_is_refused(tmp_path, name):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    run = RunFolder(tmp_path)
    progress = Progress(run, patience=1, validate=lambda: {"val_loss": 1.0})
    progress.set_model(model)
    progress.on_epoch_end(0, {})
    (run.checkpoint / name).write_bytes(b"something else")
    config = SimpleNamespace(epochs=1, patience=1, learning_rate=0.1, save_every=10)
    training = keras.utils.PyDataset()
    with pytest.raises(BadData, match="cannot be loaded as a training to go on with: "):
        fit_and_save(model, training, dict, config, run, model)
    assert (run.checkpoint / name).read_bytes() == b"something else"


def test_ctrl_c_in_a_validation(tmp_path):
    """It does not wait; a training that goes on validates that epoch, and ends alike."""
    came = []

    def train(run, ends):
        def validate():
            if ends and len(came) == 1:
                signal.raise_signal(signal.SIGINT)
                pytest.fail("goes on")
            came.append(1)
            return {"val_loss": float(model.get_weights()[0].item())}

        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(0.5)])
        model.add(keras.layers.Dense(1, use_bias=False))
        optimizer = with_gradient_norm(keras.optimizers.Adam)
        model.compile(optimizer(0.1, use_ema=True, ema_momentum=0.75), "mse")
        config = SimpleNamespace(epochs=3, patience=3, learning_rate=0.1, save_every=10)
        fit_and_save(model, Numbers(), validate, config, run, model)
        return model.get_weights()

    whole, cut = (RunFolder(tmp_path / name) for name in ("whole", "cut"))
    for run in (whole, cut):
        run.path.mkdir()
    expected = train(whole, ends=False)
    came.clear()
    with pytest.raises(KeyboardInterrupt):
        train(cut, ends=True)
    assert len(cut.history.read_text().splitlines()) == 2
    assert train(cut, ends=False) == expected
    assert cut.history.read_text() == whole.history.read_text()


class Numbers(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        x = np.arange(1.0, 4.0)[:, None] * (i + 1)
        return x, 2 * x
