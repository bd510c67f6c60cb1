"""Finding the operation whose gradient first became NaN or infinite."""

import os
import sys
from contextlib import contextmanager

import numpy as np

from ..engine.modes import watch

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep


class set_detect_anomaly:
    """Turn `detect_anomaly` on or off, at once, and back at the end of a `with` block."""

    _on = []  # noqa: RUF012 (the open block, for the whole process)

    def __init__(self, mode: bool):
        self._before = bool(self._on)
        self._set(bool(mode))

    def _set(self, mode):
        while self._on:
            self._on.pop().__exit__(None, None, None)
        if mode:
            block = detect_anomaly()
            block.__enter__()
            self._on.append(block)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._set(self._before)


@contextmanager
def detect_anomaly():
    """Inside the block, `backward()` raises where a gradient first is NaN or infinite.

    The error names the operation and the line that ran it, if it ran inside the block too. Costs
    a look at every gradient, so it is for the search only.

    Examples
    --------
    >>> import tinytorch as tt
    >>> with tt.autograd.detect_anomaly():
    ...     x = tt.tensor(0.0, requires_grad=True)
    ...     y = x.sqrt()
    ...     y.backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: backward: SqrtBackward made the gradient of its input 0 infinite ...
    """
    places = {}

    def look(event, node, *values):
        if event == "forward":
            places[node] = _caller()
            return
        for i, d in enumerate(values[1]):
            if d is not None and not np.isfinite(np.asarray(d)).all():
                what = "NaN" if np.isnan(np.asarray(d)).any() else "infinite"
                raise RuntimeError(
                    f"backward: {type(node).__name__} made the gradient of its input {i} {what}"
                    f" (shape {np.shape(d)}); it ran in {places.get(node, 'an unwatched place')}"
                )

    with watch(look):
        yield


def _caller():
    """The line outside this package that is being run."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"
