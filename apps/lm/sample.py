"""Draws new text, a token at a time, from a language model.

    python -m apps.lm.sample --run runs/lm/mine
    python -m apps.lm.sample --run runs/lm/mine --prompt "ROMEO:" --lines 20 --temperature 0.8
    python -m apps.lm.sample --run runs/lm/mine --samples 10 --json
    python -m apps.lm.sample --run runs/lm/mine --prompt "Once upon" --beams 8 --samples 3

Each token is drawn from ŷ⟨t⟩ and is then the next x. A text ends at its line's end, <EOS>, or
after --length tokens. <UNK> is never drawn: it is left out and the others' probabilities are
renormalized, which is the same as drawing again. With --beams nothing is drawn: beam search looks
for the likeliest texts.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

from gated.commands.command import run_command
from gated.commands.options import Run, Samples, SamplingSeed, Temperature, TopK, TopP, at_least
from gated.commands.outputs import print_json
from gated.commands.quiet import import_keras
from gated.errors import BadUsage
from gated.reading.files import decode_lines
from gated.runs.folder import RunFolder


def sample(
    run: Run = Path("runs/lm/default"),
    prompt: str = "",
    samples: Samples = 1,
    length: Annotated[int, at_least(1)] = 1000,
    lines: Annotated[int, at_least(1)] = 1,
    temperature: Temperature = 1.0,
    top_k: TopK = 0,
    top_p: TopP = 1.0,
    seed: SamplingSeed = 0,
    beams: Annotated[int, at_least(0)] = 0,
    *,
    json: bool = False,
) -> None:
    """Prints texts, one after the other; a single one while it is being drawn.

    Args:
        prompt: the beginning of every text.
        length: the most tokens of a text, those of the prompt not counted.
        lines: how many lines there are to a text.
        beams: search for the likeliest texts with a beam of this width, B, and print the likeliest;
            temperature, top-k, top-p and seed have no part in it. 0: draw.
        json: print a JSON object a text, with its prompt, text and number, and log_p if it was
            searched for.
    """
    if 0 < beams < samples:
        raise BadUsage(f"--beams {beams}: expected 0, or at least the --samples")
    if beams and (temperature, top_k, top_p, seed) != (1.0, 0, 1.0, 0):
        raise BadUsage("--beams draws nothing: give no --temperature, --top-k, --top-p or --seed")
    if "\n" in prompt:
        raise BadUsage("--prompt: expected one line")
    (prompt,) = decode_lines([os.fsencode(prompt)], "--prompt")
    folder = RunFolder.open(run)

    import_keras()
    from .model.language_model import LanguageModel, Settings

    model = LanguageModel.load(folder)
    warn_of_unknown(model.codec, prompt)
    before = model.codec.split(prompt)
    if beams:
        found = model.search(prompt, beams, length, lines)[:samples]
        texts = [(tokens, {"log_p": log_p}) for tokens, log_p in found]
    else:
        parts = model.sample(
            Settings(prompt, samples, length, lines, temperature, top_k, top_p, seed)
        )
        if samples == 1 and not json:
            _stream(model.codec, prompt, parts)
            return
        drawn = zip(*parts, strict=True)
        texts = [([token for new in text for token in new], {}) for text in drawn]
    for i, (tokens, score) in enumerate(texts):
        text = model.codec.join([*before, *tokens]).removesuffix("\n")
        one = {"i": i, "prompt": prompt, "text": text, **score}
        if json:
            print_json(one)
        else:
            print(text)


def warn_of_unknown(codec, text: str) -> None:
    """Says on stderr which tokens of a text the model does not know."""
    unknown = [token for token in codec.split(text) if token not in codec.places]
    if unknown:
        names = ", ".join(repr(token) for token in dict.fromkeys(unknown))
        print(f"warning: not in the vocabulary, read as <UNK>: {names}", file=sys.stderr)


def _stream(codec, prompt: str, parts) -> None:
    """Prints a text as its tokens come."""
    tokens, shown = codec.split(prompt), 0
    for (new,) in parts:
        tokens += new
        text = codec.join(tokens).removesuffix("\n")
        sys.stdout.write(text[shown:])
        sys.stdout.flush()
        shown = len(text)
    sys.stdout.write("\n")


if __name__ == "__main__":
    run_command(sample)
