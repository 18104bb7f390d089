"""Precision, recall and F1 of named entities."""

from collections import Counter
from collections.abc import Collection, Iterable


class EntityCounts:
    """How many entities there are, were predicted, and were both, of each type.

    Nothing else is in memory, however many sentences are added.
    """

    def __init__(self) -> None:
        self.there, self.given, self.right = Counter[str](), Counter[str](), Counter[str]()

    def add(
        self,
        true: Iterable[Collection[tuple]],
        predicted: Iterable[Collection[tuple]],
    ) -> None:
        """Adds sentences.

        Args:
            true: the entities of each, tuples of the type and where they begin and end.
            predicted: likewise. One counts as found if all are right.
        """
        for ones, others in zip(true, predicted, strict=True):
            self.there.update(one[0] for one in ones)
            self.given.update(one[0] for one in others)
            self.right.update(one[0] for one in {*ones} & {*others})

    def scores(self) -> dict:
        """What is known of them all.

            precision = right / given     recall = right / there     F1 = 2 P R / (P + R)

        each 0 where nothing is to be divided by.

        Returns:
            `precision`, `recall`, `f1` in [0, 1] and `support`, the number of true entities; under
            `types` the same for each type, in alphabetical order. Overall is the micro average, as
            in the CoNLL shared tasks.
        """
        types = sorted(self.there | self.given)
        overall = _scores(self.right.total(), self.given.total(), self.there.total())
        by_type = {one: _scores(self.right[one], self.given[one], self.there[one]) for one in types}
        return {**overall, "types": by_type}


def _scores(right: int, given: int, there: int) -> dict:
    precision, recall = right / max(1, given), right / max(1, there)
    f1 = 2 * precision * recall / ((precision + recall) or 1)
    return {"precision": precision, "recall": recall, "f1": f1, "support": there}
