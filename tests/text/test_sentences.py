"""The splitter of sentences: what its rules say, and that it moves no token."""

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from gated.text.sentences import LONGEST_SENTENCE, split_sentences
from gated.text.tokenizer_graph import tokenize

PIECES = [
    *'aAé.!?…"”)(0 \n',
    "。",
    "Dr.",
    "U.S.",
    " The ",
    "\n\n",
    "\x1e",
    "No.",
    ". ",
    "👍🏽",
    "J. ",
]
texts = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


split = tf.function(split_sentences, input_signature=[tf.TensorSpec([None], tf.string)])


def sentences(*texts):
    """The sentences of each text, from their first token to their last."""
    _, starts, ends = split(tf.constant(texts, tf.string))
    return [
        [text[first[0] : last[-1]] for first, last in zip(*rows, strict=True)]
        for text, *rows in zip(texts, starts.to_list(), ends.to_list(), strict=True)
    ]


# A | is where a sentence is to end.
CASES = """
Hello there.| How are you?| Fine!
He won!!!| Great ?!| What?!| Yes
No end
Mary met Joan .| " She left , " he said .
He said : " She left . "
Wait... he said.| Wait...| Then he went.| Hm…| Yes.
Is it "real"?| Yes.
“Stop!” he said.| “No.”| Then he left (at last.)| We stayed.
"No."| "Yes."| 'I see.'| [Really?]| Ok.
«Si.»| Bien.| ¿Qué?| ¡No!| Sí.
„Ja.“| Er ging.| »Nein!«| Sie blieb.
He asked: "Why?", and "How?" too.
Yahoo! is (was?) a firm.
Dr. Smith met Prof. Jones and Mrs. Brown.| They talked.
Gen. Lee and Gov. Brown met Sen. Dole at Mt. Fuji, near Ft. Worth.
J. R. R. Tolkien met George W. Bush.| He left.
I like plan B.| The others do not.
Mary and I.| We left.
He works at the U.N.| She does too.| The U.S. President came at 3 p.m.| It rained.
Acme Inc.| The firm sold.| Ltd. of old, and Acme Corp. of New York.
Mr. Brown Jr. came, cf. Smith et al. 1999, e.g. here.
It costs 3.5 or 1.200,5 at 10.30.| Then .5 more.
See No. 5, Nos. 6 and 7, Fig. 3 and Vol. II here.| On Jan. 5 we left.| No.| We did not.
It was 1984.| He was 3.| Then 4.
1. Open the door.| 2. Close it.| Done.
Am 3. Oktober kam er im 19. Jahrhundert.| Dann ging er, z. B. nach Bonn.
Visit example.com or https://x.org/a.b.| Use .NET and node.js now.
mail a.b@c.org.| Thanks :) bye
e.g. this and i.e. that
他说：“你好。”|然后走了。|再见！|好
「はい。」|彼は行った。|本当？|うん。
नमस्ते।| आप कैसे हैं?| ठीक
هل أنت بخير؟| نعم.| شكرا
... and then.| Ok
👍🏽!| 😀 Yes.| E\u0301t.| É, yes
A title¶ ¶|without a full stop¶|¶¶Next
one line¶and the next
a.¶|¶¶ ¶“b
"""


@pytest.mark.parametrize("case", CASES.strip().split("\n"))
def test_rules(case):
    case = case.replace("¶", "\n")
    expected = [one.strip() for one in case.split("|") if one.strip()]
    assert sentences(case.replace("|", "")) == [expected]


def test_line_ends_of_windows():
    assert sentences("a\r\nb\r\n \r\nc") == [["a\r\nb", "c"]]


@given(texts)
@settings(deadline=None, max_examples=200)
def test_the_tokens_are_those_of_the_tokenizer(text):
    found = split(tf.constant([text]))
    for nested, flat in zip(found, tokenize(tf.constant([text])), strict=True):
        assert nested.merge_dims(1, 2).to_list() == flat.to_list()
        assert all(nested.to_list()[0])  # no sentence is empty


@given(st.lists(texts, max_size=6))
@settings(deadline=None, max_examples=100)
def test_a_batch_is_its_texts_one_by_one(batch):
    assert sentences(*batch) == [sentences(text)[0] for text in batch]


@pytest.mark.parametrize(
    ("count", "lengths"),
    [(200, [200]), (201, [101, 100]), (401, [134, 134, 133]), (2000, [200] * 10)],
)
def test_long_sentences_are_cut_evenly(count, lengths):
    assert max(lengths) <= LONGEST_SENTENCE
    tokens, _, _ = split(tf.constant(["", "He did. They" + " x" * (count - 2) + "."]))
    assert [len(one) for one in tokens.to_list()[1]] == [3, *lengths]


@pytest.mark.parametrize("texts", [[], [""], ["", " \n\n \u00a0", "\x00"]])
def test_no_sentences(texts):
    assert sentences(*texts) == [[] for _ in texts]
