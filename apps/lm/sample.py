"""Writes new text, a token at a time, with a language model.

    python -m apps.lm.sample --run runs/lm/mine
    python -m apps.lm.sample --run runs/lm/mine --prime "ROMEO:" --lines 20 --temperature 0.8
    python -m apps.lm.sample --run runs/lm/mine --samples 10 --json
    python -m apps.lm.sample --run runs/lm/mine --prime "Once upon" --beams 8 --samples 3

Each token is drawn from ŷ⟨t⟩ and is then the next x. A text ends at its line's end, <EOS>, or
after --length tokens. <UNK> is never drawn: it is left out and the others' probabilities are
renormalized, which is the same as drawing again. With --beams nothing is drawn: beam search looks
for the likeliest texts.
"""

import json as json_format
import os
import sys
from pathlib import Path

from gated.errors import BadUsage
from gated.runs.command import run_command
from gated.runs.folder import RunFolder
from gated.runs.quiet import import_keras
from gated.text.files import decode_lines


def sample(
    run: Path = Path("runs/lm/default"),
    prime: str = "",
    samples: int = 1,
    length: int = 1000,
    lines: int = 1,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    beams: int = 0,
    *,
    json: bool = False,
) -> None:
    """Prints texts, one after the other; a single one while it is being written.

    Args:
        run: the run folder that train made.
        prime: the beginning of every text.
        samples: how many texts.
        length: the most tokens of a text, those of the prime not counted.
        lines: how many lines there are to a text.
        temperature: less than 1 for likelier texts, more for stranger ones; 0 takes the likeliest
            token at each step.
        top_k: draw from so many of the likeliest tokens; 0 for all.
        top_p: draw from the likeliest tokens that together have this probability, in (0, 1].
        seed: the same seed gives the same texts; text i does not depend on how many there are, but
            for rounding where the vocabulary is large.
        beams: search for the likeliest texts, so many of them kept at each token, and print the
            likeliest; temperature, top-k, top-p and seed have no part in it. 0: draw.
        json: print a JSON object a text, with its prime, text and number, and log_p if it was
            searched for.
    """
    for name, value, fits, expected in (
        ("samples", samples, samples >= 1, "at least 1"),
        ("length", length, length >= 1, "at least 1"),
        ("lines", lines, lines >= 1, "at least 1"),
        ("temperature", temperature, 0 <= temperature < float("inf"), "0 or more"),
        ("top-k", top_k, top_k >= 0, "0 or more"),
        ("top-p", top_p, 0 < top_p <= 1, "more than 0 and at most 1"),
        ("seed", seed, 0 <= seed < 2**64, "0 to 2**64 - 1"),
        ("beams", beams, beams == 0 or beams >= samples, "0, or at least the --samples"),
    ):
        if not fits:
            raise BadUsage(f"--{name} {value}: expected {expected}")
    if beams and (temperature, top_k, top_p, seed) != (1.0, 0, 1.0, 0):
        raise BadUsage("--beams draws nothing: give no --temperature, --top-k, --top-p or --seed")
    if "\n" in prime:
        raise BadUsage("--prime: expected one line")
    (prime,) = decode_lines([os.fsencode(prime)], "--prime")
    folder = RunFolder.open(run)

    import_keras()
    from .model.language_model import LanguageModel, Settings

    model = LanguageModel.load(folder)
    warn_of_unknown(model.codec, prime)
    before = model.codec.split(prime)
    if beams:
        found = model.search(prime, beams, length, lines)[:samples]
        texts = [(tokens, {"log_p": log_p}) for tokens, log_p in found]
    else:
        parts = model.sample(
            Settings(prime, samples, length, lines, temperature, top_k, top_p, seed)
        )
        if samples == 1 and not json:
            _stream(model.codec, prime, parts)
            return
        drawn = zip(*parts, strict=True)
        texts = [([token for new in text for token in new], {}) for text in drawn]
    for i, (tokens, score) in enumerate(texts):
        text = model.codec.join([*before, *tokens]).removesuffix("\n")
        one = {"i": i, "prime": prime, "text": text, **score}
        print(json_format.dumps(one, ensure_ascii=False) if json else text)


def warn_of_unknown(codec, text: str) -> None:
    """Says on stderr which tokens of a text the model does not know."""
    unknown = [token for token in codec.split(text) if token not in codec.places]
    if unknown:
        names = ", ".join(repr(token) for token in dict.fromkeys(unknown))
        print(f"warning: not in the vocabulary, read as <UNK>: {names}", file=sys.stderr)


def _stream(codec, prime: str, parts) -> None:
    """Writes a text as its tokens come."""
    tokens, written = codec.split(prime), 0
    for (new,) in parts:
        tokens += new
        text = codec.join(tokens).removesuffix("\n")
        sys.stdout.write(text[written:])
        sys.stdout.flush()
        written = len(text)
    sys.stdout.write("\n")


if __name__ == "__main__":
    run_command(sample)
