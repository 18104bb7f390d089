"""Pairs as token ids, and in batches."""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from gated.reading.stored import Numbers
from gated.text.copying import CopyingCodec
from gated.training.batches import ByLength, places

from ..config import Config
from ..reading.pairs import Pair

_MOST = 2**10  # examples of a batch


class Side:
    """The ids of texts, one after the other."""

    def __init__(self, texts: Iterable[np.ndarray], run: Path | None):
        """Takes them.

        Args:
            texts: their ids, each with what is around them.
            run: as of `Numbers`; None: they are few, and stay in memory.
        """
        lengths: list[int] = []

        def all_ids():
            for ids in texts:
                lengths.append(len(ids))
                yield ids.tolist()
            yield [0]  # padding

        ids = chain.from_iterable(all_ids())
        self.ids = Numbers(run, ids) if run else np.fromiter(ids, "int32")
        self.lengths = np.array(lengths)
        self.starts = np.cumsum(self.lengths) - self.lengths

    def rows(self, which: np.ndarray, steps: int | None = None) -> np.ndarray:
        """Those of some texts, int32 [b, steps], 0 for padding. None: as prediction needs them."""
        return self.ids[places(self.starts[which], self.lengths[which], steps)]


class Encoded:
    """Pairs as the model reads them: the source, and `<EOS>` around the target."""

    def __init__(
        self,
        source: CopyingCodec,
        target: CopyingCodec,
        pairs: Sequence[Pair],
        run: Path | None = None,
    ):
        names: list[tuple[str, ...]] = []

        def sources():
            for pair in pairs:
                ids, hidden = source.encode(pair.source)
                names.append(hidden)
                yield np.append(ids, source.eos)

        eos = [target.eos]
        self.source = Side(sources(), run)
        self.target = Side(
            (
                np.concatenate([eos, target.encode_target(pair.target, hidden), eos])
                for pair, hidden in zip(pairs, names, strict=True)
            ),
            run,
        )
        #: Tokens of the target, `<EOS>` among them.
        self.tokens = int(self.target.lengths.sum()) - len(names)

    @property
    def lengths(self) -> np.ndarray:
        """Of the longer side of each pair."""
        return np.maximum(self.source.lengths, self.target.lengths - 1)


class Batches(ByLength):
    """((source, target before), target, weights) of pairs of like length, anew every epoch."""

    def __init__(self, encoded: Encoded, chosen: np.ndarray, config: Config):
        """Args: chosen: the pairs that are trained on."""
        self.encoded, self.chosen = encoded, chosen
        lengths = encoded.lengths[chosen]
        super().__init__(lengths, _MOST, config.seed, config.batch_tokens)

    def __getitem__(self, i):
        which = self.chosen[self.order[i]]
        # Keras takes a length that the first two batches share for that of all: so they share none.
        more = self.encoded.lengths.max() + 1 if i == 0 else None
        source, target = (
            side.rows(which, more + extra if more else self._steps(side.lengths[which]))
            for extra, side in enumerate((self.encoded.source, self.encoded.target))
        )
        before, after = target[:, :-1], target[:, 1:]
        # <EOS> at its end is no input.
        before = np.where(after > 0, before, 0)
        weights = (after > 0).astype("float32")
        # Keras divides by the number of tokens, the padding among them.
        return (source, before), after, weights * (weights.size / weights.sum())

    def _steps(self, lengths: np.ndarray) -> int:
        return int(lengths.max())
