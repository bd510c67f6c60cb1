"""Tensors of random numbers.

Each draws from the package's generator, which `manual_seed` starts anew, or from the one given as
`generator=`. A draw has no gradient: what is drawn with probabilities or means that require one is
a constant of the graph. To differentiate through it, write it as a function of other noise, such as
``mean + std * randn_like(std)``.
"""

import numpy as np

from .construction import made, shape_of
from .generator import Generator, get_rng_state, initial_seed, manual_seed, rng, seed, set_rng_state
from .operations.draws import bernoulli, multinomial
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


def rand(*sizes, size=None, generator=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers drawn evenly from [0, 1)."""
    drawn = rng(generator).random(shape_of(sizes, size))
    return made(drawn, dtype, requires_grad, device)


def randn(
    *sizes, size=None, generator=None, dtype=None, requires_grad=False, device=None
) -> Tensor:
    """Numbers drawn from the normal distribution of mean 0 and variance 1."""
    drawn = rng(generator).standard_normal(shape_of(sizes, size))
    return made(drawn, dtype, requires_grad, device)


def randint(
    low, high=None, size=None, *, generator=None, dtype=None, requires_grad=False, device=None
) -> Tensor:
    """Integers drawn evenly from `low`, included, to `high`, excluded; or `randint(high, size)`."""
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint: size is missing, such as randint(0, 10, (3,))")
    if low >= high:
        raise ValueError(f"randint: there is no integer from {low} on and below {high}")
    return made(rng(generator).integers(low, high, size), dtype, requires_grad, device)


def randperm(n, *, generator=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """The integers from 0 to n - 1 in random order."""
    return made(rng(generator).permutation(n), dtype, requires_grad, device)


def rand_like(input, *, generator=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers drawn evenly from [0, 1), in the shape and dtype of `input`."""
    return rand(input.shape, **_as(input, generator, dtype, requires_grad, device))


def randn_like(input, *, generator=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers drawn from the standard normal distribution, in the shape and dtype of `input`."""
    return randn(input.shape, **_as(input, generator, dtype, requires_grad, device))


def randint_like(
    input, low, high=None, *, generator=None, dtype=None, requires_grad=False, device=None
) -> Tensor:
    """Integers drawn evenly from [low, high), or [0, low), in the shape and dtype of `input`."""
    return randint(low, high, input.shape, **_as(input, generator, dtype, requires_grad, device))


def _as(input, generator, dtype, requires_grad, device):
    options = {"generator": generator, "requires_grad": requires_grad, "device": device}
    return options | {"dtype": input.dtype if dtype is None else dtype}


def normal(
    mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, requires_grad=False, device=None
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
    return made(rng(generator).normal(*arrays, size), dtype, requires_grad, device)
