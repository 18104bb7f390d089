"""Random numbers of which each sample has its own, the same on every backend and machine."""

import numpy as np

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)


def uniforms(seed: int, samples: int, length: int, first: int = 0) -> np.ndarray:
    """Uniform numbers in [0, 1), float32 [samples, length].

    Row i depends on the seed and on `first` + i alone, and begins the same whatever the length.
    They are those of `tf.raw_ops.StatelessRandomUniformV2(shape=[length], key=[seed],
    counter=[0, first + i], alg=1)`: Philox 4x32 with 10 rounds (Salmon et al. 2011, "Parallel
    random numbers: as easy as 1, 2, 3", section 4.3).

    Args:
        seed: 0 to 2⁶⁴ - 1.
        samples: how many rows.
        length: numbers a row.
        first: the number of the first row.
    """
    groups = -(-length // 4)
    group, row = (
        grid.astype("uint64").ravel()
        for grid in np.meshgrid(np.arange(groups), first + np.arange(samples), indexing="xy")
    )
    key = np.array([seed & 0xFFFFFFFF, seed >> 32], "uint64")
    counter = [group & _LOW, group >> np.uint64(32), row & _LOW, row >> np.uint64(32)]
    for _ in range(_ROUNDS):
        products = [counter[0] * _MULTIPLIERS[0], counter[2] * _MULTIPLIERS[1]]
        low, high = ([f(product) for product in products] for f in (_low, _high))
        counter = [high[1] ^ counter[1] ^ key[0], low[1], high[0] ^ counter[3] ^ key[1], low[0]]
        key = (key + np.array(_WEYL, "uint64")) & _LOW
    bits = np.stack(counter, axis=-1).reshape(samples, groups * 4)[:, :length]
    # The 23 bits of a float32 in [1, 2).
    ones = (bits.astype("uint32") & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
    return ones.view("float32") - np.float32(1)


def _low(product):
    return product & _LOW


def _high(product):
    return product >> np.uint64(32)
