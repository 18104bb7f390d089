"""Evaluates an n-gram model with Kneser-Ney smoothing, to stand beside a recurrent one.

    python -m benchmarks.ngram --corpus names.txt --items --valid fold:8/10 --test fold:9/10

Takes the corpus, its sets and its tokens as `apps.lm.train` does. Modified Kneser-Ney smoothing,
interpolated (Chen and Goodman 1999, "An empirical study of smoothing techniques for language
modeling", section 3), the discounts estimated from the training text.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from rich.console import Console
from rich.table import Table

from apps.lm.config import Config as ModelConfig
from apps.lm.reading.sets import load
from apps.lm.reading.text import Ids
from gated.commands import options
from gated.commands.command import run_command
from gated.commands.options import at_least, check_values
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary

START = -1


@dataclass(frozen=True)
class Config:
    """What to evaluate."""

    #: As of `apps.lm.train`, and so all but the last.
    corpus: tuple[str, ...] = ()
    valid: options.Valid = ()
    test: options.Test = ()
    level: Literal["char", "word"] = "char"
    tokenized: bool = False
    items: bool = False
    #: Tokens of an n-gram.
    order: Annotated[int, at_least(1)] = 5

    def __post_init__(self):
        check_values(type(self), vars(self))


class KneserNey:
    """P of a token, given the `order` - 1 before it.

        p(w | u) = max(0, c(u w) - D(c(u w))) / c(u ·) + γ(u) p(w | u without its first token)

    c is a count in the longest n-grams and in those that begin a text, in the others the number of
    different tokens before u w; γ(u) is what the discounts D leave; below the single tokens all are
    equally likely.

    Args:
        texts: token lists, each a text that nothing precedes.
        order: the tokens of an n-gram.
        vocabulary: how many tokens there are to predict.
    """

    def __init__(self, texts: Iterable[Sequence[Hashable]], order: int, vocabulary: int):
        self.order = order
        self.vocabulary = vocabulary
        counts: Counter[tuple[Hashable, ...]] = Counter()
        for text in texts:
            padded = (*[START] * (order - 1), *text)
            counts.update(tuple(padded[i : i + order]) for i in range(len(text)))
        self.counts: dict[tuple[Hashable, ...], dict[Hashable, int]] = defaultdict(dict)
        self.discounts = {}
        while True:
            size = len(next(iter(counts)))
            self.discounts[size] = _discounts(counts)
            for (*before, token), count in counts.items():
                self.counts[tuple(before)][token] = count
            if size == 1:
                break
            shorter: Counter[tuple[Hashable, ...]] = Counter()
            for ngram, count in counts.items():
                # Before the start of a text there is but one token.
                shorter[ngram[1:]] += count if ngram[1:2] == (START,) else 1
            counts = shorter

    def p(self, token: Hashable, before: Sequence[Hashable]) -> float:
        """Args: before: the tokens before it, as many as the order asks for, less one."""
        p = 1 / self.vocabulary
        for size in range(1, self.order + 1):
            seen = self.counts.get(tuple(before[len(before) - size + 1 :]))
            if not seen:
                break
            discounts = self.discounts[size]
            left = sum(discounts[min(count, 3)] for count in seen.values())
            count = seen.get(token, 0)
            p = (count - discounts[min(count, 3)] + left * p) / sum(seen.values())
        return p

    def nats(self, texts: Iterable[Sequence[Hashable]]) -> float:
        """The mean of -log P over all tokens."""
        losses = []
        for text in texts:
            padded = (*[START] * (self.order - 1), *text)
            for i, token in enumerate(text):
                losses.append(-math.log(self.p(token, padded[i : i + self.order - 1])))
        return sum(losses) / len(losses)


def _discounts(counts):
    """D of the counts 0, 1, 2, and 3 or more: equation 26 of Chen and Goodman."""
    having = Counter(counts.values())
    if not (having[1] and having[2] and having[3]):
        return (0.0, 0.5, 0.5, 0.5)  # too few n-grams to know
    y = having[1] / (having[1] + 2 * having[2])
    return (0.0, *(n - (n + 1) * y * having[n + 1] / having[n] for n in (1, 2, 3)))


def ngram(config: Config) -> None:
    """Prints nats a token.

    Args:
        config: what to evaluate.
    """
    corpus = load(
        ModelConfig(
            corpus=config.corpus,
            valid=config.valid,
            test=config.test,
            level=config.level,
            tokenized=config.tokenized,
            items=config.items,
        )
    )
    counts = corpus.train.counts() + Counter([EOS])
    codec = Codec(Vocabulary.of(counts), config.level, False, config.tokenized)

    def texts_of(text):
        ids = Ids(text, codec)[:]
        return [text.tolist() for text in (codec.items(ids) if config.items else [ids])]

    # Padding never comes.
    model = KneserNey(texts_of(corpus.train), config.order, len(codec) - 1)
    table = Table("text", title=f"Kneser-Ney, {config.order}-gram")
    for column in ("nats a token", "perplexity"):
        table.add_column(column, justify="right")
    for name, tokens in (("valid", corpus.valid), ("test", corpus.test)):
        if tokens:
            nats = model.nats(texts_of(tokens))
            table.add_row(name, f"{nats:.4f}", f"{math.exp(nats):.2f}")
    Console().print(table)


if __name__ == "__main__":
    run_command(ngram)
