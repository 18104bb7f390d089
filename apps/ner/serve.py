"""Tags sentences with an export, and TensorFlow alone: neither the run folder nor our layers.

python -m apps.ner.serve --export runs/ner/mine/export/1 "Ada Lovelace met Charles Babbage."
"""

import os
from pathlib import Path
from typing import Annotated

import tyro

from apps.ner.display import write_text
from gated.errors import BadData, BadUsage
from gated.runs.command import run_command
from gated.runs.quiet import import_tensorflow
from gated.text.files import decode_lines


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

    try:
        model = tf.saved_model.load(export)
    except OSError as error:
        raise BadData(f"{export}: {str(error).splitlines()[0]}") from None
    lines = list(decode_lines(map(os.fsencode, texts), "argument"))
    found = model.signatures["serving_default"](text=tf.constant(lines, tf.string))
    for text, tags, offsets in zip(
        lines, found["tags"].numpy().tolist(), found["offsets"].numpy().tolist(), strict=True
    ):
        write_text(text, None, [tag.decode() for tag in tags], offsets)


if __name__ == "__main__":
    run_command(serve)
