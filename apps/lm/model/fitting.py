"""Fitting a language model to a corpus."""

from typing import Any

import keras
import numpy as np

from gated.errors import BadData
from gated.runs.folder import RunFolder
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary
from gated.training.batches import ByLength
from gated.training.fitting import adam, fit_and_save
from gated.training.network import computing_in
from gated.whole import write_whole

from ..config import Config
from ..reading.encoder import LONGEST_ITEM
from ..reading.sets import Corpus
from ..reading.text import Ids
from .language_model import LanguageModel
from .network import Streams, build_model
from .sampled_softmax import Candidates, WithCandidates

_TOKENS = 2**15  # of items in a batch, padding among them,
_LOGITS = 2**27  # unless they have more logits


def fit(corpus: Corpus, config: Config, run: RunFolder) -> tuple[LanguageModel, float]:
    """Trains, and saves the vocabulary and the weights of the best epoch.

    A run that was cut off goes on from its last save, with the same result as if it had
    not been.

    Returns:
        The model, and its loss on the validation text.
    """
    keras.utils.set_random_seed(config.seed)
    # Even a text of one line has <EOS>, however rare.
    counted = corpus.train.counts()
    counted[EOS] += config.min_count
    vocabulary = Vocabulary.of(counted, config.min_count)
    tokens = run.path / "tokens.txt"
    run.check_unchanged(lambda: Vocabulary.load(tokens).counts == vocabulary.counts, "text")
    write_whole(tokens, vocabulary.save)
    codec = Codec(vocabulary, config.level, config.lower, config.tokenized)
    data = Items if config.items else Windows
    training = data(Ids(corpus.train, codec), config)
    candidates = None
    if config.is_large(len(codec)):
        counts = np.array([0, 0, *vocabulary.counts.values()])
        counts[codec.unknown] = len(corpus.train) - counts.sum()
        candidates = Candidates(counts, config.candidates)
        training = WithCandidates(training, candidates, config.seed)
    with computing_in(config.precision):
        model = build_model(len(codec), config)
        streams = Streams(model, config, candidates)
    # The gradients of a rare token's vector come seldom. By Adam's defaults each would move it by
    # 30 times the learning rate. Characters learn better with the defaults.
    rare: dict[str, Any] = {"beta_2": 0.99, "epsilon": 1e-5} if candidates else {}
    language_model = LanguageModel(codec, model)
    valid = Ids(corpus.valid, codec)

    def validate():
        if config.items:
            log_p = np.concatenate(list(language_model.score_all_items(valid)))
        else:
            log_p = language_model.score_text(valid, streams=min(32, max(1, len(valid) // 1024)))
        return {"val_loss": -float(log_p.mean())}

    streams.compile(
        optimizer=adam(config, len(training), **rare),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    loss = fit_and_save(streams, training, validate, config, run, saved=model, callbacks=[Reset()])
    return language_model, loss


class Windows(keras.utils.PyDataset):
    """Windows of streams side by side: x⟨t⟩ = y⟨t-1⟩, the first input of all `<EOS>`."""

    def __init__(self, ids: Ids, config: Config):
        super().__init__()
        self.ids, self.steps = ids, config.steps
        self.length = len(ids) // config.batch_size
        if self.length < self.steps:
            needed = config.batch_size * self.steps
            raise BadData(
                f"{len(ids)} tokens to train on, expected {needed} at least: --batch-size "
                "times --steps"
            )
        self.starts = self.length * np.arange(config.batch_size)

    def __len__(self):
        return self.length // self.steps

    def __getitem__(self, i):
        starts = self.starts + i * self.steps
        rows = [self.ids.shifted(start, start + self.steps) for start in starts.tolist()]
        x, y = np.stack(rows, axis=1)
        return x, y


class Items(ByLength):
    """Lines of their own, padded, those of like length together, in a new order every epoch.

    A line longer than `LONGEST_ITEM` is trained on in pieces, each from zero states.
    """

    def __init__(self, ids: Ids, config: Config):
        self.ids, self.eos = ids, ids.codec.eos
        ends = ids.item_ends()
        lengths = np.diff(ends, prepend=0)
        pieces = -(-lengths // LONGEST_ITEM)
        number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        self.starts = np.repeat(ends - lengths, pieces) + number * LONGEST_ITEM
        self.stops = np.minimum(self.starts + LONGEST_ITEM, np.repeat(ends, pieces))
        tokens = len(ids.codec)
        width = 1 + config.candidates if config.is_large(tokens) else tokens
        most = max(LONGEST_ITEM, config.batch_size * config.steps, min(_TOKENS, _LOGITS // width))
        super().__init__(self.stops - self.starts, config.batch_size, config.seed, most)

    def __getitem__(self, i):
        places = self.order[i]
        x, y = np.full((2, len(places), self.length(i)), self.eos, "int32")
        counted = np.zeros(y.shape, "float32")
        for row, place in enumerate(places):
            start, stop = self.starts[place], self.stops[place]
            here = row, slice(stop - start)
            x[here], y[here] = self.ids.shifted(start, stop)
            counted[here] = 1
        # Keras divides by the number of tokens, the padding among them.
        return x, y, counted * (counted.size / counted.sum())


class Reset(keras.callbacks.Callback):
    """The states are zero before the first window of each pass over the text."""

    def on_epoch_begin(self, epoch, logs=None):
        self.model.reset()
