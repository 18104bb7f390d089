"""Exports a language model as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.lm.export --run runs/lm/mine

Its endpoints take raw strings; the vocabulary is inside:

    score(text [n])                 log_p [n], tokens [n, t] and token_log_p [n, t], padded with ""
                                    and 0; the last token is <EOS>
    next(text [n])                  tokens [n, tokens] and probabilities, the likeliest first
    generate(prompt [n], length, temperature, top_k, top_p, seed)
                                    text [n]: the prompt and what comes after it up to <EOS>; text i
                                    is sample i of the seed
    step(token [n], states)         logits [n, tokens] and the states after

`score` is the default signature. No endpoint compiles anything on a request.
"""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder


def export(run: Run = Path("runs/lm/default")) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.endpoints import Endpoints
    from .model.language_model import LanguageModel

    endpoints = Endpoints(LanguageModel.load(folder))
    text = [tf.TensorSpec([None], tf.string, name="text")]
    save_endpoints(
        folder.export,
        resources=endpoints.resources,
        endpoints={
            "score": (endpoints.score, text),
            "next": (endpoints.next, text),
            "generate": (
                endpoints.generate,
                [
                    tf.TensorSpec([None], tf.string, name="prompt"),
                    tf.TensorSpec([], tf.int32, name="length"),
                    tf.TensorSpec([], tf.float32, name="temperature"),
                    tf.TensorSpec([], tf.int32, name="top_k"),
                    tf.TensorSpec([], tf.float32, name="top_p"),
                    tf.TensorSpec([], tf.int64, name="seed"),
                ],
            ),
            "step": (endpoints.step, endpoints.step_signature),
        },
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
