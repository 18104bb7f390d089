"""Fresh copies of a layer, for the wrappers that hold several of a kind."""

import keras


def clone(layer, prefix, **changes):
    """A new unbuilt layer, `prefix_name`, of the configuration of `layer` but for `changes`.

    The changes of a bidirectional layer go to the two layers inside it.
    """
    serialized = _alone(keras.saving.serialize_keras_object(layer))
    config = serialized["config"]
    config["name"] = f"{prefix}_{config['name'].removeprefix(f'{prefix}_')}"
    inner = [config[name] for name in ("layer", "backward_layer") if name in config]
    for one in inner or [serialized]:
        one["config"].update(changes)
    return keras.saving.deserialize_keras_object(serialized)


def _alone(config):
    """A configuration without what the original was built with, or is shared with.

    While Keras loads a model it takes two objects that had the same address in memory for one.
    """
    if isinstance(config, dict):
        left_out = ("build_config", "shared_object_id")
        return {name: _alone(value) for name, value in config.items() if name not in left_out}
    if isinstance(config, (list, tuple)):
        return type(config)(map(_alone, config))
    return config
