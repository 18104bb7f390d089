"""Fresh copies of a layer, for the wrappers that hold several of a kind."""

import keras


def clone(layer, prefix, **changes):
    """A new unbuilt layer, `prefix_name`, of the configuration of `layer` but for `changes`.

    The changes of a bidirectional layer go to the two layers inside it.
    """
    serialized = keras.saving.serialize_keras_object(layer)
    config = serialized["config"]
    config["name"] = f"{prefix}_{config['name'].removeprefix(f'{prefix}_')}"
    inner = [config[name] for name in ("layer", "backward_layer") if name in config]
    for one in inner or [serialized]:
        one["config"].update(changes)
    for one in (serialized, *inner):
        # What the original was built with is not the copy's.
        one.pop("build_config", None)
    return keras.saving.deserialize_keras_object(serialized)
