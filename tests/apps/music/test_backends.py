"""Training, judging and writing where there is no TensorFlow."""

import json
from importlib.util import find_spec

import pytest

from tests.apps.commands import without_tensorflow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")

    def run(command, *arguments):
        return without_tensorflow(backend, "music", command, "--run", tmp_path / "run", *arguments)

    trained = json.loads(run("train", *training_options["joint"], "--json")[-1])
    assert 0 < trained["nats_per_frame"] < 100
    tunes = map(json.loads, run("sample", "--tunes", "2", "--bars", "2", "--json"))
    assert [tune["i"] for tune in tunes] == [0, 1]
