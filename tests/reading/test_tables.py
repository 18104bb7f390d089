"""Tables: what separates columns, what a quote is, where a line ends. Values by hand."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gated.errors import BadData
from gated.reading.tables import read_table

NAMES = ("text", "label")


def read(text, wanted=NAMES, **options):
    table = read_table(lambda: [text], "x", wanted, **options)
    # However the text comes, after its first line.
    for size in (1, 3):
        pieces = [text[:30], *(text[i : i + size] for i in range(30, len(text), size))]
        again = read_table(lambda pieces=pieces: pieces, "x", wanted, **options)
        assert (list(again.rows), again.remarks) == (list(table.rows), table.remarks)
    return [tuple(fields) for _, fields in table.rows], table.remarks


FOUR = [("Good film", "pos"), ("Bad film", "neg"), ("Long but fine", "pos"), ("Dull", "neg")]
QUOTED_TEXT = [('"Good film', "pos"), *FOUR[1:2], ('Long but fine "', "pos"), *FOUR[3:]]


@pytest.mark.parametrize("separator", "\t,;|")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quotes_that_begin_and_end_texts_are_text(separator, end):
    lines = [separator.join(row) for row in [NAMES, *QUOTED_TEXT]]
    rows, remarks = read(end.join(lines), usual=separator)
    assert rows == QUOTED_TEXT
    assert remarks == "quotes are text (--quoting)"


@pytest.mark.parametrize(
    "text",
    [
        '"Great" she said',  # a field does not go on after its quote
        '"',
        'so "good"',
        '""Fine""',
        '"one',
    ],
)
def test_quotes_within_texts(text):
    rows, _ = read(f"text\tlabel\n{text}\tpos\nDull\tneg\n", usual="\t")
    assert rows == [(text, "pos"), ("Dull", "neg")]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ('"Good, really"', "Good, really"),
        ('"two\nlines"', "two\nlines"),
        ('"two, even\n\nthree\nlines"', "two, even\n\nthree\nlines"),
        ('"a ""dull"" day"', 'a "dull" day'),
        ('"Good"', "Good"),
        (r'"so \"good\", really"', 'so "good", really'),
    ],
)
def test_quotes_that_enclose(field, text):
    rows, remarks = read(f"text,label\n{field},pos\nDull,neg\n")
    assert rows == [(text, "pos"), ("Dull", "neg")]
    assert remarks == "quotes enclose fields (--quoting)"
    swapped, _ = read(f'label,text\npos, {field}\nneg,"Dull, so dull"\n', ("label", "text"))
    assert swapped == [("pos", text), ("neg", "Dull, so dull")]


def test_quoting_as_it_is_stated():
    content = 'text\tlabel\n"Good"\tpos\n'
    assert read(content, usual="\t", quoting="yes") == ([("Good", "pos")], "")
    assert read(content, usual="\t", quoting="no") == ([('"Good"', "pos")], "")


def test_nothing_is_told_of_quotes_that_make_no_difference():
    assert read('text,label\nso "good",pos\n') == ([('so "good"', "pos")], "")


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@given(st.lists(st.text('ab ",;|\n\t', max_size=9), min_size=1, max_size=6))
def test_what_the_csv_module_writes(quoting, texts):
    written = io.StringIO()
    rows = [(text.strip(), "pos") for text in texts]
    csv.writer(written, quoting=quoting).writerows([NAMES, *rows])
    assert read(written.getvalue().replace("\r\n", "\n"))[0] == rows


@pytest.mark.parametrize("separator", ",;\t|^~")
@pytest.mark.parametrize("usual", ",\t")
def test_separators_are_found(separator, usual):
    content = f"id{separator}text{separator}label\n1{separator}fine: really{separator}pos\n"
    rows, remarks = read(content, usual=usual)
    assert rows == [("fine: really", "pos")]
    assert bool(remarks) == (separator != usual)


def test_marks_of_texts_are_no_separators():
    rows, _ = read("0;dull, dull\n1;fine, really\n", ("2", "1"))
    assert rows == [("dull, dull", "0"), ("fine, really", "1")]
    assert read("text, label\nfine; really, pos\n")[0] == [("fine; really", " pos")]


def test_separators_that_are_stated():
    assert read("text::label\na, b::pos\n", separator="::") == ([("a, b", "pos")], "")
    assert read("text label\nfine pos\n", separator=" ") == ([("fine", "pos")], "")


def test_separators_that_the_first_line_names():
    rows, remarks = read("sep=;\r\ntext;label\r\na, b;pos\r\n")
    assert (rows, remarks) == ([("a, b", "pos")], "; between columns (--separator)")
    with pytest.raises(BadData, match=r"^x:3: 1 columns, expected 2$"):
        read("sep=;\ntext;label\na\n")


def test_columns_by_number():
    content = '"0","7","a, b"\n"4","8","c"\n'
    assert read(content, ("3", "1"))[0] == [("a, b", "0"), ("c", "4")]
    assert read('"a, b",0\n"c\n, d",4\n', ("1", "2"))[0] == [("a, b", "0"), ("c\n, d", "4")]
    # A name that is a number goes before the number; with another name there is a header.
    assert read("2,1,0\na,b,c\n", ("0", "2"))[0] == [("c", "a")]
    assert read("text,x\na,b\n", ("text", "2"))[0] == [("a", "b")]


def test_line_ends():
    mac = 'text,label\r"two\nlines",pos\rfine,neg\r'
    assert read(mac)[0] == [("two\nlines", "pos"), ("fine", "neg")]
    stray = "text,label\na\rb,pos\n"
    assert read(stray)[0] == [("a\rb", "pos")]
    assert read('text,label\n"a,\rb",pos\n')[0] == [("a, b", "pos")]


def test_long_fields():
    long = "x" * 200_000
    assert read(f'text,label\n"{long},",pos\n')[0] == [(f"{long},", "pos")]


def test_empty_last_columns():
    assert read("text,label\na,pos,\nb,neg,,\n")[0] == [("a", "pos"), ("b", "neg")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "x:1: no column `text`, found nothing"),
        ("text;stars\na;1\n", "x:1: no column `label`, found text, stars; columns of a file with"),
        ("text,label\na,b\n\nc,d,e\n", "x:4: 3 columns, expected 2"),
        ('text,label\n"a,\nb",pos\nc\n', "x:4: 1 columns, expected 2"),
        ('text,label\na,b\n"c, d,e\n', "x:3: unexpected end of data"),
    ],
)
def test_bad_tables(content, problem):
    with pytest.raises(BadData) as error:
        read(content)
    assert str(error.value).startswith(problem)
