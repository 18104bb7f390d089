"""Tagged texts in CoNLL form, and how far those go that an interrupted command has left."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, tee

from gated.commands.inputs import Given, with_results
from gated.commands.outputs import Done
from gated.errors import BadUsage
from gated.reading.files import in_memory

from .output import Found


def write(found: Found, there: int = 0) -> None:
    """A token and its tag a line, and a blank line after each sentence.

    Args:
        found: what was found in each text.
        there: the first so many sentences are not written.
    """
    sentences = (sentence for _, tagged in found for sentence in tagged.sentences)
    for sentence in islice(sentences, there, None):
        rows = zip(sentence.tokens, sentence.taggings[0].tags, strict=True)
        print("".join(f"{token}\t{tag}\n" for token, tag in rows), flush=True)


def after(
    given: Iterator[Given], done: Done, advance: Callable[[int], object]
) -> tuple[Iterator[Given], int]:
    """The texts after those of which all sentences are there, and how many of the next one are.

    A text is split as it was then, which says how many sentences it has.

    Args:
        given: all texts.
        done: the sentences that a command left when it was interrupted.
        advance: is told the size of each text that is through.

    Raises:
        BadUsage: if the last of the sentences is not the one in its place.
    """
    if not done.count:
        return given, 0
    rows = done.last.decode(errors="replace").split("\n")[:-2]
    expected = [row.partition("\t")[0] for row in rows]
    given, rest = tee(given)
    left, partly, last = done.count, 0, None
    for _, sentences in with_results(given, _split):
        there = sentences[:left]
        last = there[-1] if there else last
        left -= len(there)
        if len(there) < len(sentences):
            partly = len(there)
            break
        advance(next(rest).size)
    if left or last != expected:
        raise BadUsage(f"--resume: sentence {done.count} of what is there is not of these inputs")
    return rest, partly


def _split(texts: Iterable[str]) -> Iterator[list[list[str]]]:
    """The sentences of each text, as tokens."""
    from gated.text.sentences import split

    for some in in_memory(texts):
        tokens, _, counts = split(some)
        sentences = iter(tokens)
        yield from (list(islice(sentences, count)) for count in counts)
