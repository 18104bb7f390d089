"""The trained model, from recordings to text: what evaluation and prediction call."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

import keras
import numpy as np
from keras import ops

from gated.compiling import compiled, few
from gated.ctc import align, greedy, prefix_beam_search
from gated.runs.folder import RunFolder
from gated.runs.models import load_model
from gated.training.batches import longest_first

from ..config import Config
from ..options import USUAL_SEARCH, Search
from ..reading.pauses import Segment
from . import network  # noqa: F401, registers what the file holds
from .batches import padded
from .filter_bank import HOP, WINDOW
from .search import scorer_of
from .tokens import Tokens
from .transcript import Transcript, Word

_SECONDS = 120  # of recordings that are heard at once
_SEGMENTS, _MOST_SECONDS = 256, 1200  # that are in memory at once


class Recogniser:
    """A trained model with the tokens that it was trained with, and how it searches.

    Args:
        tokens: those of its training transcripts.
        model: as of `build_model`.
        search: how transcripts are searched for.

    Raises:
        BadData, BadUsage: as of `scorer_of`.
    """

    def __init__(self, tokens: Tokens, model: keras.Model, search: Search = USUAL_SEARCH):
        self.tokens, self.model, self.width = tokens, model, search.width
        self.scorer, others = scorer_of(search, tokens)
        self.models = [model, *others]
        log_mel, stacked = map(model.get_layer, ("log_mel", "stacked"))
        self.rate, self.stack = log_mel.rate, stacked.count
        self._frames = log_mel.frames
        variables = [variable for one in self.models for variable in one.variables]
        self._find = compiled(self.find, variables, of_any_size=True)

    @classmethod
    def load(cls, run: RunFolder, search: Search = USUAL_SEARCH) -> "Recogniser":
        config = run.load_config(Config)
        with run.loading():
            model = load_model(run)
            tokens = Tokens.load(run.path, config.level)
            if model.output_shape[-1] != len(tokens):
                raise ValueError("its tokens are not those of its model")
        return cls(tokens, model, search)

    def hear(self, samples, lengths):
        """What a batch sounds like, as `gated.ctc` has it: log ŷ of each step, and their number.

        Args:
            samples: from -1 to 1, float32 [b, n].
            lengths: how many there are, int32 [b].
        """
        log_p = ops.log_softmax(self.model([samples, lengths], training=False), axis=-1)
        # <UNK> stands for what training transcripts have too seldom, and says nothing.
        unknown = ops.arange(log_p.shape[-1]) == 1
        return ops.where(unknown, -float("inf"), log_p), self._frames(lengths) // self.stack

    def find(self, samples, lengths):
        """The best tokens of a batch, and when they are heard.

        Returns:
            tokens: int32 [b, n], 0 for padding.
            counts: how many there are, int32 [b].
            log_p: log P of them, or with a width of 1 of their path, [b].
            first, last, confidence: as of `gated.ctc.align`, [b, n].
        """
        log_p, steps = self.hear(samples, lengths)
        if self.width == 1:
            found = greedy(log_p, steps)
        else:
            beams = prefix_beam_search(log_p, steps, self.width, self.scorer)
            found = (beams.tokens[:, 0], beams.counts[:, 0], beams.log_p[:, 0])
        tokens, counts, total = found
        where = align(log_p, steps, tokens, counts)
        return tokens, counts, total, where.first, where.last, where.confidence

    def transcribe(
        self, recordings: Iterable[tuple[str, Iterable[Segment]]]
    ) -> Iterator[Transcript]:
        """What is said in each recording, given by name and segments, in their order.

        Some segments are in memory at a time, of however many recordings, and the words of one.
        """
        heard = self._heard(_flat(recordings))
        for _, parts in groupby(heard, key=lambda part: part[0]):
            words: list[Word] = []
            log_p = 0.0
            for part in parts:
                _, name, segment, found, more = part
                words += found
                log_p += more
            seconds = segment.start + len(segment.samples) / self.rate
            yield Transcript(name, seconds, tuple(words), log_p)

    def _heard(self, parts):
        """With each segment its words and log P."""
        while some := list(_some(parts, self.rate)):
            found = [((), 0.0)] * len(some)
            lengths = np.array([len(segment.samples) for *_, segment in some])
            spoken = np.flatnonzero([not segment.silent for *_, segment in some])
            for now in longest_first(lengths[spoken], _SECONDS * self.rate):
                which = spoken[now].tolist()
                for i, one in zip(which, self._batch([some[i][-1] for i in which]), strict=True):
                    found[i] = one
            for part, one in zip(some, found, strict=True):
                yield (*part, *one)

    def _batch(self, segments: Sequence[Segment]) -> Iterator[tuple[tuple[Word, ...], float]]:
        heard = [one.samples for one in segments]
        least = round((WINDOW + HOP * self.stack) * self.rate)  # has a step
        heard += [np.zeros(0, "float32")] * (few(len(heard)) - len(heard))
        batch = map(ops.convert_to_tensor, padded(heard, max(least, *map(len, heard))))
        arrays = list(map(ops.convert_to_numpy, self._find(*batch)))
        for row, segment in enumerate(segments):
            ids, count, log_p, *where = (array[row] for array in arrays)
            words = self._words(ids[:count], [array[:count] for array in where], segment.start)
            yield tuple(words), float(log_p)

    def _words(self, ids, where, start) -> Iterator[Word]:
        first, last, confidence = where
        # A step begins with its first frame and ends with its last one.
        step = HOP * self.stack
        for places in self.tokens.words(ids):
            text = self.tokens.text(ids[places])
            mean = float(np.exp(np.log(np.maximum(confidence[places], 1e-30)).mean()))
            end = (last[places[-1]] + 1) * step - HOP + WINDOW
            yield Word(text, start + float(first[places[0]]) * step, start + float(end), mean)


def _flat(recordings):
    """Each segment with the number and the name of its recording; one at least of each."""
    for i, (name, segments) in enumerate(recordings):
        segments = iter(segments)
        yield i, name, next(segments, Segment(0.0, np.zeros(0, "float32"), True))
        yield from ((i, name, segment) for segment in segments)


def _some(parts, rate):
    """The next segments, as many as are in memory at once."""
    seconds = 0.0
    for part in islice(parts, _SEGMENTS):
        yield part
        seconds += len(part[-1].samples) / rate
        if seconds > _MOST_SECONDS:
            return
