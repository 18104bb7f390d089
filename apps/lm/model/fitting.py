"""Fitting a language model to a corpus."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from gated.errors import BadData
from gated.runs.batches import ByLength
from gated.runs.fitting import adam, fit_and_save
from gated.runs.folder import RunFolder
from gated.runs.network import computing_in
from gated.text.codec import EOS, Codec
from gated.text.vocabulary import Vocabulary
from gated.whole import write_whole

from ..config import Config
from ..reading.sets import LONGEST_ITEM, Corpus
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
    vocabulary = Vocabulary.of([*corpus.train, *[EOS] * config.min_count], config.min_count)
    tokens = run.path / "tokens.txt"
    run.check_unchanged(lambda: Vocabulary.load(tokens).counts == vocabulary.counts, "text")
    write_whole(tokens, vocabulary.save)
    codec = Codec(vocabulary, config.level, config.lower, config.tokenized)
    data = Items if config.items else Windows
    training = data(codec, corpus.train, config)
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
    valid = codec.ids(corpus.valid)

    def validate():
        if config.items:
            log_p = np.concatenate(list(language_model.score_items(codec.items(valid))))
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

    def __init__(self, codec: Codec, tokens: Sequence[str], config: Config):
        super().__init__()
        self.batch_size, self.steps = config.batch_size, config.steps
        ids = codec.ids([EOS, *tokens])
        length = (len(ids) - 1) // self.batch_size
        if length < self.steps:
            needed = self.batch_size * self.steps
            raise BadData(
                f"{len(tokens)} tokens to train on, expected {needed} at least: --batch-size "
                "times --steps"
            )
        used = length * self.batch_size
        self.x = ids[:used].reshape(self.batch_size, length)
        self.y = ids[1 : used + 1].reshape(self.batch_size, length)

    def __len__(self):
        return self.x.shape[1] // self.steps

    def __getitem__(self, i):
        window = slice(i * self.steps, (i + 1) * self.steps)
        return self.x[:, window], self.y[:, window]


class Items(ByLength):
    """Lines of their own, padded, those of like length together, in a new order every epoch.

    A line longer than `LONGEST_ITEM` is trained on in pieces, each from zero states.
    """

    def __init__(self, codec: Codec, tokens: Sequence[str], config: Config):
        self.eos = codec.eos
        # Each with the token before its first one.
        self.items = [
            text[start : start + LONGEST_ITEM + 1]
            for item in codec.items(codec.ids(tokens))
            for text in [np.append(np.int32(codec.eos), item)]
            for start in range(0, len(item), LONGEST_ITEM)
        ]
        lengths = np.array([len(item) - 1 for item in self.items])
        width = 1 + config.candidates if config.is_large(len(codec)) else len(codec)
        most = max(LONGEST_ITEM, config.batch_size * config.steps, min(_TOKENS, _LOGITS // width))
        super().__init__(lengths, config.batch_size, config.seed, most)

    def __getitem__(self, i):
        items = [self.items[place] for place in self.order[i]]
        x, y = np.full((2, len(items), self.length(i)), self.eos, "int32")
        counted = np.zeros(y.shape, "float32")
        for row, item in enumerate(items):
            here = row, slice(len(item) - 1)
            x[here], y[here], counted[here] = item[:-1], item[1:], 1
        # Keras divides by the number of tokens, the padding among them.
        return x, y, counted * (counted.size / counted.sum())


class Reset(keras.callbacks.Callback):
    """The states are zero before the first window of each pass over the text."""

    def on_epoch_begin(self, epoch, logs=None):
        self.model.reset()
