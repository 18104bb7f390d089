"""The frame of every training: from options to a run folder, or one for each of several seeds."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import RenderableType

from gated.commands.ending import status_of
from gated.commands.options import ONE_DEVICE, Devices
from gated.commands.outputs import Metrics, print_json, report, report_summary, summary
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder
from gated.training.goal import less_is_better
from gated.training.supervisor import supervise
from gated.whole import write_whole


@dataclass(frozen=True)
class Training:
    """What the training of an application consists of.

    Attributes:
        load: gives the corpus that a configuration names. Raises BadData and BadUsage.
        fit: trains on a corpus, leaves the model and what belongs to it in a run folder, and gives
            the metrics of the test set, or else of the validation set, and `goal`.
        tables: metrics as what is printed.
        goal: the metric of the validation set by which the best of several models is chosen: the
            least if `less_is_better`, else the greatest.
        summary: the other metrics of which several models have a mean; the first is the one that
            the application is known by.
    """

    load: Callable[[Any], Any]
    fit: Callable[[Any, Any, RunFolder], Metrics]
    tables: Callable[[Metrics], Iterable[RenderableType]]
    goal: str
    summary: Sequence[str]


def run_training(
    training: Training, config: Any, json: bool = False, devices: Devices = ONE_DEVICE
) -> None:
    """Trains and evaluates as a configuration says, and reports the metrics.

    Args:
        training: of the application.
        config: its options, a dataclass with `run`, `seed` and `seeds` among them.
        json: print the metrics as JSON too, on one line, last.
        devices: what trains.
    """

    def train(config: Any) -> None:
        if config.seeds > 1:
            metrics = _train_seeds(training, config, devices)
        else:
            metrics = _train(training, config, devices)
            report(metrics, training.tables)
        if json:
            print_json(metrics)

    if not devices.together:
        train(config)
        return

    def together() -> None:
        import_keras()
        from gated.training.processes import train_together

        train_together(train, config, devices)

    supervise(lambda: status_of(together))


def _train(training: Training, config: Any, devices: Devices) -> Metrics:
    run = RunFolder.begin(config.run, config)
    corpus = training.load(config)
    # Not before the options and the corpus are known good: it takes seconds.
    import_keras()
    from gated.training.devices import use_devices

    use_devices(devices.devices)
    with run.training(config):
        metrics = training.fit(corpus, config, run)
        run.save_json(run.metrics, metrics)
    return metrics


def _train_seeds(training: Training, config: Any, devices: Devices) -> Metrics:
    """Trains a model for each seed, in a folder of its own below the run folder.

    What is finished is not trained again. The run folder becomes that of the model that does best
    on its validation set, with the summary as its metrics.
    """
    folder = RunFolder(config.run)
    # Of several seeds the folder holds those that are finished, or were cut off.
    if folder.model.exists() or not any(folder.path.glob("seed-*")):
        RunFolder.begin(folder.path, config)
    # What an evaluation of one of them does not overwrite.
    finished = folder.path / "seeds.json"
    found = folder.load_json(finished) if finished.exists() else {}
    seeds = [str(config.seed + i) for i in range(config.seeds)]
    runs = {seed: RunFolder(folder.path / f"seed-{seed}") for seed in seeds}
    for seed, run in runs.items():
        one = replace(config, seed=int(seed), seeds=1, run=run.path)
        if not run.is_finished():
            found[seed] = _train(training, one, devices)
        elif seed not in found:
            found[seed] = run.load_json(run.metrics)
        run.check_config(one)
        folder.save_json(finished, found)
        print(f"seed {seed}:")
        report(found[seed], training.tables)
    sign = -1 if less_is_better(training.goal) else 1
    best = max(seeds, key=lambda seed: sign * found[seed][training.goal])
    metrics = {"set": found[best]["set"], "seeds": [int(seed) for seed in seeds], "best": int(best)}
    metrics |= summary([found[seed] for seed in seeds], (*training.summary, training.goal))
    for path in runs[best].path.iterdir():
        if path.is_file() and path not in (runs[best].metrics, runs[best].model):
            shutil.copy(path, folder.path / path.name)
    folder.save_json(folder.metrics, metrics)
    # Last, for with it the folder is that of a finished run.
    write_whole(folder.model, lambda path: shutil.copy(runs[best].model, path))
    report_summary(metrics, training.summary, f"{config.seeds} seeds")
    print(f"The run folder has the model of seed {best}, the best on the validation set")
    return metrics
