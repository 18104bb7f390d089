"""Exports a model of brackets as a SavedModel that needs TensorFlow and nothing else."""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder


def export(run: Run = Path("runs/brackets/default")) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.bracketeer import Bracketeer

    model = Bracketeer.load(folder)
    text = [tf.TensorSpec([None], tf.string, name="text")]
    save_endpoints(folder.export, [model.model], {"classify": (model.classify, text)})
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
