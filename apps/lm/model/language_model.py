"""A trained language model with its vocabulary: what evaluation, scoring and sampling call."""

import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled, on_gpu
from gated.reading.files import in_memory
from gated.runs.folder import RunFolder
from gated.runs.language_model import load_language_model
from gated.sampling import beam_search, draw, generate, next_distribution, uniforms
from gated.text.codec import EOS, Codec

from ..reading.text import Ids

WINDOW = 256  # tokens of a text that are read at once
_BATCH = 64
LOGITS = 2**25  # that are in memory at once
_CHUNK = 64  # tokens that are drawn at once


class LanguageModel:
    """log P of tokens, given those before them."""

    def __init__(self, codec: Codec, model: keras.Model):
        self.codec = codec
        self.model = model
        # Neither padding nor <UNK> is ever drawn.
        self.never = (0, codec.unknown)
        self._score = compiled(self.log_probabilities, model.variables)
        self._read = compiled(self._states_after, model.variables)
        draw = functools.partial(self.draw, whole=on_gpu())
        self.draw_compiled = compiled(draw, model.variables, jit=True)

    @classmethod
    def load(cls, run: RunFolder) -> "LanguageModel":
        return cls(*load_language_model(run))

    def first_states(self, batch: int) -> list:
        return [ops.zeros((batch, state.shape[-1])) for state in self.model.inputs[1:]]

    def log_probabilities(self, x, y, states):
        logits, *states = self.model([x, *states], training=False)
        logits = ops.cast(logits, "float32")
        own = ops.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
        return own - ops.logsumexp(logits, axis=-1), states

    def score_text(self, ids: Ids | np.ndarray, streams: int = 1) -> np.ndarray:
        """The log P of each token of a text, as `score_windows` gives them."""
        found = [*self.score_windows(ids, streams), np.empty((streams, 0), "float32")]
        return np.concatenate(found, axis=1).reshape(-1)[: len(ids)]

    def score_windows(self, ids: Ids | np.ndarray, streams: int = 1) -> Iterator[np.ndarray]:
        """The log P of each token of a text, `<EOS>` before the first, some at a time.

        With more streams than one the text is cut into so many pieces, read side by side: sooner
        done, but at the beginning of each the states are zero.

        Yields:
            [streams, n], of the next n tokens of each piece, of which the last is filled up.
        """
        length = -(-len(ids) // streams)
        starts = [i * length for i in range(streams)]

        def part(start, stop):
            rows = [ids[first + start : first + stop] for first in starts]
            return np.stack([np.pad(row, (0, stop - start - len(row))) for row in rows])

        before, states = part(-1, 0), self.first_states(streams)
        before[0] = self.codec.eos
        steps = max(1, min(WINDOW, LOGITS // (streams * len(self.codec))))
        for start in range(0, length, steps):
            y = part(start, min(start + steps, length))
            x = np.concatenate([before, y[:, :-1]], axis=1)
            log_p, states = self._score(*map(_tensor, (x, y)), states)
            yield ops.convert_to_numpy(log_p)
            before = y[:, -1:]

    def score_all_items(self, ids: Ids) -> Iterator[np.ndarray]:
        """The log P of the tokens of each line for itself, those of some lines at a time."""
        for items in ids.items():
            yield np.concatenate(list(self.score_items(items)))

    def score_items(self, items: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """The log P of each token of texts that have nothing to do with one another, in batches."""
        order = sorted(range(len(items)), key=lambda i: len(items[i]))
        found: dict[int, np.ndarray] = {}
        batch = max(1, min(_BATCH, LOGITS // (WINDOW * len(self.codec))))
        for start in range(0, len(items), batch):
            places = order[start : start + batch]
            log_p = self._score_batch([items[i] for i in places], batch)
            found |= zip(places, log_p, strict=True)
        return (found[i] for i in range(len(items)))

    def _score_batch(self, items: list[np.ndarray], batch: int) -> list[np.ndarray]:
        """Likewise of one batch, the longest last, a window of them at a time."""
        texts = [np.append(self.codec.eos, item) for item in items]
        found: list[list[np.ndarray]] = [[] for _ in items]
        # 16, 32, 64, ...: few shapes to compile.
        window = min(WINDOW, max(16, _power_of_2(len(items[-1]))))
        rows, states = range(batch), self.first_states(batch)
        for start in range(0, len(items[-1]), window):
            going = _power_of_2(sum(len(item) > start for item in items))
            if start and going < len(rows):
                rows = rows[: len(items)][-going:]
                states = [state[: len(items)][-going:] for state in states]
            x, y = np.full((2, len(rows), window), self.codec.eos, "int32")
            parts = [text[start : start + window + 1] for text in texts[rows.start : rows.stop]]
            for row, part in enumerate(parts):
                length = max(0, len(part) - 1)
                x[row, :length], y[row, :length] = part[:length], part[1:]
            log_p, states = self._score(*map(_tensor, (x, y)), states)
            log_p = ops.convert_to_numpy(log_p)
            for row, part in enumerate(parts):
                found[rows[row]].append(log_p[row, : max(0, len(part) - 1)])
        return [np.concatenate(one) for one in found]

    def sample(self, settings: "Settings") -> Iterator[list[list[str]]]:
        """Draws texts, and gives what is new of each every so many tokens, until all have ended.

        A text holds the `<EOS>` that ended it. The text of a sample depends on the seed and its
        number, not on how many there are.
        """
        token, states = self._after(settings.prompt)
        count, steps = settings.samples, settings.length
        token = ops.repeat(token, count)
        states = [ops.repeat(state, count, axis=0) for state in states]
        left = _tensor([settings.lines] * count)
        noise = uniforms(settings.seed, count, -(-steps // _CHUNK) * _CHUNK)
        options = (settings.temperature, settings.top_k, settings.top_p)
        for start in range(0, steps, _CHUNK):
            before = ops.convert_to_numpy(left)
            found, token, states, left = self.draw_compiled(
                token, states, left, noise[:, start : start + _CHUNK], *options
            )
            found = ops.convert_to_numpy(found)[:, : steps - start]
            yield [self._tokens(row, int(n)) for row, n in zip(found, before, strict=True)]
            if not ops.convert_to_numpy(left).any():
                return

    def search(self, prompt: str, width: int, length: int, lines: int):
        """The likeliest texts after a prompt that a search with so many beams finds.

        Returns:
            Tokens and log P of each, the likeliest first.
        """

        def likeliest(logits, count):
            return ops.top_k(ops.log(next_distribution(logits, self.never)), count)

        def find(token, states):
            return beam_search(
                self.step,
                likeliest,
                token,
                states,
                left=lines,
                length=length,
                width=width,
                stop=self.codec.eos,
            )

        found = compiled(find, self.model.variables, jit=True)(*self._after(prompt))
        texts, log_p = (ops.convert_to_numpy(one)[0] for one in (found.tokens, found.log_p))
        return [
            (self._tokens(text, lines), float(p))
            for text, p in zip(texts, log_p, strict=True)
            if p > -math.inf
        ]

    def _after(self, prompt: str):
        """The last token of a text [1], before it `<EOS>`, and the states after the others."""
        ids = [self.codec.eos, *self.codec.ids(self.codec.split(prompt)).tolist()]
        states = self.first_states(1)
        read = ids[:-1]
        for start in range(0, len(read), WINDOW):
            states = self._read(_tensor([read[start : start + WINDOW]]), states)
        return _tensor(ids[-1:]), states

    def _tokens(self, ids, left: int) -> list[str]:
        """The tokens of ids up to so many `<EOS>`."""
        tokens: list[str] = []
        for token in ids:
            if left == 0:
                break
            tokens.append(self.codec.vocabulary.tokens[token])
            left -= token == self.codec.eos
        return tokens

    def _states_after(self, ids, states):
        return self.model([ids, *states], training=False)[1:]

    def step(self, token, states):
        """From tokens [b] and states to logits [b, tokens] and states."""
        logits, *states = self.model([token[:, None], *states], training=False)
        return logits[:, 0], states

    def draw(self, token, states, left, noise, temperature, top_k, top_p, whole=False):
        """The loop of `sample`; `whole` as of `generate`."""

        def choose(logits, noise):
            return draw(next_distribution(logits, self.never, temperature, top_k, top_p), noise)

        stop = self.codec.eos
        return generate(self.step, choose, token, states, left, noise, stop, whole)

    def next_tokens(self, text: str, count: int) -> list[tuple[str, float]]:
        """The likeliest tokens after a text, with their probabilities."""
        logits, _ = self.step(*self._after(text))
        p = ops.convert_to_numpy(next_distribution(logits))[0]
        likeliest = np.argsort(-p, kind="stable")[:count]
        return [(self.codec.vocabulary.tokens[i], float(p[i])) for i in likeliest]

    def score_lines(self, lines: Iterable[str]) -> Iterator[tuple[list[str], np.ndarray]]:
        """The tokens of each line, its end the last, and the log P of each."""
        for some in in_memory(lines):
            tokens = [[*self.codec.split(line), EOS] for line in some]
            log_p = self.score_items([self.codec.ids(line) for line in tokens])
            yield from zip(tokens, log_p, strict=True)


@dataclass(frozen=True)
class Settings:
    """How to sample; the command says what each means."""

    prompt: str
    samples: int
    length: int
    lines: int
    temperature: float
    top_k: int
    top_p: float
    seed: int


def _power_of_2(number: int) -> int:
    """The least that is not below a number."""
    return 1 << (number - 1).bit_length()


def _tensor(array):
    return ops.convert_to_tensor(array, "int32")
