"""Drawing texts."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from apps.lm.model.language_model import LanguageModel, Settings
from gated.text.codec import EOS


def draw(language_model, **options):
    """The tokens of each text, without its prompt."""
    usual = {"prompt": "", "samples": 3, "length": 400, "lines": 1, "seed": 0}
    usual |= {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
    texts = zip(*language_model.sample(Settings(**usual | options)), strict=True)
    return [[token for part in parts for token in part] for parts in texts]


def test_a_text_depends_on_the_seed_and_its_number_alone(language_model):
    three = draw(language_model)
    assert draw(language_model) == three
    assert draw(language_model, samples=1) == three[:1]
    assert three[0] != three[1] != three[2]
    others = draw(language_model, seed=1)
    assert all(one != other for one, other in zip(three, others, strict=True))


def test_a_shorter_text_is_the_beginning(language_model):
    whole = draw(language_model, lines=30, samples=2)
    short = draw(language_model, lines=30, samples=2, length=70)
    assert all(len(text) == 70 for text in short)
    assert short == [text[:70] for text in whole]


@pytest.mark.parametrize("lines", [1, 4])
def test_a_text_ends_with_its_last_line(language_model, lines):
    for text in draw(language_model, lines=lines):
        assert text.count(EOS) == lines
        assert text[-1] == EOS


def test_unknown_and_padding_are_never_drawn(language_model):
    model = keras.models.clone_model(language_model.model)
    first, *others = language_model.model.get_weights()
    # Whatever the state, one of the two is likelier than all others together.
    first[1] = 1000 * np.sign(first[1])
    first[0] = -first[1]
    model.set_weights([first, *others])
    crazed = LanguageModel(language_model.codec, model)
    likeliest = {token for text in ("", "the", "sea") for token, _ in crazed.next_tokens(text, 1)}
    assert likeliest <= {"", "<UNK>"}
    for temperature in (0.0, 1.0):
        texts = draw(crazed, temperature=temperature, prompt="t", lines=50, length=100)
        assert not {"", "<UNK>"} & {token for text in texts for token in text}


def test_temperature_0_takes_the_likeliest(language_model):
    codec, prompt = language_model.codec, "and the"
    (found,) = draw(language_model, samples=1, prompt=prompt, temperature=0, length=70, lines=70)
    states, expected = language_model.first_states(1), []
    given = [codec.eos, *codec.ids(prompt)]
    for t in range(len(prompt) + 70):
        logits, *states = language_model.model([ops.array([given[t : t + 1]]), *states])
        if t >= len(prompt):
            logits = ops.convert_to_numpy(logits)[0, 0]
            logits[[0, codec.unknown]] = -np.inf
            given.append(int(logits.argmax()))
            expected.append(codec.vocabulary.tokens[given[-1]])
    assert found == expected


def sampled(command, run, *options):
    result = command("sample", "--run", run, "--length", 150, "--lines", 5, *options)
    assert (result.status, result.err) == (0, "")
    return result.out


def test_streaming_prints_the_same(command, run, language_model):
    streamed = sampled(command, run, "--prompt", "The")
    assert streamed.startswith("The") and streamed.count("\n") > 1
    (one,) = map(json.loads, sampled(command, run, "--prompt", "The", "--json").splitlines())
    assert one == {"i": 0, "prompt": "The", "text": streamed.removesuffix("\n")}
    two = sampled(command, run, "--prompt", "The", "--samples", 2)
    assert two.startswith(streamed) and two[len(streamed) :].startswith("The")


def test_beams(command, run):
    options = ["--run", run, "--prompt", "The", "--length", 12, "--json"]
    result = command("sample", *options, "--beams", 6, "--samples", 4)
    assert (result.status, result.err) == (0, "")
    found = [json.loads(line) for line in result.lines]
    assert [one["i"] for one in found] == [0, 1, 2, 3]
    assert len({one["text"] for one in found}) == 4
    scores = [one["log_p"] for one in found]
    assert scores == sorted(scores, reverse=True)
    (greedy,) = (json.loads(line) for line in command("sample", *options, "--beams", 1).lines)
    drawn = command("sample", *options, "--temperature", 0).lines
    assert greedy["text"] == json.loads(drawn[0])["text"]
    assert greedy["log_p"] <= scores[0]


def test_log_p_of_a_beam(language_model):
    """The tokens' log P, with those that never come left out."""
    codec = language_model.codec
    (tokens, log_p), *_ = language_model.search("a", 3, length=9, lines=2)
    given = [codec.eos, *codec.ids(["a", *tokens])]
    states = language_model.first_states(1)
    logits, *_ = language_model.model([ops.array([given[:-1]]), *states])
    logits = ops.convert_to_numpy(logits)[0, 1:]
    logits[:, [0, codec.unknown]] = -np.inf
    p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    np.testing.assert_allclose(log_p, p[np.arange(len(tokens)), given[2:]].sum(), rtol=1e-5)


def test_words(command, runs):
    text = sampled(command, runs["words"], "--prompt", "the sea,")
    assert text.startswith("the sea,") and len(text) > 20
    assert "￭" not in text and " ," not in text and " ." not in text


def test_options_reach_the_model(command, run):
    likeliest = sampled(command, run, "--temperature", 0)
    assert sampled(command, run, "--top-k", 1) == likeliest
    assert sampled(command, run, "--top-p", 1e-6) == likeliest
    assert sampled(command, run, "--seed", 7) not in (likeliest, sampled(command, run))
