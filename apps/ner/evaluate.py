"""Judges a tagger: precision, recall and F1 of its entities.

    python -m apps.ner.evaluate --run runs/ner/mine
    python -m apps.ner.evaluate --run runs/ner/mine --corpus test.conll

Prints the scores of each type and overall, and writes them to metrics.json in the run folder. An
entity counts as found if its first token, its last token and its type are right.
"""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from apps.ner import data
from apps.ner.conll import Sentence
from gated.errors import BadData
from gated.metrics.entities import entity_scores
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow

if TYPE_CHECKING:
    from apps.ner.tagger import Tagger


def evaluate(
    run: Path = Path("runs/ner/default"), corpus: tuple[str, ...] = (), *, json: bool = False
) -> None:
    """Judges the tagger of a run.

    Args:
        run: the run folder that train made.
        corpus: CoNLL files; or a folder with a test file; or tfds:NAME. Nothing: the test
            sentences of the run, or its validation sentences if it has no test sentences.
        json: print the metrics as JSON too, on one line, last.
    """
    folder = RunFolder.open(run)
    if corpus:
        which, sentences = " ".join(corpus), data.read_sentences(corpus)
    else:
        which, sentences = _own_sentences(folder)

    import_tensorflow()
    from apps.ner.tagger import Tagger

    metrics = {"set": which, **evaluate_sentences(Tagger.load(folder), sentences)}
    folder.save_json(folder.metrics, metrics)
    report(metrics, json)


def evaluate_sentences(tagger: "Tagger", sentences: list[Sentence]) -> dict:
    """The scores of a tagger on sentences, and their number."""
    predicted = tagger.tag_sentences([sentence.tokens for sentence in sentences])
    scores = entity_scores([sentence.tags for sentence in sentences], predicted)
    return {"sentences": len(sentences), **scores}


def report(metrics: dict, json: bool) -> None:
    """Prints metrics as a table, and with `json` as one line of JSON after it."""
    table = Table(title=f"{metrics['set']}: {metrics['sentences']} sentences", title_justify="left")
    table.add_column("type")
    for column in ("precision", "recall", "F1", "entities"):
        table.add_column(column, justify="right")
    rows = [*metrics["types"].items(), ("overall", metrics)]
    for name, row in rows:
        if name == "overall":
            table.add_section()
        scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        table.add_row(name, *scores, str(row["support"]))
    Console().print(table)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


def _own_sentences(folder: RunFolder) -> tuple[str, list[Sentence]]:
    config = folder.load_json(folder.config)
    try:
        given, valid, test = (tuple(config[name]) for name in ("corpus", "valid", "test"))
        seed = int(config["seed"])
    except KeyError as error:
        raise BadData(f"{folder.config}: expected the option {error}") from None
    except (TypeError, ValueError) as error:
        raise BadData(f"{folder.config}: not the options of a run: {error}") from None
    corpus = data.load(given, valid, test, seed)
    return ("test", corpus.test) if corpus.test else ("valid", corpus.valid)


if __name__ == "__main__":
    run_command(evaluate)
