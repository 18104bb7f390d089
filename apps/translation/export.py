"""Exports a translator as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.translation.export --run runs/translation/mine

Its endpoints take raw strings; the vocabularies are inside:

    translate(text [n], beams)      translation [n] and its log_p [n]
    score(text [n], translation [n])
                                    log_p [n], tokens [n, t] and token_log_p [n, t], padded with ""
                                    and 0; the last token is <EOS>

`translate` is the default signature.
"""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder


def export(run: Run = Path("runs/translation/default")) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.endpoints import Endpoints
    from .model.translator import Translator

    endpoints = Endpoints(Translator.load(folder))
    text = tf.TensorSpec([None], tf.string, name="text")
    save_endpoints(
        folder.export,
        resources=endpoints.resources,
        endpoints={
            "translate": (endpoints.translate, [text, tf.TensorSpec([], tf.int32, name="beams")]),
            "score": (endpoints.score, [text, tf.TensorSpec([None], tf.string, "translation")]),
        },
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
