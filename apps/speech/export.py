"""Exports a speech recogniser as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.speech.export --run runs/speech/mine
    python -m apps.speech.export --run runs/speech/mine --language-model runs/lm/mine

Its endpoint takes samples, from -1 to 1, as many a second as the run's --rate says; the filter
bank, the tokens, the search and what it has to do with are inside:

    transcribe(samples [n, t], lengths [n])
                                    text [n] and its log_p [n]; words [n, w], starts, ends, in
                                    seconds, and confidences [n, w], padded with "" and 0

`lengths` are how many samples each recording has. `transcribe` is the default signature.
"""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder

from .options import USUAL_SEARCH, Search


def export(run: Run = Path("runs/speech/default"), *, search: Search = USUAL_SEARCH) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.endpoints import Endpoints
    from .model.recogniser import Recogniser

    endpoints = Endpoints(Recogniser.load(folder, search))
    samples = tf.TensorSpec([None, None], tf.float32, name="samples")
    lengths = tf.TensorSpec([None], tf.int32, name="lengths")
    save_endpoints(
        folder.export,
        resources=endpoints.resources,
        endpoints={"transcribe": (endpoints.transcribe, [samples, lengths])},
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
