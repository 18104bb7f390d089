"""A file that has lost its blank lines."""

from apps.ner.reading.conll import read
from apps.ner.reading.pieces import LONGEST
from apps.ner.reading.schemes import spans


def place(tmp_path, tokens):
    path = tmp_path / "x.conll"
    path.write_text("".join(f"{token}\t{tag}\n" for token, tag in tokens), encoding="utf-8")
    return path


def test_cut_after_a_full_stop_and_in_no_entity(tmp_path, capsys):
    said = [("Ada", "B-PER"), ("Lovelace", "I-PER"), *[("word", "O")] * 17, (".", "O")]
    path = place(tmp_path, said * 120)
    path.write_text("one\tO\n\n" + path.read_text() + "\none\tO\n")
    first, *pieces, last = read(path)
    assert [len(piece.tokens) for piece in pieces] == [1000, 1000, 400]
    assert {piece.tokens[-1] for piece in pieces} == {"."}
    assert len(first.tokens) == len(last.tokens) == 1
    assert sum(len(spans(piece.tags)) for piece in pieces) == 120
    assert [token for piece in pieces for token in piece.tokens] == [t for t, _ in said * 120]
    assert capsys.readouterr().err == (
        f"warning: {path}:3: more than 1,000 tokens without a blank line; 1 such sentence(s) cut "
        "into 3 pieces\n"
    )


def test_where_nothing_ends(tmp_path):
    """An entity is cut last; then there are several of it."""
    pieces = read(place(tmp_path, [("a", "O")] * 999 + [("b", "B-X"), ("c", "I-X")] * 10))
    assert [len(piece.tokens) for piece in pieces] == [999, 20]
    pieces = read(place(tmp_path, [("a", "B-X"), *[("b", "I-X")] * 2100]))
    assert [len(spans(piece.tags)) for piece in pieces] == [1, 1, 1]
    assert sum(span.end - span.start for p in pieces for span in spans(p.tags)) == 2101


def test_a_long_sentence_is_whole(tmp_path, capsys):
    (sentence,) = read(place(tmp_path, [("a", "O")] * LONGEST))
    assert len(sentence.tokens) == LONGEST
    assert capsys.readouterr().err == ""
