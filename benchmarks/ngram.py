"""The n-gram that the language model of names stands beside: Kneser-Ney, interpolated, by NLTK.

    python -m benchmarks.ngram --corpus names.txt

Trains on the lines whose number, from 0, is not 9 modulo 10, which are those that the application
trains and validates on with `--valid fold:8/10 --test fold:9/10`, and prints nats a character,
each name's end among them, on the others. The discount is chosen on the lines with 8. Needs NLTK.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nltk.lm import KneserNeyInterpolated
from nltk.lm.preprocessing import pad_both_ends
from nltk.util import everygrams

from gated.runs.command import run_command
from gated.text.files import read_lines


@dataclass(frozen=True)
class Config:
    """What to measure."""

    #: One name a line.
    corpus: Path
    #: Characters of an n-gram.
    order: int = 5
    #: To choose from.
    discounts: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8, 0.9)


def ngram(config: Config) -> None:
    """Prints nats a character.

    Args:
        config: what to measure.
    """
    names = read_lines(config.corpus)
    fold = {rest: names[rest::10] for rest in range(10)}
    most = [name for rest in range(8) for name in fold[rest]]
    nats = {d: _nats(most, fold[8], config.order, d) for d in config.discounts}
    best = min(nats, key=lambda discount: nats[discount])
    print(f"valid: {nats[best]:.4f} nats a character, discount {best}")
    for what, train in (("without the validation names", most), ("with them", most + fold[8])):
        print(f"test, trained {what}: {_nats(train, fold[9], config.order, best):.4f}")


def _nats(train, test, order, discount):
    model = KneserNeyInterpolated(order, discount=discount)
    padded = [list(pad_both_ends(name, n=order)) for name in train]
    model.fit(
        (everygrams(name, max_len=order) for name in padded),
        [character for name in padded for character in name],
    )
    score = lru_cache(maxsize=None)(model.score)
    total, count = 0.0, 0
    for name in test:
        # One end is a character, the others only make up the width.
        characters = ["<s>"] * (order - 1) + list(name) + ["</s>"]
        for i in range(order - 1, len(characters)):
            total -= math.log(score(characters[i], tuple(characters[i - order + 1 : i])))
            count += 1
    return total / count


if __name__ == "__main__":
    run_command(ngram)
