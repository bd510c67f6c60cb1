"""The one source of random numbers, so that a seed makes a run repeatable.

`random.generator` is a NumPy generator, made when it is first asked for: importing NumPy's random
numbers takes longer than importing this package.
"""

from functools import cache

import numpy as np


@cache
def _generator():
    return np.random.default_rng()


def __getattr__(name):
    if name == "generator":
        return _generator()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def manual_seed(seed: int) -> None:
    """Start the random numbers of this package anew, from `seed`.

    >>> import tinytorch as tt
    >>> tt.manual_seed(0)
    >>> a = tt.rand(2)
    >>> tt.manual_seed(0)
    >>> (a == tt.rand(2)).tolist()
    [True, True]
    """
    _generator().bit_generator.state = np.random.default_rng(seed).bit_generator.state


def get_rng_state() -> dict:
    """The state of the random numbers, for `set_rng_state`."""
    return _generator().bit_generator.state


def set_rng_state(state: dict) -> None:
    """Go back to a state that `get_rng_state` returned."""
    _generator().bit_generator.state = state
