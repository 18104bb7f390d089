"""Classified texts for people and for programs."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.style import Style
from rich.text import Text

from gated.text.spans import between

MOST = 2.0  # nats; what adds or takes more has the same colour


def write_text(text, probabilities, words):
    label = max(probabilities, key=probabilities.get)
    line = Text(f"{label} {probabilities[label]:.3f}  ", "bold")
    for before, word in between(text, words or ()):
        line.append(before)
        if word:
            share = min(1.0, abs(word.contribution) / MOST)
            colour = "green" if word.contribution > 0 else "red"
            weight = Style(color=colour, bold=share > 0.5) if share > 0.05 else Style(dim=True)
            line.append(word.word, weight)
    Console(soft_wrap=True, highlight=False).print(line)


def write_json(text, probabilities, words):
    found = {
        "text": text,
        "label": max(probabilities, key=probabilities.get),
        "probabilities": probabilities,
    }
    if words is not None:
        found["words"] = [asdict(word) for word in words]
    print(json.dumps(found, ensure_ascii=False))
