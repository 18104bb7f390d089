"""Recurrent layers for Keras 3, on the TensorFlow, JAX and PyTorch backends."""

from gated.layers.attention import Attention
from gated.layers.attention_decoder import AttentionDecoder
from gated.layers.bidirectional import Bidirectional
from gated.layers.crf import CRF, CRFLoss
from gated.layers.deep import Deep
from gated.layers.embedding_dropout import EmbeddingDropout
from gated.layers.gru import GRU
from gated.layers.lstm import LSTM
from gated.layers.rare_word_dropout import RareWordDropout
from gated.layers.simple_rnn import SimpleRNN
from gated.layers.spelling import Spelling

__all__ = [
    "CRF",
    "GRU",
    "LSTM",
    "Attention",
    "AttentionDecoder",
    "Bidirectional",
    "CRFLoss",
    "Deep",
    "EmbeddingDropout",
    "RareWordDropout",
    "SimpleRNN",
    "Spelling",
]
