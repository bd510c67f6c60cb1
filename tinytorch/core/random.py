"""The one source of random numbers, so that a seed makes a run repeatable."""

import numpy as np

generator = np.random.default_rng()


def manual_seed(seed: int) -> None:
    """Start the random numbers of this package anew, from `seed`.

    >>> import tinytorch as tt
    >>> tt.manual_seed(0)
    >>> a = tt.rand(2)
    >>> tt.manual_seed(0)
    >>> (a == tt.rand(2)).tolist()
    [True, True]
    """
    generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def get_rng_state() -> dict:
    """The state of the random numbers, for `set_rng_state`."""
    return generator.bit_generator.state


def set_rng_state(state: dict) -> None:
    """Go back to a state that `get_rng_state` returned."""
    generator.bit_generator.state = state
