"""Tags sentences with an export, and TensorFlow alone: neither the run folder nor our layers.

python -m apps.ner.serve --export runs/ner/mine/export/1 "Ada Lovelace met Charles Babbage."
"""

from pathlib import Path
from typing import Annotated

import tyro

from apps.ner.display import write_text
from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.quiet import import_tensorflow


def serve(texts: Annotated[tuple[str, ...], tyro.conf.Positional], *, export: Path) -> None:
    """Loads a SavedModel and prints the sentences with their entities in colour.

    Args:
        texts: the sentences.
        export: the folder of the SavedModel.
    """
    if not (export / "saved_model.pb").is_file():
        raise BadUsage(f"{export}: no saved_model.pb in this folder")

    import_tensorflow()
    import tensorflow as tf

    model = tf.saved_model.load(export)
    found = model.signatures["serving_default"](text=tf.constant(texts))
    for text, tags, offsets in zip(
        texts, found["tags"].numpy().tolist(), found["offsets"].numpy().tolist(), strict=True
    ):
        write_text(text, None, [tag.decode() for tag in tags], offsets)


if __name__ == "__main__":
    run_command(serve)
