"""A page to hear and see tunes, each beside what it was learned from."""

import io
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..reading.piece import Piece
from . import picture
from .statistics import PITCH_CLASSES, Copy, Statistics, key_of

_SCALE = 1.4  # pixels of the page a point of a picture

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1f2329; --dim: #5a5f69; --rule: #d3d7de; --black-key: #f2f4f7;
  --corpus: #b3bac6;
  --written: #7ba0d8; --written-start: #1f4a8c; --given: #e6ae5a; --given-start: #98590a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181d; --ink: #e4e6ea; --dim: #a0a6b1; --rule: #343a44; --black-key: #1b1f26;
    --corpus: #565e6b;
    --written: #3f68a8; --written-start: #a9c8fa; --given: #96692a; --given-start: #f7cd8b;
  }
}
* { box-sizing: border-box; }
body {
  font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  background: var(--paper); color: var(--ink);
}
h1 { font-size: 1.5rem; margin: 0 0 1.5rem; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
article { border-top: 1px solid var(--rule); padding: 1.2rem 0 1.8rem; }
p { margin: 0; }
p.about, p.copy { color: var(--dim); font-size: .9rem; }
p.copy { overflow-wrap: anywhere; margin-top: 1rem; max-width: 46rem; }
p.copy b { color: var(--ink); font-weight: 600; }
a { color: inherit; }
div.roll { overflow-x: auto; margin: .8rem 0; }
div.roll svg { display: block; cursor: pointer; }
div.roll text { font-family: inherit !important; }
path.cursor { stroke: var(--ink); stroke-width: 1; fill: none; }
div.play { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1.2rem; }
audio { flex: 1 1 18rem; max-width: 34rem; height: 2.5rem; }
div.numbers { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin-top: 1rem; font-size: .9rem; }
table { border-spacing: 0; }
th { font-weight: 400; color: var(--dim); text-align: left; padding: .1rem 1.2rem .1rem 0; }
thead th, td { text-align: right; }
td { font-variant-numeric: tabular-nums; padding: .1rem 1.2rem .1rem 0; }
figure { margin: 0; }
figcaption { color: var(--dim); }
div.classes { display: flex; gap: .25rem; margin-top: .3rem; }
div.classes div { width: 1.35rem; text-align: center; color: var(--dim); font-size: .8rem; }
div.bars { display: flex; align-items: end; gap: 1px; height: 4rem; }
div.bars i { flex: 1; background: var(--written); min-height: 1px; }
div.bars i + i { background: var(--corpus); }
span.swatch { display: inline-block; width: .7rem; height: .7rem; background: var(--written); }
span.swatch.corpus { background: var(--corpus); margin-left: .6rem; }
"""

_SCRIPT = """
for (const tune of document.querySelectorAll("article")) {
  const audio = tune.querySelector("audio"), roll = tune.querySelector("div.roll");
  const svg = roll.querySelector("svg"), cursor = svg.querySelector("path.cursor");
  const box = svg.querySelector("[id$=roll]").getBBox();
  tune.querySelector("a.wav").href = audio.src;
  const show = () => {
    const x = box.x + box.width * Math.min(1, audio.currentTime / audio.duration || 0);
    cursor.setAttribute("d", `M${x} ${box.y}v${box.height}`);
    const seen = x * svg.clientWidth / svg.viewBox.baseVal.width - roll.scrollLeft;
    if (seen < 0 || seen > 0.9 * roll.clientWidth) roll.scrollLeft += seen - 0.1 * roll.clientWidth;
  };
  const follow = () => { show(); if (!audio.paused) requestAnimationFrame(follow); };
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    follow();
  });
  audio.addEventListener("seeked", show);
  svg.addEventListener("click", (event) => {
    const at = (event.clientX - svg.getBoundingClientRect().left) / svg.clientWidth;
    const share = (at * svg.viewBox.baseVal.width - box.x) / box.width;
    if (audio.duration) audio.currentTime = audio.duration * Math.max(0, Math.min(1, share));
  });
}
"""

_COLOURS = {
    picture.PAPER: "paper",
    picture.INK: "dim",
    picture.RULE: "rule",
    picture.BLACK_KEY: "black-key",
    picture.WRITTEN: "written",
    picture.WRITTEN_START: "written-start",
    picture.GIVEN: "given",
    picture.GIVEN_START: "given-start",
}


@dataclass(frozen=True)
class Tune:
    """A piece with all that the page says of it.

    Attributes:
        piece: its name is its heading.
        wav: its sound, a WAV file.
        midi: a MIDI file.
        statistics: of the piece.
        copy: the longest passage that a training piece has too; None if there is none.
        given: bool [t, 88], the notes that were there before the rest was written; None if none.
    """

    piece: Piece
    wav: bytes
    midi: bytes
    statistics: Statistics
    copy: Copy | None
    given: np.ndarray | None = None


def page(tunes: Iterable[Tune], corpus: Statistics, title: str) -> str:
    """HTML that needs no other file: of each tune a picture, a player, files and statistics.

    Args:
        tunes: in the order to show.
        corpus: statistics of the pieces that the tunes are to be like.
        title: of the page.
    """
    articles = [_article(number, tune, corpus) for number, tune in enumerate(tunes, 1)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n"
        + "\n".join(articles)
        + f"\n<script>{_SCRIPT}</script>\n</body>\n</html>"
    )


def _article(number: int, tune: Tune, corpus: Statistics) -> str:
    piece, name = tune.piece, escape(tune.piece.name)
    file = escape(re.sub(r"[^\w.-]+", "-", piece.name).strip("-.") or "tune")
    wav, midi = (b64encode(content).decode() for content in (tune.wav, tune.midi))
    return (
        f'<article>\n<h2>{name}</h2>\n<p class="about">{_about(piece)}</p>\n'
        f'<div class="roll">{_roll(number, tune)}</div>\n<div class="play">\n'
        f'<audio controls preload="metadata" aria-label="{name}" src="data:audio/wav;base64,{wav}">'
        f'</audio>\n<span>Save <a href="data:audio/midi;base64,{midi}" download="{file}.mid">MIDI'
        f'</a> or <a class="wav" download="{file}.wav">WAV</a></span>\n</div>\n'
        f'<div class="numbers">\n{_table(tune.statistics, corpus)}\n'
        f"{_classes(tune.statistics.pitch_classes, corpus.pitch_classes)}\n</div>\n"
        f'<p class="copy">{_copied(piece, tune.copy)}</p>\n</article>'
    )


def _about(piece: Piece) -> str:
    """How long, how fast, and in which key."""
    seconds = round(len(piece.frames) * 60 / (piece.tempo * piece.grid))
    bars = int((piece.positions == 1).sum())
    length = [_count(bars, "bar")] if bars else []
    if length and piece.metre:
        length[0] += f" of {piece.metre[0]}/{piece.metre[1]}"
    key = key_of(piece)
    parts = [*length, f"{seconds // 60}:{seconds % 60:02}", f"{piece.tempo:.0f} quarters a minute"]
    return escape(" · ".join(parts + ([f"nearest {key}"] if key else [])))


def _roll(number: int, tune: Tune) -> str:
    """The picture as a part of the page: its colours, ids and size are the page's."""
    file = io.BytesIO()
    picture.draw(tune.piece, file, tune.given)
    svg = file.getvalue().decode()
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg[svg.index("<svg") :])
    svg = re.sub(r'( id="| xlink:href="#|url\(#)', rf"\1tune{number}-", svg)
    svg = svg.replace("xlink:href", "href")
    for colour, name in _COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    svg = re.sub(r'"([\d.]+)pt"', lambda size: f'"{float(size[1]) * _SCALE:.0f}"', svg, count=2)
    label = f'<svg role="img" aria-label="piano roll of {escape(tune.piece.name)}"'
    return svg.replace("<svg", label, 1).replace("</svg>", '<path class="cursor"/></svg>')


def _table(tune: Statistics, corpus: Statistics) -> str:
    rows = (
        ("notes a quarter", f"{tune.notes_per_quarter:.2f}", f"{corpus.notes_per_quarter:.2f}"),
        ("notes at once", f"{tune.sounding:.2f}", f"{corpus.sounding:.2f}"),
        ("notes in key", f"{tune.in_key:.0%}", f"{corpus.in_key:.0%}"),
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{of_tune}</td><td>{of_corpus}</td></tr>'
        for name, of_tune, of_corpus in rows
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("this tune", "corpus"))
    return f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _classes(tune: Sequence[float], corpus: Sequence[float]) -> str:
    most = max(*tune, *corpus) or 1
    bars = "".join(
        f'<div title="{name}: {one:.1%}, corpus {other:.1%}"><div class="bars">'
        f'<i style="height: {100 * one / most:.1f}%"></i>'
        f'<i style="height: {100 * other / most:.1f}%"></i></div>{name}</div>'
        for name, one, other in zip(PITCH_CLASSES, tune, corpus, strict=True)
    )
    return (
        '<figure><figcaption>Pitch classes: <span class="swatch"></span> this tune '
        '<span class="swatch corpus"></span> corpus</figcaption>'
        f'<div class="classes">{bars}</div></figure>'
    )


def _copied(piece: Piece, copy: Copy | None) -> str:
    if copy is None:
        return "No passage of it, not even two chords, is in a training piece too."
    there = f"after {copy.source_start / piece.grid:.4g}"
    if copy.semitones:
        semitones = _count(abs(copy.semitones), "semitone")
        there += f", {semitones} {'lower' if copy.semitones > 0 else 'higher'}"
    return (
        f"The longest passage that a training piece has too: <b>{_count(copy.quarters, 'quarter')}"
        f"</b>, {_count(copy.changes, 'change')} of notes. It begins after "
        f"{_count(copy.start / piece.grid, 'quarter')}; in <b>{escape(copy.name)}</b> {there}."
    )


def _count(number: float, noun: str) -> str:
    return f"{number:.4g} {noun}{'s' if number != 1 else ''}"
