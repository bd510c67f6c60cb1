"""Draws by chances that a tensor holds. They have no gradient."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..generator import Generator, rng


def bernoulli(input, p: float | None = None, *, generator: Generator | None = None):
    """1 with the probability that `input` says (or `p` for all), else 0.

    Parameters
    ----------
    input : Tensor of float
        Probabilities, in [0, 1].
    p : float, optional
        One probability for a draw in the shape of `input`.
    generator : Generator, optional

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.
    """
    input = as_tensor(input)
    chances = values_of(input) if p is None else np.float64(p)
    if p is None and chances.dtype.kind != "f":
        raise TypeError(f"bernoulli: expected probabilities, got a tensor of {chances.dtype}")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("bernoulli: probabilities must be in [0, 1]")
    drawn = rng(generator).random(input.shape) < chances
    return input.kind._wrap(np.asarray(drawn, input.dtype))


def poisson(input, generator: Generator | None = None):
    """Numbers of events, drawn from Poisson distributions of the means that `input` says.

    Parameters
    ----------
    input : Tensor of float
        Means, not negative.
    generator : Generator, optional

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.
    """
    input = as_tensor(input)
    if input.dtype.kind != "f" or not (input._data >= 0).all():
        raise ValueError(f"poisson: expected means of at least 0, got a tensor of {input.dtype}")
    return input.kind._wrap(np.asarray(rng(generator).poisson(input._data), input.dtype))


def multinomial(
    input, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
):
    """Draw indices, each as often as its weight says.

    Parameters
    ----------
    input : Tensor of float, (C,) or (N, C)
        Weights, not negative; they need not sum to 1. One draw for each row.
    num_samples : int
    replacement : bool
        Whether a place can be drawn again.
    generator : Generator, optional

    Returns
    -------
    Tensor of int64, (num_samples,) or (N, num_samples)

    Raises
    ------
    ValueError
        For weights that are negative, infinite, NaN or all 0 in a row, and for more draws without
        replacement than places that can be drawn.

    Source: for draws without replacement, P. S. Efraimidis and P. G. Spirakis, "Weighted random
    sampling with a reservoir" (2006): the smallest of exponential times, each over its weight.
    """
    input = as_tensor(input)
    weights = values_of(input)
    if weights.ndim not in (1, 2) or weights.dtype.kind != "f":
        raise ValueError(
            "multinomial: expected weights of shape (C,) or (N, C), got a tensor of"
            f" {weights.dtype} and shape {weights.shape}"
        )
    weights = weights.astype(np.float64)
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError("multinomial: weights must be finite and not negative")
    possible = np.count_nonzero(weights, axis=-1)
    least = int(possible.min(initial=weights.shape[-1]))
    if num_samples < 1 or not least or (not replacement and num_samples > least):
        raise ValueError(
            f"multinomial: {num_samples} draws with{'' if replacement else 'out'} replacement from"
            f" a row that has {least} weights above 0"
        )
    draw = rng(generator)
    if replacement:
        rows = np.atleast_2d(weights)
        ends = np.cumsum(rows, axis=1)
        points = draw.random((len(rows), num_samples)) * ends[:, -1:]
        places = [np.searchsorted(e, x, side="right") for e, x in zip(ends, points, strict=True)]
        # x·end can round up to end itself, past the last place of weight above 0
        last = weights.shape[-1] - 1 - (rows[:, ::-1] > 0).argmax(axis=1)
        places = np.minimum(np.reshape(places, points.shape), last[:, None])
        places = places.reshape(*weights.shape[:-1], num_samples)
    else:
        with np.errstate(divide="ignore"):
            times = draw.standard_exponential(weights.shape) / weights
        places = np.argsort(times, axis=-1)[..., :num_samples]
    return input.kind._wrap(np.asarray(places, np.int64))


class Draws:
    """Draws as methods of Tensor."""

    __slots__ = ()

    bernoulli, multinomial = bernoulli, multinomial
