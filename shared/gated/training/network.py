"""The recurrent layers that the options of an application name."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import keras

from gated.layers import GRU, LSTM, SimpleRNN

_PEEPHOLES: dict[str, bool | str] = {"no": False, "yes": True, "previous": "previous"}


def recurrent_layer(config: Any, units: int | None = None, **options: Any) -> keras.Layer:
    """A layer as the options `layer`, `peepholes`, `weight_dropout` and `units` say.

    Args:
        config: has these options, of the types in `gated.commands.options`.
        units: in place of the option.
        options: further arguments of the layer. `return_sequences` is true by default.
    """
    kinds: dict[str, Callable[..., keras.Layer]] = {
        "lstm": partial(LSTM, peepholes=_PEEPHOLES[config.peepholes]),
        "gru": GRU,
        "gru-simplified": partial(GRU, relevance_gate=False),
        "simple-rnn": SimpleRNN,
    }
    return kinds[config.layer](
        units or config.units,
        **{"weight_dropout": config.weight_dropout, "return_sequences": True, **options},
    )


@contextlib.contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Within, layers are made that compute in `precision`, a dtype policy of Keras."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
