"""How far a training is: what it saves, so that it can be cut off at any time and go on."""

import csv
import math
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

import keras

from gated.commands.signals import Signals
from gated.errors import BadUsage
from gated.runs.arrays import open_arrays, save_arrays
from gated.runs.folder import RunFolder
from gated.training.goal import less_is_better
from gated.whole import write_whole


class Progress(keras.callbacks.Callback):
    """Validates the model after every epoch, and saves the weights of the epoch that did best.

    It also saves all that going on takes, after every epoch, every so many minutes within one, and
    when a signal comes: the weights, their averages, the states of the optimizer, the seeds of the
    dropout, the states that are carried from batch to batch, the running loss, and the place in the
    epoch. A training that goes on ends with the weights of one that was never cut off.

    Args:
        run: where to.
        patience: epochs without a better one after which training stops.
        validate: gives the goal, and what else shall be in the logs.
        goal: what is to be least if `gated.training.goal.less_is_better`, else greatest.
        save_every: minutes.
        signals: of a training that is to end between two steps when one comes.
    """

    def __init__(
        self,
        run: RunFolder,
        patience: int,
        validate: Callable[[], dict[str, float]],
        goal: str = "val_loss",
        save_every: float = math.inf,
        signals: Signals | None = None,
    ):
        super().__init__()
        self.validate = validate
        self.goal, self.sign = goal, 1 if less_is_better(goal) else -1
        self.best = run.checkpoint / "best.npz"
        self.last = run.checkpoint / "last.npz"
        self.history = run.history
        self.patience = patience
        self.epochs, self.steps, self.least, self.waited = 0, 0, math.inf, 0
        self.rows: list[dict[str, Any]] = []
        self.save_every = save_every
        self.signals = signals or Signals()
        self._skipped = self.batches = 0
        self._at = time.monotonic()

    @property
    def finished(self) -> bool:
        return self.waited >= max(1, self.patience)

    def restore(self, model: keras.Model, training: keras.utils.PyDataset) -> None:
        """Brings back the model and the data set as they were when the training was cut off."""
        # TensorFlow traces a step twice that makes variables.
        model.optimizer.build(model.trainable_variables)
        if not self.last.exists():
            return
        with open_arrays(self.last) as saved:
            self.epochs, self.steps, self.least, self.waited = (
                saved[name].item() for name in ("epochs", "steps", "least", "waited")
            )
            _assign(_variables(model), saved)
        if self.epochs:
            with self.history.open(encoding="utf-8", newline="") as file:
                self.rows = list(csv.DictReader(file))[: self.epochs]
        for _ in range(self.epochs):
            training.on_epoch_end()

    def on_train_begin(self, logs=None):
        self._skipped = 0
        if self.steps:
            self.model.train_function = self._skipping(self.model.train_function)

    def on_epoch_begin(self, epoch, logs=None):
        self._at = time.monotonic()
        if self.steps:
            # What was reset at the beginning of the epoch.
            with open_arrays(self.last) as saved:
                _assign(_variables(self.model), saved)

    def on_train_batch_end(self, batch, logs=None):
        self.batches = batch + 1
        if self._skipped < self.steps:
            self._skipped += 1
            return
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise BadUsage(
                f"epoch {self.epochs + 1}, step {batch + 1}: the loss is {loss}; try a lower "
                "--learning-rate, a smaller --clip, or --precision float32"
            )
        due = time.monotonic() - self._at >= 60 * self.save_every
        if due or self.signals.heeded:
            self._save(self.model, batch + 1)
        self.signals.check()

    def on_epoch_end(self, epoch, logs=None):
        model = self.model  # on JAX, asking for it brings the trained values into its variables
        trained = {name: _array(variable) for name, variable in _named(model.trainable_variables)}
        model.optimizer.finalize_variable_values(model.trainable_variables)
        # In half precision one is around the other.
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        norms = getattr(optimizer, "gradient_norms", None)  # their sum over the steps of the epoch
        if norms is not None:
            logs["gradient_norm"] = float(_array(norms)) / self.batches
        try:
            with self.signals.at_once():
                logs.update(self.validate())
        except KeyboardInterrupt:
            _assign(model.trainable_variables, trained)
            self._save(model, self.batches)
            raise
        if norms is not None:
            norms.assign(0.0)
        self.epochs, self.waited = epoch + 1, self.waited + 1
        if self.sign * logs[self.goal] < self.least:
            self.least, self.waited = self.sign * logs[self.goal], 0
            # Not as HDF5, which ends the process where the disk is full.
            self._write(self.best, model.weights)
        _assign(model.trainable_variables, trained)
        del trained  # as large as the model, while another is saved
        self.rows.append({"epoch": epoch, **dict(sorted(logs.items()))})
        write_whole(self.history, self._write_history)
        self._save(model, 0)
        if self.finished:
            model.stop_training = True
        self.signals.check()

    def _write_history(self, path):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.rows[0].keys())
            writer.writeheader()
            writer.writerows(self.rows)

    def _save(self, model, steps):
        self.steps, self._skipped = steps, steps
        numbers = {name: getattr(self, name) for name in ("epochs", "steps", "least", "waited")}
        self._write(self.last, _variables(model), **numbers)
        self._at = time.monotonic()

    def load_best(self, model: keras.Model) -> None:
        """Gives a model the weights of the best epoch."""
        with open_arrays(self.best) as saved:
            _assign(model.weights, saved)

    def _write(self, file, variables, **numbers):
        arrays = chain(numbers.items(), _named(variables))
        write_whole(file, lambda path: save_arrays(path, arrays))

    def _skipping(self, train):
        """The training step of Keras, which takes the batches that were trained on and no more.

        A data set that began elsewhere would do, if Keras did not take the shape that its first
        batches share for that of all.
        """
        names = list(self.model.get_metrics_result())

        def step(*given):
            if self._skipped >= self.steps:
                return train(*given)
            *state, iterator = given
            next(iterator)
            # In their place Keras takes the running means, if the epoch has no more steps.
            logs = dict.fromkeys(names, 0.0)
            return (logs, *state) if state else logs

        return step


def _variables(model):
    return [*model.variables, *model.metrics_variables, *model.optimizer.variables]


def _assign(variables, saved):
    for name, variable in _named(variables):
        variable.assign(saved[name])


def _named(variables):
    return ((f"variable_{i}", variable) for i, variable in enumerate(variables))


def _array(variable):
    return keras.ops.convert_to_numpy(variable.value)
