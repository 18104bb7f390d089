"""Ctrl-C in training."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def interrupt_between_steps() -> Iterator[keras.callbacks.Callback]:
    """Gives a callback that raises KeyboardInterrupt after the step in which Ctrl-C came.

    Thrown in the midst of TensorFlow's own code, the exception has been seen to corrupt its
    memory. A second Ctrl-C does not wait.
    """
    noted = threading.Event()

    def note(number, frame):
        if noted.is_set():
            signal.default_int_handler(number, frame)
        noted.set()

    def stop(_, logs=None):
        if noted.is_set():
            raise KeyboardInterrupt

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=stop, on_epoch_end=stop)
    if threading.current_thread() is not threading.main_thread():
        yield callback  # Ctrl-C goes to the main thread
        return
    previous = signal.signal(signal.SIGINT, note)
    try:
        yield callback
    finally:
        signal.signal(signal.SIGINT, previous)
