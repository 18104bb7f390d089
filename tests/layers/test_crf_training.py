"""The CRF in a model: in `fit`, in half precision, saved, exported."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from gated.layers import CRF, LSTM, Bidirectional, CRFLoss
from tests.gradients import randomize
from tests.layers import chains
from tests.layers.chains import BIO2, MASK

WORDS = 12


def sentences(number, length=7, seed=0):
    """Words and their tags: 1 to 4 begin an entity, 5 goes on with it, the others are outside."""
    rng = np.random.default_rng(seed)
    words = rng.integers(1, WORDS, size=(number, length))
    words[rng.random((number, length)) < 0.2] = 5
    tags = np.zeros_like(words)
    for t in range(length):
        before = tags[:, t - 1] if t else tags[:, 0]
        tags[:, t] = np.where(words[:, t] <= 2, 1, np.where(words[:, t] <= 4, 3, 0))
        goes_on = (words[:, t] == 5) & (before > 0)
        tags[:, t] = np.where(goes_on, np.where(before <= 2, 2, 4), tags[:, t])
    lengths = rng.integers(0, length + 1, size=(number, 1))
    words[np.arange(length) >= lengths] = 0
    return words.astype("int32"), tags.astype("int32")


def tagger(**options):
    words = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(WORDS, 8, mask_zero=True)(words)
    x = Bidirectional(LSTM(8, return_sequences=True))(x)
    crf = CRF(BIO2, scheme="BIO2", name="crf", **options)
    return keras.Model(words, crf(keras.layers.Dense(5)(x)))


def decoder(model):
    return keras.Model(model.input, model.get_layer("crf")(model.output, decode=True))


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def test_learns():
    model = tagger()
    model.compile(keras.optimizers.Adam(0.05), CRFLoss())
    model.fit(*sentences(256), batch_size=32, epochs=6, verbose=0)
    words, tags = sentences(128, seed=1)
    found = decoder(model).predict(words, verbose=0)
    assert (found == -1)[words == 0].all()
    assert (found == tags)[words != 0].mean() > 0.98
    assert all(numpy(weight).any() for weight in model.get_layer("crf").weights)


def test_the_mask_and_the_weights_of_the_sentences_reach_the_loss():
    model, (words, tags) = tagger(), sentences(16)
    randomize(model)
    model.compile("sgd", CRFLoss())
    crf = model.get_layer("crf")
    expected = -numpy(crf.log_likelihood(model.predict(words, verbose=0), tags, words != 0))
    assert (words == 0).all(axis=1).any() and (expected[(words == 0).all(axis=1)] == 0).all()
    other = np.where(words == 0, -1, tags)
    for one in (tags, other):
        loss = model.evaluate(words, one, batch_size=16, verbose=0)
        np.testing.assert_allclose(loss, expected.mean(), rtol=1e-5)
    weights = np.random.default_rng(0).uniform(size=16).astype("float32")
    # `evaluate` shows the mean; `test_on_batch` the loss itself, of one batch.
    loss = model.test_on_batch(words, tags, sample_weight=weights)
    np.testing.assert_allclose(loss, (weights * expected).mean(), rtol=1e-5)


def test_a_mask_of_its_own():
    """Given by name, not with the scores."""
    inputs = [keras.Input((None, 5)), keras.Input((None,), dtype="bool")]
    crf = chains.built(BIO2, "BIO2")
    model = keras.Model(inputs, crf(inputs[0], mask=inputs[1]))
    model.compile("sgd", CRFLoss())
    scores, tags = chains.scores().astype("float32"), np.zeros(MASK.shape, "int32")
    expected = -numpy(crf.log_likelihood(scores, tags, MASK)).mean()
    np.testing.assert_allclose(model.evaluate([scores, MASK], tags, verbose=0), expected, rtol=1e-5)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch does not compile with XLA")
@pytest.mark.slow
def test_fit_compiled_by_xla():
    losses, found = [], []
    for jit_compile in (True, False):
        keras.utils.set_random_seed(0)
        model = tagger()
        model.compile("adam", CRFLoss(), jit_compile=jit_compile)
        losses.append(model.fit(*sentences(16), epochs=3, verbose=0).history["loss"])
        best = decoder(model)
        best.compile(jit_compile=jit_compile)
        found.append(best.predict(sentences(16)[0], verbose=0))
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(*losses, rtol=1e-5)
    np.testing.assert_array_equal(*found)


def test_two_layers_on_the_same_scores():
    """Each loss finds its own."""
    inputs = keras.Input((None, 5))
    crfs = [chains.built(5, name="one"), chains.built(BIO2, "BIO2", name="other")]
    model = keras.Model(inputs, [crf(inputs) for crf in crfs])
    model.compile("sgd", [CRFLoss(), CRFLoss()])
    scores = chains.scores().astype("float32")
    tags = np.zeros(MASK.shape, "int32")
    result = model.evaluate(scores, [tags, tags], verbose=0, return_dict=True)
    for crf in crfs:
        expected = -numpy(crf.log_likelihood(scores, tags)).mean()
        np.testing.assert_allclose(result[f"{crf.name}_loss"], expected, rtol=1e-5)


def test_the_loss_of_another_layer():
    with pytest.raises(ValueError, match="takes what a CRF layer puts out"):
        CRFLoss()(np.zeros(MASK.shape), ops.convert_to_tensor(chains.scores()))


def fitted(tags, **options):
    """In `fit`, as users call it: as many sentences as steps, the last step of the first masked."""
    model = tagger()
    model.compile("sgd", CRFLoss())
    words = np.ones((7, 7), "int32")
    words[0, -1] = 0
    return model.fit(words, tags, batch_size=7, verbose=0, **options)


TAGS = np.zeros((7, 7), "int32")


@pytest.mark.parametrize(
    "tags, options, message",
    [
        (TAGS, {"sample_weight": np.ones((7, 7))}, r"one weight a sequence, .* Received: \(7, 7\)"),
        (TAGS, {"class_weight": {0: 1.0, 1: 2.0}}, "takes no `class_weight`"),
        (np.eye(5)[TAGS], {}, r"ids of the tags of the shape \[b, t\], .* Received: \(7, 7, 5\)"),
        (TAGS[..., None], {}, r"ids of the tags of the shape \[b, t\], .* Received: \(7, 7, 1\)"),
        (TAGS[:, :1], {}, r"ids of the tags of the shape \[b, t\], .* Received: \(7, 1\)"),
    ],
)
def test_fit_says_what_the_loss_expects(tags, options, message):
    with pytest.raises(ValueError, match=message):
        fitted(tags, **options)


@pytest.mark.parametrize("tag", [-1, 5, 99])
def test_a_tag_that_is_none(tag):
    """At a masked step any will do; a graph raises its own kind of error when it runs."""
    masked, counts = TAGS.copy(), TAGS.copy()
    masked[0, -1] = counts[0, -2] = tag
    assert np.isfinite(fitted(masked).history["loss"]).all()
    message = r"must lie in 0 \.\.\. 4"
    with pytest.raises(Exception, match=message):
        fitted(counts)
    crf = chains.built(BIO2, "BIO2")
    tags = np.full(MASK.shape, tag)
    with pytest.raises(ValueError, match=message):
        crf.log_likelihood(chains.scores(), tags)
    nothing_counts = np.zeros(MASK.shape, bool)
    assert not numpy(crf.log_likelihood(chains.scores(), tags, nothing_counts)).any()


@pytest.mark.parametrize("weights", [np.arange(7.0), np.arange(7.0)[:, None], 2.0], ids=np.shape)
def test_one_weight_a_sentence(weights):
    crf = chains.built(5)
    scores = np.random.default_rng(0).normal(size=(7, 7, 5))
    losses = -numpy(crf.log_likelihood(scores, TAGS))
    found = numpy(CRFLoss()(TAGS, crf(scores), weights))
    np.testing.assert_allclose(found, (losses * np.ravel(weights)).mean(), rtol=1e-5)
    with pytest.raises(ValueError, match=r"here \(7,\)\. Received: \(6,\)"):
        CRFLoss()(TAGS, crf(scores), np.ones(6))


def test_a_mask_of_another_length():
    crf, scores = chains.built(5), chains.scores()
    for call in (
        crf,
        crf.viterbi,
        crf.marginals,
        lambda scores, mask: crf(scores, mask=mask, decode=True),
    ):
        with pytest.raises(ValueError, match="Expected a mask of the shape"):
            call(scores, mask=MASK[:, 1:])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    """Scores of half precision are taken as they are, and nothing is rounded to it after."""
    single, mixed = (chains.built(BIO2, "BIO2", dtype=dtype) for dtype in ("float32", policy))
    half = ops.cast(ops.convert_to_tensor(chains.scores()), policy.removeprefix("mixed_"))
    single_scores, mixed_scores = single(ops.cast(half, "float32")), mixed(half)
    assert keras.backend.standardize_dtype(mixed_scores.dtype) == "float32"
    tags, log_p = single.viterbi(single_scores, MASK)
    assert (numpy(mixed.viterbi(mixed_scores, MASK)[0]) == numpy(tags)).all()
    np.testing.assert_array_equal(numpy(mixed.viterbi(half, MASK)[1]), numpy(log_p))
    np.testing.assert_array_equal(
        *(numpy(crf.log_likelihood(half, tags, MASK)) for crf in (single, mixed))
    )
    keras.config.set_dtype_policy(policy)
    try:
        model = tagger()
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile("adam", CRFLoss())
    losses = model.fit(*sentences(64), epochs=3, verbose=0).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]


@pytest.mark.slow
def test_saved_and_loaded(tmp_path):
    model, (words, tags) = tagger(), sentences(16)
    model.compile("adam", CRFLoss())
    model.fit(words, tags, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    layers = [one.get_layer("crf") for one in (model, loaded)]
    assert layers[0].get_config() == layers[1].get_config()
    losses = [one.evaluate(words, tags, verbose=0) for one in (model, loaded)]
    np.testing.assert_allclose(*losses, rtol=1e-6)
    losses = [one.fit(words, tags, verbose=0).history["loss"] for one in (model, loaded)]
    np.testing.assert_allclose(*losses, rtol=1e-5)
    decoder(loaded).save(tmp_path / "tagger.keras")
    again = keras.models.load_model(tmp_path / "tagger.keras")
    np.testing.assert_array_equal(
        again.predict(words, verbose=0), decoder(loaded).predict(words, verbose=0)
    )


def test_the_configuration():
    for layer in (CRF(BIO2, "BIO2", name="tags"), CRF(4, dtype="float64")):
        again = CRF.from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
        assert again.count == layer.count
    loss = CRFLoss("sum", "name")
    assert CRFLoss.from_config(loss.get_config()).get_config() == loss.get_config()


LOADER = """
import sys

sys.modules["keras"] = sys.modules["gated"] = None
import numpy as np
import tensorflow as tf

folder = sys.argv[1]
tagger = tf.saved_model.load(f"{folder}/tagger")
inputs = np.load(f"{folder}/inputs.npz")
np.savez(f"{folder}/outputs.npz", **{name: tagger.serve(inputs[name]) for name in inputs})
"""


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="SavedModels are TensorFlow's")
@pytest.mark.slow
def test_an_export_decodes_without_this_library(tmp_path):
    model = tagger()
    randomize(model)
    best = decoder(model)
    best.export(tmp_path / "tagger", verbose=False)
    inputs = {
        "many": sentences(20)[0],
        "one": np.array([[3]], "int32"),
        "holes": np.array([[1, 0, 5, 0], [0, 0, 2, 5], [0, 0, 0, 0]], "int32"),
    }
    np.savez(tmp_path / "inputs.npz", **inputs)
    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = np.load(tmp_path / "outputs.npz")
    for name, words in inputs.items():
        np.testing.assert_array_equal(found[name], numpy(best(words)))
        assert ((found[name] == -1) == (words == 0)).all()
