"""Several trainings that differ in their seed."""

import shutil
from dataclasses import replace

import numpy as np
from rich.console import Console

from apps.ner import data
from apps.ner.config import Config
from apps.ner.evaluate import report
from apps.ner.fitting import train_one
from gated.runs.folder import RunFolder, write_whole


def train_seeds(config: Config) -> dict:
    """Trains a tagger for each seed, in a folder of its own below the run folder.

    What is finished is not trained again. The run folder becomes that of the tagger that does best
    on its validation sentences, with the summary as its metrics.
    """
    runs, found = [], []
    for seed in range(config.seed, config.seed + config.seeds):
        one = replace(config, seed=seed, seeds=1, run=config.run / f"seed-{seed}")
        run = RunFolder(one.run)
        if run.metrics.exists():
            run.check_config(one)
            metrics = run.load_json(run.metrics)
        else:
            corpus = data.load(one.corpus, one.valid, one.test, seed)
            metrics = train_one(corpus, one, RunFolder.begin(one.run, one))
        print(f"seed {seed}:")
        report(metrics)
        runs.append(run)
        found.append(metrics)
    best = int(np.argmax([metrics["valid_f1"] for metrics in found]))
    summary = {
        "set": found[best]["set"],
        "seeds": [config.seed + i for i in range(config.seeds)],
        "kept": config.seed + best,
    }
    for name in ("f1", "precision", "recall", "valid_f1"):
        scores = np.array([metrics[name] for metrics in found])
        summary |= {
            name: float(scores.mean()),
            f"{name}_worst": float(scores.min()),
            f"{name}_best": float(scores.max()),
            f"{name}_deviation": float(scores.std(ddof=1)),
        }
    run = RunFolder(config.run)
    for path in runs[best].path.iterdir():
        if path.is_file() and path not in (runs[best].metrics, runs[best].model):
            shutil.copy(path, run.path / path.name)
    run.save_json(run.metrics, summary)
    # Last, for with it the folder is that of a finished run.
    write_whole(run.model, lambda path: shutil.copy(runs[best].model, path))
    Console(highlight=False).print(
        f"{config.seeds} seeds, F1 on {summary['set']}: mean {summary['f1']:.4f}, worst "
        f"{summary['f1_worst']:.4f}, best {summary['f1_best']:.4f}, standard deviation "
        f"{summary['f1_deviation']:.4f}; kept is seed {summary['kept']}, the best on the "
        "validation sentences"
    )
    return summary
