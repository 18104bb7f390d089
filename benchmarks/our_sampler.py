"""Our side of the benchmarks of sampling."""

import keras
import numpy as np

from apps.lm.config import Config
from apps.lm.model.language_model import LanguageModel
from apps.lm.model.network import build_model
from gated.sampling import uniforms
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary


def language_model(tokens: int, units: int, depth: int) -> LanguageModel:
    """An untrained one: tied vectors, and LSTM layers as wide as they are."""
    # <EOS> and the padding are two of the tokens, <UNK> a third.
    names = {chr(0x4E00 + i): 1 for i in range(tokens - 3)}
    codec = Codec(Vocabulary({EOS: 1} | names), "char", lower=False)
    options = Config(recipe="medium", units=units, vector_size=units, depth=depth)
    return LanguageModel(codec, build_model(len(codec), options))


def ours(model: LanguageModel, batch: int, length: int):
    """Draws texts side by side, none of which ends early."""
    token = np.full(batch, model.codec.eos, "int32")
    left = np.full(batch, length + 1, "int32")
    noise = uniforms(0, batch, length)

    def run():
        found, *_ = model.draw_compiled(token, model.first_states(batch), left, noise, 1.0, 0, 1.0)
        return keras.ops.convert_to_numpy(found)

    return run
