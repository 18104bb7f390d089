"""The tagger's network in PyTorch, with pytorch-crf."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torchcrf import CRF

from gated.text.casing import PATTERNS


class TorchTagger(nn.Module):
    """Bidirectional LSTMs over characters and words, and a CRF; see `apps.ner.model`."""

    def __init__(self, words, characters, tags, options):
        super().__init__()
        self.words = nn.Embedding(words, options.vector_size)
        self.characters = nn.Embedding(characters, options.character_size)
        self.casing = nn.Embedding(1 + len(PATTERNS), options.casing_size)
        self.speller = _lstm(options.character_size, options.character_units)
        width = options.vector_size + 2 * options.character_units + options.casing_size
        self.dropout = nn.Dropout1d(options.dropout)  # of whole features
        self.reader = _lstm(width, options.units)
        self.scores = nn.Linear(2 * options.units, tags)
        self.crf = CRF(tags, batch_first=True)

    def loss(self, words, characters, casing, tags):
        scores, mask = self._score(words, characters, casing)
        return -self.crf(scores, tags, mask, reduction="mean")

    @torch.inference_mode()
    def best_tags(self, words, characters, casing):
        return self.eval().crf.decode(*self._score(words, characters, casing))

    def _score(self, words, characters, casing):
        mask = words > 0
        spelled = characters[mask]
        packed = _pack(self.characters(spelled), (spelled > 0).sum(1))
        _, (last, _) = self.speller(packed)
        spelling = last.new_zeros(*words.shape, 2 * last.shape[-1])
        spelling[mask] = torch.cat([last[0], last[1]], dim=-1)
        e = torch.cat([self.words(words), spelling, self.casing(casing)], dim=-1)
        packed = _pack(self._drop(e), mask.sum(1))
        length = words.shape[1]
        a, _ = pad_packed_sequence(self.reader(packed)[0], batch_first=True, total_length=length)
        return self.scores(self._drop(a)), mask

    def _drop(self, x):
        return self.dropout(x.transpose(1, 2)).transpose(1, 2)


def _lstm(features, units):
    return nn.LSTM(features, units, bidirectional=True, batch_first=True)


def _pack(x, lengths):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
