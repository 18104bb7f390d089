"""Judges a tagger: precision, recall and F1 of its entities.

    python -m apps.ner.evaluate --run runs/ner/mine
    python -m apps.ner.evaluate --run runs/ner/mine --corpus test.conll

Prints the scores of each type, of the entities that the training sentences have and of the others,
and overall, and what is most often taken for what, and writes them to metrics.json in the run
folder. An entity counts as found if its first token, its last token and its type are right.
"""

import json as json_format
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from gated.metrics.entities import entity_scores
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_tensorflow
from gated.text.vocabulary import Vocabulary

from .config import Config
from .model.errors import by_acquaintance, confusions
from .reading import sets
from .reading.conll import Sentence
from .reading.schemes import spans

if TYPE_CHECKING:
    from .model.tagger import Tagger

_CONFUSIONS = 10


def evaluate(
    run: Path = Path("runs/ner/default"),
    corpus: tuple[str, ...] = (),
    *,
    token_column: str | None = None,
    tag_column: str | None = None,
    json: bool = False,
) -> None:
    """Judges the tagger of a run.

    Args:
        run: the run folder that train made.
        corpus: CoNLL files; or a folder with a test file; or tfds:NAME. Nothing: the test
            sentences of the run, or its validation sentences if it has no test sentences.
        token_column: the column of the corpus that holds the tokens. Nothing: as in training.
        tag_column: that which holds the tags.
        json: print the metrics as JSON too, on one line, last.
    """
    folder = RunFolder.open(run)
    config = folder.load_config(Config)
    if corpus:
        config = replace(
            config,
            token_column=token_column or config.token_column,
            tag_column=tag_column or config.tag_column,
        )
        which, sentences = " ".join(corpus), sets.read_sentences(corpus, config.reader)
    else:
        which, sentences = _own_sentences(config)

    import_tensorflow()
    from .model.tagger import Tagger

    tagger = Tagger.load(folder)
    with folder.loading():
        known = Vocabulary.load(folder.path / "entities.txt")
    metrics = {"set": which, **evaluate_sentences(tagger, sentences, known)}
    folder.save_json(folder.metrics, metrics)
    report(metrics)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


def evaluate_sentences(
    tagger: "Tagger", sentences: list[Sentence], known: Vocabulary | None = None
) -> dict:
    """The scores of a tagger on sentences.

    Given the entities of its training sentences, also what it mixes up, and the scores of entities
    seen and unseen.
    """
    tags = [sentence.tags for sentence in sentences]
    predicted = tagger.tag_sentences([sentence.tokens for sentence in sentences])
    scores = {"sentences": len(sentences), **entity_scores(tags, predicted)}
    if known:
        true, found = ([spans(one) for one in tagged] for tagged in (tags, predicted))
        scores |= by_acquaintance(sentences, true, found, known)
        scores["confusions"] = [
            {"true": one, "predicted": other, "count": count}
            for (one, other), count in confusions(true, found).most_common(_CONFUSIONS)
        ]
    return scores


def report(metrics: dict) -> None:
    """Prints metrics as tables."""
    table = Table(title=f"{metrics['set']}: {metrics['sentences']} sentences", title_justify="left")
    table.add_column("type")
    for column in ("precision", "recall", "F1", "entities"):
        table.add_column(column, justify="right")
    sections = (
        metrics["types"],
        {f"{which} in training": metrics[which] for which in ("seen", "unseen")},
        {"overall": metrics},
    )
    for section in sections:
        for name, row in section.items():
            scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
            table.add_row(name, *scores, str(row["support"]))
        table.add_section()
    console = Console()
    console.print(table)
    if metrics["confusions"]:
        table = Table(title="Most often", title_justify="left")
        table.add_column("this")
        table.add_column("is taken for")
        table.add_column("times", justify="right")
        for row in metrics["confusions"]:
            table.add_row(row["true"], row["predicted"], str(row["count"]))
        console.print(table)


def _own_sentences(config: Config) -> tuple[str, list[Sentence]]:
    corpus = sets.load(config.corpus, config.valid, config.test, config.seed, config.reader)
    return ("test", corpus.test) if corpus.test else ("valid", corpus.valid)


if __name__ == "__main__":
    run_command(evaluate)
