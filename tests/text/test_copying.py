"""Texts as tokens and back: what is unknown is copied, in Python as in TensorFlow."""

import pickle
import re

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gated.errors import BadData, BadUsage
from gated.export.saved_model import save_endpoints
from gated.text.copying import CopyingCodec
from gated.text.copying_graph import CopyingGraph
from gated.text.levels import LEVELS, PLACEHOLDERS

TEXTS = [
    'The lower one is the lowest; "No," he said, and it\'s 3.5 apples (or 10:30)!',
    "They showed the newest tower, the widest; it's slower.",
    "Il a dit : « Ça alors ! » 3,5 % de l'été, peut-être…",
    "<1> is not <EOS>, nor <UNK>, and ￭ is a mark; ab￭cd ￭",
    "the wide tower, the wider one, and the widest: the newest is the lowest.",
]
KINDS = [(level, tokenized) for level in LEVELS for tokenized in (False, True)]


@pytest.fixture(scope="module", params=KINDS, ids=str)
def codec(request):
    return CopyingCodec.learn(TEXTS, 200, *request.param)


@pytest.fixture(scope="module")
def graph(codec):
    graph = CopyingGraph(codec)
    strings = tf.TensorSpec([None], tf.string)
    names = tf.TensorSpec([None, PLACEHOLDERS], tf.string)
    ids = tf.RaggedTensorSpec([None, None], tf.int32)
    graph.encode = tf.function(graph.encode, input_signature=[strings])
    graph.encode_target = tf.function(graph.encode_target, input_signature=[strings, names])
    graph.tokens = tf.function(graph.tokens, input_signature=[ids, names])
    graph.decode = tf.function(graph.decode, input_signature=[ids, names])
    return graph


# Of two versions of Unicode: no characters but those of both.
characters = st.characters(exclude_categories=["Cs", "Cn", "Co"])
PIECES = ["the", "low", "est", "3.5", "￭", "<1>", "<EOS>", "<UNK>", "<unk>", "é", "Ж", "ДЖ", "☃"]
PIECES += [*" .,'-(“\t\u00a0\x00\x1c\x1e\x1f\x85\u2028\ufeff\n\r", "\u0301", "東京", "👩\u200d👧"]
texts = st.text(characters, max_size=30) | st.lists(st.sampled_from(PIECES), max_size=25).map(
    "".join
)


def plain(codec, text):
    """As it can come back."""
    return text if codec.level == "char" else " ".join(text.split())


@given(text=texts)
@settings(deadline=None)
def test_the_text_comes_back(codec, text):
    tokens = codec.split(text)
    assert codec.join(tokens) == plain(codec, text)
    ids, names = codec.encode(text)
    assert ids.dtype == np.int32
    assert len(ids) == len(tokens)
    if codec.unknown not in ids:
        assert codec.tokens(ids, names) == tokens
        assert codec.decode(ids, names) == plain(codec, text)
    else:
        assert len(names) == PLACEHOLDERS


@given(batch=st.lists(st.tuples(texts, texts), max_size=5))
@example(batch=[("", " \t"), ("a" * 1000, "Ж" * 1000)])
@example(batch=[("ЖД the ЖД Ж, ☃☃.", "the ☃☃, Ж ЖД"), ("a\x00", "\x00a"), ("", "")])
@example(batch=[("ЖД the", "lowЖД"), ("é ü ñ ø å ß œ æ þ ð", "ð þ é")])
@settings(deadline=None, max_examples=30)
def test_tensorflow_does_the_same(codec, graph, batch):
    sources, targets = ([pair[i] for pair in batch] for i in (0, 1))
    encoded = [codec.encode(source) for source in sources]
    ids, names = graph.encode(tf.constant(sources, tf.string))
    assert ids.to_list() == [found.tolist() for found, _ in encoded]
    strings = [[name.decode() for name in row if name] for row in names.numpy()]
    assert strings == [list(found) for _, found in encoded]

    decoded = [codec.decode(found, names) for found, names in encoded]
    assert [text.decode() for text in graph.decode(ids, names).numpy()] == decoded

    found = graph.encode_target(tf.constant(targets, tf.string), names)
    expected = [
        codec.encode_target(target, names)
        for target, (_, names) in zip(targets, encoded, strict=True)
    ]
    assert found.to_list() == [one.tolist() for one in expected]


@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_whatever_a_model_writes_is_decoded_alike(codec, graph, data):
    ids = st.integers(0, len(codec) - 1) | st.sampled_from([0, codec.eos, *codec.placeholders])
    rows = data.draw(st.lists(st.lists(ids, max_size=12), max_size=4))
    names = ["é", "￭", "<1>", "a￭b\x1f"][: data.draw(st.integers(0, 4))]
    if codec.level != "char":
        names = [name.strip("\x1f") for name in names]
    padded = tf.constant([names + [""] * (PLACEHOLDERS - len(names))] * len(rows), tf.string)
    padded = tf.reshape(padded, [-1, PLACEHOLDERS])
    ragged = tf.ragged.constant(rows, tf.int32, ragged_rank=1)
    tokens = graph.tokens(ragged, padded).to_list()
    assert [[one.decode() for one in row] for row in tokens] == [
        codec.tokens(r, names) for r in rows
    ]
    found = [text.decode() for text in graph.decode(ragged, padded).numpy()]
    assert found == [codec.decode(row, names) for row in rows]


def test_placeholders_in_the_order_of_the_source():
    codec = CopyingCodec.learn(["the the s s s the"], 100)
    ids, names = codec.encode("Ж, the ☃ Ж")
    assert names == ("Ж", ",", "☃")
    assert codec.vocabulary.tokens[ids[0]] == "<1>"
    assert [codec.vocabulary.tokens[i] for i in ids] == ["<1>", "￭<2>", "the", "<3>", "<1>"]
    target = codec.encode_target("☃ Ж ü", names)
    assert [codec.vocabulary.tokens[i] for i in target] == ["<3>", "<1>", "<UNK>"]
    assert codec.decode(target, names) == "☃ Ж <UNK>"
    assert codec.decode([codec.places["<4>"], codec.eos, ids[2]], names) == "<UNK>"


@pytest.mark.parametrize("level", LEVELS)
def test_a_word_of_another_script_is_one_placeholder(level):
    codec = CopyingCodec.learn(TEXTS, 200, level)
    ids, names = codec.encode("the Достоевский, the")
    assert "Достоевский" in names
    copied = [i for i in ids if i in codec.placeholders]
    assert codec.decode(ids, names) == "the Достоевский, the"
    assert len(copied) == (2 if "," in names else 1)


def test_hidden_words_are_as_unknown_ones(codec):
    source, target = "the tower is the newest", "(here) the newest the"
    assert codec.common(source, target) == ["the", "newest"]
    ids, names = codec.encode(source, ["the"])
    assert names[0] == "the"
    assert (ids == codec.placeholders.start).sum() == 2
    assert (codec.encode_target(target, names) == codec.placeholders.start).sum() == 2
    assert codec.decode(ids, names) == source
    assert codec.encode(source)[0][0] not in codec.placeholders


def test_text_that_looks_like_what_is_special(codec):
    text = "<1> <2>￭ <EOS> <UNK> ￭<1> <1>"
    ids, names = codec.encode(text)
    assert codec.eos not in ids
    assert codec.decode(ids, names) == text


@pytest.mark.parametrize("level", LEVELS)
def test_size_and_min_count(level):
    codec = CopyingCodec.learn(TEXTS, 60, level)
    assert len(codec) <= 60
    rare = CopyingCodec.learn(["ab ab ac d", "☃"], 100, level, min_count=2)
    assert "☃" not in rare.vocabulary.tokens
    assert rare.vocabulary.counts["<EOS>"] == 2


def test_no_room_for_tokens():
    with pytest.raises(BadUsage, match=r"^a vocabulary of 35 tokens, expected more than 35$"):
        CopyingCodec.learn(TEXTS, 35)


def test_save_and_load(codec, tmp_path):
    codec.save(tmp_path)
    loaded = CopyingCodec.load(tmp_path, codec.level, codec.tokenized)
    for one in (loaded, pickle.loads(pickle.dumps(codec))):
        assert one.vocabulary.counts == codec.vocabulary.counts
        assert [one.encode(text)[0].tolist() for text in TEXTS] == [
            codec.encode(text)[0].tolist() for text in TEXTS
        ]


def test_damaged_files(codec, tmp_path):
    codec.save(tmp_path)
    path = tmp_path / "tokens.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(lines[1:]), encoding="utf-8")
    with pytest.raises(BadData, match=f"^{re.escape(str(path))}:1: expected <EOS>, <1> to .*8>￭?"):
        CopyingCodec.load(tmp_path, codec.level, codec.tokenized)
    path.write_text("\n".join(lines[:-2]), encoding="utf-8")
    if codec.merges:
        with pytest.raises(BadData, match=r"merges\.txt:\d+: expected two tokens"):
            CopyingCodec.load(tmp_path, codec.level, codec.tokenized)


def test_bytes_that_are_not_utf8_are_read_as_replacement_characters(codec, graph):
    ids, _ = graph.encode(tf.constant([b"caf\xe9 au", b"\xff"]))
    assert ids.to_list() == [codec.encode(text)[0].tolist() for text in ("caf\ufffd au", "\ufffd")]


def test_export(codec, tmp_path):
    graph = CopyingGraph(codec)
    names = tf.TensorSpec([None, PLACEHOLDERS], tf.string)
    endpoints = {
        "encode": (graph.encode, [tf.TensorSpec([None], tf.string)]),
        "decode": (graph.decode, [tf.TensorSpec([None, None], tf.int32), names]),
    }
    save_endpoints(tmp_path / "export", graph.tables, endpoints)
    loaded = tf.saved_model.load(tmp_path / "export")
    ids, names = loaded.encode(tf.constant(TEXTS))
    assert ids.to_list() == [codec.encode(text)[0].tolist() for text in TEXTS]
    texts = [codec.decode(*codec.encode(text)) for text in TEXTS]
    assert [text.decode() for text in loaded.decode(ids.to_tensor(), names).numpy()] == texts


@pytest.mark.parametrize("level", LEVELS)
def test_a_very_long_word(level):
    codec = CopyingCodec.learn(TEXTS, 200, level)
    word = "lower" * 20_000
    ids, names = codec.encode(word)
    assert codec.decode(ids, names) == word
    found, _ = CopyingGraph(codec).encode(tf.constant([word, "the"]))
    assert found.to_list() == [ids.tolist(), codec.encode("the")[0].tolist()]


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "files, tokenized",
    [
        (["tatoeba_fra_eng/train.tsv"], False),
        (["small_parallel_enja/train.en", "small_parallel_enja/train.ja"], True),
    ],
    ids=str,
)
def test_corpora(corpora, level, files, tokenized):
    texts = []
    for file in files:
        lines = (corpora / "translation" / file).read_text(encoding="utf-8").split("\n")[:-1]
        texts += [text for line in lines for text in line.split("\t")[:2]]
    codec = CopyingCodec.learn(texts, 4000, level, tokenized)
    encode = tf.function(CopyingGraph(codec).encode)
    for start in range(0, len(texts), 4096):
        batch = texts[start : start + 4096]
        ids, names = encode(tf.constant(batch))
        expected = [codec.encode(text) for text in batch]
        assert ids.to_list() == [found.tolist() for found, _ in expected]
        assert [list(filter(None, row)) for row in names.numpy().tolist()] == [
            [name.encode() for name in names] for _, names in expected
        ]
        for text, (ids, names) in zip(batch, expected, strict=True):
            if codec.unknown not in ids:
                assert codec.decode(ids, names) == plain(codec, text)
