"""Fitting the weights of a model of music to pieces."""

import keras
from gated.runs.progress import fit_and_keep

from gated.runs.folder import RunFolder

from ..config import Config
from ..reading.sets import Corpus
from .batches import Batches
from .composer import Composer, total
from .network import Training, build_model, nats_a_frame
from .repertoire import Repertoire


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Composer:
    """Trains, and saves the training pieces and the weights of the best epoch.

    A run that was cut off goes on after its last whole epoch.
    """
    keras.utils.set_random_seed(config.seed)
    repertoire = Repertoire(corpus.train)
    repertoire.save(run)
    model = build_model(repertoire.bar, repertoire.strikes, config)
    composer = Composer(model, joint=config.output == "joint")
    training = Batches(corpus.train, config)
    trained = Training(model, repertoire.voices if composer.joint else 0)
    rates = keras.optimizers.schedules.CosineDecay(
        config.learning_rate, config.epochs * len(training)
    )
    optimizer = keras.optimizers.Adam(
        rates,
        global_clipnorm=config.clip,
        use_ema=bool(config.average),
        ema_momentum=config.average,
    )
    # XLA's convolutions are slower than TensorFlow's own on a CPU, and the recurrence is compiled
    # in any case.
    trained.compile(optimizer=optimizer, loss=nats_a_frame, jit_compile=False)

    def validate():
        found = total(composer.judge(corpus.valid))
        return {
            "val_loss": found["nats_per_frame"] + found["strike_nats_per_frame"],
            "val_accuracy": found["frame_accuracy"],
        }

    fit_and_keep(trained, training, validate, config, run, kept=model)
    return composer
