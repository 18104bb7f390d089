"""The algorithms of linear-chain conditional random fields.

Everywhere here a chain of k tags is given by

    scores       [b, t, k], how well each tag fits each step
    transitions  [k + 1, k + 1], how well a tag, by the column, follows another, by the row. The
                 last row and column are the outside: what is before the first step that counts
                 and after the last one.
    mask         booleans [b, t], any pattern. What is masked is skipped as if it were not there.

A transition or score of `IMPOSSIBLE` or less is of probability 0.
"""

from gated.crf.chain import IMPOSSIBLE
from gated.crf.paths import best_paths
from gated.crf.sums import log_partition, marginals, path_score

__all__ = ["IMPOSSIBLE", "best_paths", "log_partition", "marginals", "path_score"]
