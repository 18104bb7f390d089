"""Training, evaluation and transcription where there is no TensorFlow."""

import json

import pytest

from tests.apps.commands import without_tensorflow

pytestmark = pytest.mark.slow


def test_without_tensorflow(run, command, training_options, songs, tmp_path):
    """Of the model that TensorFlow has trained, transcripts are those of TensorFlow."""
    new = ["--run", tmp_path / "new"]
    paths = [songs / f"{i}.wav" for i in range(3)]
    predict = ["predict", "--run", run, *paths, "--format", "json", "--beams", "4"]
    (*_, trained), (*_, evaluated), predicted = without_tensorflow(
        "jax",
        "speech",
        ["train", *training_options, *new, "--json"],
        ["evaluate", *new, "--json"],
        predict,
    )
    metrics = json.loads(trained)
    assert metrics["wer"] < 0.3
    assert json.loads(evaluated)["wer"] == metrics["wer"]
    for one, other in zip(command(*predict).lines, predicted, strict=True):
        one, other = json.loads(one), json.loads(other)
        assert one["text"] == other["text"]
        assert one["log_p"] == pytest.approx(other["log_p"], abs=1e-3)
        assert one["words"] == [
            {
                name: value if name == "text" else pytest.approx(value, abs=2e-3)
                for name, value in word.items()
            }
            for word in other["words"]
        ]
