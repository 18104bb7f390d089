"""TensorFlow without its greetings."""

import importlib
import os


def import_keras() -> None:
    """The same for Keras, on whichever backend."""
    import_tensorflow("keras")


def import_tensorflow(name: str = "tensorflow") -> None:
    """Imports TensorFlow; nothing that it logs on the way reaches the terminal.

    Its first messages go to stderr whatever its log level is, because its own logging is not set
    up yet, and would bury the one line of ours that matters. Later ones obey the level, which
    whoever wants them can set. Exceptions are not messages: they are raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    stderr = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        importlib.import_module(name)
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
