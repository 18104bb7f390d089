"""Drawing sequences from a model of the next token."""

from gated.sampling.beams import Beams, beam_search, normalised
from gated.sampling.filters import draw, next_distribution
from gated.sampling.loop import generate
from gated.sampling.uniforms import uniforms

__all__ = [
    "Beams",
    "beam_search",
    "draw",
    "generate",
    "next_distribution",
    "normalised",
    "uniforms",
]
