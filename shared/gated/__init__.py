"""Gated: recurrent sequence models for Keras.

The layers are in `gated.layers`, and nothing is imported before you ask for it:

    from gated.layers import GRU, LSTM, Bidirectional, Deep, SimpleRNN
"""

__version__ = "0.1.0"
