"""TensorFlow, and Keras on whichever backend, without their greetings."""

import contextlib
import importlib
import os
from collections.abc import Iterator

from gated.errors import BadUsage


def import_tensorflow() -> None:
    """Imports TensorFlow quietly. Raises BadUsage where it is not installed."""
    try:
        _import("tensorflow")
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise BadUsage("this needs TensorFlow: pip install tensorflow") from None


def import_keras() -> None:
    """Imports Keras and its backend quietly."""
    _import("keras")
    import keras

    # On every backend Keras imports TensorFlow, if there is one, where it first serializes.
    with quiet(2):
        keras.saving.serialize_keras_object(keras.initializers.Zeros())


def _import(name: str) -> None:
    """Imports a module; nothing that TensorFlow logs on the way reaches the terminal.

    Its first messages go to stderr whatever its log level is, because its own logging is not set
    up yet, and would bury the one line of ours that matters. Later ones obey the level, which
    whoever wants them can set. Exceptions are not messages: they are raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet(2):
        importlib.import_module(name)


@contextlib.contextmanager
def quiet(number: int) -> Iterator[None]:
    """Within, what native code writes to stdout, 1, or stderr, 2, is dropped."""
    kept = os.dup(number)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), number)
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)
