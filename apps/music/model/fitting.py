"""Fitting the weights of a model of music to pieces."""

import keras

from gated.runs.folder import RunFolder
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in

from ..config import Config
from ..reading.sets import Corpus
from .batches import Batches
from .composer import Composer
from .network import Parts, build_model, nats_per_frame
from .repertoire import Repertoire
from .scores import score


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Composer, float]:
    """Trains, and saves the training pieces and the weights of the best epoch.

    A run that was cut off goes on from its last save.

    Returns:
        What is trained, and its loss on the validation pieces.
    """
    keras.utils.set_random_seed(config.seed)
    repertoire = Repertoire(corpus.train)
    run.check_unchanged(lambda: repertoire.is_saved(run), "pieces")
    repertoire.save(run)
    joint = config.output == "joint"
    with computing_in(config.precision):
        model = build_model(repertoire.bar, repertoire.strikes, config)
        trained = Parts(model, repertoire.voices if joint else 0)
    composer = Composer(model, joint)
    training = Batches(corpus.train, config)
    # XLA's convolutions are slower than TensorFlow's own on a CPU, and the recurrence is compiled
    # in any case.
    optimizer = adam(config, len(training))
    trained.compile(optimizer=optimizer, loss=nats_per_frame, jit_compile=False)

    def validate():
        found = score(composer, corpus.valid)
        return {
            "val_loss": found["nats_per_frame"] + found["strike_nats_per_frame"],
            "val_accuracy": found["frame_accuracy"],
        }

    return composer, fit_and_save(trained, training, validate, config, run, saved=model)
