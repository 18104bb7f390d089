"""Training that can be cut off at any time, and goes on with what it saved."""

import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import keras

from gated.commands.signals import signals_noted
from gated.errors import BadUsage
from gated.optimizers import with_gradient_norm
from gated.runs.folder import RunFolder
from gated.training.batches import Remaining
from gated.training.checkpoint import Progress
from gated.training.devices import for_devices
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
        config: the options `epochs`, `patience`, `learning_rate` and `save_every`.
        run: whose training goes on from what it saved last, if it was cut off.
        saved: what is saved, the model or the part of it that is used later.
        callbacks: called before those of this function.
        goal: as of `Progress`.

    Returns:
        The goal in the best epoch.

    Raises:
        KeyboardInterrupt: after Ctrl-C and, as Terminated, SIGTERM.
        BadUsage: if a loss is no finite number, or the goal never was.
    """
    with signals_noted() as signals:
        progress = Progress(run, config.patience, validate, goal, config.save_every, signals)
        with run.loading("a training to go on with"):
            progress.restore(model, training)
        data = Remaining(for_devices(training), progress.steps)
        # With one, Keras has tf.data tune itself, and epochs have been seen to begin with half a
        # minute in which nothing runs.
        data.workers = 2
        run.checkpoint.mkdir(exist_ok=True)
        try:
            if not progress.finished:
                model.fit(
                    data,
                    initial_epoch=progress.epochs,
                    epochs=config.epochs,
                    shuffle=False,
                    # A bar in a file is a line of thousands of bars.
                    verbose="auto" if sys.stdout.isatty() else 2,
                    callbacks=[*callbacks, progress, *_tensorboard(run)],
                )
        except KeyboardInterrupt:
            print(
                f"\nStopped; the same command goes on after epoch {progress.epochs}, step "
                f"{progress.steps}."
            )
            raise
    if not progress.best.exists():
        shutil.rmtree(run.checkpoint)
        what = goal.replace("val_", "the validation ")
        raise BadUsage(f"--learning-rate {config.learning_rate}: too high, {what} is not finite")
    with run.loading("a training to go on with"):
        progress.load_best(model)
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
    return with_gradient_norm(kind)(
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
