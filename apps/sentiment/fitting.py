"""Fitting the classifier's weights to a corpus."""

import shutil

import keras
import numpy as np
import tensorflow as tf

from apps.sentiment.batches import Batches
from apps.sentiment.classifier import Classifier
from apps.sentiment.config import Config
from apps.sentiment.data import Corpus
from apps.sentiment.encoder import Encoder
from apps.sentiment.model import build_model
from apps.sentiment.readers import Text
from gated.errors import BadUsage
from gated.runs.folder import RunFolder, write_whole
from gated.runs.interrupt import interrupt_between_steps
from gated.runs.progress import Progress
from gated.text.vocabulary import Vocabulary


def fit(corpus: Corpus, config: Config, run: RunFolder) -> Classifier:
    """Trains, and saves the vocabularies and the weights of the best epoch.

    A run that was cut off goes on after its last whole epoch.
    """
    keras.utils.set_random_seed(config.seed)
    encoder = Encoder.of([text.text for text in corpus.train], corpus.labels, config.limit)
    if longer := encoder.count_longer([text.text for text in corpus.train]):
        print(
            f"{longer} texts are longer than {config.limit} tokens; of those half from the "
            "beginning and half from the end is read"
        )
    counts = encoder.spelled.words.counts
    if run.is_cut_off() and Vocabulary.load(run.path / "words.txt").counts != counts:
        raise BadUsage(
            f"{run.path}: was cut off with other texts to train on; go on with those, or name "
            "another --run"
        )
    encoder.save(run.path)
    model = build_model(encoder, config)
    classifier = Classifier(encoder, model)
    tokens, classes = _arrays(encoder, corpus.train)
    training = Batches(encoder, tokens, classes, config)
    valid, true = _arrays(encoder, corpus.valid)

    def validate():
        p = classifier.judge_tokens(valid)
        own = np.maximum(p[np.arange(len(p)), true], 1e-30)
        return {
            "val_loss": -float(np.log(own).mean()),
            "val_accuracy": float((p.argmax(axis=1) == true).mean()),
        }

    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(
                config.learning_rate, config.epochs * len(training)
            ),
            global_clipnorm=config.clip,
            use_ema=bool(config.average),
            ema_momentum=config.average,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(),
    )
    progress = Progress(run, config.patience, validate)
    run.checkpoint.mkdir(exist_ok=True)
    try:
        with interrupt_between_steps() as stop:
            progress.restore(model, training)
            if not progress.finished:
                model.fit(
                    training,
                    initial_epoch=progress.epochs,
                    epochs=config.epochs,
                    shuffle=False,
                    callbacks=[
                        progress,
                        keras.callbacks.CSVLogger(run.history, append=progress.epochs > 0),
                        stop,
                    ],
                )
    except KeyboardInterrupt:
        if progress.epochs:
            print(f"\nStopped; the same command goes on after epoch {progress.epochs}.")
        raise
    if not progress.best.exists():
        shutil.rmtree(run.checkpoint)
        raise BadUsage(
            f"--learning-rate {config.learning_rate}: too high, the validation loss is not finite"
        )
    model.load_weights(progress.best)
    # Uncompiled: the optimizer's state would be two thirds of the file.
    write_whole(run.model, keras.Model(model.inputs, model.outputs, name=model.name).save)
    shutil.rmtree(run.checkpoint)
    return classifier


def _arrays(encoder: Encoder, texts: list[Text]):
    """The tokens that are read, ragged [n, (t)], and the classes [n]."""
    tokens, _, _ = encoder.tokens(tf.constant([text.text for text in texts]))
    place = {label: i for i, label in enumerate(encoder.labels)}
    return tokens, np.array([place[text.label] for text in texts], "int32")
