"""State in a file: dicts, lists, numbers, text, arrays and Tensors, without pickle, all or nothing.

The file is a zip archive: `tree.json` says how things are nested, `0.npy`, `1.npy`, … are the
arrays, and the comment at its end is a digest of everything before it. Reading it runs no code,
and a single wrong bit is noticed. Writing goes to a second file that takes the place of the first
only when it is complete, so a run killed at any moment leaves a whole checkpoint behind.
"""

import hashlib
import json
import os
import zipfile
from io import BytesIO
from math import prod
from pathlib import Path
from types import NoneType
from typing import BinaryIO

import numpy as np

from ..module import Module, Parameter
from ..tensor import Tensor

_FORMAT = "tinytorch checkpoint 2"
_UNSIGNED = "tinytorch checkpoint 1"  # without a digest; read, and no longer written
_DIGEST = 64  # letters
_DEPTH = 100  # how deep things may be nested


class CheckpointError(RuntimeError):
    """A file that is no checkpoint, or not a whole one, or not one of this model."""


def save(obj, f: str | os.PathLike | BinaryIO) -> None:
    """Write `obj` to a file.

    Parameters
    ----------
    obj : dict, list, tuple, str, number, bool, None, array or Tensor, nested at will
        Dicts have text, numbers, booleans or None as keys. Of a Module, save its `state_dict()`.
    f : path or binary file
        A file of this name is replaced in one moment, when the new one is complete.

    Raises
    ------
    TypeError
        For values of another kind; the file stays as it was.

    Examples
    --------
    >>> import io
    >>> import tinytorch as tt
    >>> file = io.BytesIO()
    >>> tt.save({"weights": tt.ones(2), "epoch": 3}, file)
    >>> start = file.seek(0)
    >>> tt.load(file)
    {'weights': tensor([1., 1.]), 'epoch': 3}
    """
    arrays = []
    tree = json.dumps({"format": _FORMAT, "state": _packed(obj, arrays, "state")})
    if hasattr(f, "write"):
        whole = BytesIO()
        _write(whole, tree, arrays)
        f.write(whole.getbuffer())
        return
    path = Path(f)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with open(unfinished, "w+b") as file:
            _write(file, tree, arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(f: str | os.PathLike | BinaryIO, map_location=None, *, weights_only: bool = True):
    """Read what `save` wrote.

    Parameters
    ----------
    f : path or binary file
        A file is read from its current position.
    map_location : "cpu", optional
        As in PyTorch; there is no other device.
    weights_only : bool
        As in PyTorch; nothing but data is ever read, so both are the same.

    Returns
    -------
    Arrays come back as arrays and Tensors as Tensors.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    CheckpointError
        If it is cut off, damaged or something else; the message names the file.
    """
    if isinstance(map_location, str) or hasattr(map_location, "type"):
        if str(map_location) != "cpu":
            raise ValueError(f"load: only the CPU is there, got map_location {map_location!r}")
    if hasattr(f, "read"):
        return _read(BytesIO(f.read()), getattr(f, "name", "the file"))
    with open(f, "rb") as file:
        return _read(file, f)


def _write(file, tree, arrays):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tree.json", tree)
        for i, array in enumerate(arrays):
            with archive.open(f"{i}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
        archive.comment = b"-" * _DIGEST
    digest = _digest(file, file.seek(0, os.SEEK_END) - _DIGEST)
    file.write(digest)


def _digest(file, size):
    """The digest of the first `size` bytes; the file is then positioned behind them."""
    file.seek(0)
    sha = hashlib.sha256()
    while size:
        part = file.read(min(size, 1 << 20))
        if not part:
            break
        sha.update(part)
        size -= len(part)
    return sha.hexdigest().encode()


def _read(file, name):
    try:
        size = file.seek(0, os.SEEK_END)
        whole = size > _DIGEST and _digest(file, size - _DIGEST) == file.read()
        with zipfile.ZipFile(file) as archive:
            if "tree.json" not in archive.namelist() and any(
                entry.endswith("data.pkl") for entry in archive.namelist()
            ):
                raise CheckpointError(
                    f"{name}: written by PyTorch with pickle, which runs code when it is read;"
                    " there, write the weights with safetensors, and read them with"
                    " tinytorch.safetensors.load_file"
                )
            tree = json.loads(_entry(archive, "tree.json", size))
            if tree["format"] not in (_FORMAT, _UNSIGNED):
                raise CheckpointError(f"{name}: written as {tree['format']!r}, not {_FORMAT!r}")
            if tree["format"] == _FORMAT and not whole:
                raise ValueError("the digest at its end is that of other bytes")
            return _unpacked(tree["state"], archive, size)
    except (CheckpointError, MemoryError):
        raise
    except Exception as error:  # whatever the bytes made a reader do
        raise CheckpointError(
            f"{name}: not a whole checkpoint of tinytorch ({error or type(error).__name__}); it may"
            " be cut off or of another program"
        ) from error


def _entry(archive, name, size):
    """The bytes of an entry, which are no more than the file has."""
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or not 0 <= info.file_size <= size:
        raise ValueError(f"{name} of {info.file_size} bytes in a file of {size}")
    return archive.read(info)


def _array(data):
    """The array in the bytes of an .npy file, if they are as many as its header declares."""
    file = BytesIO(data)
    version = np.lib.format.read_magic(file)
    header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, _, dtype = header(file)
    if dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} and shape {shape}")
    declared, there = prod(shape) * dtype.itemsize, len(data) - file.tell()
    if declared != there:
        raise ValueError(f"an array of shape {shape} in {there} bytes, not {declared}")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def _packed(value, arrays, where, depth=0):
    """`value` as JSON; every container as [kind, contents], every array as [kind, number]."""
    if depth > _DEPTH:
        raise ValueError(f"save: the state is nested more than {_DEPTH} deep (or holds itself)")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (Tensor, np.generic, np.ndarray)):
        array = np.asarray(value._data if isinstance(value, Tensor) else value)
        if array.dtype.kind in "fiubSU":
            arrays.append(array)
            return [_kind(value), len(arrays) - 1]
    if isinstance(value, (bool, int, float, str)):  # a subclass, such as an enumeration
        return next(kind(value) for kind in (bool, int, float, str) if isinstance(value, kind))
    if isinstance(value, dict):
        if not all(type(key) in (str, int, float, bool, NoneType) for key in value):
            raise TypeError(f"save: the keys of {where} must be text, numbers, booleans or None")
        return [
            "dict",
            [[k, _packed(v, arrays, f"{where}[{k!r}]", depth + 1)] for k, v in value.items()],
        ]
    if isinstance(value, (list, tuple)):
        items = [_packed(v, arrays, f"{where}[{i}]", depth + 1) for i, v in enumerate(value)]
        return ["list" if isinstance(value, list) else "tuple", items]
    raise TypeError(
        f"save: {where} is a {type(value).__name__}; only numbers, text, arrays, Tensors, and"
        " dicts, lists and tuples of them can be saved"
        + (", such as its state_dict()" if isinstance(value, Module) else "")
    )


def _kind(value):
    if not isinstance(value, Tensor):
        return "array"
    if isinstance(value, Parameter):
        return "parameter" if value.requires_grad else "frozen parameter"
    return "leaf" if value.requires_grad and value.is_leaf else "tensor"


_MADE = {
    "array": lambda array: array,
    "tensor": Tensor,
    "leaf": lambda array: Tensor(array, requires_grad=True),
    "parameter": Parameter,
    "frozen parameter": lambda array: Parameter(array, requires_grad=False),
}


def _unpacked(value, archive, size, depth=0):
    if not isinstance(value, list):
        return value
    if depth > _DEPTH:
        raise ValueError(f"nested more than {_DEPTH} deep")
    kind, content = value
    if kind in _MADE:
        return _MADE[kind](_array(_entry(archive, f"{int(content)}.npy", size)))
    if kind == "dict":
        return {key: _unpacked(v, archive, size, depth + 1) for key, v in content}
    items = [_unpacked(v, archive, size, depth + 1) for v in content]
    return {"list": list, "tuple": tuple}[kind](items)
