"""Tensors of random numbers.

Each draws from the package's generator, which `manual_seed` starts anew, or from the one given as
`generator=`. A draw has no gradient: what is drawn with probabilities or means that require one is
a constant of the graph. To differentiate through it, write it as a function of other noise, such as
``mean + std * randn_like(std)``.
"""

import numpy as np

from .construction import made, shape_of
from .generator import Generator, get_rng_state, initial_seed, manual_seed, rng, seed, set_rng_state
from .tensor import Tensor

__all__ = [
    "Generator",
    "bernoulli",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]


def rand(*sizes, size=None, generator=None, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn evenly from [0, 1)."""
    return made(
        rng(generator).random(shape_of(sizes if size is None else (size,))), dtype, requires_grad
    )


def randn(*sizes, size=None, generator=None, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn from the normal distribution of mean 0 and variance 1."""
    return made(
        rng(generator).standard_normal(shape_of(sizes if size is None else (size,))),
        dtype,
        requires_grad,
    )


def randint(
    low, high=None, size=None, *, generator=None, dtype=None, requires_grad=False
) -> Tensor:
    """Integers drawn evenly from `low`, included, to `high`, excluded; or `randint(high, size)`."""
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint: size is missing, such as randint(0, 10, (3,))")
    return made(rng(generator).integers(low, high, size), dtype, requires_grad)


def randperm(n, *, generator=None, dtype=None, requires_grad=False) -> Tensor:
    """The integers from 0 to n - 1 in random order."""
    return made(rng(generator).permutation(n), dtype, requires_grad)


def rand_like(input, *, generator=None, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn evenly from [0, 1), in the shape and dtype of `input`."""
    return rand(input.shape, **_as(input, generator, dtype, requires_grad))


def randn_like(input, *, generator=None, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn from the standard normal distribution, in the shape and dtype of `input`."""
    return randn(input.shape, **_as(input, generator, dtype, requires_grad))


def randint_like(
    input, low, high=None, *, generator=None, dtype=None, requires_grad=False
) -> Tensor:
    """Integers drawn evenly from [low, high), or [0, low), in the shape and dtype of `input`."""
    return randint(low, high, input.shape, **_as(input, generator, dtype, requires_grad))


def _as(input, generator, dtype, requires_grad):
    dtype = input.dtype if dtype is None else dtype
    return {"generator": generator, "dtype": dtype, "requires_grad": requires_grad}


def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, requires_grad=False
) -> Tensor:
    """Numbers drawn from normal distributions: ``normal(0, 1, (2, 3))``, or one for each mean.

    Parameters
    ----------
    mean, std : float or Tensor
        If one is a Tensor, every number has a distribution of its own, and `size` is left out.
    size : tuple of int
        The shape, where both are numbers.
    generator : Generator, optional

    Raises
    ------
    ValueError
        If a standard deviation is negative.
    """
    arrays = [np.asarray(v.detach() if isinstance(v, Tensor) else v) for v in (mean, std)]
    if not (arrays[1] >= 0).all():
        raise ValueError(f"normal: std must not be negative, got {arrays[1].min()}")
    if size is None:
        size = np.broadcast_shapes(*(a.shape for a in arrays))
        tensors = [a.dtype for v, a in zip((mean, std), arrays, strict=True) if hasattr(v, "dtype")]
        dtype = dtype or (np.result_type(*tensors) if tensors else None)
    return made(rng(generator).normal(*arrays, size), dtype, requires_grad)


def bernoulli(input, p: float | None = None, *, generator=None) -> Tensor:
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
    chances = np.asarray(input.detach()) if p is None else np.float64(p)
    if p is None and chances.dtype.kind != "f":
        raise TypeError(f"bernoulli: expected probabilities, got a tensor of {chances.dtype}")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("bernoulli: probabilities must be in [0, 1]")
    return made(rng(generator).random(input.shape) < chances, input.dtype, False)


def multinomial(input, num_samples: int, replacement: bool = False, *, generator=None) -> Tensor:
    """Draw places, each as often as its weight says.

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
    weights = np.asarray(input.detach()) if isinstance(input, Tensor) else np.asarray(input)
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
    return made(places, np.int64, False)
