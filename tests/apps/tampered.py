"""What a stranger can do to the files of a run folder. None of it may be loaded, nor run."""

import json
import zipfile
from io import BytesIO

import h5py
import numpy as np
import pytest

HUGE = 10**7
RAN = []


def _rewrite(change):
    """Changes the members of an archive, by name."""

    def changed(path):
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return changed


def _config(change):
    """Changes the config of a model."""

    def changed(members):
        members["config.json"] = json.dumps(change(json.loads(members["config.json"]))).encode()

    return _rewrite(changed)


def _lambda(path):
    import keras

    def ran(x):
        RAN.append(x)
        return x

    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Lambda(ran, output_shape=(3,))(inputs)).save(path)
    RAN.clear()


def _other_model(path):
    import keras

    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Dense(2)(inputs)).save(path)


def _cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def _outside(members):
    members["../outside.txt"] = members["assets/../../outside.txt"] = b"written"


def _bomb(path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] += b" " * 2**23
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _units(config):
    if isinstance(config, dict):
        return {k: HUGE if k == "units" else _units(value) for k, value in config.items()}
    return [_units(one) for one in config] if isinstance(config, list) else config


def _weights(**options):
    """Weights of which nothing is stored."""

    def changed(members):
        file = BytesIO()
        with h5py.File(file, "w") as weights:
            weights.create_dataset("layers/x/vars/0", (HUGE, HUGE), "float32", **options)
        members["model.weights.h5"] = file.getvalue()

    return _rewrite(changed)


def _object(module, name, **config):
    made = {"module": module, "class_name": name, "config": config, "registered_name": None}
    return _config(lambda model: made)


def _folder(path):
    path.unlink()
    path.mkdir()


def _write(content):
    return lambda path: path.write_bytes(content)


_ANY = {
    "empty": _write(b""),
    "NULs": _write(bytes(100)),
    "a million": _write(b"x" * 10**6),
}
MODEL = {
    **_ANY,
    "cut": _cut,
    "a byte": _flip,
    "another archive": _rewrite(dict.clear),
    "another model": _other_model,
    "code": _lambda,
    "members outside": _rewrite(_outside),
    "compressed": _bomb,
    "huge layers": _config(_units),
    "huge weights": _weights(),
    "huge compressed weights": _weights(chunks=(1000, 1000), compression="gzip"),
    "weights elsewhere": _weights(external="elsewhere"),
    "a function": _object("builtins", "function", config="system"),
    "a function of Python": _object("os", "system", command="true"),
    "a download": _object("keras", "utils.get_file", fname="x", origin="http://localhost/"),
    "a SavedModel": _object("keras.layers", "TFSMLayer", filepath="."),
    "a file": _object("keras.layers", "StringLookup", vocabulary="/etc/hostname"),
    "a class of another package": _object("keras_hub.models", "BertBackbone"),
    "no class": _config(lambda model: {**model, "class_name": 3}),
    "no object": _config(lambda model: []),
    "deep": _rewrite(lambda members: members.update({"config.json": b"[" * 10**5})),
}
CONFIG = {
    **_ANY,
    "nothing": _write(b"{}"),
    "deep": _write(b"[" * 10**5),
    "digits": _write(b'{"seed": ' + b"9" * 5000 + b"}"),
    "types": lambda path: path.write_text(
        json.dumps({name: {"a": [1]} for name in json.loads(path.read_bytes())})
    ),
}


def _one_more_line(path):
    path.write_bytes(path.read_bytes() + b"zyzzyva\t1\n")


VOCABULARY = {
    **_ANY,
    "a folder": _folder,
    "cut": _cut,
    "one more": _one_more_line,
    "bytes": _write(b"caf\xe9\t1\n"),
    "digits": _write(b"a\t" + b"9" * 5000 + b"\n"),
}


class Pickled:
    def __reduce__(self):
        return exec, ("from tests.apps.tampered import RAN; RAN.append(1)",)


def _pickle(path):
    with np.load(path) as saved:
        arrays = {**saved, "names": np.array([Pickled()], object)}
    np.savez_compressed(path, **arrays)
    RAN.clear()


def _arrays(**changed):
    def change(path):
        with np.load(path) as saved:
            arrays = {**saved, **changed}
        np.savez_compressed(path, **arrays)

    return change


def _huge_array(path):
    """Of which the archive has the head alone."""
    head = BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|u1", "fortran_order": False, "shape": (HUGE, HUGE)}
    )
    _rewrite(lambda members: members.update({"frames.npy": head.getvalue()}))(path)


def zeros(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("frames.npy", bytes(2**28 + 1))


ARRAYS = {
    **_ANY,
    "a folder": _folder,
    "cut": _cut,
    "code": _pickle,
    "zeros": zeros,
    "a huge array": _huge_array,
    "other keys": _arrays(frames=np.zeros((4, 3), "uint8")),
    "other numbers": _arrays(frames=np.zeros((4, 88), "complex64")),
    "other lengths": _arrays(lengths=np.array([-1, 2**62])),
    "no grid": _arrays(grids=np.array(["x"])),
}


def files(*vocabularies, arrays=()):
    """Of a parameter: the names of files, each with what is done to it."""
    changes = {"model.keras": MODEL, "config.json": CONFIG}
    changes |= dict.fromkeys(vocabularies, VOCABULARY) | dict.fromkeys(arrays, ARRAYS)
    return [
        pytest.param(name, change, id=f"{name}-{what}")
        for name, all_changes in changes.items()
        for what, change in all_changes.items()
    ]
