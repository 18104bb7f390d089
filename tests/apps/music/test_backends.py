"""Training, scoring and sampling where there is no TensorFlow."""

import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_without_tensorflow(training_options, tmp_path, backend):
    run = ["--run", tmp_path / "run"]
    (*_, metrics), tunes = without_tensorflow(
        backend,
        "music",
        ["train", *training_options["joint"], *run, "--json"],
        ["sample", *run, "--samples", "2", "--bars", "2", "--json"],
    )
    assert 0 < json.loads(metrics)["nats_per_frame"] < 100
    assert [json.loads(tune)["i"] for tune in tunes] == [0, 1]
