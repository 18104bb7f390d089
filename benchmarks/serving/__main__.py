"""Puts the exports of all applications under load, in a process with TensorFlow alone.

    python -m benchmarks.serving
    python -m benchmarks.serving --run runs/demo --only ner --requests 2000
    python -m benchmarks.serving --toy                        # in a minute

Each application is trained shortly, or given as a run folder. Its export is loaded by a process
that has neither Gated nor Keras, and asked by many threads: texts empty, long, of emoji, from right
to left, with NUL and not UTF-8 among them, and music likewise, 1 to 256 at a time, by all
signatures that serve. Each row is compared with what the application itself says to it alone:
strings and integers exactly, floats to 1e-4 (and 1e-4 of those above 1). A text that is drawn is
compared with the one that `sample` draws with the same seed.

A request has 1, 2 to 16, 17 to 64 or 65 to 256 rows, each of these as often. A tenth as many are
asked first, one after the other. Memory is resident memory, looked at after every 25th request: the
straight line through it from the 1,000th on says by how much it grows.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.timing import english
from gated.commands.command import run_command
from gated.errors import BadData, BadUsage
from gated.runs.folder import RunFolder
from gated.whole import write_whole

RESULTS, TOY_RESULTS = "benchmarks/results/serving.json", "runs/serving-toy.json"
CLIENT = Path(__file__).with_name("client.py")
APPLICATIONS = ("ner", "sentiment", "lm", "music", "translation")
# Nothing of ours is to be found: no path, no module. TensorFlow imports Keras where it finds it.
ALONE = """
import runpy, sys
sys.modules.update({"keras": None, "gated": None, "apps": None})
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# The layers at their default sizes, for those decide how long an answer takes.
TRAINING = {
    "ner": "--epochs 8 --patience 8",
    "sentiment": "--epochs 3 --patience 3",
    "lm": "--corpus {folder}/passages.txt --valid 0.05 --epochs 2",
    "music": "--corpus {tunes} --grid 2 --valid fold:9/10 --epochs 3 --steps 64 --average 0.9",
    "translation": "--epochs 3",
}
TOY = "--units 8 --epochs 1 --patience 1"


@dataclass(frozen=True)
class Config:
    """What to ask."""

    #: A folder with a run folder of each application, named like it, as `apps.demo` makes it.
    #: Nothing: they are trained now, shortly.
    run: Path | None = None
    #: Which applications. Nothing: all.
    only: tuple[str, ...] = ()
    #: Requests to each export, after those that are asked one after the other.
    requests: int = 10_000
    #: Threads that ask at a time.
    threads: int = 16
    #: The most rows of a request.
    largest: int = 256
    #: Of the requests.
    seed: int = 0
    #: Toy sizes, and 60 requests of at most 20 rows.
    toy: bool = False
    #: Where the figures go. Nothing: benchmarks/results/serving.json, those at toy sizes
    #: runs/serving-toy.json.
    results: Path | None = None


def serving(config: Config) -> None:
    """Prints and writes what was wrong, how long answers took, and how memory grew.

    Args:
        config: what to ask.
    """
    for name in config.only:
        if name not in APPLICATIONS:
            raise BadUsage(f"--only {name}: expected some of {', '.join(APPLICATIONS)}")
    results = config.results or Path(TOY_RESULTS if config.toy else RESULTS)
    found: dict = {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "tensorflow": version("tensorflow"),
        "threads": config.threads,
        "seed": config.seed,
        "toy": config.toy,
        "applications": {},
    }
    with tempfile.TemporaryDirectory() as place:
        for name in config.only or APPLICATIONS:
            run = (config.run or Path(place)) / name
            if not config.run:
                _train(name, run, config.toy)
            found["applications"][name] = one = _ask(name, RunFolder.open(run), config, place)
            _show(name, one, config.threads)
            text = json.dumps(found, indent=1) + "\n"
            write_whole(results, lambda path, text=text: path.write_text(text))
    print(f"{results}: written")
    if wrong := [name for name, one in found["applications"].items() if one["wrong"]]:
        raise BadData(f"{results}: wrong answers of {', '.join(wrong)}")


def _train(name, run, toy):
    """Trains a model as a user would, in a process of its own."""
    passages = run.parent / "passages.txt"
    lines = (" ".join(words) + "\n" for words in english(300 if toy else 3000, 12))
    passages.write_text("".join(lines), encoding="utf-8")
    spec = find_spec("music21")
    assert spec and spec.origin
    tunes = Path(spec.origin).parent / "corpus" / "oneills1850" / "1176-1275.abc"
    options = TRAINING[name].format(folder=run.parent, tunes=tunes).split()
    options += TOY.split() if toy else []
    _call("-m", f"apps.{name}.train", "--run", str(run), *options)


def _ask(name, run, config, place):
    _call("-m", f"apps.{name}.export", "--run", str(run.path))
    # In a process of its own, whose memory and threads are gone when the load begins.
    asked = Path(place) / f"{name}.pickle"
    _call("-m", "benchmarks.serving.answers", name, str(run.path), str(asked), str(int(config.toy)))
    count, largest = (60, 20) if config.toy else (config.requests, config.largest)
    options = {
        "requests": count,
        "alone": max(1, count // 10),
        "threads": config.threads,
        "largest": largest,
        "seed": config.seed,
    }
    ours = ("PYTHON", "KERAS")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    arguments = [str(CLIENT), str(run.export.resolve()), str(asked), json.dumps(options)]
    with tempfile.TemporaryFile("w+") as errors:
        client = subprocess.Popen(
            [sys.executable, "-I", "-c", ALONE, *arguments],
            env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert client.stdout
        for line in client.stdout:
            if not line.startswith("{"):
                print(f"{name}: {line}", end="", flush=True)
        if client.wait():
            errors.seek(0)
            raise BadData(f"{run.export}: the client failed: {errors.read()[-2000:]}")
    return json.loads(line)


def _call(*arguments):
    """Runs a command, which says itself what is wrong where it fails."""
    done = subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise BadData(f"{' '.join(arguments[:2])}: ended with status {done.returncode}")


def _show(name, found, threads):
    title = f"{name}: {found['requests']:,} requests in {found['seconds']:,} s"
    table = Table("signature", "rows", title=title)
    for column in ("alone: p50, ms", "p99", f"{threads} at a time: p50, ms", "p99", "requests"):
        table.add_column(column, justify="right")
    alone = {(one["signature"], one["rows"]): one for one in found["alone"]}
    for one in found["under_load"]:
        first = alone.get((one["signature"], one["rows"]), {})
        times = [first.get("p50"), first.get("p99"), one["p50"], one["p99"]]
        cells = ["" if time is None else f"{time:,.1f}" for time in times]
        table.add_row(one["signature"], one["rows"], *cells, f"{one['requests']:,}")
    Console(width=110).print(table)
    memory = found["memory"]
    figures = (f"{key.replace('_', ' ')} {value:,.2f}" for key, value in memory.items())
    print(f"Resident memory, MB: {', '.join(figures)}")
    print(f"{found['wrong']} wrong answers", *found["examples"], sep="\n")


if __name__ == "__main__":
    run_command(serving)
