"""Times how sentences become the ids of subwords, in Python and in the graph of an export.

    python -m benchmarks.subwords --text train.fr train.en --size 8000

Beside the library `tokenizers`, which splits at other places. Learning counts the words too.
"""

import time
from dataclasses import dataclass
from typing import Annotated

import tensorflow as tf
import tokenizers
from rich.console import Console

from benchmarks.timing import english, interleaved, print_rates
from gated.commands.command import run_command
from gated.commands.options import at_least, check_values
from gated.reading.files import stream_lines
from gated.text.copying import CopyingCodec
from gated.text.copying_graph import CopyingGraph

_BATCH = 64


@dataclass(frozen=True)
class Config:
    """What to encode."""

    #: Files of sentences, one a line; texts that come with Python without it.
    text: tuple[str, ...] = ()
    #: Tokens of the vocabulary.
    size: Annotated[int, at_least(100)] = 8000

    def __post_init__(self):
        check_values(type(self), vars(self))


def subwords(config: Config) -> None:
    texts = [line for path in config.text for line in stream_lines(path)]
    texts = texts or [" ".join(words) for words in english(20_000, 12)]
    start = time.perf_counter()
    codec = CopyingCodec.learn(texts, config.size)
    ours = time.perf_counter()
    other = tokenizers.Tokenizer(tokenizers.models.BPE())
    other.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=config.size, show_progress=False)
    other.train_from_iterator(texts, trainer)
    theirs = time.perf_counter()
    Console().print(
        f"learned from {len(texts):,} sentences in {ours - start:.1f} s, "
        f"by tokenizers in {theirs - ours:.1f} s"
    )
    encode = tf.function(
        CopyingGraph(codec).encode, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    batches = [tf.constant(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]

    def anew():
        codec.cached.clear()
        return [codec.encode(text) for text in texts]

    peers = {
        "Python": lambda: [codec.encode(text) for text in texts],
        "Python, no word met before": anew,
        f"the graph, {_BATCH} sentences at a time": lambda: [encode(batch) for batch in batches],
        "tokenizers": lambda: [other.encode(text).ids for text in texts],
    }
    words = sum(len(text.split()) for text in texts)
    print_rates("Encoding", interleaved(peers, 3), words, "words", 10_000_000)


if __name__ == "__main__":
    run_command(subwords)
