"""Several trainings that differ in their seed."""

import shutil
from dataclasses import replace

import numpy as np
from rich.console import Console

from gated.runs.folder import RunFolder, write_whole

from .config import Config
from .evaluate import evaluate_sentences, report
from .model.fitting import train_one
from .model.tagger import Tagger
from .reading import sets
from .reading.sets import Corpus


def train_seeds(config: Config) -> dict:
    """Trains a tagger for each seed, in a folder of its own below the run folder.

    What is finished is not trained again. The run folder becomes that of the tagger that does best
    on its validation sentences, with the summary as its metrics.
    """
    folder = RunFolder(config.run)
    # What an evaluation of one of them does not overwrite.
    finished = folder.path / "seeds.json"
    found = folder.load_json(finished) if finished.exists() else {}
    seeds = [str(config.seed + i) for i in range(config.seeds)]
    runs = {seed: RunFolder(config.run / f"seed-{seed}") for seed in seeds}
    for seed, run in runs.items():
        one = replace(config, seed=int(seed), seeds=1, run=run.path)
        if run.is_finished():
            run.check_config(one)
        if not (run.is_finished() and seed in found):
            corpus = sets.load(one.corpus, one.valid, one.test, one.seed, one.reader)
            tagger, metrics = _trained(corpus, one, run)
            valid = evaluate_sentences(tagger, corpus.valid)
            found[seed] = {**metrics, "valid_f1": valid["f1"]}
            folder.save_json(finished, found)
        print(f"seed {seed}:")
        report(found[seed])
    best = max(seeds, key=lambda seed: found[seed]["valid_f1"])
    summary = {
        "set": found[best]["set"],
        "seeds": [int(seed) for seed in seeds],
        "kept": int(best),
    }
    for name in ("f1", "precision", "recall", "valid_f1"):
        scores = np.array([found[seed][name] for seed in seeds])
        summary |= {
            name: float(scores.mean()),
            f"{name}_worst": float(scores.min()),
            f"{name}_best": float(scores.max()),
            f"{name}_deviation": float(scores.std(ddof=1)),
        }
    for path in runs[best].path.iterdir():
        if path.is_file() and path not in (runs[best].metrics, runs[best].model):
            shutil.copy(path, folder.path / path.name)
    folder.save_json(folder.metrics, summary)
    # Last, for with it the folder is that of a finished run.
    write_whole(folder.model, lambda path: shutil.copy(runs[best].model, path))
    Console(highlight=False).print(
        f"{config.seeds} seeds, F1 on {summary['set']}: mean {summary['f1']:.4f}, worst "
        f"{summary['f1_worst']:.4f}, best {summary['f1_best']:.4f}, standard deviation "
        f"{summary['f1_deviation']:.4f}; kept is seed {summary['kept']}, the best on the "
        "validation sentences"
    )
    return summary


def _trained(corpus: Corpus, config: Config, run: RunFolder) -> tuple[Tagger, dict]:
    """A tagger and its metrics, trained now unless it was killed just before they were noted."""
    if run.is_finished():
        return Tagger.load(run), run.load_json(run.metrics)
    return train_one(corpus, config, RunFolder.begin(run.path, config))
