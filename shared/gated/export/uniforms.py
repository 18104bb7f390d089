"""The random numbers of `gated.sampling.uniforms` in a TensorFlow graph."""

import tensorflow as tf


def uniforms(seed, samples, length):
    """Uniform numbers in [0, 1), float32 [samples, length]; row i depends on the seed and i alone.

    Args:
        seed: int64.
        samples: int32.
        length: int32.
    """
    rows = tf.map_fn(
        lambda i: tf.raw_ops.StatelessRandomUniformV2(
            shape=[length],
            key=tf.cast([seed], tf.uint64),
            counter=tf.cast(tf.stack([0, i]), tf.uint64),
            alg=1,
        ),
        tf.range(tf.maximum(samples, 1)),  # without any it would not know the shape
        fn_output_signature=tf.TensorSpec([None]),
    )
    return rows[:samples]
