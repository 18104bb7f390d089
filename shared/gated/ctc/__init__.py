"""From the scores of frames to tokens, by connectionist temporal classification.

A path has a token or a blank at each frame; it spells the tokens that are left when repetitions
are taken for one and blanks left out. Everywhere here the frames are given by

    log_p        float32 [b, t, tokens], log ŷ⟨t⟩ of each token, at least one frame;
                 token 0 is the blank
    lengths      integers [b], how many of the frames count

and texts by

    tokens       int32 [b, n], 0 for padding
    counts       int32 [b], how many tokens there are

Graves, Fernández, Gomez and Schmidhuber 2006, "Connectionist temporal classification: labelling
unsegmented sequence data with recurrent neural networks".
"""

from gated.ctc.alignment import Alignment, align
from gated.ctc.automata import Automaton, closed_vocabulary, hot_words, token_count, word_count
from gated.ctc.best_path import BestPath, greedy
from gated.ctc.language_models import CharacterModel, WordModel
from gated.ctc.loss import CTCLoss
from gated.ctc.prefixes import Prefixes, prefix_beam_search, rescored
from gated.ctc.scorers import Scorer, Sum, score

__all__ = [
    "Alignment",
    "Automaton",
    "BestPath",
    "CTCLoss",
    "CharacterModel",
    "Prefixes",
    "Scorer",
    "Sum",
    "WordModel",
    "align",
    "closed_vocabulary",
    "greedy",
    "hot_words",
    "prefix_beam_search",
    "rescored",
    "score",
    "token_count",
    "word_count",
]
