"""Tokens drawn a second, beside PyTorch's loop over cuDNN's LSTM and the same as a CUDA graph."""

import functools

import keras
import torch

from benchmarks.our_sampler import language_model, ours
from benchmarks.timing import interleaved, medians
from gated.compiling import on_gpu

# Tokens of the vocabulary, units, layers, tokens of each text.
MODELS = {
    "2 x LSTM 512, characters": (65, 512, 2, 256),
    "3 x LSTM 1150, words": (33278, 1150, 3, 64),
}
TOY = {"2 x LSTM 16, characters": (65, 16, 2, 8)}
BATCHES = (1, 64, 1024)
REPEATS = 3


def records(task):
    for name, (tokens, units, depth, length) in (TOY if task.toy else MODELS).items():
        keras.utils.set_random_seed(0)
        model = language_model(tokens, units, depth)
        for batch in (1, 3) if task.toy else BATCHES:
            loop = _Torch(tokens, units, depth, batch)
            peers = {
                "ours": ours(model, batch, length),
                "PyTorch": functools.partial(loop.draw, length),
            }
            if on_gpu():
                peers["PyTorch, CUDA graph"] = loop.as_graph(length)
            times = medians(interleaved(peers, REPEATS))
            yield {
                "model": name,
                "texts": batch,
                "tokens a second, median": {
                    peer: round(batch * length / seconds) for peer, seconds in times.items()
                },
            }


class _Torch:
    """The quickest loop in PyTorch: cuDNN's LSTM a step at a time, no copy to the host."""

    def __init__(self, tokens, units, depth, batch):
        self.device = "cuda" if on_gpu() else "cpu"
        self.vectors = torch.nn.Embedding(tokens, units).to(self.device)
        self.lstm = torch.nn.LSTM(units, units, depth, batch_first=True).to(self.device)
        self.token = torch.zeros(batch, 1, dtype=torch.int64, device=self.device)
        zeros = torch.zeros(depth, batch, units, device=self.device)
        self.states = [zeros, zeros.clone()]

    def step(self):
        x, states = self.lstm(self.vectors(self.token), tuple(self.states))
        p = torch.softmax(x[:, 0] @ self.vectors.weight.T, dim=-1)
        # What `torch.multinomial` does, without its checks, which wait for the GPU.
        drawn = (p / torch.empty_like(p).exponential_()).argmax(dim=-1, keepdim=True)
        self.token.copy_(drawn)
        for mine, new in zip(self.states, states, strict=True):
            mine.copy_(new)

    @torch.inference_mode()
    def draw(self, length):
        found = []
        for _ in range(length):
            self.step()
            found.append(self.token.clone())
        return torch.cat(found, dim=1).cpu()

    def as_graph(self, length):
        """A function that replays a recorded step."""
        with torch.inference_mode():
            stream = torch.cuda.Stream()
            with torch.cuda.stream(stream):
                for _ in range(3):
                    self.step()
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.step()

        @torch.inference_mode()
        def draw():
            found = []
            for _ in range(length):
                graph.replay()
                found.append(self.token.clone())
            return torch.cat(found, dim=1).cpu()

        return draw
