"""One vocabulary of both languages, and subwords; vectors wider than the layers."""

import json

import pytest

pytestmark = pytest.mark.slow

OTHERS = "--joint --level subword --units 16 --vector-size 24 --epochs 2"


def test_joint(command, training_options, tmp_path):
    run = tmp_path / "run"
    result = command("train", *training_options, *OTHERS.split(), "--run", run)
    assert result.status == 0, result.err
    assert sorted(path.name for path in run.glob("*.txt")) == [
        "joint_merges.txt",
        "joint_tokens.txt",
    ]
    from apps.translation.model.translator import Translator
    from gated.runs.folder import RunFolder

    translator = Translator.load(RunFolder(run))
    assert translator.source is translator.target
    given = ["--run", run, "--format", "json", "The red dog. Πλάτων"]
    for options in ([], ["--sample"]):
        (line,) = command("predict", *given, *options).lines
        found = json.loads(line)
        assert found["source_tokens"] == translator.source.split("The red dog. Πλάτων")
        (one,) = found["translations"]
        assert one["text"] == translator.target.join(one["tokens"])
    assert command("evaluate", "--run", run, "--json").status == 0
