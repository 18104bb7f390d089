"""The metrics of a translator."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sacrebleu

from gated.commands.outputs import Metrics
from gated.commands.progress import bar_of

from ..options import Search
from ..reading.pairs import Pair
from .batches import Encoded
from .translator import Translator

# Sources of so many tokens and more, up to the next.
_LENGTHS = (1, 6, 11, 16, 21, 31, 51)


def score(
    translator: Translator,
    pairs: Sequence[Pair],
    search: Search,
    run: Path,
    tokenize: str = "13a",
) -> Metrics:
    """BLEU, chrF and TER by sacreBLEU, exact matches, and the perplexity of the references.

    A source that several pairs have is translated once, and their targets are its references.

    Args:
        translator: what translates.
        pairs: sources and references.
        search: how.
        run: where what is large is while it is used.
        tokenize: sacreBLEU's tokenizer.
    """
    references: dict[str, list[str]] = {}
    for pair in pairs:
        references.setdefault(pair.source, []).append(pair.target)
    texts = []
    with bar_of(len(references), "Translating") as advance:
        for found in translator.translate(references, search):
            texts.append(found[0].text if found else "")
            advance(1)
    encoded = Encoded(translator.source, translator.target, pairs, run)
    total = sum(float(log_p.sum(dtype="float64")) for _, log_p in translator.score_encoded(encoded))
    nats = -total / encoded.tokens
    exact = sum(text in ours for text, ours in zip(texts, references.values(), strict=True))
    by_length = []
    lengths = [1 + len(translator.source.split(source)) for source in references]
    for least, most in zip(_LENGTHS, [*_LENGTHS[1:], math.inf], strict=True):
        places = [i for i, length in enumerate(lengths) if least <= length < most]
        if places:
            sources = list(references.values())
            some = _of_all([texts[i] for i in places], [sources[i] for i in places], tokenize)
            by_length.append({"from": least, "sources": len(places), "bleu": some["bleu"]})
    return {
        "pairs": len(pairs),
        "sources": len(references),
        **_of_all(texts, list(references.values()), tokenize),
        "exact": exact / len(references),
        "perplexity": math.exp(nats) if nats < 700 else math.inf,
        "beams": search.beams,
        "alpha": search.alpha,
        "beta": search.beta,
        "by_length": by_length,
    }


def _of_all(texts: list[str], references: list[list[str]], tokenize: str) -> Metrics:
    most = max(map(len, references))
    # sacreBLEU takes None where a source has fewer than others.
    streams: Any = [[one[i] if i < len(one) else None for one in references] for i in range(most)]
    bleu = sacrebleu.BLEU(tokenize=tokenize)
    found = {"bleu": bleu.corpus_score(texts, streams).score}
    found["bleu_signature"] = str(bleu.get_signature())
    for name, metric in (("chrf", sacrebleu.CHRF()), ("ter", sacrebleu.TER())):
        found[name] = metric.corpus_score(texts, streams).score
    return found
