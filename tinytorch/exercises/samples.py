"""What an operation is tried on: the shapes and numbers that tell a right rule from a lucky one."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sample:
    """Inputs to try a class on.

    Parameters
    ----------
    about : str
        What is tried, as a phrase after "agree on": "equal shapes".
    inputs : tuple
        A shape, to be filled by a fixed seed, or the numbers themselves as a list, for each input.
    hint : str
        What to say when the class fails here in a way that nothing else explains.
    dtype : numpy dtype
    wanted : tuple of bool, optional
        Which inputs require a gradient; by default all.
    extra : bool
        Beyond what the exercise asks: a failure is a remark, not a wrong answer.
    """

    about: str
    inputs: tuple
    hint: str = ""
    dtype: type = np.float64
    wanted: tuple[bool, ...] = ()
    extra: bool = False

    def arrays(self):
        """The inputs as new arrays, the same at every call."""
        rng = np.random.default_rng(5)
        return [
            np.array(rng.normal(size=x) if isinstance(x, tuple) else x, dtype=self.dtype)
            for x in self.inputs
        ]


NO_GRADIENT = (
    "Where an input wants no gradient, its entry in `next_functions` is None, and the rule may"
    " return None."
)


def elementwise_pair(*special):
    """Samples for z = f(a, b), entry by entry with broadcasting; `special` ones come last."""
    return (
        Sample("equal shapes", ((2, 3), (2, 3))),
        Sample("a row shared by a batch", ((64, 3), (3,))),
        Sample("a row on the left", ((3,), (4, 3))),
        Sample("a row shared by a square", ((3, 3), (3,))),
        Sample("a column with a row", ((4, 1), (1, 3))),
        Sample("three axes", ((2, 4, 3), (4, 1))),
        Sample("a number with an array", ((), (2, 3))),
        Sample("two numbers", ((), ())),
        Sample("an empty batch", ((0, 3), (3,))),
        Sample("float32", ((4, 3), (3,)), dtype=np.float32),
        Sample("an input without gradient", ((4, 3), (3,)), NO_GRADIENT, wanted=(True, False)),
        Sample("an input without gradient", ((4, 3), (3,)), NO_GRADIENT, wanted=(False, True)),
        *special,
    )


def elementwise(*special):
    """Samples for z = f(x), entry by entry; `special` ones come last."""
    return (
        Sample("a matrix", ((4, 5),)),
        Sample("a vector", ((6,),)),
        Sample("three axes", ((2, 3, 4),)),
        Sample("a single number", ((),)),
        Sample("an empty batch", ((0, 3),)),
        Sample("float32", ((4, 5),), dtype=np.float32),
        *special,
    )
