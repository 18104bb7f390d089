"""Gated: recurrent sequence models for Keras.

The layers are in `gated.layers`, and nothing is imported before you ask for it:

    from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
"""

from importlib.metadata import version

__version__ = version("gated")
