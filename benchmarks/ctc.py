"""Times CTC's prefix beam search, beside one in plain Python and beside pyctcdecode.

    python -m benchmarks.ctc
    python -m benchmarks.ctc --batch 1 --frames 1000 --width 100

The frames are half blanks; the token that is meant stands out at each by `--margin` nats, the
others are random. No text is dropped for any reason but the width, in pyctcdecode neither. Without
a language model, and ours with one of characters too: two layers of LSTM, untrained. pyctcdecode is
timed where it is installed.
"""

import importlib.util
from dataclasses import dataclass

import numpy as np
from keras import ops
from rich.console import Console
from rich.table import Table

from benchmarks.our_sampler import language_model
from benchmarks.timing import interleaved, medians
from gated.commands.command import run_command
from gated.compiling import compiled
from gated.ctc import CharacterModel, Sum, prefix_beam_search


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Utterances side by side.
    batch: int = 16
    #: Frames of each.
    frames: int = 100
    #: Tokens, the blank among them.
    tokens: int = 30
    #: Texts that are kept of each.
    width: int = 20
    #: By how much the token that is meant stands out.
    margin: float = 6.0
    #: Units of each layer of the language model; 0: none.
    units: int = 256
    #: How often each takes its turn.
    repeats: int = 5


def ctc(config: Config) -> None:
    """Prints milliseconds for all utterances, and frames a second.

    Args:
        config: what to time.
    """
    log_p = frames(config)
    peers = {
        "ours": _ours(config, log_p),
        "ours, compiled by XLA": _ours(config, log_p, jit=True),
        "plain Python": lambda: [_plain(one, config.width) for one in log_p],
    }
    if config.units:
        peers["ours, with a language model"] = _ours(config, log_p, config.units)
    if importlib.util.find_spec("pyctcdecode"):
        peers["pyctcdecode"] = _pyctcdecode(config, log_p)
    seconds = interleaved(peers, config.repeats)
    shape = f"{config.batch} x {config.frames} frames, {config.tokens} tokens"
    table = Table("", title=f"{shape}, width {config.width}")
    for column in ("ms", "at least", "frames a second", "ours / this"):
        table.add_column(column, justify="right")
    middle = medians(seconds)
    for name, times in seconds.items():
        rate = config.batch * config.frames / middle[name]
        numbers = (f"{middle[name] * 1e3:,.0f}", f"{min(times) * 1e3:,.0f}", f"{rate:,.0f}")
        table.add_row(name, *numbers, f"{middle[name] / middle['ours']:.2f}")
    Console(width=120).print(table)
    print(f"Median of {config.repeats}.")


def frames(config: Config) -> np.ndarray:
    """Log P of tokens at frames, [b, t, tokens]."""
    random = np.random.default_rng(0)
    shape = (config.batch, config.frames)
    meant = np.where(random.random(shape) < 0.5, 0, random.integers(1, config.tokens, shape))
    logits = (
        random.normal(size=(*shape, config.tokens)) + config.margin * np.eye(config.tokens)[meant]
    )
    return (logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)).astype("float32")


def _ours(config, log_p, units=0, jit=False):
    scorer, variables = Sum(), []
    if units:
        model = language_model(config.tokens, units, 2)
        # Any tokens of the model will do.
        scorer = CharacterModel(model.codec, model.model, model.codec.vocabulary.tokens)
        scorer, variables = Sum([(0.5, scorer)]), model.model.variables

    def search(log_p, lengths):
        return prefix_beam_search(log_p, lengths, config.width, scorer)

    search = compiled(search, variables, jit=jit)
    given = [ops.convert_to_tensor(log_p), ops.full((config.batch,), config.frames, "int32")]
    return lambda: ops.convert_to_numpy(search(*given).tokens)


def _plain(log_p, width):
    """The algorithm of Hannun et al. 2014 with a dictionary of texts."""
    kept = {(): (0.0, -np.inf)}
    for now in log_p.tolist():
        after = {}
        for text, (blank, label) in kept.items():
            total = np.logaddexp(blank, label)
            last = text[-1] if text else 0
            old = after.get(text, (-np.inf, -np.inf))
            again = label + now[last]
            after[text] = np.logaddexp(old[0], total + now[0]), np.logaddexp(old[1], again)
            for token in range(1, len(now)):
                longer = (*text, token)
                old = after.get(longer, (-np.inf, -np.inf))
                more = now[token] + (blank if token == last else total)
                after[longer] = old[0], np.logaddexp(old[1], more)
        ranked = sorted(after.items(), key=lambda one: -np.logaddexp(*one[1]))
        kept = dict(ranked[:width])
    return kept


def _pyctcdecode(config, log_p):
    from pyctcdecode import build_ctcdecoder

    letters = [chr(ord("a") + place) for place in range(config.tokens - 2)]
    decoder = build_ctcdecoder(["", " ", *letters])
    never = {"beam_prune_logp": -1e9, "token_min_logp": -1e9}
    return lambda: [decoder.decode_beams(one, config.width, **never) for one in log_p]


if __name__ == "__main__":
    run_command(ctc)
