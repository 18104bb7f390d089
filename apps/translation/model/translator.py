"""The trained model, from text to text: what evaluation and prediction call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled, few
from gated.reading.files import in_memory
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.sampling import beam_search
from gated.text.codec import EOS
from gated.text.copying import CopyingCodec
from gated.text.levels import PLACEHOLDERS
from gated.training.batches import longest_first

from ..config import Config
from ..reading.pairs import Pair
from .batches import Encoded
from .network import decoder_states

_TOKENS = 2**13  # of the sources that are read at once, times the beams
_LOGITS = 2**24  # that are in memory at once
_PAIRS = 2**10

# A translation has at most so many tokens for each of its source, and so many more.
RATIO, MORE = 2, 10


@dataclass(frozen=True)
class Search:
    """How translations are searched for.

    Attributes:
        beams: how many are kept, 1 for greedy.
        alpha, beta: of length normalisation and coverage, as of `gated.sampling.beam_search`.
    """

    beams: int = 5
    alpha: float = 1.0
    beta: float = 0.0


@dataclass(frozen=True)
class Translation:
    """A translation.

    Attributes:
        text: as it is written.
        tokens: the target tokens, without `<EOS>`.
        log_p: log P of all, `<EOS>` among them, in nats.
        score: by which translations of a source are ranked.
        weights: what each token, and `<EOS>`, looked at, [t, t'], of the source's tokens and its
            `<EOS>`.
    """

    text: str
    tokens: list[str]
    log_p: float
    score: float
    weights: np.ndarray


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
        self._score = compiled(self.log_probabilities, model.variables, of_any_size=True)

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
        there = ops.not_equal(sources, 0)
        memory, *states = self.encoder(sources, training=False)
        fed = ops.zeros((ops.shape(sources)[0], self.decoder.units), states[0].dtype)
        prepared = self.decoder.attention.prepare(memory, there)
        prepared = [ops.repeat(one, beams, axis=0) for one in prepared]
        known = ops.repeat(placeholders, beams)[:, None]
        never = ops.convert_to_tensor(self._numbers) >= known

        def step(token, states):
            y = self.scale(self.vectors(token))
            output, weights, states = self.decoder.step(y, states, prepared)
            return self._logits(output), states, weights

        def log_distribution(logits):
            return ops.where(never, -float("inf"), ops.log_softmax(logits))

        return beam_search(
            step,
            log_distribution,
            ops.full((ops.shape(sources)[0],), self.target.eos, dtype="int32"),
            [*states, fed],
            1,
            length,
            beams,
            self.target.eos,
            limits=limits,
            alpha=alpha,
            beta=beta,
            attended=there,
        )

    def log_probabilities(self, sources, before, targets):
        """Log P of the targets [b, t], float32, from ids of sources and of what comes before."""
        logits, _ = self.model([sources, before], training=False)
        own = ops.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
        return own - ops.logsumexp(logits, axis=-1)

    def _logits(self, output):
        return ops.cast(self.vectors(output, reverse=True), "float32")

    def translate(
        self, texts: Iterable[str], search: Search, best: int = 1
    ) -> Iterator[list[Translation]]:
        """The best translations of each text, `best` of them or as many as there are.

        Of a text without any token that is an empty one.
        """
        for some in in_memory(texts):
            encoded = [self.source.encode(text) for text in some]
            lengths = np.array([len(ids) for ids, _ in encoded])
            found: list[list[Translation]] = [[] for _ in some]
            for now in longest_first(lengths, max(1, _TOKENS // search.beams)):
                for i, one in zip(now, self._find(encoded, now, search), strict=False):
                    found[i] = one[:best]
            yield from found

    def _find(self, encoded, now, search):
        steps, rows = few(1 + max(len(encoded[i][0]) for i in now)), few(len(now))
        sources = np.zeros((rows, steps), "int32")
        limits = np.ones(rows, "int32")
        count = np.zeros(rows, "int32")
        for row, i in enumerate(now):
            ids, names = encoded[i]
            sources[row, : len(ids) + 1] = [*ids, self.source.eos]
            limits[row] = RATIO * len(ids) + MORE if len(ids) else 1
            count[row] = len(names)
        found = self._search(
            *map(ops.convert_to_tensor, (sources, count, limits)),
            _size(int(limits.max())),
            search.beams,
            search.alpha,
            search.beta,
        )
        tokens, log_p, scores, weights = map(ops.convert_to_numpy, found)
        for row, i in enumerate(now):
            ids, names = encoded[i]
            if not len(ids):
                yield [Translation("", [], 0.0, 0.0, np.zeros((1, 1), "float32"))]
                continue
            yield [
                self._translation(names, *one, 1 + len(ids))
                for one in zip(tokens[row], log_p[row], scores[row], weights[row], strict=True)
                if np.isfinite(one[1])
            ]

    def _translation(self, names, ids, log_p, score, weights, length):
        tokens = self.target.tokens(ids, names)
        text = self.target.join(tokens)
        return Translation(
            text, tokens, float(log_p), float(score), weights[: 1 + len(tokens), :length]
        )

    def score_pairs(self, pairs: Iterable[Pair]) -> Iterator[tuple[Pair, list[str], np.ndarray]]:
        """With each pair the tokens of its target, `<EOS>` last, and log P of each."""
        pairs = iter(pairs)
        while some := list(islice(pairs, _PAIRS)):
            encoded = Encoded(self.source, self.target, some)
            found = dict(self.score_encoded(encoded))
            for i, pair in enumerate(some):
                _, names = self.source.encode(pair.source)
                tokens = self.target.tokens(self.target.encode_target(pair.target, names), names)
                yield pair, [*tokens, EOS], found[i]

    def score_encoded(self, encoded: Encoded) -> Iterator[tuple[int, np.ndarray]]:
        """Log P of each token of the targets, with the place of each pair, not in their order."""
        most = max(1, min(_TOKENS, _LOGITS // len(self.target)))
        for now in longest_first(encoded.lengths, most):
            sources, targets = encoded.source.rows(now), encoded.target.rows(now)
            given = (sources, targets[:, :-1], targets[:, 1:])
            log_p = ops.convert_to_numpy(self._score(*map(ops.convert_to_tensor, given)))
            for row, i in enumerate(now):
                yield int(i), log_p[row, : encoded.target.lengths[i] - 1]


def _size(number: int):
    """As an argument of a compiled function: on TensorFlow a tensor, else few different numbers."""
    if keras.backend.backend() == "tensorflow":
        return ops.convert_to_tensor(number)
    return few(number)
