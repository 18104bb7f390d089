"""Training that can be cut off at any time, and goes on with what it saved after every epoch."""

import math
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from gated.errors import BadUsage
from gated.runs.devices import for_devices
from gated.runs.folder import RunFolder
from gated.runs.interrupt import interrupt_between_steps
from gated.whole import write_whole


def fit_and_save(
    model: keras.Model,
    training: keras.utils.PyDataset,
    validate: Callable[[], dict[str, float]],
    config: Any,
    run: RunFolder,
    saved: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    goal: str = "val_loss",
) -> float:
    """Fits a model and saves it with the weights of its best epoch.

    Args:
        model: compiled.
        training: its batches, in an order that depends on the epoch alone.
        validate: as of `Progress`.
        config: the options `epochs`, `patience` and `learning_rate`.
        run: whose training goes on after its last whole epoch, if it was cut off.
        saved: what is saved, the model or the part of it that is used later.
        callbacks: called before those of this function.
        goal: as of `Progress`.

    Returns:
        The goal in the best epoch.

    Raises:
        KeyboardInterrupt: after Ctrl-C.
        BadUsage: if the goal never was a finite number.
    """
    training = for_devices(training)
    progress = Progress(run, config.patience, validate, goal)
    # With one, Keras has tf.data tune itself, and epochs have been seen to begin with half a minute
    # in which nothing runs.
    training.workers = 2
    run.checkpoint.mkdir(exist_ok=True)
    try:
        with interrupt_between_steps() as stop:
            progress.restore(model, training)
            if not progress.finished:
                model.fit(
                    training,
                    initial_epoch=progress.epochs,
                    epochs=config.epochs,
                    shuffle=False,
                    # A bar in a file is a line of thousands of bars.
                    verbose="auto" if sys.stdout.isatty() else 2,
                    callbacks=[
                        *callbacks,
                        progress,
                        keras.callbacks.CSVLogger(run.history, append=progress.epochs > 0),
                        *_tensorboard(run),
                        stop,
                    ],
                )
    except KeyboardInterrupt:
        if progress.epochs:
            print(f"\nStopped; the same command goes on after epoch {progress.epochs}.")
        raise
    if not progress.best.exists():
        shutil.rmtree(run.checkpoint)
        what = goal.replace("val_", "the validation ")
        raise BadUsage(f"--learning-rate {config.learning_rate}: too high, {what} is not finite")
    model.load_weights(progress.best)
    save_model(run, saved)
    return progress.sign * progress.least


def adam(config: Any, batches: int, kind: type = keras.optimizers.Adam, **options: Any) -> Any:
    """An optimizer as the options of training say.

    Args:
        config: the options `learning_rate`, `epochs`, `clip` and `average`.
        batches: training steps of an epoch.
        kind: the class of the optimizer.
        options: further arguments of it.
    """
    return kind(
        keras.optimizers.schedules.CosineDecay(config.learning_rate, config.epochs * batches),
        global_clipnorm=config.clip,
        use_ema=bool(config.average),
        ema_momentum=config.average,
        **options,
    )


def save_model(run: RunFolder, model: keras.Model) -> None:
    """Saves what a run has trained."""
    # Uncompiled: the optimizer's state would be two thirds of the file.
    write_whole(run.model, keras.Model(model.inputs, model.outputs, name=model.name).save)


def _tensorboard(run):
    """Logs for TensorBoard, which Keras writes with TensorFlow alone."""
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(run.logs, write_graph=False)]


class Progress(keras.callbacks.Callback):
    """Validates the model after every epoch, and saves the weights of the epoch that did best.

    It also saves all that going on with the next epoch needs.

    Args:
        run: where to.
        patience: epochs without a better one after which training stops.
        validate: gives the goal, and what else shall be in the logs.
        goal: what is to be least if its name ends in `loss`, else greatest.
    """

    def __init__(
        self,
        run: RunFolder,
        patience: int,
        validate: Callable[[], dict[str, float]],
        goal: str = "val_loss",
    ):
        super().__init__()
        self.validate = validate
        self.goal, self.sign = goal, 1 if goal.endswith("loss") else -1
        self.best = run.checkpoint / "best.weights.h5"
        self.last = run.checkpoint / "last.npz"
        self.patience = patience
        self.epochs, self.least, self.waited = 0, math.inf, 0

    @property
    def finished(self) -> bool:
        return self.waited >= max(1, self.patience)

    def on_epoch_end(self, epoch, logs=None):
        model = self.model  # on JAX, asking for it brings the trained values into its variables
        trained = [_array(variable) for variable in model.trainable_variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        logs.update(self.validate())
        self.epochs, self.waited = epoch + 1, self.waited + 1
        if self.sign * logs[self.goal] < self.least:
            self.least, self.waited = self.sign * logs[self.goal], 0
            write_whole(self.best, model.save_weights)
        for variable, value in zip(model.trainable_variables, trained, strict=True):
            variable.assign(value)
        numbers = {"epochs": self.epochs, "least": self.least, "waited": self.waited}
        arrays = {f"variable_{i}": v for i, v in enumerate(map(_array, _variables(model)))}
        write_whole(self.last, lambda path: np.savez(path, **numbers, **arrays))
        if self.finished:
            model.stop_training = True

    def restore(self, model: keras.Model, training: keras.utils.PyDataset) -> None:
        """Brings back the model and the data set as they were when the training was cut off."""
        if not self.last.exists():
            return
        saved = np.load(self.last, allow_pickle=False)
        self.epochs, self.least, self.waited = (
            saved[name].item() for name in ("epochs", "least", "waited")
        )
        model.optimizer.build(model.trainable_variables)
        for i, variable in enumerate(_variables(model)):
            variable.assign(saved[f"variable_{i}"])
        for _ in range(self.epochs):
            training.on_epoch_end()


def _variables(model):
    return [*model.variables, *model.optimizer.variables]


def _array(variable):
    return keras.ops.convert_to_numpy(variable.value)
