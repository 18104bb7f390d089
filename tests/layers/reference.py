"""The equations of the layers in plain NumPy: one sequence at a time, one step at a time.

Written from the papers and from Keras's documentation, not from `gated`. Every step also takes
complex numbers, which is how `derivatives` differentiates it.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def simple_rnn(kernel, recurrent_kernel, bias):
    def step(x, h):
        return (np.tanh(x @ kernel + h @ recurrent_kernel + bias),)

    return step


def lstm(kernel, recurrent_kernel, bias, peephole_kernel=None, output_sees="new"):
    """Gers and Schmidhuber 2000 with `output_sees="new"`, the course's form with `"previous"`."""
    w_i, w_f, w_c, w_o = np.split(kernel, 4, axis=1)
    u_i, u_f, u_c, u_o = np.split(recurrent_kernel, 4, axis=1)
    b_i, b_f, b_c, b_o = np.split(bias, 4)
    p_i, p_f, p_o = (0, 0, 0) if peephole_kernel is None else peephole_kernel

    def step(x, h, c):
        i = sigmoid(x @ w_i + h @ u_i + p_i * c + b_i)
        f = sigmoid(x @ w_f + h @ u_f + p_f * c + b_f)
        new_c = f * c + i * np.tanh(x @ w_c + h @ u_c + b_c)
        seen = {"new": new_c, "previous": c}[output_sees]
        o = sigmoid(x @ w_o + h @ u_o + p_o * seen + b_o)
        return o * np.tanh(new_c), new_c

    return step


def gru(kernel, recurrent_kernel, bias, reset_after=True):
    w_z, w_r, w_h = np.split(kernel, 3, axis=1)
    u_z, u_r, u_h = np.split(recurrent_kernel, 3, axis=1)
    bias, inner_bias = bias if reset_after else (bias, np.zeros_like(bias))
    b_z, b_r, b_h = np.split(bias, 3)
    d_z, d_r, d_h = np.split(inner_bias, 3)

    def step(x, h):
        z = sigmoid(x @ w_z + h @ u_z + b_z + d_z)
        r = sigmoid(x @ w_r + h @ u_r + b_r + d_r)
        inner = r * (h @ u_h + d_h) if reset_after else (r * h) @ u_h
        return (z * h + (1 - z) * np.tanh(x @ w_h + inner + b_h),)

    return step


def simplified_gru(kernel, recurrent_kernel, bias):
    w_z, w_h = np.split(kernel, 2, axis=1)
    u_z, u_h = np.split(recurrent_kernel, 2, axis=1)
    b_z, b_h = np.split(bias, 2)

    def step(x, h):
        z = sigmoid(x @ w_z + h @ u_z + b_z)
        return (z * h + (1 - z) * np.tanh(x @ w_h + h @ u_h + b_h),)

    return step


def run(step, inputs, states, mask=None, zero_output_for_mask=False):
    """Returns the outputs [b, t, units] and the last states, each [b, units].

    A masked step leaves the states alone. Its output is 0 before the first step that counts and
    with `zero_output_for_mask`, else that of the step before.
    """
    outputs, last = [], []
    for row, sequence in enumerate(inputs):
        state = tuple(s[row] for s in states)
        shown = np.zeros_like(state[0])
        shown_row = []
        for t, x in enumerate(sequence):
            if mask is None or mask[row, t]:
                state = step(x, *state)
                shown = state[0]
            elif zero_output_for_mask:
                shown = np.zeros_like(shown)
            shown_row.append(shown)
        outputs.append(shown_row)
        last.append(state)
    return np.array(outputs), [np.array(state) for state in zip(*last, strict=True)]


def derivatives(function, arrays):
    """The derivative of a real function by every entry of every array.

    By a complex step: Im f(x + ih) / h has no difference of near numbers in it, and is exact to
    rounding (Squire and Trapp 1998), where a central difference is good to six digits or so.
    """
    h = 1e-30
    found = []
    for which, array in enumerate(arrays):
        gradient = np.zeros(array.shape)
        for index in np.ndindex(*array.shape):
            moved = [a.astype(complex) for a in arrays]
            moved[which][index] += 1j * h
            gradient[index] = function(*moved).imag / h
        found.append(gradient)
    return found
