"""Times the LSTM as an export has it, beside TensorFlow's BlockLSTM and PyTorch's.

    python -m benchmarks.exported_layer

Forward, of any batch and length, so that nothing is compiled on a request. `BlockLSTMV2` is one
operation of TensorFlow for all steps, without masks. Needs the `benchmarks` extra.
"""

import numpy as np
import tensorflow as tf
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.timing import cells, interleaved, random
from gated.commands.command import run_command
from gated.layers import LSTM

# Batch, time, input, units: of the tagger's words and letters, the classifier, the language model.
SHAPES = (
    (1, 15, 210, 128),
    (16, 15, 210, 128),
    (128, 15, 210, 128),
    (300, 9, 30, 50),
    (1, 250, 100, 64),
    (64, 250, 100, 64),
    (1, 100, 256, 256),
    (64, 100, 256, 256),
)


def exported_layer(repeats: int = 9) -> None:
    """Prints milliseconds.

    Args:
        repeats: how often each takes its turn.
    """
    table = Table("batch, time, input, units", title="ms, and the least in brackets")
    for column in ("ours", "BlockLSTMV2", "PyTorch"):
        table.add_column(column, justify="right")
    for shape in SHAPES:
        *sequences, units = shape
        x = random(*sequences)
        ours = LSTM(units, return_sequences=True)
        ours.build((None, None, x.shape[-1]))
        peers = {
            "ours": _graph(ours, x),
            "block": _graph(_block(ours), x),
            "torch": _torch(units, x),
        }
        np.testing.assert_allclose(peers["ours"](), peers["block"](), atol=1e-5)
        table.add_row(", ".join(map(str, shape)), *cells(interleaved(peers, repeats)))
    Console().print(table)


def _graph(function, x):
    signature = [tf.TensorSpec([None, None, x.shape[-1]])]
    graph = tf.function(lambda x: function(x), input_signature=signature, autograph=False)
    x = tf.constant(x)
    return lambda: graph(x).numpy()


def _block(layer):
    kernel, recurrent_kernel, bias = layer.get_weights()
    weights, zeros = np.concatenate([kernel, recurrent_kernel]), np.zeros(layer.units, "float32")

    def read(x):
        x = tf.transpose(x, [1, 0, 2])
        state = tf.zeros([tf.shape(x)[1], layer.units])
        found = tf.raw_ops.BlockLSTMV2(
            seq_len_max=tf.shape(x, tf.int64)[0],
            x=x,
            cs_prev=state,
            h_prev=state,
            w=weights,
            wci=zeros,
            wcf=zeros,
            wco=zeros,
            b=bias,
            use_peephole=False,
            cell_clip=0.0,
        )
        return tf.transpose(found.h, [1, 0, 2])

    return read


def _torch(units, x):
    layer = torch.nn.LSTM(x.shape[-1], units, batch_first=True)
    x = torch.tensor(x)

    def run():
        with torch.inference_mode():
            return layer(x)[0].numpy()

    return run


if __name__ == "__main__":
    run_command(exported_layer)
