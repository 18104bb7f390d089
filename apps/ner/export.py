"""Exports a tagger as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.ner.export --run runs/ner/mine

The default signature takes `text`, strings [n], and returns `tokens` and `tags`, strings [n, t],
and `offsets`, integers [n, t, 2]: where each token starts and ends in its text, in code points.
Shorter texts are padded with "" and -1.
"""

from pathlib import Path

from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow


def export(run: Path = Path("runs/ner/default")) -> None:
    """Writes export/1/ in the run folder.

    Args:
        run: the run folder that train made.
    """
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from apps.ner.tagger import Tagger
    from gated.export.saved_model import save_endpoints

    tagger = Tagger.load(folder)
    text = [tf.TensorSpec([None], tf.string, name="text")]
    save_endpoints(
        folder.export,
        resources=[tagger.model, *tagger.encoder.tables],
        endpoints={"tag_text": (tagger.tag_text, text)},
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
