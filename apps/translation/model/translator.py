"""The trained model, from text to text: what evaluation and prediction call."""

from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled, few
from gated.reading.files import in_memory
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.sampling import (
    Beams,
    beam_search,
    draw,
    generate,
    next_distribution,
    normalised,
    uniforms,
)
from gated.text.copying import CopyingCodec
from gated.text.levels import PLACEHOLDERS
from gated.training.batches import longest_first

from ..config import Config
from ..options import Sampling, Search
from ..reading.pairs import Pair
from .batches import Encoded
from .network import decoder_states
from .translation import Translation

_TOKENS = 2**13  # of the sources that are read at once, times the beams
_LOGITS = 2**24  # that are in memory at once
_PAIRS = 2**10

# A translation has at most so many tokens for each of its source, and so many more.
RATIO, MORE = 2, 10


def load_codecs(folder: Path, config: Config) -> tuple[CopyingCodec, CopyingCodec]:
    """Those of source and target, which may be one."""
    assert config.level is not None
    source, *others = (
        CopyingCodec.load(folder, config.level, config.tokenized, f"{name}_")
        for name in (["joint"] if config.joint else ["source", "target"])
    )
    return source, (others or [source])[0]


class Translator:
    """A trained model with the vocabularies that it was trained with."""

    def __init__(self, source: CopyingCodec, target: CopyingCodec, model: keras.Model):
        self.source, self.target, self.model = source, target, model
        self.decoder = model.get_layer("decoder")
        self.vectors = model.get_layer("target")
        self.scale = model.get_layer("target_scale")
        memory, *last = model.get_layer("encoder").output
        depth = len(self.decoder.deep.layers)
        self.encoder = keras.Model(model.inputs[0], [memory, *decoder_states(last, depth)])
        # Of each token the number of the placeholder that it is, from 0, or -1.
        numbers = np.full(len(target), -1, "int32")
        numbers[list(target.placeholders)] = np.repeat(np.arange(PLACEHOLDERS), target.forms)
        numbers[[0, target.unknown]] = PLACEHOLDERS  # never
        self._numbers = numbers
        self._search = compiled(self.search, model.variables, of_any_size=True)
        self._draw = compiled(self.draw, model.variables, of_any_size=True)
        self._read = compiled(self.read, model.variables, of_any_size=True)

    @classmethod
    def load(cls, run: RunFolder) -> "Translator":
        config = run.load_config(Config)
        with run.loading():
            model = load_model(run)
            codecs = load_codecs(run.path, config)
            sizes = [model.get_layer(name).input_dim for name in ("source", "target")]
            if sizes != [len(codec) for codec in codecs]:
                raise ValueError("its vocabularies are not those of its model")
            return cls(*codecs, model)

    def search(self, sources, placeholders, limits, length, beams, alpha, beta):
        """`beam_search` of the translations of a batch.

        Args:
            sources: ids [b, t'], 0 for padding.
            placeholders: how many each source has, int32 [b].
            limits: the most tokens of each translation, int32 [b].
            length: the greatest of these, or more.
            beams, alpha, beta: as of `Search`.
        """
        step, states, never = self._decoding(sources, placeholders, beams)

        def likeliest(logits, count):
            found, tokens = ops.top_k(ops.where(never, -float("inf"), logits), count)
            return found - ops.logsumexp(logits, axis=-1, keepdims=True), tokens

        return beam_search(
            step,
            likeliest,
            ops.full((ops.shape(sources)[0],), self.target.eos, dtype="int32"),
            states,
            1,
            length,
            beams,
            self.target.eos,
            limits=limits,
            alpha=alpha,
            beta=beta,
            attended=ops.not_equal(sources, 0),
        )

    def draw(self, sources, placeholders, limits, noise, temperature, top_k, top_p):
        """Translations of a batch that are drawn, as `Beams` in the order of their noise.

        Args:
            sources, placeholders, limits: as of `search`.
            noise: uniform numbers [b, how many, the greatest of the limits, or more].
            temperature, top_k, top_p: as of `gated.sampling.next_distribution`.
        """
        count, length = ops.shape(noise)[1:]
        step, states, never = self._decoding(sources, placeholders, count)
        repeat = partial(ops.repeat, repeats=count, axis=0)
        noise = ops.reshape(noise, (-1, length))
        first = ops.full((ops.shape(noise)[0],), self.target.eos, dtype="int32")

        def next_logits(token, states):
            logits, states, _ = step(token, states)
            return ops.where(never, -float("inf"), logits), states

        def choose(logits, noise):
            return draw(next_distribution(logits, (), temperature, top_k, top_p), noise)

        start = (first, list(map(repeat, states)), ops.ones_like(first))
        found, *_ = generate(next_logits, choose, *start, noise, self.target.eos)
        within = ops.arange(length) < repeat(limits)[:, None]
        found = ops.where(within, found, self.target.eos)
        before = ops.concatenate([first[:, None], found[:, :-1]], axis=1)
        ended = ops.cumsum(ops.cast(ops.equal(before, self.target.eos), "int32"), axis=1) > 1
        there = ops.logical_and(within, ops.logical_not(ended))
        log_p, weights = self.read(repeat(sources), before, found)
        log_p = ops.sum(ops.where(there, log_p, 0.0), axis=1)
        by_source = [
            ops.reshape(one, (-1, count, *ops.shape(one)[1:]))
            for one in (found, log_p, ops.where(there[..., None], weights, 0.0))
        ]
        return Beams(by_source[0], by_source[1], by_source[1], by_source[2])

    def _decoding(self, sources, placeholders, count):
        """A loop over the tokens of so many translations of each source of a batch.

        Returns:
            What steps from tokens and states to logits, states and what was looked at; the first
            states, of each source; and the tokens that never come, booleans [b * count, tokens].
        """
        there = ops.not_equal(sources, 0)
        memory, *states = self.encoder(sources, training=False)
        fed = ops.zeros((ops.shape(sources)[0], self.decoder.units), states[0].dtype)
        prepared = self.decoder.attention.prepare(memory, there)
        prepared = [ops.repeat(one, count, axis=0) for one in prepared]
        known = ops.repeat(placeholders, count)[:, None]

        def step(token, states):
            y = self.scale(self.vectors(token))
            output, weights, states = self.decoder.step(y, states, prepared)
            return self._logits(output), states, weights

        return step, [*states, fed], ops.convert_to_tensor(self._numbers) >= known

    def read(self, sources, before, targets):
        """Log P of the targets, float32 [b, t], and what each looks at, float32 [b, t, t'].

        Args:
            sources: ids [b, t'], 0 for padding.
            before: ids of what comes before each target, [b, t].
            targets: ids [b, t].
        """
        logits, weights = self.model([sources, before], training=False)
        own = ops.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
        return own - ops.logsumexp(logits, axis=-1), weights

    def _logits(self, output):
        return ops.cast(self.vectors(output, reverse=True), "float32")

    def translate(
        self, texts: Iterable[str], how: Search | Sampling, best: int = 1
    ) -> Iterator[list[Translation]]:
        """Translations of each text, the best ones, `best` of them or as many as there are.

        Or so many that are drawn, in that order; those of a text depend on the seed and the text
        alone. Of a text without any token that is an empty one.
        """
        if isinstance(how, Search):
            count, most = how.beams, _TOKENS
        else:
            count, most = best, min(_TOKENS, _LOGITS // (RATIO * len(self.target)))
        for some in in_memory(texts):
            encoded = [self.source.encode(text) for text in some]
            lengths = np.array([len(ids) for ids, _ in encoded])
            found: list[list[Translation]] = [[] for _ in some]
            for now in longest_first(lengths, max(1, most // count)):
                here = [some[i] for i in now], [encoded[i] for i in now]
                for i, one in zip(now, self._find(*here, how, count), strict=True):
                    found[i] = one[:best]
            yield from found

    def _find(self, texts, encoded, how, count):
        steps, rows = few(1 + max(len(ids) for ids, _ in encoded)), few(len(texts))
        sources = np.zeros((rows, steps), "int32")
        limits = np.ones(rows, "int32")
        known = np.zeros(rows, "int32")
        for row, (ids, names) in enumerate(encoded):
            sources[row, : len(ids) + 1] = [*ids, self.source.eos]
            limits[row] = RATIO * len(ids) + MORE if len(ids) else 1
            known[row] = len(names)
        batch = list(map(ops.convert_to_tensor, (sources, known, limits)))
        if isinstance(how, Search):
            length = _size(int(limits.max()))
            found = self._search(*batch, length, how.beams, how.alpha, how.beta)
        else:
            noise = np.zeros((rows, count, few(int(limits.max()))), "float32")
            for row, text in enumerate(texts):
                length = limits[row]
                noise[row, :, :length] = uniforms(how.seed, count, length, _number(text))
            noise = ops.convert_to_tensor(noise)
            found = self._draw(*batch, noise, how.temperature, how.top_k, how.top_p)
        tokens, log_p, scores, weights = map(ops.convert_to_numpy, found)
        for row, (text, (ids, names)) in enumerate(zip(texts, encoded, strict=True)):
            if not len(ids):
                yield [Translation("", [], [], 0.0, 0.0, np.zeros((1, 1), "float32"))]
                continue
            pieces = self.source.split(text)
            yield [
                self._translation(pieces, names, *one, limits[row])
                for one in zip(tokens[row], log_p[row], scores[row], weights[row], strict=True)
                if np.isfinite(one[1])
            ]

    def _translation(self, pieces, names, ids, log_p, score, weights, limit):
        tokens = self.target.tokens(ids, names)
        weights = weights[: min(1 + len(tokens), limit), : 1 + len(pieces)]
        text = self.target.join(tokens)
        return Translation(text, pieces, tokens, float(log_p), float(score), weights)

    def score_pairs(
        self, pairs: Iterable[Pair], alpha: float = 1.0
    ) -> Iterator[tuple[Pair, Translation, np.ndarray]]:
        """With each pair its target as a translation, and log P of its tokens and `<EOS>`.

        Args:
            pairs: read some at a time.
            alpha: of the length normalisation of the score, as of `Search`.
        """
        pairs = iter(pairs)
        while some := list(islice(pairs, _PAIRS)):
            encoded = Encoded(self.source, self.target, some)
            found = {i: (log_p, weights) for i, log_p, weights in self._read_encoded(encoded)}
            for i, pair in enumerate(some):
                _, names = self.source.encode(pair.source)
                tokens = self.target.tokens(self.target.encode_target(pair.target, names), names)
                log_p, weights = found[i]
                total = float(log_p.sum(dtype="float64"))
                score = normalised(total, len(log_p), alpha)
                pieces = self.source.split(pair.source)
                yield pair, Translation(pair.target, pieces, tokens, total, score, weights), log_p

    def score_encoded(self, encoded: Encoded) -> Iterator[tuple[int, np.ndarray]]:
        """Log P of each token of the targets, with the place of each pair, not in their order."""
        return ((i, log_p) for i, log_p, _ in self._read_encoded(encoded))

    def _read_encoded(self, encoded: Encoded) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        most = max(1, min(_TOKENS, _LOGITS // len(self.target)))
        for now in longest_first(encoded.lengths, most):
            sources, targets = encoded.source.rows(now), encoded.target.rows(now)
            given = (sources, targets[:, :-1], targets[:, 1:])
            read = self._read(*map(ops.convert_to_tensor, given))
            log_p, weights = map(ops.convert_to_numpy, read)
            for row, i in enumerate(now):
                steps = encoded.target.lengths[i] - 1
                looked = weights[row, :steps, : encoded.source.lengths[i]]
                yield int(i), log_p[row, :steps], looked


def _number(text: str) -> int:
    """Of a text among all that are drawn with a seed, from 0 to 2⁵⁶ - 1."""
    content = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=7).digest())


def _size(number: int):
    """As an argument of a compiled function: on TensorFlow a tensor, else few different numbers."""
    if keras.backend.backend() == "tensorflow":
        return ops.convert_to_tensor(number)
    return few(number)
