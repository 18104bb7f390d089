"""Judges a language model: how well it tells each next token of a text.

    python -m apps.lm.evaluate --run runs/lm/mine
    python -m apps.lm.evaluate --run runs/lm/mine --corpus other.txt
    python -m apps.lm.evaluate --run runs/lm/mine --dynamic 0.001

Every token counts, the first and each line's end among them; the states go from the first to the
last, except between items. Prints nats a token, perplexity and, for characters, bits a character,
and writes them to metrics.json in the run folder.
"""

import json as json_format
import math
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from gated.errors import BadData, BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras
from gated.text.codec import Splitter

from .config import Config
from .reading import sets


def evaluate(
    run: Path = Path("runs/lm/default"),
    corpus: tuple[str, ...] = (),
    *,
    dynamic: float = 0.0,
    json: bool = False,
) -> None:
    """Judges the model of a run.

    Args:
        run: the run folder that train made.
        corpus: text files or folders, or tfds:NAME. Nothing: the test text of the run, or its
            validation text if it has no test text.
        dynamic: dynamic evaluation, with this learning rate, such as 0.001: the model goes on
            learning from the text as it is judged, each 20 tokens after they were judged. What it
            learned is not kept. Too high a rate makes it worse: try it on a validation text. 0: the
            model as it is.
        json: print the metrics as JSON too, on one line, last.
    """
    folder = RunFolder.open(run)
    config = _config(folder)
    if not 0 <= dynamic < math.inf:
        raise BadUsage(f"--dynamic {dynamic}: expected a learning rate, such as 0.001, or 0")
    if dynamic and config.items:
        raise BadUsage(f"--dynamic goes with a text, and {run} has learned --items")
    if corpus:
        splitter = Splitter(config.level, config.lower, config.tokenized)
        which, tokens = " ".join(corpus), splitter.stream(sets.read(corpus, splitter))
    else:
        splits = sets.load(config)
        which, tokens = ("test", splits.test) if splits.test else ("valid", splits.valid)

    import_keras()
    from .model.language_model import LanguageModel

    loaded = LanguageModel.load(folder)
    metrics = {
        "set": which,
        **evaluate_tokens(loaded.codec, loaded.model, tokens, config.items, dynamic),
    }
    folder.save_json(folder.metrics, metrics)
    report(metrics, json)


def evaluate_tokens(codec, model, tokens: list[str], items: bool, dynamic: float = 0.0) -> dict:
    """The metrics of a model on the tokens of a text; dynamic evaluation changes its weights."""
    from .model.dynamic import judge_while_learning
    from .model.language_model import LanguageModel

    judge = LanguageModel(codec, model)
    ids = codec.ids(tokens)
    if dynamic:
        log_p = judge_while_learning(judge, ids, dynamic)
    elif items:
        log_p = np.concatenate(list(judge.judge_items(codec.items(ids)))).sum(dtype="float64")
    else:
        log_p = judge.judge_text(ids).sum(dtype="float64")
    nats = -float(log_p) / len(ids)
    metrics = {
        "tokens": len(ids),
        "unknown": int((ids == codec.unknown).sum()),
        "nats_per_token": nats,
        "perplexity": math.exp(nats) if nats < 700 else math.inf,
    }
    if codec.level == "char":
        metrics["bits_per_character"] = nats / math.log(2)
    if dynamic:
        metrics["dynamic"] = dynamic
    return metrics


def report(metrics: dict, json: bool) -> None:
    """Prints metrics as a table, and with `json` as one line of JSON after it."""
    table = Table(title=f"{metrics['set']}: {metrics['tokens']} tokens", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in metrics.items():
        if isinstance(value, float) and name != "dynamic":
            table.add_row(name.replace("_", " "), f"{value:.4f}")
    table.add_row("unknown tokens", str(metrics["unknown"]))
    if "dynamic" in metrics:
        table.add_row("dynamic evaluation at", f"{metrics['dynamic']:g}")
    Console().print(table)
    if json:
        print(json_format.dumps(metrics, ensure_ascii=False))


def _config(folder: RunFolder) -> Config:
    options = folder.load_json(folder.config)
    try:
        return Config(
            corpus=tuple(options["corpus"]),
            valid=tuple(options["valid"]),
            test=tuple(options["test"]),
            level=options["level"],
            items=options["items"],
            lower=options["lower"],
            tokenized=options["tokenized"],
        )
    except KeyError as error:
        raise BadData(f"{folder.config}: expected the option {error}") from None
    except TypeError as error:
        raise BadData(f"{folder.config}: not the options of a run: {error}") from None


if __name__ == "__main__":
    run_command(evaluate)
