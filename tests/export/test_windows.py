"""Sequences that a graph reads a part at a time."""

import numpy as np
import pytest
import tensorflow as tf

from gated.export.windows import in_groups, in_windows

X = np.random.default_rng(0).normal(size=(4, 7)).astype("float32")


def sums(x, lengths=None, window=3):
    """The sums up to each step, and how many rows were read in each window, twice as a state."""

    def read(start, end, states):
        rows = tf.shape(states[0])[0]
        found = states[0] + tf.cumsum(x[:rows, start:end], axis=1)
        return [found], [found[:, -1][:, None], states[1] + tf.cast(rows, tf.float32)]

    states = [tf.zeros([len(x), 1]), tf.zeros([len(x), 1])]
    return in_windows(read, x.shape[1], window, states, 1, lengths)


@pytest.mark.parametrize("window", [1, 3, 7, 20])
def test_goes_on_from_the_states_of_the_window_before(window):
    [found], [last, _] = tf.function(sums)(tf.constant(X), None, window)
    np.testing.assert_allclose(found, X.cumsum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(last, X.sum(axis=1, keepdims=True), rtol=1e-5)


def test_reads_no_window_that_begins_after_a_sequence_ended():
    lengths = tf.constant([7, 6, 3, 0])
    [found], [last, rows] = tf.function(sums)(tf.constant(X), lengths, 3)
    read = np.arange(7) < [[7], [6], [3], [0]]
    np.testing.assert_allclose(found, np.where(read, X.cumsum(axis=1), 0), rtol=1e-5)
    np.testing.assert_allclose(
        last[:, 0], [X[0].sum(), X[1, :6].sum(), X[2, :3].sum(), 0], rtol=1e-5
    )
    # Of three windows: three rows in the first, two in the second, one in the last.
    assert rows[:, 0].numpy().tolist() == [6, 5, 3, 0]


@pytest.mark.parametrize("at_once, groups", [(1, 5), (8, 2), (1000, 1)])
def test_groups_are_of_like_length_and_bounded(at_once, groups):
    ragged = tf.ragged.constant(
        [[1], [], [2, 3, 4, 5], [6, 7, 8], [9]], dtype="int32", ragged_rank=1
    )

    def read(some):
        count = some.nrows(tf.int32)
        assert_bounded = tf.debugging.Assert(
            (count == 1)
            | (count * tf.reduce_max(tf.cast(some.row_lengths(), tf.int32)) <= at_once),
            [count],
        )
        with tf.control_dependencies([assert_bounded]):
            return tf.reduce_sum(some, axis=1)[:, None], tf.fill(
                [count], 1 / tf.cast(count, "float32")
            )

    @tf.function
    def run(ragged):
        specs = [tf.TensorSpec([None, 1], tf.int32), tf.TensorSpec([None])]
        order, (found, shares) = in_groups(read, ragged, at_once, specs)
        return tf.gather(found, tf.argsort(order)), tf.reduce_sum(shares)

    found, count = run(ragged)
    assert found[:, 0].numpy().tolist() == [1, 0, 14, 21, 9]
    assert float(count) == pytest.approx(groups)
    assert run(ragged[:0])[0].shape == (0, 1)
