"""The model in a run folder, which may be a stranger's: checked before Keras builds what it says.

What the checks leave to an attacker is bounded by the size of the file: its layers are Keras's and
those that are registered here, and no array is larger than what is stored of it.
"""

import io
import json
import math
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import h5py
import keras

from gated.runs.folder import RunFolder

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_MEMBERS = [_CONFIG, "metadata.json", _WEIGHTS]
# Of what Keras has, modules of classes; functions, which have others, are in no model of ours.
_MODULES = {
    *("keras", "keras.constraints", "keras.initializers", "keras.layers", "keras.regularizers"),
    *("keras.src.models.functional", "keras.src.ops.core", "keras.src.ops.numpy"),
}
_VALUES = {"__keras_tensor__", "__slice__", "__ellipsis__"}  # places of layers, and of arrays


def load_model(run: RunFolder) -> keras.Model:
    """The model of a run, not compiled.

    Raises any kind of error where the file is not what the training of a run writes: to be called
    within `RunFolder.loading`.
    """
    import gated.layers  # noqa: F401, registers what the file holds

    with ZipFile(run.model) as archive:
        _check_members(archive)
        config = json.loads(archive.read(_CONFIG))
        weights = io.BytesIO(archive.read(_WEIGHTS))
    for described in _described(config):
        _check_class(described)
    stored = _stored(weights)
    # Within it variables have a shape, and take no memory.
    with keras.StatelessScope(initialize_variables=False):
        planned = keras.saving.deserialize_keras_object(
            {**config, "compile_config": None}, safe_mode=True
        )
        needed = sum(math.prod(variable.shape) for variable in planned.weights)
    if needed > stored:
        raise ValueError(f"its layers have {needed:,} weights, its file {stored:,}")
    return keras.saving.load_model(run.model, compile=False, safe_mode=True)


def _check_members(archive: ZipFile) -> None:
    """Nothing is unpacked to a path of the archive's choice, or grows when it is unpacked."""
    if (names := sorted(archive.namelist())) != _MEMBERS:
        raise ValueError(f"model.keras holds {', '.join(names)[:80]}, not {', '.join(_MEMBERS)}")
    for member in archive.infolist():
        if member.compress_type != ZIP_STORED or member.file_size != member.compress_size:
            raise ValueError(f"model.keras: {member.filename} is compressed")


def _described(config: Any) -> Iterator[dict]:
    """What the config of a model builds objects of."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for one in config:
            yield from _described(one)


def _check_class(described: dict) -> None:
    name, module = described["class_name"], described.get("module")
    registered = keras.saving.get_registered_object(described.get("registered_name"))
    ours = isinstance(registered, type) and issubclass(registered, keras.layers.Layer)
    # Keras joins module and name.
    if not ours and name not in _VALUES and (module not in _MODULES or not name.isidentifier()):
        raise ValueError(f"model.keras names {module}.{name}, which is no layer of ours")


def _stored(weights: io.BytesIO) -> int:
    """How many numbers a file of weights holds, all of them stored as they are."""
    count = 0

    def add(name: str, found: Any) -> None:
        nonlocal count
        if isinstance(found, h5py.Dataset):
            if found.external or found.is_virtual or found.id.get_storage_size() < found.nbytes:
                raise ValueError(f"{_WEIGHTS}: {name} is not stored whole")
            count += found.size

    with h5py.File(weights) as file:
        file.visititems(add)  # does not follow links, which Keras refuses
    return count
