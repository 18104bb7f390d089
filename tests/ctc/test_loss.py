"""The loss, against all paths of a few frames."""

import keras
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from gated.ctc import CTCLoss
from tests.ctc.enumerated import FRAMES, frames, numpy, tensors, texts

NEVER = -1e9


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.tuples(*[st.integers(1, FRAMES)] * 3))
def test_is_that_of_all_paths(seed, tokens, lengths):
    """Of any text of each row, where frames that are not there are surely the blank."""
    rng = np.random.default_rng(seed)
    log_p = frames(seed, tokens)
    expected, labels = [], np.zeros((3, FRAMES), "int32")
    for row, length in enumerate(lengths):
        found = {text: p for text, p in texts(log_p[row, :length]).items() if text}
        text = list(found)[rng.integers(len(found))]
        labels[row, : len(text)] = text
        expected.append(-found[text])
        log_p[row, length:] = np.where(np.arange(tokens) == 0, 0, NEVER)
    shift = rng.normal(size=(3, FRAMES, 1)).astype("float32")  # logits, of which softmax is ŷ
    loss = CTCLoss(reduction=None)(*tensors(labels, log_p + shift))
    np.testing.assert_allclose(numpy(loss), expected, rtol=1e-4, atol=1e-4)


def test_a_text_that_needs_more_frames():
    """Two tokens that are alike need a blank between them."""
    labels = np.array([[1, 1, 0]], "int32")
    loss = CTCLoss(reduction=None)
    (two,) = numpy(loss(*tensors(labels, np.zeros((1, 2, 3), "float32"))))
    (three,) = numpy(loss(*tensors(labels, np.zeros((1, 3, 3), "float32"))))
    assert two > 100
    np.testing.assert_allclose(three, 3 * np.log(3), rtol=1e-5)


def test_is_saved():
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(3)])
    model.compile(loss=CTCLoss())
    loss = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model.loss))
    assert isinstance(loss, CTCLoss)
    assert np.isfinite(ops.convert_to_numpy(loss(*tensors([[1, 2]], np.zeros((1, 4, 3), "f4")))))
