"""What reaches the terminal when Keras comes."""

import os
import subprocess
import sys

import pytest

SAVING = """
from gated.commands.quiet import import_keras
import_keras()
import keras
keras.saving.serialize_keras_object(keras.layers.Dense(1))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_no_greetings(backend):
    pytest.importorskip(backend)
    done = subprocess.run(
        [sys.executable, "-c", SAVING],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": "shared"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
