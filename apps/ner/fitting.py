"""Fitting the tagger's weights to a corpus."""

import math
import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from apps.ner.config import Config
from apps.ner.conll import Sentence
from apps.ner.data import Corpus
from apps.ner.encoder import Encoder
from apps.ner.model import build_model
from apps.ner.tagger import Tagger
from gated.metrics.entities import entity_scores
from gated.runs.folder import RunFolder, write_whole
from gated.runs.interrupt import interrupt_between_steps
from gated.text.spelled import pad


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Tagger:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    Ctrl-C ends training early; what the finished epochs reached is saved, then KeyboardInterrupt
    goes on. Before the first epoch has ended there is nothing to keep.
    """
    keras.utils.set_random_seed(config.seed)
    # Parallel sums round differently every time; the same seed shall give the same model.
    tf.config.experimental.enable_op_determinism()

    encoder = Encoder.of(corpus.train)
    model = build_model(encoder, config)
    tagger = Tagger(encoder, model)
    steps = math.ceil(len(corpus.train) / config.batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(config.learning_rate, config.epochs * steps),
            global_clipnorm=config.clip,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(),
    )
    best = run.checkpoint / "best.weights.h5"
    run.checkpoint.mkdir()
    interrupt = None
    try:
        with interrupt_between_steps() as stop:
            model.fit(
                batches(encoder, corpus.train, config.batch_size, config.seed),
                epochs=config.epochs,
                shuffle=False,  # the batches come in a new order every epoch already
                callbacks=[
                    ValidationF1(tagger, corpus.valid, best),
                    keras.callbacks.EarlyStopping("val_f1", mode="max", patience=config.patience),
                    keras.callbacks.CSVLogger(run.history),
                    keras.callbacks.TensorBoard(run.logs),
                    stop,
                ],
            )
    except KeyboardInterrupt as error:
        if not best.exists():
            raise
        interrupt = error
    model.load_weights(best)
    encoder.save(run.path)
    # Uncompiled: the optimizer's state would be two thirds of the file.
    write_whole(run.model, keras.Model(model.inputs, model.outputs, name=model.name).save)
    shutil.rmtree(run.checkpoint)
    if interrupt:
        print(f"\nStopped early; {run.path} holds the best epoch so far.")
        raise interrupt
    return tagger


def batches(encoder: Encoder, sentences: list[Sentence], batch_size: int, seed: int):
    """Batches of ((words, characters), tags), in a new order every epoch, as a `tf.data.Dataset`.

    Sentences of like length go together, so that little is padded.
    """
    lengths = np.array([len(sentence.tokens) for sentence in sentences])
    flat = [token for sentence in sentences for token in sentence.tokens]
    words, characters = encoder.ids(tf.RaggedTensor.from_row_lengths(flat, lengths))
    place = {tag: i for i, tag in enumerate(encoder.tags)}
    tags = words.with_flat_values(
        tf.constant([place[tag] for sentence in sentences for tag in sentence.tags], tf.int32)
    )
    rng = np.random.default_rng(seed)
    count = math.ceil(len(sentences) / batch_size)

    def order():
        by_length = np.argsort(lengths + rng.uniform(0, 3, len(lengths)))
        for i in rng.permutation(count):
            yield by_length[i * batch_size : (i + 1) * batch_size]

    def gather(places):
        inputs = pad(tf.gather(words, places), tf.gather(characters, places))
        return inputs, tf.gather(tags, places).to_tensor()

    dataset = tf.data.Dataset.from_generator(
        order, output_signature=tf.TensorSpec([None], tf.int64)
    )
    return dataset.map(gather).apply(tf.data.experimental.assert_cardinality(count)).prefetch(2)


class ValidationF1(keras.callbacks.Callback):
    """Adds the entity F1 of the validation sentences to the logs of every epoch, as `val_f1`.

    Saves the weights of the best epoch at `path`; whole, because Ctrl-C may come at any time.
    """

    def __init__(self, tagger: Tagger, sentences: list[Sentence], path: Path):
        super().__init__()
        self.tagger = tagger
        self.sentences = sentences
        self.path = path
        self.best = -1.0

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.tagger.tag_sentences([one.tokens for one in self.sentences])
        scores = entity_scores([one.tags for one in self.sentences], predicted)
        logs["val_f1"] = scores["f1"]
        if scores["f1"] > self.best:
            write_whole(self.path, self.model.save_weights)
            self.best = scores["f1"]
