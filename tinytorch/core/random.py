"""The package's random numbers: one generator, which initial weights, dropout and shuffles share."""

import numpy as np

rng = np.random.default_rng()


def manual_seed(seed: int) -> None:
    """Start the random numbers of the package anew, so that a run can be repeated.

    >>> import tinytorch as tt
    >>> from tinytorch.core.random import manual_seed, rng
    >>> manual_seed(0)
    >>> a = rng.random()
    >>> manual_seed(0)
    >>> a == rng.random()
    True
    """
    rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def get_rng_state() -> dict:
    """The state of the generator, as numbers and strings that JSON can carry."""
    return rng.bit_generator.state


def set_rng_state(state: dict) -> None:
    """Put the generator back to where `get_rng_state` saw it."""
    rng.bit_generator.state = state
