"""The same values in other places in memory."""

import numpy as np


def strided(x):
    """The same values with gaps between them, backwards, in Fortran order."""
    if not x.ndim:
        return x
    room = np.zeros([2 * n for n in x.shape], x.dtype, order="F")
    view = room[tuple(slice(None, None, -2) for _ in x.shape)]
    view[...] = x
    return view


def stretched(x):
    """The first row of the values, repeated with stride 0."""
    return np.broadcast_to(x[:1], x.shape) if x.ndim and x.shape[0] else x
