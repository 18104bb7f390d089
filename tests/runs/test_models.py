"""Models from strangers: why each of tests/apps/tampered.py is refused."""

import resource

import keras
import pytest

from gated.layers import LSTM
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from tests.apps import tampered


@pytest.fixture
def run(tmp_path):
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(LSTM(4, dropout=0.5)(inputs)))
    model.save(tmp_path / "model.keras")
    return RunFolder(tmp_path), model


def test_a_model(run):
    folder, model = run
    loaded = load_model(folder)
    assert [w.tolist() for w in loaded.get_weights()] == [w.tolist() for w in model.get_weights()]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("code", "names builtins.function, which is no layer of ours"),
        ("members outside", r"model.keras holds \.\./outside.txt, assets/\.\./\.\./outside.txt"),
        ("compressed", "metadata.json is compressed"),
        ("huge layers", "its layers have 400,000,160,000,000 weights, its file 128"),
        ("huge weights", "layers/x/vars/0 is not stored whole"),
        ("huge compressed weights", "layers/x/vars/0 is not stored whole"),
        ("weights elsewhere", "layers/x/vars/0 is not stored whole"),
        ("a function", "names builtins.function, which is no layer of ours"),
        ("a function of Python", "names os.system"),
        ("a download", "names keras.utils.get_file"),
        ("a SavedModel", "TFSMLayer"),
        ("a file", "vocabulary"),
        ("a class of another package", "names keras_hub.models.BertBackbone"),
    ],
)
def test_why_it_is_refused(run, what, message):
    folder, _ = run
    tampered.MODEL[what](folder.model)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Exception, match=message):
        load_model(folder)
    assert not tampered.RAN
    # In kB; 10^14 weights are declared.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert [path.name for path in folder.path.iterdir()] == ["model.keras"]
    assert not (folder.path.parent / "outside.txt").exists()
