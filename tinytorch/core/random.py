"""The package's random numbers: one generator, which initial weights, dropout and shuffles share."""

from functools import cache

import numpy as np


@cache
def generator() -> np.random.Generator:
    """The generator; made when it is first asked for, since NumPy's takes a while to import."""
    return np.random.default_rng()


def manual_seed(seed: int) -> None:
    """Start the random numbers of the package anew, so that a run can be repeated.

    >>> from tinytorch.core.random import generator, manual_seed
    >>> manual_seed(0)
    >>> a = generator().random()
    >>> manual_seed(0)
    >>> a == generator().random()
    True
    """
    generator().bit_generator.state = np.random.default_rng(seed).bit_generator.state


def get_rng_state() -> dict:
    """The state of the generator, as numbers and strings that JSON can carry."""
    return generator().bit_generator.state


def set_rng_state(state: dict) -> None:
    """Put the generator back to where `get_rng_state` saw it."""
    generator().bit_generator.state = state
