"""Exports a classifier as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.sentiment.export --run runs/sentiment/mine

The default signature takes `text`, strings [n], and returns `label`, strings [n], and
`probabilities` [n, classes]; and `labels`, strings [n, classes], the class of each probability.
"""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder


def export(run: Run = Path("runs/sentiment/default")) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.classifier import Classifier
    from .model.graph import ClassifierGraph

    graph = ClassifierGraph(Classifier.load(folder))
    text = [tf.TensorSpec([None], tf.string, name="text")]
    save_endpoints(
        folder.export,
        resources=graph.resources,
        endpoints={"classify": (graph.classify, text)},
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
