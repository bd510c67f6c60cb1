"""State in a file: dicts, lists, numbers, text and arrays, without pickle, all or nothing.

The file is a zip archive: `tree.json` says how things are nested, `0.npy`, `1.npy`, … are the
arrays. Reading it runs no code. Writing goes to a second file that takes the place of the first
only when it is complete, so a run killed at any moment leaves a whole checkpoint behind.
"""

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from ..tensor import Tensor

_FORMAT = "tinytorch checkpoint 1"


class CheckpointError(RuntimeError):
    """A file that is no checkpoint, or not a whole one, or not one of this model."""


def save(state, path) -> None:
    """Write `state` to the file `path`.

    Parameters
    ----------
    state : dict, list, tuple, str, number, bool, None, array or Tensor, nested at will
        Dicts have strings or integers as keys. Tensors come back as arrays.
    path : path-like
        A file of this name is replaced in one moment, when the new one is complete.

    Raises
    ------
    TypeError
        For values of another kind; the file stays as it was.
    """
    path = Path(path)
    arrays = []
    tree = json.dumps({"format": _FORMAT, "state": _packed(state, arrays, "state")})
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("tree.json", tree)
                for i, array in enumerate(arrays):
                    with archive.open(f"{i}.npy", "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path):
    """Read what `save` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    CheckpointError
        If it is cut off, damaged or something else; the message names the file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            tree = json.loads(archive.read("tree.json"))
            if tree["format"] != _FORMAT:
                raise CheckpointError(f"{path}: written as {tree['format']!r}, not {_FORMAT!r}")
            return _unpacked(tree["state"], archive)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise CheckpointError(
            f"{path}: not a whole checkpoint of tinytorch ({error}); it may be cut off or of"
            " another program"
        ) from error


def _packed(value, arrays, where):
    """`value` as JSON; every container as [kind, contents], every array as ["array", number]."""
    if isinstance(value, Tensor):
        value = value._data
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic | np.ndarray) and value.dtype.kind in "fiubSU":
        arrays.append(np.asarray(value))
        return ["array", len(arrays) - 1]
    if isinstance(value, dict):
        if not all(type(key) in (str, int) for key in value):
            raise TypeError(f"save: the keys of {where} must be strings or integers")
        items = value.items()
        return ["dict", [[k, _packed(v, arrays, f"{where}[{k!r}]")] for k, v in items]]
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return [kind, [_packed(v, arrays, f"{where}[{i}]") for i, v in enumerate(value)]]
    raise TypeError(
        f"save: {where} is a {type(value).__name__}; only numbers, text, arrays, Tensors, and"
        " dicts, lists and tuples of them can be saved"
    )


def _unpacked(value, archive):
    if not isinstance(value, list):
        return value
    kind, content = value
    if kind == "array":
        with archive.open(f"{content}.npy") as entry:
            array = np.lib.format.read_array(entry, allow_pickle=False)
            entry.read()  # to the end, where the checksum is compared
            return array
    if kind == "dict":
        return {key: _unpacked(v, archive) for key, v in content}
    items = [_unpacked(v, archive) for v in content]
    return items if kind == "list" else tuple(items)
