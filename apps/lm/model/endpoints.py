"""The language model as TensorFlow graphs from raw strings, for the export."""

import tensorflow as tf

from gated.export.uniforms import uniforms
from gated.export.windows import in_windows
from gated.text.codec import EOS
from gated.text.codec_graph import CodecGraph, join

from .language_model import WINDOW, LanguageModel

# That a request reads, and has the logits of, at once.
_TOKENS, _LOGITS = 2**13, 2**22


class Endpoints:
    """What the SavedModel offers; `apps.lm.export` says what each takes and returns."""

    def __init__(self, language_model: LanguageModel):
        self.model = language_model
        self.codec = language_model.codec
        self.graph = CodecGraph(self.codec)
        self.names = tf.constant(self.codec.vocabulary.tokens)
        self.resources = [language_model.model, self.graph.table]
        self.sizes = [state.shape[-1] for state in language_model.model.inputs[1:]]
        self.step_signature = [
            tf.TensorSpec([None], tf.int32, name="token"),
            *(tf.TensorSpec([None, size], name=f"state_{i}") for i, size in enumerate(self.sizes)),
        ]

    def score(self, text):
        tokens = self.graph.tokens(text)
        ends = tf.fill([tokens.nrows(), 1], EOS)
        tokens = tf.concat([tokens, tf.RaggedTensor.from_tensor(ends)], axis=1)
        tokens, back = _longest_first(tokens)
        lengths = tokens.row_lengths()
        # The layers take no sequences of no steps, which no texts would be.
        shape = tf.stack([-1, tf.maximum(tf.reduce_max(lengths), 1)])
        y = self.graph.ids(tokens).to_tensor(self.codec.eos, shape=shape)
        x = self._shifted(y)

        def read(start, end, states):
            here = slice(tf.shape(states[0])[0]), slice(start, end)
            log_p, states = self.model.log_probabilities(x[here], y[here], states)
            return [log_p], states

        [log_p], _ = self._in_windows(read, x, self._zeros(tokens.nrows()), lengths, count=1)
        log_p = tf.where(tf.sequence_mask(lengths, tf.shape(y)[1]), log_p, 0.0)
        found = {
            "log_p": tf.reduce_sum(log_p, axis=1),
            "tokens": tokens.to_tensor("", shape=shape),
            "token_log_p": log_p,
        }
        return {name: tf.gather(rows, back) for name, rows in found.items()}

    def next(self, text):
        tokens, back = _longest_first(self.graph.tokens(text))
        x = self._shifted(self.graph.ids(tokens).to_tensor(self.codec.eos), keep=True)
        lengths = 1 + tf.cast(tokens.row_lengths(), tf.int32)

        def read(start, end, states):
            going = tf.shape(states[0])[0]
            logits, *after = self.model.model([x[:going, start:end], *states[1:]], training=False)
            # That of the last step, or of the last in this window, which the next one replaces.
            places = tf.minimum(lengths[:going], end) - 1 - start
            return [], [tf.gather(logits, places, batch_dims=1), *after]

        logits = tf.zeros([tokens.nrows(), len(self.codec)])
        states = [logits, *self._zeros(tokens.nrows())]
        _, [logits, *_] = self._in_windows(read, x, states, lengths)
        p = tf.nn.softmax(tf.gather(logits, back))
        order = tf.argsort(p, direction="DESCENDING", stable=True)
        return {
            "tokens": tf.gather(self.names, order),
            "probabilities": tf.gather(p, order, batch_dims=1),
        }

    def generate(self, prompt, length, temperature, top_k, top_p, seed):
        tokens = self.graph.tokens(prompt)
        first = tf.fill([tokens.nrows(), 1], self.codec.eos)
        ids = tf.concat([first, self.graph.ids(tokens)], axis=1)
        count = tf.cast(tokens.nrows(), tf.int32)

        def states_after(row):
            x = row[None, :-1]

            def read(start, end, states):
                _, *states = self.model.model([x[:, start:end], *states], training=False)
                return [], states

            _, states = self._in_windows(read, x, self._zeros(1))
            return [state[0] for state in states]

        states = tf.map_fn(
            states_after, ids, fn_output_signature=[tf.TensorSpec([n]) for n in self.sizes]
        )
        noise = uniforms(seed, count, length)
        last = tf.gather(ids.to_tensor(), ids.row_lengths() - 1, batch_dims=1)
        found, *_ = self.model.draw(
            last, states, tf.ones([count], tf.int32), noise, temperature, top_k, top_p
        )
        # Up to the first <EOS>, which is not part of the text.
        inside = tf.math.cumsum(tf.cast(found == self.codec.eos, tf.int32), axis=1) == 0
        new = tf.ragged.boolean_mask(tf.gather(self.names, found), inside)
        text = tf.concat([tokens, new], axis=1)
        if self.codec.level == "char":
            return {"text": tf.strings.reduce_join(text, axis=1)}
        text = tf.strings.reduce_join(text, axis=1, separator=" ")
        return {"text": text if self.codec.tokenized else join(text)}

    def step(self, token, *states):
        logits, states = self.model.step(token, list(states))
        return {"logits": logits, **{f"state_{i}": state for i, state in enumerate(states)}}

    def _in_windows(self, read, x, states, lengths=None, count=0):
        batch, length = tf.unstack(tf.shape(x))
        steps = min(_TOKENS, _LOGITS // len(self.codec)) // tf.maximum(batch, 1)
        window = tf.clip_by_value(steps, 1, WINDOW)
        return in_windows(read, length, window, states, count, lengths)

    def _shifted(self, y, keep=False):
        """x⟨t⟩ = y⟨t-1⟩, `<EOS>` the first."""
        first = tf.fill([tf.shape(y)[0], 1], self.codec.eos)
        x = tf.concat([first, y], axis=1)
        return x if keep else x[:, :-1]

    def _zeros(self, batch):
        return [tf.zeros([batch, size]) for size in self.sizes]


def _longest_first(ragged):
    """The rows by their length, and the places among those of the rows as they were."""
    order = tf.argsort(ragged.row_lengths(), direction="DESCENDING", stable=True)
    return tf.gather(ragged, order), tf.argsort(order, stable=True)
