"""Writing a SavedModel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from gated.whole import write_whole


def save_endpoints(
    path: Path, resources: list[Any], endpoints: dict[str, tuple[Callable, list[tf.TensorSpec]]]
) -> None:
    """Writes functions as the endpoints of a SavedModel; the first is `serving_default` too.

    Args:
        path: the folder to write, whole or not at all.
        resources: the models and look-up tables that the functions use.
        endpoints: name -> (function, what it takes).
    """
    archive = keras.export.ExportArchive()
    for resource in resources:
        archive.track(resource)
    for name, (function, signature) in endpoints.items():
        archive.add_endpoint(name, function, input_signature=signature)
    write_whole(path, lambda temporary: archive.write_out(temporary, verbose=False))
