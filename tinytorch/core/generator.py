"""Where random numbers come from: one generator for the package, or one of the caller's own.

A seed makes a run repeatable. The numbers are NumPy's (PCG64), so the same seed gives others than
in PyTorch, from the same distributions.
"""

import numpy as np


class Generator:
    """A source of random numbers with a state of its own.

    Parameters
    ----------
    device : "cpu"
        As in PyTorch; there is no other here.

    Notes
    -----
    It starts from a seed that the system draws. NumPy's generator behind it is made when it is
    first used: importing NumPy's random numbers takes longer than importing this package.

    Examples
    --------
    >>> import tinytorch as tt
    >>> g = tt.Generator().manual_seed(7)
    >>> a = tt.rand(3, generator=g)
    >>> bool((tt.rand(3, generator=g.manual_seed(7)) == a).data.all())
    True
    """

    def __init__(self, device="cpu"):
        if str(device) != "cpu":
            raise ValueError(f"Generator: only the CPU is there, got device {str(device)!r}")
        self._rng = None
        self._seed = None

    @property
    def rng(self) -> "np.random.Generator":
        """NumPy's generator, which draws."""
        if self._rng is None:
            self.seed()
        return self._rng

    def manual_seed(self, seed: int) -> "Generator":
        """Start anew from `seed`, and return self."""
        self._seed = int(seed)
        self._rng = np.random.default_rng(self._seed % 2**64)
        return self

    def seed(self) -> int:
        """Start anew from a seed that the system draws, and return that."""
        self.manual_seed(np.random.SeedSequence().generate_state(1, np.uint64)[0])
        return self._seed

    def initial_seed(self) -> int:
        """The seed it started from."""
        return self.rng and self._seed

    def get_state(self) -> dict:
        """The state, for `set_state`."""
        return self.rng.bit_generator.state

    def set_state(self, state: dict) -> "Generator":
        """Go back to a state that `get_state` returned, and return self."""
        self.rng.bit_generator.state = state
        return self

    def clone_state(self) -> "Generator":
        """Another generator that draws the same numbers from here on."""
        other = type(self)()
        other.manual_seed(self.initial_seed())
        return other.set_state(self.get_state())


default_generator = Generator()


def rng(generator: Generator | None = None) -> "np.random.Generator":
    """NumPy's generator of `generator`, or of the package's own where that is None."""
    if generator is None:
        generator = default_generator
    elif not isinstance(generator, Generator):
        raise TypeError(
            f"generator: expected a tinytorch.Generator, got {type(generator).__name__}"
        )
    return generator.rng


def manual_seed(seed: int) -> Generator:
    """Start the random numbers of this package anew, from `seed`; returns their generator.

    >>> import tinytorch as tt
    >>> g = tt.manual_seed(0)
    >>> a = tt.rand(2)
    >>> g = tt.manual_seed(0)
    >>> (a == tt.rand(2)).tolist()
    [True, True]
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Start the random numbers anew from a seed that the system draws, and return that."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed the random numbers started from."""
    return default_generator.initial_seed()


def get_rng_state() -> dict:
    """The state of the random numbers, for `set_rng_state`."""
    return default_generator.get_state()


def set_rng_state(state: dict) -> None:
    """Go back to a state that `get_rng_state` returned."""
    default_generator.set_state(state)
