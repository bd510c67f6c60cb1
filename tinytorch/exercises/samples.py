"""What an operation is tried on: the shapes and numbers that tell a right rule from a lucky one."""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Sample:
    """Inputs to try a class on.

    Parameters
    ----------
    about : str
        What is tried, as a phrase after "agree on": "equal shapes".
    inputs : tuple
        For each input a shape, to be filled by a fixed seed, or the numbers as a list or array.
    params : dict
        What the operation takes by keyword, such as ``{"dim": 1}``.
    hint : str
        What to say when the class fails here in a way that nothing else explains.
    dtype : numpy dtype
        Of what comes as a shape or a list; an array keeps its own.
    within : tuple of float, optional
        Where the numbers that fill a shape lie; by default they are normal.
    wanted : tuple of bool, optional
        Which inputs require a gradient; by default those that are floating-point.
    upstream : float, optional
        g at every entry of the result; by default it is random.
    extra : bool
        Beyond what the exercise asks: a failure is a remark, not a wrong answer.
    seed : int
        Of the numbers that fill a shape.
    """

    about: str
    inputs: tuple
    hint: str = ""
    params: dict = field(default_factory=dict)
    dtype: type = np.float64
    within: tuple[float, float] | None = None
    wanted: tuple[bool, ...] = ()
    upstream: float | None = None
    extra: bool = False
    seed: int = 5

    def other(self, seed):
        """The sample with other numbers and, where nothing depends on them, other sizes.

        Sizes that were equal stay equal, so what broadcast still does.
        """
        if self.params or not all(isinstance(x, tuple) for x in self.inputs):
            return replace(self, seed=seed)
        more = 1 + seed % 3
        inputs = tuple(tuple(n if n < 2 else n + more for n in shape) for shape in self.inputs)
        return replace(self, inputs=inputs, seed=seed)

    def arrays(self):
        """The inputs as new arrays, the same at every call."""
        rng = np.random.default_rng(self.seed)

        def filled(shape):
            return rng.uniform(*self.within, shape) if self.within else rng.normal(size=shape)

        return [
            x.copy()
            if isinstance(x, np.ndarray)
            else np.array(filled(x) if isinstance(x, tuple) else x, dtype=self.dtype)
            for x in self.inputs
        ]

    def wants(self):
        """For each input whether it requires a gradient."""
        return self.wanted or tuple(x.dtype.kind == "f" for x in self.arrays())


NO_GRADIENT = (
    "Where an input wants no gradient, its entry in `next_functions` is None, and the rule may"
    " return None."
)


SELECTS = (
    "Here every entry of g is ∞, as under a logarithm at 0. What was not chosen gets 0 all the"
    " same, and 0 · ∞ is nan: choose with `np.where`, don't multiply by 0 and 1."
)


def infinite_upstream(*inputs, about="a g of ∞", **options):
    """A sample on which a rule that multiplies by 0 where it should choose gives nan."""
    return Sample(about, inputs, SELECTS, upstream=np.inf, **options)


def elementwise_pair(*special, within=None):
    """Samples for z = f(a, b), entry by entry with broadcasting; `special` ones come last.

    `within` is where the numbers of the others lie.
    """
    usual = (
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
    )
    return *(replace(sample, within=within) for sample in usual), *special


def elementwise(*special, within=None):
    """Samples for z = f(x), entry by entry; `special` ones come last.

    `within` is where the numbers of the others lie.
    """
    usual = (
        Sample("a matrix", ((4, 5),)),
        Sample("a vector", ((6,),)),
        Sample("three axes", ((2, 3, 4),)),
        Sample("a single number", ((),)),
        Sample("an empty batch", ((0, 3),)),
        Sample("float32", ((4, 5),), dtype=np.float32),
    )
    return *(replace(sample, within=within) for sample in usual), *special
