"""Times training a classifier of texts beside the same with Keras's layers, and serving its export.

    python -m benchmarks.classifier

Texts of 250 words, of the words of Python's own help. Training: a bidirectional LSTM over the
vectors of the words, mean and maximum over the steps, Adam. Ours is what `apps.sentiment.train`
fits, dropout, spelled words and all, from the texts' tokens; Keras's has its layers and gets the
ids. Serving: raw strings into the SavedModel, batch by batch.
"""

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from apps.sentiment.config import Config as ModelConfig
from apps.sentiment.model.batches import Batches
from apps.sentiment.model.classifier import Classifier
from apps.sentiment.model.encoder import WordEncoder
from apps.sentiment.model.graph import ClassifierGraph
from apps.sentiment.model.naive_bayes import with_naive_bayes
from apps.sentiment.model.network import build_model, pool
from benchmarks.timing import english, interleaved, print_rates
from gated.commands.command import run_command
from gated.export.saved_model import save_endpoints

WORDS, EPOCH = 250, 25_000
CALLS = 4  # of the export, at a turn


@dataclass(frozen=True)
class Config:
    """What to time."""

    #: Width of each direction.
    units: int = 128
    #: Texts of a batch, in training.
    batch_size: int = 32
    #: Batches of a turn.
    batches: int = 8
    #: Texts of a call of the export.
    served: int = 256
    #: How often each takes its turn.
    repeats: int = 5


def classifier(config: Config) -> None:
    """Prints texts a second.

    Args:
        config: what to time.
    """
    count = max(config.batch_size * config.batches, config.served)
    texts = [" ".join(words) for words in english(count, WORDS)]
    encoder = WordEncoder.of(texts, ["no", "yes"], 2 * WORDS)
    training = texts[: config.batch_size * config.batches]
    options = ModelConfig(units=config.units, batch_size=config.batch_size)
    data = Batches(encoder.read(training)[0], np.arange(len(training)) % 2, options)
    ours = with_naive_bayes(build_model(encoder, options), data)
    ids = [(words, classes) for (words, _), classes in (data[i] for i in range(len(data)))]
    peers = {"ours": _fitting(ours, data, "auto")}
    for name, jit_compile in (("Keras", False), ("Keras, compiled", True)):
        peers[name] = _fitting(_keras(encoder, options), Listed(ids), jit_compile)
    seconds = interleaved(peers, config.repeats)
    title = f"Training, bidirectional LSTM {config.units}, texts of {WORDS} words"
    print_rates(title, seconds, len(training), "texts", EPOCH)
    classifier = Classifier(encoder, ours)
    for callers, rates in _serve(classifier, texts[: config.served], config.repeats).items():
        print(
            f"Serving the export, {config.served} texts a call, {callers} at a time: "
            f"{statistics.median(rates):,.0f} texts a second, at most {max(rates):,.0f}"
        )


class Listed(keras.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, i):
        return self.batches[i]


def _fitting(model, batches, jit_compile):
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0),
        loss="sparse_categorical_crossentropy",
        jit_compile=jit_compile,
    )
    return lambda: model.fit(batches, verbose=0, shuffle=False)


def _keras(encoder, options):
    words = keras.Input((None,), dtype="int32")
    mask = ops.not_equal(words, 0)
    x = keras.layers.Embedding(len(encoder.words), options.vector_size)(words)
    x = keras.layers.SpatialDropout1D(options.dropout)(x)
    layer = keras.layers.LSTM(options.units, return_sequences=True)
    a = keras.layers.Bidirectional(layer)(x, mask=mask)
    p = ops.concatenate([pool(kind, a, mask) for kind in options.pooling], axis=-1)
    p = keras.layers.Dropout(options.dropout)(p)
    return keras.Model(words, keras.layers.Dense(2, activation="softmax")(p))


def _serve(classifier, texts, repeats):
    """Texts a second of calls of the export, one after the other, and two side by side."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1"
        signature = [tf.TensorSpec([None], tf.string, name="text")]
        graph = ClassifierGraph(classifier)
        save_endpoints(path, graph.resources, {"classify": (graph.classify, signature)})
        model = tf.saved_model.load(path)
        call = model.signatures["serving_default"]
        batch = tf.constant(texts)

        def serve(_):
            for _ in range(CALLS):
                call(text=batch)["probabilities"].numpy()

        rates: dict[int, list[float]] = {1: [], 2: []}
        with ThreadPoolExecutor(2) as pool:
            for turn in range(repeats + 1):
                for callers, found in rates.items():
                    start = time.perf_counter()
                    list(pool.map(serve, range(callers)))
                    if turn:
                        seconds = time.perf_counter() - start
                        found.append(callers * CALLS * len(texts) / seconds)
        return rates


if __name__ == "__main__":
    run_command(classifier)
