"""Tag schemes, against seqeval and against an encoder of our own for each scheme."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, Entities

from apps.ner.reading.schemes import (
    Span,
    TagError,
    detect,
    mended,
    read_as_conlleval,
    spans,
    to_bio2,
    to_iob1,
    to_iobes,
    with_scheme,
)

TYPES = ("PER", "LOC", "creative-work")
# Letters for begin, inside, end, single.
LETTERS = {"BIO2": "BIIB", "IOB1": "IIII", "IOBES": "BIES", "BILOU": "BILU"}
SEQEVAL = {"BIO2": IOB2, "IOB1": IOB1, "IOBES": IOBES, "BILOU": BILOU}


def family(scheme):
    return "IOBES" if scheme == "BILOU" else scheme


def encode(sentence, scheme):
    """The tags of (type or None, length) segments in `scheme`."""
    begin, inside, end, single = LETTERS[scheme]
    tags, before = [], None
    for type_, length in sentence:
        if type_ is None:
            tags += ["O"] * length
        else:
            letters = single if length == 1 else begin + inside * (length - 2) + end
            if scheme == "IOB1" and type_ == before:
                letters = "B" + letters[1:]
            tags += [f"{letter}-{type_}" for letter in letters]
        before = type_
    return tags


def spans_of(sentence):
    found, start = [], 0
    for type_, length in sentence:
        if type_ is not None:
            found.append(Span(type_, start, start + length))
        start += length
    return found


def by_seqeval(tags, scheme):
    (entities,) = Entities([tags], SEQEVAL[scheme]).entities
    return [Span(e.tag, e.start, e.end) for e in entities]


segments = st.lists(st.tuples(st.sampled_from((None, *TYPES)), st.integers(1, 4)), max_size=8)
corpora_of_segments = st.lists(segments, max_size=5)
schemes = st.sampled_from(sorted(LETTERS))


@given(segments)
def test_to_iobes_and_iob1(sentence):
    assert to_iobes(encode(sentence, "BIO2")) == encode(sentence, "IOBES")
    assert to_iob1(encode(sentence, "BIO2")) == encode(sentence, "IOB1")


@given(corpora_of_segments, schemes)
def test_round_trip(corpus, scheme):
    tags = [encode(sentence, scheme) for sentence in corpus]
    has_entities = any(spans_of(sentence) for sentence in corpus)
    found = detect(tags)
    assert found == (family(scheme) if has_entities else "BIO2")
    for sentence, sentence_tags in zip(corpus, tags, strict=True):
        bio2 = to_bio2(sentence_tags, found)
        assert list(bio2) == encode(sentence, "BIO2")
        assert spans(bio2) == spans_of(sentence)


def tag_lists(letters):
    tag = st.tuples(st.sampled_from(letters), st.sampled_from(TYPES[:2])).map("-".join)
    return st.lists(st.just("O") | tag, max_size=8)


@pytest.mark.parametrize("scheme", sorted(LETTERS))
@given(data=st.data())
def test_what_converts_is_what_seqeval_reads(scheme, data):
    tags = data.draw(tag_lists(sorted({"B", *LETTERS[scheme]})))
    try:
        bio2 = to_bio2(tags, family(scheme))
    except TagError:
        return
    assert spans(bio2) == by_seqeval(tags, scheme)


@given(tag_lists("BI"))
def test_spans_are_seqeval_strict_on_any_prediction(tags):
    assert spans(tags) == by_seqeval(tags, "BIO2")


@given(segments)
def test_spans_are_those_of_get_entities_on_valid_tags(sentence):
    tags = encode(sentence, "BIO2")
    # get_entities has inclusive ends.
    assert spans(tags) == [Span(t, start, end + 1) for t, start, end in get_entities(tags)]


@given(tag_lists("BIES"))
def test_any_tags_are_read_as_conlleval_reads_them(tags):
    # get_entities is conlleval in Python; it has inclusive ends.
    found = [Span(type_, start, end + 1) for type_, start, end in get_entities(tags)]
    assert spans(read_as_conlleval(tags)) == found


@given(segments, st.sampled_from(["BIO2", "IOB1", "IOBES"]))
def test_nothing_is_mended_of_what_fits(sentence, scheme):
    tags = encode(sentence, scheme)
    assert list(read_as_conlleval(tags)) == encode(sentence, "BIO2")
    assert mended(tags, read_as_conlleval(tags), scheme) == []


@pytest.mark.parametrize(
    "tags",
    [
        ["O", "B-X", "PER"],  # not without a scheme: one has it
        ["O", "X-PER"],  # the prefix of another
        ["O", "b-PER"],
        ["PER", "LOC"],  # nothing is outside: parts of speech, say
        ["O", "two words"],
        ["O", "-"],
        ["O", "_"],
        ["O"],
    ],
)
def test_what_is_no_tag_without_a_scheme(tags):
    assert with_scheme(tags) == ({}, "")


@given(st.lists(tag_lists("BIESLU"), max_size=4))
def test_detect_accepts_exactly_what_converts(corpus):
    def converts(scheme):
        try:
            for tags in corpus:
                to_bio2(tags, scheme)
        except TagError:
            return False
        return True

    fitting = [scheme for scheme in ("BIO2", "IOB1", "IOBES") if converts(scheme)]
    try:
        assert [detect(corpus)] == fitting[:1]
    except TagError as error:
        assert not fitting
        assert repr(corpus[error.sentence][error.index]) in str(error)


@pytest.mark.parametrize(
    ("corpus", "scheme"),
    [
        ([], "BIO2"),
        ([[]], "BIO2"),
        ([["O", "O"]], "BIO2"),
        ([["B-PER", "B-PER"]], "BIO2"),
        ([["I-PER", "B-PER"]], "IOB1"),
        ([["O", "I-LOC"], ["I-PER", "I-LOC"]], "IOB1"),
        ([["S-PER"]], "IOBES"),
        ([["B-PER", "L-PER", "O", "U-creative-work"]], "IOBES"),
    ],
)
def test_detect(corpus, scheme):
    assert detect(corpus) == scheme


def test_to_bio2():
    assert to_bio2(["I-A", "I-A", "B-A", "I-B", "O"], "IOB1") == ("B-A", "I-A", "B-A", "B-B", "O")
    assert to_bio2(["B-a-b", "I-a-b", "E-a-b", "S-a-b"], "IOBES") == (
        "B-a-b",
        "I-a-b",
        "I-a-b",
        "B-a-b",
    )


def test_spans_of_stray_inside_tags():
    assert spans(["I-A", "I-A", "O", "B-A", "I-B", "I-A"]) == [Span("A", 3, 4)]


@pytest.mark.parametrize(
    ("tags", "scheme", "index"),
    [
        (["O", "I-A"], "BIO2", 1),
        (["B-A", "I-B"], "BIO2", 1),
        (["O", "S-A"], "BIO2", 1),
        (["B-A"], "IOB1", 0),
        (["I-A", "B-B"], "IOB1", 1),
        (["S-A", "I-A"], "IOBES", 1),
        (["B-A", "E-A", "I-A"], "IOBES", 2),
        (["B-A", "E-B"], "IOBES", 1),
        (["B-A", "O"], "IOBES", 1),
        (["O", "B-A"], "IOBES", 1),
        (["O", "E-A"], "IOBES", 1),
    ],
)
def test_impossible_tags(tags, scheme, index):
    with pytest.raises(ValueError, match=f"{tags[index]!r}.*expected.*{scheme}") as info:
        to_bio2(tags, scheme)
    assert info.value.index == index


@pytest.mark.parametrize("tag", ["PER", "X-PER", "B-", "-PER", "-", "", "B", "b-PER", "o", "O-PER"])
def test_no_tags_at_all(tag):
    with pytest.raises(ValueError, match=f"{tag!r}.*expected.*BIO2") as info:
        detect([["O", "B-LOC"], ["O", tag]])
    assert (info.value.sentence, info.value.index) == (1, 1)


@pytest.mark.parametrize(
    ("corpus", "message", "place"),
    [
        ([["B-A", "I-A"], ["O", "I-A"], ["B-B"]], "'I-A' after 'O'.*BIO2", (1, 1)),
        ([["I-A"], ["O", "B-A"], ["I-B"]], "'B-A' after 'O'.*IOB1", (1, 1)),
        ([["S-A", "S-A", "S-A"], ["I-A"]], "first tag 'I-A'.*IOBES", (1, 0)),
        ([["S-A", "B-A", "E-A"], ["O", "B-A"]], "last tag 'B-A'.*IOBES", (1, 1)),
    ],
)
def test_mixtures_are_laid_to_the_minority(corpus, message, place):
    with pytest.raises(TagError, match=message) as info:
        detect(corpus)
    assert (info.value.sentence, info.value.index) == place


def test_unknown_scheme():
    with pytest.raises(ValueError, match="'IOE2', expected one of BIO2, IOB1, IOBES"):
        to_bio2(["O"], "IOE2")
