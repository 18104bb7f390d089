"""Language models as scorers: log P of a text, and of its end."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from gated.ctc.scorers import Scorer, for_rows
from gated.ctc.trie import Trie, space
from gated.text.codec import Codec


class _Model(Scorer):
    """What `gated.runs.language_model.load_language_model` gives, as it is read token by token."""

    def __init__(self, codec: Codec, model: keras.Model, tokens: Sequence[str]):
        self.codec, self.model = codec, model
        self.names = [token.lower() if codec.lower else token for token in tokens]

    def _first(self, rows):
        states = [ops.zeros((rows, state.shape[-1])) for state in self.model.inputs[1:]]
        return self._next(ops.full((rows,), self.codec.eos, dtype="int32"), *states)

    def _next(self, token, *states):
        """Log P of each token that may come after one more, and the states after that one."""
        logits, *states = self.model([token[:, None], *states], training=False)
        return [ops.log_softmax(ops.cast(logits[:, 0], "float32")), *states]


class CharacterModel(_Model):
    """A language model of characters; or of any tokens that are those of the texts too.

        Σ_i log P(y⟨i⟩ | y⟨1⟩ ... y⟨i-1⟩) + log P(<EOS> | y)

    Graves and Jaitly 2014, section 3.

    Args:
        codec: the language model's tokens. One that it lacks is its `<UNK>`; where it reads lower
            case only, capitals are that to it.
        model: from tokens and states to logits and states, such as `apps.lm` trains.
        tokens: what each token of a text is.
    """

    def __init__(self, codec: Codec, model: keras.Model, tokens: Sequence[str]):
        super().__init__(codec, model, tokens)
        self.ids = codec.ids(self.names)

    def first(self, rows):
        return self._first(rows)

    def step(self, token, states):
        return self._next(ops.take(ops.convert_to_tensor(self.ids), token), *states[1:])

    def adds(self, states):
        return ops.take(states[0], ops.convert_to_tensor(self.ids), axis=1)

    def ends(self, states):
        return states[0][:, self.codec.eos]


class WordModel(_Model):
    """A language model of words, of texts of characters.

        Σ_k log P(w⟨k⟩ | w⟨1⟩ ... w⟨k-1⟩) + log P(<EOS> | w)

    w are what stands between spaces; log P of a word is added when it ends, by a space or the end
    of the text. A trie of the language model's vocabulary says which one it is. Spaces side by side
    have no word between them.

    The states hold log P of all words of the vocabulary that may come next, for each row.

    Args:
        codec: the language model's words. Where it reads lower case only, capitals are that to it.
        model: from words and states to logits and states, such as `apps.lm` trains.
        tokens: what each token of a text is: a character, one of them a space.
        penalty: what is taken off log P(<UNK>) of a word that is not in the vocabulary.

    Raises:
        BadUsage: without a space among the tokens.
    """

    def __init__(
        self, codec: Codec, model: keras.Model, tokens: Sequence[str], penalty: float = 0.0
    ):
        super().__init__(codec, model, tokens)
        self.space, self.penalty = space(tokens), penalty
        # Tokens that are the same to the language model have the place of the first of them.
        places = [self.names.index(name) for name in self.names]
        known = dict(zip(self.names, places, strict=True))
        words = [
            [] if id_ in (0, codec.unknown, codec.eos) else [known.get(c, -1) for c in word]
            for id_, word in enumerate(codec.vocabulary.tokens)
        ]
        trie = Trie(([] if -1 in word else word for word in words), len(tokens))
        # In a word that is no beginning of a known one there is one node more.
        outside = len(trie.after)
        after = np.where(trie.after > 0, trie.after, outside)[:, places]
        after = np.pad(after, ((0, 1), (0, 0)), constant_values=outside)
        after[:, self.space] = 0
        self.after = after.astype("int32")
        ids = np.where(trie.words < 0, codec.unknown, trie.words)
        self.ids = np.append(ids, codec.unknown).astype("int32")

    def first(self, rows):
        return [ops.zeros((rows,), "int32"), *self._first(rows)]

    def step(self, token, states):
        node = states[0]
        places = node * self.after.shape[1] + token
        after = ops.take(ops.convert_to_tensor(self.after), places)
        return [after, *self._read(token == self.space, states)]

    def adds(self, states):
        ends = ops.arange(self.after.shape[1]) == self.space
        return ops.where(ends, self._word(states)[:, None], 0.0)

    def ends(self, states):
        return self._word(states) + self._read(True, states)[0][:, self.codec.eos]

    def _read(self, ended, states):
        """What comes after the words, of the rows in which there is one that has ended."""
        node, *read = states
        _, *before = read
        given = (self._id(node), *before)
        return for_rows(ops.logical_and(ended, node > 0), self._next, given, read)

    def _word(self, states):
        """Log P of the words that are being spelled, 0 where there is none."""
        node, log_p, *_ = states
        id_ = self._id(node)
        own = ops.take_along_axis(log_p, id_[:, None], axis=1)[:, 0]
        own = own - ops.where(id_ == self.codec.unknown, self.penalty, 0.0)
        return ops.where(node > 0, own, 0.0)

    def _id(self, node):
        return ops.take(ops.convert_to_tensor(self.ids), node)
