"""Weights in safetensors files, which PyTorch, JAX and others read and write, without pickle.

The format is a header in JSON, with names, dtypes and shapes, and the numbers behind it. Reading it
runs no code. It needs the package `safetensors`: ``pip install safetensors``.

Source: https://github.com/huggingface/safetensors
"""

import os
from pathlib import Path

import numpy as np

from ..module import Module
from ..tensor import Tensor
from .saving import CheckpointError

_DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U64": np.uint64,
    "U32": np.uint32,
    "U16": np.uint16,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


def _package():
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "safetensors files need a package of that name: pip install safetensors"
        ) from error
    return safetensors


def save_file(tensors: dict, filename: str | os.PathLike, metadata: dict | None = None) -> None:
    """Write Tensors or arrays by name, such as a `state_dict()`.

    Parameters
    ----------
    tensors : dict of str to Tensor or array
    filename : path
        A file of this name is replaced in one moment, when the new one is complete.
    metadata : dict of str to str, optional
        Text that the file carries along.

    Examples
    --------
    >>> import os, tempfile
    >>> from tinytorch import nn, safetensors
    >>> model, file = nn.Linear(2, 1), os.path.join(tempfile.mkdtemp(), "model.safetensors")
    >>> safetensors.save_file(model.state_dict(), file)
    >>> sorted(safetensors.load_file(file))
    ['bias', 'weight']
    """
    path = Path(filename)
    arrays = {}
    for name, value in tensors.items():
        array = np.ascontiguousarray(value._data if isinstance(value, Tensor) else value)
        if not isinstance(name, str) or array.dtype.type not in _DTYPES.values():
            raise TypeError(
                f"save_file: {name!r} is of {array.dtype}; names must be text, and values Tensors"
                " or arrays of real numbers"
            )
        arrays[name] = array.reshape(np.shape(value))  # NumPy makes a row of a 0-d array
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(_package().numpy.save(arrays, metadata))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_file(filename: str | os.PathLike, device: str = "cpu") -> dict[str, Tensor]:
    """Read the Tensors of a safetensors file. PyTorch's bfloat16 becomes float32.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    CheckpointError
        If it is cut off, damaged or something else, or of numbers NumPy does not have.
    """
    if str(device) != "cpu":
        raise ValueError(f"load_file: only the CPU is there, got device {str(device)!r}")
    package, data = _package(), Path(filename).read_bytes()
    try:
        entries = package.deserialize(data)
        return {name: Tensor(_array(name, entry)) for name, entry in entries}
    except (package.SafetensorError, ValueError) as error:
        raise CheckpointError(f"{filename}: no whole safetensors file ({error})") from error


def _array(name, entry):
    data, dtype = entry["data"], entry["dtype"]
    if dtype == "BF16":  # the upper half of a float32
        array = (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    elif dtype in _DTYPES:
        array = np.frombuffer(data, _DTYPES[dtype])
    else:
        raise ValueError(f"{name} is of {dtype}, which NumPy does not have")
    return array.reshape(entry["shape"])


def save_model(model: Module, filename: str | os.PathLike, metadata: dict | None = None) -> None:
    """Write the `state_dict` of `model`; a parameter that is used in several places, once."""
    seen, kept = set(), {}
    state = model.state_dict()
    for name in state:
        tensor = _at(model, name)
        if tensor not in seen:
            seen.add(tensor)
            kept[name] = state[name]
    save_file(kept, filename, metadata)


def load_model(
    model: Module, filename: str | os.PathLike, strict: bool = True
) -> tuple[list[str], list[str]]:
    """Read the weights of `model`, and return the names that are missing and those left over.

    Of a parameter that is used in several places one name is enough.

    Raises
    ------
    RuntimeError
        As `Module.load_state_dict`.
    """
    state = load_file(filename)
    places = {name: _at(model, name) for name in model.state_dict()}
    found = {places[name]: value for name, value in state.items() if name in places}
    for name, tensor in places.items():
        if name not in state and tensor in found:
            state[name] = found[tensor]
    return tuple(model.load_state_dict(state, strict=strict))


def _at(model, name):
    """The parameter or buffer of this dotted name."""
    *parts, last = name.split(".")
    for part in parts:
        model = dict(model._parts())[part]
    return getattr(model, last)
