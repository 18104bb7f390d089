"""Tags texts with an export.

    python -m apps.ner.serve --export runs/ner/mine/export/1 "Ada Lovelace met Charles Babbage."

With TensorFlow alone: neither the run folder nor our layers are read.
"""

import os
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from gated.commands.command import run_command
from gated.commands.quiet import import_tensorflow
from gated.errors import BadData, BadUsage
from gated.reading.files import decode_lines

from .model.tagged import entities
from .showing.output import coloured


def serve(texts: Annotated[tuple[str, ...], tyro.conf.Positional], *, export: Path) -> None:
    """Loads a SavedModel and prints the texts with their entities in colour.

    Args:
        texts: the texts.
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
    console = Console(soft_wrap=True, highlight=False)
    columns = (found[name].numpy().tolist() for name in ("tags", "offsets", "sentences"))
    for text, tags, offsets, numbers in zip(lines, *columns, strict=True):
        count = sum(number >= 0 for number in numbers)
        names = [tag.decode() for tag in tags[:count]]
        console.print(coloured(text, entities(text, names, offsets, numbers[:count])))


if __name__ == "__main__":
    run_command(serve)
