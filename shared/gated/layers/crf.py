"""A linear-chain conditional random field."""

import functools

import keras
from keras import ops

from gated import crf as chains
from gated.checks import one_a_step, require
from gated.crf import schemes
from gated.private import (
    class_weights_given,
    get_keras_mask,
    get_tensor_attr,
    in_symbolic_scope,
    set_keras_mask,
    set_tensor_attr,
)

_LAYER = "_gated_crf"  # the attribute of a tensor that holds the layer that put it out


@keras.saving.register_keras_serializable("gated")
class CRF(keras.layers.Layer):
    """A linear-chain conditional random field: it scores the tags of a sequence as a whole.

        score(y) = start[y⟨1⟩] + Σ_t scores⟨t⟩[y⟨t⟩] + Σ_t transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩]
        P(y) = exp(score(y)) / Z,        Z = Σ_y' exp(score(y')) over all paths y'
        loss = -log P(y)

    Lafferty, McCallum and Pereira 2001; Sutton and McCallum 2012, "An introduction to conditional
    random fields", sections 2.3 and 4.1.

    It hands the scores on as they are, and `CRFLoss` takes them:

        crf = CRF(["O", "B-PER", "I-PER"], scheme="BIO2")
        model = keras.Model(words, crf(keras.layers.Dense(3)(features)))
        model.compile("adam", loss=CRFLoss())
        model.fit(ids, tags)                             # integers [n, t] both

        tags, log_probability = crf.viterbi(model(ids))
        tagger = keras.Model(words, crf(model.output, decode=True))      # to `predict`, to `export`

    Steps whose mask is false are skipped as if they were not there, wherever they are: the tag
    before one is beside the tag after. A sequence with no other steps has one path, without tags,
    whose log P is 0. A score of -inf forbids a tag at its step; tags that break the scheme or are
    forbidden so have the log P -inf, and no gradient. All is computed in float32, in float64 in a
    layer of that `dtype`.

    Weights: `transitions` [tags, tags], from the row's tag to the column's, `start` [tags] and
    `end` [tags], all 0 at first. Those that the scheme forbids are not looked at.

    Args:
        tags: how many tags there are, or their names in the order of their ids.
        scheme: `"BIO2"` or `"IOBES"`: forbid, in training and after, what the scheme does. The tags
            are then named `O`, `B-TYPE`, `I-TYPE`, ...

    Attributes:
        types: with a scheme, the names of the types of entities, in the order of the tags.

    Call arguments:
        scores: [b, t, tags].
        mask: booleans [b, t], any pattern; all true if None. Here and in the methods it is taken
            from the scores, as Keras has it, if not given.
        decode: give the best tags in place of the scores.

    Returns:
        The scores; or with `decode` the tags of the best path, int32 [b, t], -1 at masked steps.

    Raises:
        ValueError: on tags that are neither a positive number nor different names, a scheme that
            is unknown, has no such tags or leaves no sequences of some length, or scores whose
            last dimension is another number.
    """

    def __init__(self, tags, scheme=None, **kwargs):
        # Not cast to half precision on the way in.
        super().__init__(**{"autocast": False, **kwargs})
        named = isinstance(tags, (list, tuple))
        count = len(tags) if named else tags
        if not isinstance(count, int) or count < 1 or (named and len(set(tags)) < count):
            raise ValueError(
                f"`tags` must be a positive number, or different names. Received: tags={tags!r}"
            )
        if scheme is not None and not named:
            raise ValueError(f"A scheme needs the names of the tags. Received: tags={tags!r}")
        self.tags = list(tags) if named else tags
        self.scheme = scheme
        self.count = count
        self.types = None
        if scheme is not None:
            self.types = schemes.entity_types(tags, scheme)
            self._allowed = schemes.allowed_transitions(tags, scheme)
            self._entities = schemes.entity_tags(tags, scheme)
        self.supports_masking = True

    def build(self, scores_shape):
        self._check(scores_shape)
        for name, shape in (
            ("transitions", (self.count, self.count)),
            ("start", (self.count,)),
            ("end", (self.count,)),
        ):
            weight = self.add_weight(name=name, shape=shape, initializer="zeros", autocast=False)
            setattr(self, name, weight)

    def call(self, scores, mask=None, decode=False):
        self._check(scores.shape)
        if decode:
            return self.viterbi(scores, mask)[0]
        # A copy, for what is noted on it is not so of the tensor that came in.
        scores = ops.copy(ops.cast(scores, self.precision))
        set_tensor_attr(scores, _LAYER, self)
        if mask is not None:
            # Keras would note the one that came with the scores, not one that was given.
            set_keras_mask(scores, one_a_step(mask, scores, "a mask"))
        return scores

    def log_likelihood(self, scores, tags, mask=None):
        """The log P of tags [b, t], one number a sequence; at masked steps they may be any.

        Raises:
            ValueError: on tags of another shape, or outside 0 ... K-1 at a step that counts; see
                `gated.checks.require` for how graphs raise.
        """
        given = scores, _, mask = self._given(scores, mask)
        tags = ops.cast(one_a_step(tags, scores, "the ids of the tags"), "int32")
        exist = (tags >= 0) & (tags < self.count)
        require(
            ops.all(exist | ops.logical_not(mask)),
            f"The ids of the tags must lie in 0 ... {self.count - 1} at the steps that count",
        )
        # Those that do not are impossible where nothing raises, and not looked up in a table.
        score = chains.path_score(*given, ops.where(exist, tags, self.count))
        log_p = score - chains.log_partition(*given, training=True)
        return ops.where(score > chains.IMPOSSIBLE / 2, log_p, -float("inf"))

    def viterbi(self, scores, mask=None):
        """The best path.

        Returns:
            Its tags, int32 [b, t], -1 at masked steps; and its log P, [b].
        """
        tags, log_p = self.k_best(scores, 1, mask)
        return tags[:, 0], log_p[:, 0]

    def k_best(self, scores, k, mask=None):
        """The k best paths.

        Returns:
            Their tags, int32 [b, k, t], the best first, -1 at masked steps; and their log P,
            [b, k]. Where there are fewer than k paths the last are all -1, and their log P -inf.

        Raises:
            ValueError: on k that is not a positive integer.
        """
        if not isinstance(k, int) or k < 1:
            raise ValueError(f"`k` must be a positive integer. Received: k={k!r}")
        return _compiled(self.count, _k_best, k)(*self._given(scores, mask))

    def marginals(self, scores, mask=None):
        """The probability of each tag at each step, [b, t, tags]; 0 at masked steps."""
        return _compiled(self.count, chains.marginals)(*self._given(scores, mask))

    def span_probability(self, scores, starts, ends, types, mask=None):
        """The probability that an entity stands somewhere: of all paths that have it just there.

        They have the tags that the scheme spells it with; the next tag, in BIO2, does not go on
        with it.

        Args:
            scores: as in the call.
            starts: integers [b, n], the first steps of n spans a sequence.
            ends: integers [b, n], the steps after their last ones. A span without unmasked steps
                has the probability 0.
            types: integers [b, n], places in the attribute `types`.
            mask: as in the call.

        Returns:
            [b, n].

        Raises:
            ValueError: in a layer without a scheme.
        """
        if self.scheme is None:
            raise ValueError("The tags of an entity are known by a scheme. Received: scheme=None")
        spans = [ops.cast(x, "int32") for x in (starts, ends, types)]
        run = _compiled(self.count, _span_probability)
        return run(*self._given(scores, mask), self._entities, *spans)

    @property
    def precision(self):
        """The dtype that it computes in."""
        return "float64" if self.variable_dtype == "float64" else "float32"

    def _given(self, scores, mask):
        """The scores, transitions and mask that `gated.crf` takes."""
        mask = get_keras_mask(scores) if mask is None else mask
        scores = ops.cast(scores, self.precision)
        self._check(scores.shape)
        if not self.built:
            self.build(scores.shape)
        if mask is None:
            mask = ops.ones(ops.shape(scores)[:2], dtype="bool")
        mask = one_a_step(mask, scores, "a mask")
        start, end, transitions = (
            ops.cast(weight, self.precision) for weight in (self.start, self.end, self.transitions)
        )
        transitions = ops.concatenate([transitions, end[:, None]], axis=1)
        transitions = ops.concatenate([transitions, ops.pad(start, (0, 1))[None]], axis=0)
        if self.scheme is not None:
            transitions = ops.where(self._allowed, transitions, chains.IMPOSSIBLE)
        return ops.maximum(scores, chains.IMPOSSIBLE), transitions, ops.cast(mask, "bool")

    def _check(self, shape):
        if len(shape) != 3 or shape[-1] != self.count:
            raise ValueError(
                f"Expected scores of the shape [b, t, {self.count}]. Received: {tuple(shape)}"
            )

    def compute_output_spec(self, scores, mask=None, decode=False):
        self._check(scores.shape)
        if decode:
            return keras.KerasTensor(scores.shape[:2], dtype="int32")
        return keras.KerasTensor(scores.shape, dtype=self.precision)

    def get_config(self):
        tags = list(self.tags) if isinstance(self.tags, list) else self.tags
        return {**super().get_config(), "tags": tags, "scheme": self.scheme}


@keras.saving.register_keras_serializable("gated")
class CRFLoss(keras.losses.Loss):
    """-log P of the true tags, one number a sequence, for the output of a `CRF`.

    The output knows, as it knows its mask, which layer it is of: the loss itself holds nothing, and
    is saved and loaded with a model like any other. A sequence without unmasked steps counts in the
    mean, as 0. The metric "accuracy" beside it would be that of the tags with the best scores of
    their own, not of the best path.

    Args:
        reduction, name: as in `keras.losses.Loss`.

    Call arguments:
        y_true: the ids of the tags [b, t]; what they are at masked steps does not matter.
        y_pred: what a `CRF` puts out, [b, t, tags], with no layer after it.
        sample_weight: None, or one weight a sequence, [b] or [b, 1].

    Raises:
        ValueError: when called on any other tensor; on weights of steps, or of classes
            (`fit(class_weight=...)`); and on tags as `CRF.log_likelihood` does.
    """

    def __init__(self, reduction="sum_over_batch_size", name="crf_loss"):
        super().__init__(name, reduction)

    def __call__(self, y_true, y_pred, sample_weight=None):
        crf = get_tensor_attr(y_pred, _LAYER)
        y_true = one_a_step(y_true, y_pred, "the ids of the tags")
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight)
            _check_weights(tuple(sample_weight.shape), y_pred.shape[0])
        if crf is not None:
            losses = -crf.log_likelihood(y_pred, y_true)
        elif in_symbolic_scope():
            # Keras asks for the shape alone, with a tensor that it has made up.
            losses = y_pred[:, 0, 0]
        else:
            raise ValueError(
                "CRFLoss takes what a CRF layer puts out, directly, and in its model. "
                f"Received: {y_pred!r}"
            )
        return super().__call__(y_true, losses, sample_weight)

    def call(self, y_true, losses):
        return losses


def _check_weights(shape, batch):
    if class_weights_given():
        raise ValueError(
            "CRFLoss takes no `class_weight`: a sequence has tags of many classes. Expected "
            "`sample_weight`, one weight a sequence"
        )
    fits = len(shape) < 2 or shape[1:] == (1,)
    if fits and shape and None not in (shape[0], batch):
        fits = shape[0] == batch
    if not fits:
        raise ValueError(
            f"Expected one weight a sequence, of the shape [b], here ({batch},). Received: {shape}"
        )


@functools.cache
def _compiled(count, function, *options):
    """A function of tensors, compiled where there is a compiler, with the last arguments given.

    One for each number of tags, so that TensorFlow, after it has seen a few shapes, takes any batch
    and length, but not any number of tags.
    """

    def run(*tensors):
        return function(*tensors, *options)

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        compiled = tf.function(run, autograph=False, reduce_retracing=True)

        @tf.autograph.experimental.do_not_convert
        def call(*tensors):
            # Within a graph, such as an export, what is known of the shapes is to stay known.
            return run(*tensors) if tf.inside_function() else compiled(*tensors)

        return call
    if backend == "jax":
        import jax

        return jax.jit(run)
    return run


def _k_best(scores, transitions, mask, k):
    tags, score = chains.best_paths(scores, transitions, mask, k)
    log_p = score - chains.log_partition(scores, transitions, mask)[:, None]
    return tags, ops.minimum(log_p, 0)


def _span_probability(scores, transitions, mask, entities, starts, ends, types):
    only, there = schemes.only_with_entity(scores, mask, entities, starts, ends, types)
    batch, spans, length = ops.shape(only)[:3]
    masks = ops.broadcast_to(mask[:, None], (batch, spans, length))
    log_z = chains.log_partition(
        ops.reshape(only, (-1, length, only.shape[-1])),
        transitions,
        ops.reshape(masks, (-1, length)),
    )
    log_z = ops.reshape(log_z, (batch, spans))
    log_p = log_z - chains.log_partition(scores, transitions, mask)[:, None]
    return ops.where(there, ops.exp(ops.minimum(log_p, 0)), 0)
