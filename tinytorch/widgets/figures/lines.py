"""Operations on lines (rows, columns, windows) that the page itself can compute at any point.

Their forward and rule stand in ``frame/rules.js``; here is which lines an operation goes through.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

RULES = {  # of a class: its rule in the page, and whether a line gives one number
    "SoftmaxBackward": ("softmax", False),
    "LogSoftmaxBackward": ("log_softmax", False),
    "LogsumexpBackward": ("logsumexp", True),
    "MaxBackward": ("max", True),
    "ProdBackward": ("prod", True),
    "VarBackward": ("variance", True),
    "CrossEntropyBackward": ("cross_entropy", True),
    "MaxPool2dBackward": ("max", True),
    "LayerNormBackward": ("normalize", False),
    "BatchNormBackward": ("normalize", False),
}


def live(
    operation: type, inputs: Sequence[np.ndarray], params: dict[str, Any], forward: Callable
) -> dict[str, Any] | None:
    """Return the rule and the lines of `operation` for the page, or None where it has none.

    A line is ``{"ins": [entries of an input, …], "outs": entries of z}``; the entries of all
    inputs are counted in a row.
    """
    kind = next((cls.__name__ for cls in operation.__mro__ if cls.__name__ in RULES), None)
    if kind is None or (kind == "CrossEntropyBackward" and params.get("reduction") != "none"):
        return None
    rule, one = RULES[kind]
    x = inputs[0]
    if kind == "MaxPool2dBackward":
        rows = windows(x, forward)
    elif kind == "LayerNormBackward":
        rows = along(x.shape, tuple(range(x.ndim - len(params["normalized_shape"]), x.ndim)))
    elif kind == "BatchNormBackward":
        rows = along(x.shape, tuple(axis for axis in range(x.ndim) if axis != 1))
    else:
        rows = along(x.shape, params.get("dim", 1 if kind == "CrossEntropyBackward" else None))
    starts = np.cumsum([0, *(array.size for array in inputs)])
    lines = []
    for k, row in enumerate(rows):
        ins = [row]
        if rule == "normalize":  # a row has its own scale at each place, a channel one for all
            at = np.arange(len(row)) if kind == "LayerNormBackward" else np.full(len(row), k)
            ins += [at + starts[1], at + starts[2]]
        elif rule == "cross_entropy":
            ins += [row + starts[1]]
        lines.append({"ins": ins, "outs": [k] if one else row})
    return {
        "rule": rule,
        "lines": lines,
        "share": kind == "MaxBackward",  # ties of a maximum share; a window takes the first
        "correction": params.get("correction", 1),
        "eps": params.get("eps", 1e-5),
    }


def along(shape: tuple[int, ...], dim: int | tuple[int, ...] | None) -> np.ndarray:
    """Return the entries of an array of `shape` as rows: what a reduction over `dim` combines."""
    count = len(shape)
    axes = range(count) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [axis % count for axis in axes]
    places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    places = np.moveaxis(places, axes, range(count - len(axes), count))
    return places.reshape(-1, int(np.prod([shape[axis] for axis in axes])))


def windows(x: np.ndarray, forward: Callable) -> list[np.ndarray]:
    """Return the entries of each window: those that alone can make its maximum 1."""
    ones = np.eye(x.size).reshape(x.size, *x.shape)
    heard = np.stack([forward(one).ravel() for one in ones], axis=1)
    return [np.flatnonzero(row) for row in heard]


def touched(lines: Sequence[dict[str, Any]], entries: int, size: int) -> np.ndarray:
    """Return (size of z, entries): whether an entry is in the line that gives this output."""
    found = np.zeros((size, entries), dtype=bool)
    for line in lines:
        for entry in (entry for row in line["ins"] for entry in row):
            found[line["outs"], entry] = True
    return found
