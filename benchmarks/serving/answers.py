"""Requests of each kind that an export answers, and what the application itself says to them.

    python -m benchmarks.serving.answers APPLICATION RUN FILE TOY

What a kind of request is to the client:

    name, signature   what it is called, and the signature that it goes to
    rows              of each input that has a row for each text, the rows that there are
    settings          the other inputs; one of these goes with each request
    answers           of each setting, of each row, the row of each output
    fill              of each output, what pads the rows; None where anything may
    by_place          a row's answer depends on its place in the batch too, and has one for each
    order             the output by which the values of a row are sorted before they are compared
"""

import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import english
from gated.commands.quiet import import_tensorflow
from gated.runs.folder import RunFolder

LARGEST = 256  # rows of a request
ODD = [
    b"",
    b"   \t ",
    "\u00a0".encode(),
    b"caf\xe9 in Venice",
    b"\xff\xfe",
    b"cut \xe2\x82",
    b"a\x00b\x0bc\nd",
    b"\x00",
    b"one\r\ntwo\n\n three\n",
    "Mary 👍🏽 met 👩\u200d👩\u200d👧 in 🇫🇷 😀😀".encode(),
    "😀".encode() * 40,
    "פגשתי את מרים בירושלים, ב-3 במאי.".encode(),
    "قابلت مريم في القاهرة؟ نعم، أمس.".encode(),
    "\u202eright to left\u202c and back".encode(),
    "Zyzzyva qwertz 東京都庁は新宿にあります。Ωμέγα".encode(),
    "e\u0301 n\u0303 \u200b \ufe0f \ufeff x".encode(),
    b"www." + b"x" * 3000 + b".org",
    b"It's Dr. O'Brien's, don't you know? No. 5 is <unk> and <EOS>, $1,200.50!",
]


def texts(rng: np.random.Generator, count: int, toy: bool) -> list[bytes]:
    """Odd ones, a few long ones, and passages of 1 to 40 words."""
    lengths = [*([60] if toy else [300, 600]), *rng.integers(1, 41, max(1, count - 2)).tolist()]
    usual = [" ".join(english(1 + i, length)[i]).encode() for i, length in enumerate(lengths)]
    return [*ODD, *usual[:count]]


def decoded(some: Sequence[bytes]) -> list[str]:
    return [text.decode(errors="replace") for text in some]


def ner(folder: RunFolder, rng: np.random.Generator, toy: bool) -> list[dict[str, Any]]:
    from apps.ner.model.graph import TaggerGraph
    from apps.ner.model.tagger import Tagger
    from apps.ner.reading import conll, sets

    tagger = Tagger.load(folder)
    sentences = conll.read(sets.EMBEDDED / "test.conll")[: 10 if toy else 60]
    given = [*texts(rng, 10 if toy else 60, toy), *(" ".join(s.tokens).encode() for s in sentences)]
    answers = []
    for tagged in tagger.tag_texts(decoded(given)):
        count = [len(sentence.tokens) for sentence in tagged.sentences]
        tags = [tag for sentence in tagged.sentences for tag in sentence.taggings[0].tags]
        offsets = [pair for sentence in tagged.sentences for pair in sentence.offsets]
        answers.append(
            {
                "tokens": _strings(t for one in tagged.sentences for t in one.tokens),
                "tags": _strings(tags),
                "probabilities": _floats(p for one in tagged.sentences for p in one.probabilities),
                "offsets": np.array(offsets, "int32").reshape(-1, 2),
                "sentences": np.repeat(np.arange(len(count), dtype="int32"), count),
            }
        )
    import tensorflow as tf

    rows = [sentence.tokens for sentence in sentences] + [[], ["Ωμέγα"], ["a\0b", "😀" * 30]]
    ragged = tf.RaggedTensor.from_row_lengths(
        tf.constant([token for row in rows for token in row]), [len(row) for row in rows]
    )
    one_call = tf.function(
        TaggerGraph(tagger).tag_tokens, input_signature=[tf.RaggedTensorSpec.from_value(ragged)]
    )
    probabilities = one_call(ragged)[1]
    tokens = [
        {"tags": _strings(tags), "probabilities": probabilities[i].numpy()}
        for i, tags in enumerate(tagger.tag_sentences(rows))
    ]
    return [
        {
            "name": "tag_text",
            "signature": "tag_text",
            "rows": {"text": given},
            "settings": [{}],
            "answers": [answers],
            "fill": {
                "tokens": b"",
                "tags": b"",
                "probabilities": 0.0,
                "offsets": -1,
                "sentences": -1,
            },
        },
        {
            "name": "tag_tokens",
            "signature": "tag_tokens",
            "rows": {"tokens": list(map(_strings, rows))},
            "settings": [{}],
            "answers": [tokens],
            "fill": {"tags": b"", "probabilities": 0.0},
        },
    ]


def sentiment(folder: RunFolder, rng: np.random.Generator, toy: bool) -> list[dict[str, Any]]:
    from apps.sentiment.model.classifier import Classifier

    classifier = Classifier.load(folder)
    given = texts(rng, 20 if toy else 150, toy)
    labels = _strings(classifier.encoder.labels)
    answers = [
        {"label": labels[p.argmax()], "labels": labels, "probabilities": p}
        for p in classifier.predict(decoded(given))
    ]
    return [
        {
            "name": "classify",
            "signature": "classify",
            "rows": {"text": given},
            "settings": [{}],
            "answers": [answers],
            "fill": {"label": b"", "labels": b"", "probabilities": 0.0},
        }
    ]


def lm(folder: RunFolder, rng: np.random.Generator, toy: bool) -> list[dict[str, Any]]:
    from apps.lm.model.language_model import LanguageModel, Settings

    model = LanguageModel.load(folder)
    given = texts(rng, 10 if toy else 100, toy)
    scored = [
        {"tokens": _strings(tokens), "token_log_p": log_p, "log_p": log_p.sum(dtype="float64")}
        for tokens, log_p in model.score_lines(decoded(given))
    ]
    # The application compiles for each length of a prompt.
    some = [b"", "😀 שלום".encode(), b"the value of ", *given[-2 if toy else -6 :]]
    likeliest = []
    for text in decoded(some):
        tokens, p = zip(*sorted(model.next_tokens(text, len(model.codec))), strict=True)
        likeliest.append({"tokens": _strings(tokens), "probabilities": _floats(p)})
    settings = [(24, 1.0, 0, 1.0, 7), (40, 0.7, 5, 0.9, 2**40), (12, 0.0, 0, 1.0, 0)]
    prompts = some[: 2 if toy else 6]
    drawn = []
    for length, temperature, top_k, top_p, seed in settings[: 1 if toy else None]:
        options = Settings("", LARGEST, length, 1, temperature, top_k, top_p, seed)
        drawn.append([_written(model, options, text) for text in prompts])
    return [
        {
            "name": "score",
            "signature": "score",
            "rows": {"text": given},
            "settings": [{}],
            "answers": [scored],
            "fill": {"tokens": b"", "token_log_p": 0.0, "log_p": 0.0},
        },
        {
            "name": "next",
            "signature": "next",
            "rows": {"text": some},
            "settings": [{}],
            "answers": [likeliest],
            "fill": {"tokens": b"", "probabilities": 0.0},
            "order": "tokens",
        },
        {
            "name": "generate",
            "signature": "generate",
            "rows": {"prompt": prompts},
            "settings": [
                {
                    "length": np.int32(length),
                    "temperature": np.float32(temperature),
                    "top_k": np.int32(top_k),
                    "top_p": np.float32(top_p),
                    "seed": np.int64(seed),
                }
                for length, temperature, top_k, top_p, seed in settings[: len(drawn)]
            ],
            "answers": drawn,
            "fill": {"text": b""},
            "by_place": True,
        },
    ]


def _written(model, options, prompt):
    """What the application writes after a prompt, as each of the texts that are drawn."""
    from gated.text.codec import EOS

    (text,) = decoded([prompt])
    found: list[list[str]] = [[] for _ in range(options.samples)]
    for part in model.sample(replace(options, prompt=text)):
        for all_tokens, tokens in zip(found, part, strict=True):
            all_tokens += [token for token in tokens if token != EOS]
    given = model.codec.split(text)
    texts = [model.codec.join([*given, *tokens]) for tokens in found]
    return {"text": _strings(texts)}


def music(folder: RunFolder, rng: np.random.Generator, toy: bool) -> list[dict[str, Any]]:
    from apps.music.model.composer import Composer
    from apps.music.model.request import Request
    from apps.music.model.scores import score_pieces
    from apps.music.reading.piece import Piece

    composer = Composer.load(folder)
    lengths = [0, 1, 2, *rng.integers(3, 9 if toy else 49, 10 if toy else 60).tolist()]
    pieces = [
        Piece(str(i), _frames(rng, length, i % 4), (np.arange(length) % 8 + 1).astype("uint8"))
        for i, length in enumerate(lengths)
    ]
    answers = [
        {"log_p": score.log_p, "strike_log_p": score.strikes}
        for score in score_pieces(composer, pieces[1:])
    ]
    answers.insert(0, {name: _floats([]) for name in ("log_p", "strike_log_p")})
    drawings = []
    for name, primed in (("generate after 8 frames", 8), ("generate from nothing", 0)):
        primers = [_frames(rng, primed, i % 4) for i in range(1 if toy or not primed else 4)]
        positions = (np.arange(primed + 16) % 8 + 1).astype("uint8")
        settings = [(0.9, 11), (1.0, 2**40)][: 1 if toy else None]
        drawings.append(
            {
                "name": name,
                "signature": "generate",
                "rows": {"primer": [primer.astype("int32") for primer in primers]},
                "settings": [
                    {
                        "positions": positions.astype("int32"),
                        "temperature": np.float32(temperature),
                        "seed": np.int64(seed),
                    }
                    for temperature, seed in settings
                ],
                "answers": [
                    [
                        {"frames": composer.compose(Request(primer, positions, LARGEST, *setting))}
                        for primer in primers
                    ]
                    for setting in settings
                ],
                "fill": {"frames": 0},
                "by_place": True,
            }
        )
    scores = {
        "name": "score",
        "signature": "score",
        "rows": {
            "frames": [piece.frames.astype("int32") for piece in pieces],
            "positions": [piece.positions.astype("int32") for piece in pieces],
        },
        "settings": [{}],
        "answers": [answers],
        "fill": dict.fromkeys(("log_p", "strike_log_p")),
    }
    return [scores, *drawings]


def translation(folder: RunFolder, rng: np.random.Generator, toy: bool) -> list[dict[str, Any]]:
    from apps.translation.model.translator import Translator
    from apps.translation.options import Search
    from apps.translation.reading.pairs import Pair
    from gated.text.codec import EOS

    translator = Translator.load(folder)
    # A translation may have twice as many tokens as its source, and here these are characters.
    given = [text for text in texts(rng, 10 if toy else 60, toy) if len(text) < 300]
    settings = [1, 4]
    answers = []
    for beams in settings:
        found = translator.translate(decoded(given), Search(beams, 1.0, 0.0))
        answers.append(
            [
                {"translation": one.text.encode(), "log_p": np.float32(one.log_p)}
                for one, *_ in found
            ]
        )
    targets = [*given[1:], b"2021-05-03"]
    pairs = map(Pair, decoded(given), decoded(targets))
    scored = [
        {
            "tokens": _strings([*one.tokens, EOS]),
            "token_log_p": log_p,
            "log_p": np.float32(one.log_p),
        }
        for _, one, log_p in translator.score_pairs(pairs)
    ]
    return [
        {
            "name": "translate",
            "signature": "translate",
            "rows": {"text": given},
            "settings": [{"beams": np.int32(beams)} for beams in settings],
            "answers": answers,
            "fill": {"translation": b"", "log_p": 0.0},
        },
        {
            "name": "score",
            "signature": "score",
            "rows": {"text": given, "translation": targets},
            "settings": [{}],
            "answers": [scored],
            "fill": {"tokens": b"", "token_log_p": 0.0, "log_p": 0.0},
        },
    ]


def _frames(rng, length, notes):
    """Frames with about so many notes each, some of them held from the one before."""
    sounding = rng.random((length, 88)) < notes / 88
    held = np.zeros_like(sounding)
    for t in range(1, length):
        kept = sounding[t - 1] & (rng.random(88) < 0.6)
        held[t] = kept & (rng.random(88) < 0.7)
        sounding[t] |= kept
    return np.where(sounding, np.where(held, 1, 2), 0).astype("uint8")


def _strings(some):
    return np.array([text.encode() if isinstance(text, str) else text for text in some], object)


def _floats(some):
    return np.array(list(some), "float32")


def main():
    name, run, path, toy = sys.argv[1:]
    import_tensorflow()
    kinds = (ner, sentiment, lm, music, translation)
    asked = {kind.__name__: kind for kind in kinds}[name]
    found = asked(RunFolder.open(Path(run)), np.random.default_rng(0), bool(int(toy)))
    with open(path, "wb") as file:
        pickle.dump(found, file)


if __name__ == "__main__":
    main()
