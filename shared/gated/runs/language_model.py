"""The language model in a run folder: what the applications that use one load."""

import keras

from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.text.codec import Codec
from gated.text.vocabulary import Vocabulary


def load_language_model(run: RunFolder) -> tuple[Codec, keras.Model]:
    """What the training of a language model left. Raises BadData if it is something else."""
    config = run.load_json(run.config)
    with run.loading("a language model"):
        model = load_model(run)
        vocabulary = Vocabulary.load(run.path / "tokens.txt")
        codec = Codec(vocabulary, *(config[name] for name in ("level", "lower", "tokenized")))
        if model.get_layer("vectors").input_dim != len(codec):
            raise ValueError("its vocabulary is not that of its model")
        return codec, model
