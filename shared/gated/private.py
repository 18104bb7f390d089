"""What Keras, TensorFlow and PyTorch have no public form for; nothing private is used elsewhere.

Tried on Keras 3.15.0 and 3.15.1, TensorFlow 2.21.0 and PyTorch 2.13.0; `.ci/versions` tries the
oldest and the newest that `pyproject.toml` allows. Where an import fails, a name has gone. Without

    get_tensor_attr, set_tensor_attr   `CRFLoss` would have to be given its layer
    get_keras_mask, set_keras_mask     a mask would have to be given to each method of a `CRF`, and
                                       one given to the layer by name would not reach the loss
    in_symbolic_scope                  `CRFLoss` could not refuse the output of another layer
    class_weights_given                `fit(class_weight=...)` would weigh sentences at random
    in_xla                             XLA would refuse a model with a part that it compiled before
    exporting                          a SavedModel would compile, or want cuDNN, where it is served
    dynamic_update_slice               the compiled loops would copy all steps at each of them
    assert_async                       a check on a GPU would have the host wait for it
"""

import sys

import keras
from keras.src.backend import get_keras_mask, set_keras_mask
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.backend.common.tensor_attributes import get_tensor_attr, set_tensor_attr

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    from tensorflow.compiler.tf2xla.python.xla import dynamic_update_slice
    from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext
elif keras.backend.backend() == "torch":
    from torch import _assert_async as assert_async

__all__ = [
    "assert_async",
    "class_weights_given",
    "dynamic_update_slice",
    "exporting",
    "get_keras_mask",
    "get_tensor_attr",
    "in_symbolic_scope",
    "in_xla",
    "set_keras_mask",
    "set_tensor_attr",
]


def in_xla():
    """Whether TensorFlow traces a graph that XLA compiles as a whole."""
    return GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


def exporting():
    """Whether a model is traced to be exported."""
    writers = ("keras.src.export", "tensorflow.python.saved_model")
    return any(name.startswith(writers) for name, _ in _callers())


def class_weights_given():
    """Whether Keras made the weights of a loss, within `fit` or the like, from `class_weight`."""
    return any(
        name.startswith("keras.src")
        and "class_weight" in frame.f_code.co_varnames
        and frame.f_locals.get("class_weight") is not None
        for name, frame in _callers()
    )


def _callers():
    """The modules and frames up the stack."""
    frame = sys._getframe()
    while frame is not None:
        yield frame.f_globals.get("__name__", ""), frame
        frame = frame.f_back
