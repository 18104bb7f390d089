"""Exports a model of music as a SavedModel that needs TensorFlow and nothing else.

    python -m apps.music.export --run runs/music/mine

Frames are integers [n, t, 88], a piano's keys from the lowest: 0 silent, 1 held, 2 struck.
Positions are integers [n, t], the number of each frame in its bar, from 1; 0 where no bars are
known.

    score(frames, positions)        log_p and strike_log_p [n, t], nats: of the notes of each frame
                                    given those before it, and of which are struck again
    generate(primer [n, t0, 88], positions [t0 + t], temperature, seed)
                                    frames [n, t0 + t, 88]: the primers and what comes after; piece
                                    i is that of `sample` with this seed; t0 may be 0

`score` is the default signature. No endpoint compiles anything on a request.
"""

from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import Run
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder


def export(run: Run = Path("runs/music/default")) -> None:
    """Writes export/1/ in the run folder."""
    folder = RunFolder.open(run)

    import_tensorflow()
    import tensorflow as tf

    from gated.export.saved_model import save_endpoints

    from .model.composer import Composer
    from .model.endpoints import Endpoints
    from .reading.piece import KEYS

    endpoints = Endpoints(Composer.load(folder))
    save_endpoints(
        folder.export,
        resources=[endpoints.composer.model],
        endpoints={
            "score": (
                endpoints.score,
                [
                    tf.TensorSpec([None, None, KEYS], tf.int32, name="frames"),
                    tf.TensorSpec([None, None], tf.int32, name="positions"),
                ],
            ),
            "generate": (
                endpoints.generate,
                [
                    tf.TensorSpec([None, None, KEYS], tf.int32, name="primer"),
                    tf.TensorSpec([None], tf.int32, name="positions"),
                    tf.TensorSpec([], tf.float32, name="temperature"),
                    tf.TensorSpec([], tf.int64, name="seed"),
                ],
            ),
        },
    )
    print(f"Wrote {folder.export}")


if __name__ == "__main__":
    run_command(export)
