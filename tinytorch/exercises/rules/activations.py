"""The exercises on activations."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise

RELU = RuleExercise(
    "ReLUBackward",
    elementwise(
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],)),
        Sample(
            "extremes",
            ([1e300, -1e300, 5e-324, -5e-324, np.inf, -np.inf],),
            "The last two entries of `x` are ∞ and −∞, and a product of ∞ and 0 is nan.",
        ),
    ),
    (
        Mistake(
            "g where `{x}` is 0 too. At 0 the slope is taken as 0: the gate opens for `{x}` > 0,"
            " not for `{x}` ≥ 0.",
            lambda g, x: (g * (x >= 0),),
        ),
        Mistake(
            "g everywhere: it passes the gate where `{x}` < 0 as well. (If you keep z: z ≥ 0 holds"
            " for every entry.)",
            lambda g, x: (g,),
        ),
        Mistake(
            "the gate alone, 0 or 1: multiply by the upstream gradient g.",
            lambda g, x: (1.0 * (x > 0),),
        ),
        Mistake(
            "g where g > 0: the gate depends on `{x}`, not on g.",
            lambda g, x: (g * (g > 0),),
        ),
        Mistake(
            "open where it should be shut: g has to pass where `{x}` > 0.",
            lambda g, x: (g * (x < 0),),
        ),
        Mistake(
            "g times `{x}`; where the gate is open its slope is 1.",
            lambda g, x: (g * np.maximum(x, 0),),
        ),
        Mistake(
            "g times `{x}`, on both sides; its slope is 1 where `{x}` > 0, and 0 elsewhere.",
            lambda g, x: (g * x,),
        ),
        Mistake(
            "half of g where `{x}` is 0, the mean of both slopes. At 0 the slope is taken as 0.",
            lambda g, x: (g * (np.sign(x) + 1) / 2,),
        ),
        Mistake(
            "that of |x|: g with the sign of `{x}`; below 0 the slope is 0.",
            lambda g, x: (g * np.sign(x),),
        ),
    ),
)

EXERCISES = (RELU,)
