"""Evaluates a named-entity recognizer: precision, recall and F1 of its entities.

    python -m apps.ner.evaluate --run runs/ner/mine
    python -m apps.ner.evaluate --run runs/ner/mine --corpus test.conll

Reports the scores of each type, of the entities that the training sentences have and of the others,
and overall, and what is most often taken for what, and saves them in metrics.json in the run
folder. An entity counts as found if its first token, its last token and its type are right.
"""

from dataclasses import replace
from pathlib import Path

from gated.commands.command import run_command
from gated.commands.options import EvaluationCorpus, Json, Run
from gated.commands.outputs import save_and_report
from gated.commands.progress import bar_of
from gated.commands.quiet import import_keras
from gated.runs.folder import RunFolder
from gated.text.vocabulary import Vocabulary

from .config import Config
from .reading.sets import load, read_sentences
from .showing.report import tables


def evaluate(
    run: Run = Path("runs/ner/default"),
    corpus: EvaluationCorpus = (),
    *,
    token_column: str | None = None,
    tag_column: str | None = None,
    json: Json = False,
) -> None:
    """Evaluates the tagger of a run.

    Args:
        token_column: the column of the corpus that holds the tokens. Nothing: as in training.
        tag_column: that which holds the tags.
    """
    folder = RunFolder.open(run)
    config = replace(folder.load_config(Config), run=run)
    if corpus:
        config = replace(
            config,
            token_column=token_column or config.token_column,
            tag_column=tag_column or config.tag_column,
        )
        which, sentences = " ".join(corpus), read_sentences(corpus, config)
    else:
        which, sentences = load(config).evaluated

    import_keras()
    from .model.scores import score
    from .model.tagger import Tagger

    tagger = Tagger.load(folder)
    with folder.loading():
        known = Vocabulary.load(folder.path / "entities.txt")
    with bar_of(len(sentences), "Evaluating") as advance:
        metrics = {"set": which, **score(tagger, sentences, known, advance)}
    save_and_report(folder, metrics, tables, json)


if __name__ == "__main__":
    run_command(evaluate)
