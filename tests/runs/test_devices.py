"""Training on several devices: as on one."""

import json

import keras
import numpy as np
import pytest

import gated.layers  # noqa: F401, registers what the models hold
from gated.errors import BadUsage
from gated.runs.devices import Divisible, use_devices
from tests.apps.commands import without_tensorflow


class Batch(keras.utils.PyDataset):
    def __init__(self, *batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, i):
        return self.batch


def test_rows_are_added_that_weigh_nothing():
    x, y = np.arange(10.0).reshape(5, 2), np.arange(1, 6)
    candidates = np.arange(7)
    for weights in ((), (np.arange(5.0),), (np.arange(10.0).reshape(5, 2),)):
        (read, other), target, found = Divisible(Batch((x, candidates), y, *weights), 4)[0]
        given = weights[0] if weights else np.ones((5, 1))
        assert (read[:5] == x).all() and (read[5:] == x[4]).all()
        assert (other == candidates).all()
        assert target.tolist() == [1, 2, 3, 4, 5, 0, 0, 0]
        np.testing.assert_allclose(found[:5], given * 8 / 5, rtol=1e-6)
        assert found.shape == (8, *given.shape[1:]) and not found[5:].any()


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="is what the others have not")
def test_other_backends_have_one():
    use_devices("1")
    with pytest.raises(BadUsage, match="JAX backend"):
        use_devices("all")


CORPORA = {
    "ner": ["The\tO\n", "Ada\tB-PER\nmet\tO\nBabbage\tB-PER\nin\tO\nLondon\tB-LOC\n", "Rain\tO\n"],
    "lm": ["the rain, again and again\n", "a boat on a slow river\n", "nobody saw the lamp\n"],
}
OPTIONS = {
    "ner": ["--character-units", "4", "--batch-size", "6", "--average", "0"],
    "lm": ["--steps", "16", "--batch-size", "8"],
}


@pytest.mark.slow
@pytest.mark.parametrize("app", OPTIONS)
def test_four_devices_train_as_one_does(app, tmp_path, monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=4")
    corpus = tmp_path / "corpus.txt"
    end = "\n" if app == "ner" else ""
    corpus.write_text("".join(CORPORA[app][i % 3] + end for i in range(31)))
    options = ["--corpus", corpus, "--valid", corpus, "--units", "8", "--vector-size", "8"]
    options += ["--epochs", "2", "--dropout", "0.2", "--json", *OPTIONS[app]]
    runs = [tmp_path / devices for devices in ("1", "4")]
    calls = (["train", *options, "--run", run, "--devices", run.name] for run in runs)
    alone, together = without_tensorflow("jax", app, *calls)
    assert "Training on 4 devices" in together and "Training on 4 devices" not in alone
    one, four = (json.loads(lines[-1]) for lines in (alone, together))
    goal = "nats_per_token" if app == "lm" else "f1"
    assert four[goal] == pytest.approx(one[goal], abs=1e-5)
    one, four = (keras.models.load_model(run / "model.keras").get_weights() for run in runs)
    for alone, together in zip(one, four, strict=True):
        np.testing.assert_allclose(together, alone, atol=1e-5)
