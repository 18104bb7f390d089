"""The translator's network in PyTorch, and searching with it, as PyTorch's users write it."""

import numpy as np
import torch
from torch import nn

from gated.convert import to_torch


class TorchTranslator(nn.Module):
    """An LSTM with attention over a bidirectional one; see `apps.translation.model.network`."""

    def __init__(self, sources, targets, config):
        super().__init__()
        units, size, half = config.units, config.vector_size, config.units // 2
        self.source = nn.Embedding(sources, size)
        self.target = nn.Embedding(targets, size)
        self.encoder = nn.LSTM(size, half, bidirectional=True, batch_first=True)
        self.decoder = nn.LSTMCell(2 * size, units)
        self.general = nn.Linear(units, units, bias=False)
        self.attentional = nn.Linear(2 * units, size)
        self.scale = size**0.5
        self.dropout = nn.Dropout1d(config.dropout)  # of whole features

    def load(self, model):
        """Takes the weights of ours."""
        state = {
            "source.weight": model.get_layer("source").embeddings,
            "target.weight": model.get_layer("target").embeddings,
        }
        encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
        for name, value in to_torch(encoder).items():
            state[f"encoder.{name}"] = value
        for name, value in to_torch(decoder.deep).items():
            state[f"decoder.{name.removesuffix('_l0')}"] = value
        (general,) = decoder.attention.get_weights()
        kernel, bias = decoder.out.get_weights()
        state |= {
            "general.weight": general.T,
            "attentional.weight": kernel.T,
            "attentional.bias": bias,
        }
        self.load_state_dict({name: torch.tensor(np.array(v)) for name, v in state.items()})

    def forward(self, sources, before):
        """The logits of the tokens after `before`, [b, t, targets]."""
        memory, prepared, states = self.encode(sources)
        y = self._drop(self.target(before) * self.scale)
        outputs = []
        for t in range(before.shape[1]):
            states = self.step(y[:, t], states, memory, prepared)
            outputs.append(states[-1])
        return self._drop(torch.stack(outputs, 1)) @ self.target.weight.T

    def encode(self, sources):
        lengths = (sources > 0).sum(1)
        x = self._drop(self.source(sources) * self.scale)
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False
        )
        packed, last = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        h, c = (torch.cat([one[0], one[1]], -1) for one in last)
        bias = torch.where(sources > 0, 0.0, -torch.inf)
        fed = memory.new_zeros(len(sources), self.attentional.out_features)
        return memory, (self.general(memory), bias), [h, c, fed]

    def step(self, y, states, memory, prepared):
        *states, fed = states
        h, c = self.decoder(torch.cat([y, fed], -1), states)
        keys, bias = prepared
        scores = torch.bmm(keys, h[..., None])[..., 0] + bias
        context = torch.bmm(torch.softmax(scores, -1)[:, None], memory)[:, 0]
        return [h, c, torch.tanh(self.attentional(torch.cat([context, h], -1)))]

    @torch.inference_mode()
    def translate(self, sources, beams, length, eos, never):
        """The likeliest targets found without tokens of `never`, and log P of each."""
        self.eval()
        memory, prepared, states = self.encode(sources)
        memory, *prepared = (one.repeat_interleave(beams, 0) for one in (memory, *prepared))
        states = [state.repeat_interleave(beams, 0) for state in states]
        count = len(sources)
        first = beams * torch.arange(count)[:, None]
        log_p = torch.full((count, beams), -torch.inf)
        log_p[:, 0] = 0
        token = torch.full((count * beams,), eos)
        found = torch.zeros((count * beams, 0), dtype=torch.int64)
        ended = torch.zeros(count * beams, dtype=torch.bool)
        for _ in range(length):
            states = self.step(self.target(token) * self.scale, states, memory, prepared)
            more = torch.log_softmax(states[-1] @ self.target.weight.T, -1)
            more[:, never] = -torch.inf
            more[ended] = -torch.inf
            more[ended, eos] = 0
            total = (log_p.reshape(-1, 1) + more).reshape(count, -1)
            log_p, places = total.topk(beams)
            parents = (first + places // more.shape[1]).reshape(-1)
            token = (places % more.shape[1]).reshape(-1)
            states = [state[parents] for state in states]
            found = torch.cat([found[parents], token[:, None]], 1)
            ended = ended[parents] | (token == eos)
            if ended.all():
                break
        return found.reshape(count, beams, -1)[:, 0], log_p[:, 0]

    def _drop(self, x):
        return self.dropout(x.transpose(1, 2)).transpose(1, 2)
