"""What each part of the tagger of names is worth: F1 on validation sentences without it.

python -m benchmarks.ablation --corpus train.conll --valid dev.conll --seeds 3

Trains a tagger for each variant with the command that users have.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

VARIANTS = {
    "as it is": (),
    "no characters": ("--character-units", "0"),
    "no letter case": ("--casing-size", "0"),
    "no CRF": ("--no-crf",),
    "no embedding dropout": ("--embedding-dropout", "0"),
    "no average of the weights": ("--average", "0"),
    "O not lowered": ("--no-balance",),
    "GRU": ("--layer", "gru"),
    "peepholes": ("--peepholes", "yes"),
    "depth 2": ("--depth", "2"),
    "depth 3": ("--depth", "3"),
}


def ablation(
    corpus: tuple[str, ...],
    valid: tuple[str, ...],
    seeds: int = 1,
    variants: tuple[str, ...] = tuple(VARIANTS),
    options: tuple[str, ...] = (),
) -> None:
    """Prints a table of the variants.

    Args:
        corpus: as of apps.ner.train.
        valid: as of apps.ner.train.
        seeds: how many trainings of each.
        variants: names of some.
        options: further ones of apps.ner.train, for all.
    """
    found = {}
    for name in track(variants, "Training", console=Console(stderr=True)):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "apps.ner.train", "--corpus", *corpus]
            command += ["--valid", *valid, "--seeds", str(seeds), *options, *VARIANTS[name]]
            command += ["--run", str(Path(folder) / "run"), "--json"]
            done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"{name}: {found[name]['f1']:.4f}", flush=True)
    table = Table("", "F1", "worst", "best", title=f"validation, {seeds} seed(s)")
    for name, metrics in found.items():
        scores = (metrics.get(f"f1{which}") for which in ("", "_worst", "_best"))
        table.add_row(name, *("" if score is None else f"{score:.4f}" for score in scores))
    Console().print(table)


if __name__ == "__main__":
    tyro.cli(ablation)
