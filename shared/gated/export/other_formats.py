"""Writing ONNX and LiteRT files.

Not `model.export`: it names the outputs `output_0` and so on, and takes models only.
"""

import contextlib
import importlib
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from gated.errors import BadUsage
from gated.whole import write_whole

_OPSET = 15  # the newest that tf2onnx writes loops of in a form that onnxruntime reads right


def check_installed(*packages: str) -> None:
    """Raises BadUsage if a package that a format needs is missing."""
    for package in packages:
        try:
            importlib.import_module(package)
        except ImportError:
            raise BadUsage(
                f"ONNX files are written by {package}, which is not installed: "
                "pip install onnx tf2onnx"
            ) from None


def save_onnx(path: Path, function: Callable[..., Any], signature: Sequence[tf.TensorSpec]) -> None:
    """Writes a function as an ONNX file, whose inputs and outputs have the function's names.

    Args:
        path: the file to write, whole or not at all.
        function: of tensors; it returns a dictionary of tensors.
        signature: what it takes.

    Raises:
        BadUsage: where tf2onnx or onnx is missing.
    """
    check_installed("onnx", "tf2onnx")
    import tf2onnx

    with _quiet():
        write_whole(
            path,
            lambda temporary: tf2onnx.convert.from_function(
                tf.function(function, input_signature=signature, autograph=False),
                input_signature=signature,
                opset=_OPSET,
                output_path=os.fspath(temporary),
            ),
        )


def save_litert(
    path: Path, function: Callable[..., Any], signature: Sequence[tf.TensorSpec], model: Any
) -> None:
    """Writes a function as a LiteRT file of LiteRT's own operations, with the function's names.

    Args:
        path: the file to write, whole or not at all.
        function: of tensors; it returns a dictionary of tensors.
        signature: what it takes, the batch known.
        model: the model that the function uses.
    """
    # Not the model: every layer in a SavedModel is traced once more, for shapes of any length.
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    module.run = tf.function(function, input_signature=signature, autograph=False)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        # By way of a SavedModel: of a function alone the names are lost.
        tf.saved_model.save(module, folder, signatures=module.run)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serving_default"]
        )
        written = converter.convert()
    write_whole(path, lambda temporary: temporary.write_bytes(written))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silences what the converters find old in NumPy and TensorFlow's own graphs."""
    loggers = {logger: logger.level for logger in map(logging.getLogger, ("absl", "tensorflow"))}
    for logger in loggers:
        logger.setLevel("ERROR")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in loggers.items():
            logger.setLevel(level)
