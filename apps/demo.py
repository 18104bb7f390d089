"""Trains a small model of each application, in minutes, and makes one page of what they do.

    python -m apps.demo

Each learns from a corpus that comes with Gated or with what it needs, by the commands that anybody
would give. They are printed before they run, and stand on the page.
"""

import json
import re
import shlex
import string
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gated.commands.command import run_command
from gated.pages import render
from gated.runs.folder import RunFolder
from gated.whole import write_whole


@dataclass(frozen=True)
class Part:
    """What is trained and shown of an application.

    Attributes:
        name: of its folder.
        heading: what people look for.
        shape: from which sequences to which.
        about: the model, the corpus, and what is to be seen.
        train: options of the training.
        use: the command that makes what is shown, with its options.
        shown: the file that it makes, in the folder of the demo: a page, or a text.
        figure: of the key figure the name in `metrics.json`, how it is written, and what it is.
    """

    name: str
    heading: str
    shape: str
    about: str
    train: str
    use: str
    shown: str
    figure: tuple[str, str, str]


PARTS = (
    Part(
        "ner",
        "Named-entity recognition",
        "many to many",
        "A tag for each word: a bidirectional LSTM reads the words and their letters, and a CRF "
        "scores the tags of a sentence as a whole. Learned from 825 sentences and nothing else.",
        "",
        """predict --format html --out {folder}/entities.html
        "Harry Potter and Hermione Granger invented a new spell."
        "Ada Lovelace met Charles Babbage in London, and wrote to the Royal Society."
        "Last summer Elena Petrova flew from Warsaw to Buenos Aires with Air France." """,
        "entities.html",
        ("f1", "{:.2f}", "F1 of the entities of the test sentences"),
    ),
    Part(
        "sentiment",
        "Text classification",
        "many to one",
        "A class for the whole text, by a bidirectional LSTM and naive Bayes together. Learned "
        "from 667 short reviews. The colours say what each word adds to the class, or takes.",
        "",
        """predict --explain --format html --out {folder}/classes.html
        "The staff were friendly and the bed was perfect."
        "Broke after a week, what a waste of money."
        "The plot is clever, yet the acting is weak." """,
        "classes.html",
        ("accuracy", "{:.0%}", "of the test reviews get the right class"),
    ),
    Part(
        "lm",
        "Language model",
        "next token",
        "What comes next, letter by letter: an LSTM has read the titles of 2,000 Irish tunes, and "
        "writes others of the kind, each letter drawn given all before it.",
        "--corpus {folder}/titles.txt --valid fold:9/10 --items --units 128 "
        "--learning-rate 0.01 --epochs 16",
        "sample --samples 24 --temperature 0.6",
        "sample.txt",
        ("perplexity", "{:.1f}", "perplexity of the letters of validation titles"),
    ),
    Part(
        "music",
        "Music generation",
        "one to many",
        "A tune from a seed alone: an LSTM has heard 176 Irish reels, and draws each eighth given "
        "all before it. The page says how its tunes differ from the reels, and the longest passage "
        "that they share with one.",
        "--corpus {reels} --grid 2 --units 128 --transpose 0 --steps 64 --average 0.9 "
        "--learning-rate 0.008 --epochs 12",
        "sample --samples 2 --bars 16 --temperature 0.8 --out {folder}/tunes",
        "tunes/index.html",
        ("nats_per_frame", "{:.2f}", "nats an eighth of validation reels"),
    ),
    Part(
        "translation",
        "Translation",
        "many to many, T_y ≠ T_x",
        "Dates as people write them, in ISO 8601: a bidirectional LSTM reads the letters, and "
        "another writes figure by figure, looking at all letters again each time: the numbers of a "
        "row say at which. Learned from 10,000 dates made by chance; half of those of the test are "
        "written as none of these is.",
        "",
        """predict --format html --out {folder}/dates.html
        "the 3rd of May, 2021" "Montag, den 12. Oktober 1987" "le 1er janvier 2000" """,
        "dates.html",
        ("exact", "{:.1%}", "of the test dates are exact"),
    ),
)

# Of O'Neill's Music of Ireland, 1903, which comes with music21. The corpora that music and lm have
# without --corpus, Bach's chorales and Python's help, are read and learned in minutes, not seconds.
_REELS = ("1176-1275.abc", "1276-1375.abc")


def demo(run: Path = Path("runs/demo")) -> None:
    """Trains, predicts and samples, and writes `index.html` with what came of it.

    Args:
        run: the folder to make, with a run folder of each application in it.
    """
    folder = RunFolder.create(run).path
    start = time.monotonic()
    music = _music()
    titles = "".join(f"{title}\n" for title in _titles(music))
    (folder / "titles.txt").write_text(titles, encoding="utf-8")
    reels = shlex.join(str(music / name) for name in _REELS)
    names = {"folder": shlex.quote(str(folder)), "reels": reels}
    parts = [_done(part, folder, names) for part in PARTS]
    minutes = (time.monotonic() - start) / 60
    html = render(__package__, "demo.html", parts=parts, minutes=minutes)
    page = folder / "index.html"
    write_whole(page, lambda path: path.write_text(html, encoding="utf-8"))
    print(f"\nTo see what they do, open {page}")


def _music() -> Path:
    """The folder of O'Neill's tunes, as it is named from here."""
    spec = find_spec("music21")
    assert spec and spec.origin
    path, here = Path(spec.origin).parent / "corpus" / "oneills1850", Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _titles(music: Path) -> list[str]:
    """Of the tunes, in one spelling: `MAID IN THE BARN, THE.` is The Maid In The Barn."""
    found = set()
    for path in music.glob("*.abc"):
        text = path.read_text(encoding="utf-8")
        # With a point within are those in Irish, whose accents it stands for.
        found |= set(re.findall(r"^T:[ \t]*([^.\n]+?)[ .\t]*$", text, re.M))
    ordered = (re.sub(r"(.+), (The|A)$", r"\2 \1", title, flags=re.I) for title in found)
    return sorted(set(map(string.capwords, ordered)))


def _done(part: Part, folder: Path, names: dict[str, str]) -> dict[str, Any]:
    """Trains an application and uses it. Returns what the page says of it."""
    run, shown = folder / part.name, folder / part.shown
    name, *use = shlex.split(part.use.format(**names))
    train = shlex.split(part.train.format(**names))
    commands = [
        _call(part.name, "train", ["--run", str(run), *train]),
        _call(part.name, name, ["--run", str(run), *use], None if "--out" in use else shown),
    ]
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    key, form, of = part.figure
    return {
        **asdict(part),
        "commands": commands,
        "figure": form.format(metrics[key]),
        "figure_of": of,
        "content": shown.read_text(encoding="utf-8"),
    }


def _call(
    application: str, name: str, arguments: list[str], output: Path | None = None
) -> list[str]:
    """Runs a command, and ends where it fails. Returns the words that a user would type."""
    module = f"{__package__}.{application}.{name}"
    called = ["python", "-m", module] if __package__ == "apps" else ["gated", application, name]
    words = [*map(shlex.quote, [*called, *arguments]), *([">", str(output)] if output else [])]
    print("\n$", *words, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE if output else None
    )
    if done.returncode:
        sys.exit(done.returncode)
    if output:
        output.write_bytes(done.stdout)
    return words


if __name__ == "__main__":
    run_command(demo)
