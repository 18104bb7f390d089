"""The export: TensorFlow alone reads it, and it gives what the commands give."""

import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from apps.music.model.composer import Composer
from apps.music.model.endpoints import Endpoints
from apps.music.model.request import Request
from apps.music.model.scores import score_pieces
from apps.music.reading.piece import KEYS
from gated.runs.folder import RunFolder
from tests.apps.music.conftest import tune
from tests.layers.graphs import compilations

# It gets nothing of ours.
CLIENT = """
import sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
import numpy as np
import tensorflow as tf

given = np.load("given.npz")
signatures = tf.saved_model.load("model").signatures
frames, positions = tf.constant(given["frames"]), tf.constant(given["positions"])
found = signatures["serving_default"](frames=frames, positions=positions)
results = {name: found[name].numpy() for name in ("log_p", "strike_log_p")}
for name, length in (("primed", 9), ("new", 0), ("none", 0)):
    places = given["positions"][0, : 30 if name != "none" else 0]
    results[name] = signatures["generate"](
        primer=frames[:, :length],
        positions=tf.constant(places),
        temperature=tf.constant(0.9),
        seed=tf.constant(11, tf.int64),
    )["frames"].numpy()
empty = signatures["score"](frames=frames[:, :0], positions=positions[:, :0])
results["empty"] = empty["log_p"].numpy()
np.savez("results.npz", **results)
"""


@pytest.fixture(
    scope="module", params=["joint", pytest.param("independent", marks=pytest.mark.slow)]
)
def exported(request, runs, command, tmp_path_factory):
    run = RunFolder(runs[request.param])
    result = command("export", "--run", run.path)
    assert result.status == 0, result.err
    folder = tmp_path_factory.mktemp("client")
    (folder / "model").symlink_to(run.export.resolve())
    pieces = [tune(1, 5), tune(2, 5)]
    frames = np.stack([piece.frames for piece in pieces]).astype("int32")
    positions = np.stack([piece.positions for piece in pieces]).astype("int32")
    np.savez(folder / "given.npz", frames=frames, positions=positions)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", CLIENT], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    composer = Composer.load(run)
    return run, composer, pieces, dict(np.load(folder / "results.npz"))


def test_scores(exported):
    _, composer, pieces, results = exported
    for row, found in enumerate(score_pieces(composer, pieces)):
        np.testing.assert_allclose(results["log_p"][row], found.log_p, atol=1e-3, rtol=1e-4)
        np.testing.assert_allclose(results["strike_log_p"][row], found.strikes, atol=1e-3)
    assert results["empty"].shape == (2, 0)


@pytest.mark.slow
def test_long_pieces_are_read_in_windows(exported):
    _, composer, *_ = exported
    piece = tune(3, 50)
    frames, positions = (
        tf.constant(x[None].astype("int32")) for x in (piece.frames, piece.positions)
    )
    endpoints = Endpoints(composer)
    found = tf.function(endpoints.score)(frames, positions)
    (expected,) = score_pieces(composer, [piece])
    np.testing.assert_allclose(found["log_p"][0], expected.log_p, atol=1e-3, rtol=1e-4)
    places = tf.concat([positions[0], positions[0, :4]], 0)
    new = tf.function(endpoints.generate)(
        frames, places, tf.constant(0.9), tf.constant(11, "int64")
    )
    request = Request(piece.frames, places.numpy(), 1, 0.9, 11)
    np.testing.assert_array_equal(new["frames"], composer.compose(request))


def test_generates(exported):
    _, composer, pieces, results = exported
    positions = pieces[0].positions[:30]
    nothing = np.zeros((0, KEYS), "uint8")
    new = composer.compose(Request(nothing, positions, 2, 0.9, 11))
    np.testing.assert_array_equal(results["new"], new)
    for row, piece in enumerate(pieces):
        request = Request(piece.frames[:9], positions, 2, 0.9, 11)
        np.testing.assert_array_equal(results["primed"][row], composer.compose(request)[row])
    assert results["none"].shape == (2, 0, KEYS)


def test_compiles_nothing_on_a_request(exported):
    run, *_ = exported
    saved = SavedModel.FromString((run.export / "saved_model.pb").read_bytes())
    assert not compilations(saved.meta_graphs[0].graph_def)
