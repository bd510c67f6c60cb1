"""The exercises on activations with a bend: a gate that is open or shut."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise, infinite_upstream

RELU = RuleExercise(
    "ReLUBackward",
    elementwise(
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],)),
        Sample(
            "extremes",
            ([1e300, -1e300, 5e-324, -5e-324, np.inf, -np.inf],),
            "The last two entries of `x` are ∞ and −∞, and a product of ∞ and 0 is nan.",
        ),
        infinite_upstream([1.0, -1.0], extra=True),
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
        Mistake(
            "the forward pass taken of g · {x}: in the rule only the *gate* depends on `{x}`, g ·"
            " [{x} > 0].",
            lambda g, x: (np.maximum(g * x, 0),),
        ),
        Mistake(
            "that of a leaky ReLU: where `{x}` is negative the slope is 0.",
            lambda g, x: (np.where(x > 0, g, g / 100),),
        ),
        Mistake(
            "made with a gate that opens at 1. It opens where `{x}` passes 0.",
            lambda g, x: (g * (x > 1),),
        ),
    ),
    results=(
        Mistake(
            "cut off at 1 as well: a ReLU has no upper limit.",
            lambda x: np.clip(x, 0, 1),
        ),
    ),
)


LEAKY_RELU = RuleExercise(
    "LeakyReLUBackward",
    (
        *elementwise(),
        Sample("a slope of a half", ((4, 5),), params={"slope": 0.5}),
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],), params={"slope": 0.1}),
        Sample("no slope", ((4, 5),), params={"slope": 0.0}),
        Sample(
            "a slope of -1",
            ((4, 5),),
            "With a negative slope z is positive on both sides: only the input tells which it was.",
            params={"slope": -1.0},
        ),
        Sample(
            "a slope of 2",
            ((4, 5),),
            "The larger of `x` and `slope * x` is the right one for slopes up to 1 only: choose by"
            " the sign of `x`.",
            params={"slope": 2.0},
        ),
        Sample("float32 and a slope", ((4, 5),), params={"slope": 0.25}, dtype=np.float32),
        Sample("extremes", ([1e300, -1e300, 5e-324, np.inf, -np.inf],), params={"slope": 0.5}),
    ),
    (
        Mistake(
            "0 where `{x}` is negative: that is the gate of ReLU. Here g passes there too, times"
            " the slope.",
            lambda g, x, *, slope=0.01: (g * (x > 0),),
        ),
        Mistake(
            "g where `{x}` is 0 too. At 0 the slope of the left side is taken.",
            lambda g, x, *, slope=0.01: (g * (x >= 0) + slope * g * (x < 0),),
        ),
        Mistake(
            "made with a slope of 0.01, whatever `slope` says: keep the parameter on `self`.",
            lambda g, x, *, slope=0.01: (g * (x > 0) + 0.01 * g * (x <= 0),),
        ),
        Mistake(
            "decided by the sign of z. For a negative slope z is positive on both sides: keep the"
            " input.",
            lambda g, x, *, slope=0.01: (
                g * (np.where(x > 0, x, slope * x) > 0)
                + slope * g * (np.where(x > 0, x, slope * x) <= 0),
            ),
        ),
        Mistake(
            "exchanged: g passes in full where `{x}` > 0, and times `slope` elsewhere.",
            lambda g, x, *, slope=0.01: (g * (x <= 0) + slope * g * (x > 0),),
        ),
        Mistake(
            "decided by the sign of g. The gate depends on `{x}`.",
            lambda g, x, *, slope=0.01: (g * (g > 0) + slope * g * (g <= 0),),
        ),
        Mistake(
            "g minus what should be added: below 0 the slope is `slope`, not -`slope`.",
            lambda g, x, *, slope=0.01: (g * (x > 0) - slope * g * (x <= 0),),
        ),
        Mistake(
            "g times z. The rule is g times the slope: 1 or `slope`.",
            lambda g, x, *, slope=0.01: (g * np.where(x > 0, x, slope * x),),
        ),
        Mistake(
            "right on the right; on the left it is `slope` alone: g is not in it.",
            lambda g, x, *, slope=0.01: (np.where(x > 0, g, slope),),
        ),
        Mistake(
            "right on the right; on the left it is `slope` · {x}, the result: g is not in it.",
            lambda g, x, *, slope=0.01: (np.where(x > 0, g, slope * x),),
        ),
        Mistake(
            "g on both sides: left of 0 it is multiplied by `slope`.",
            lambda g, x, *, slope=0.01: (g,),
        ),
        Mistake(
            "`slope` · g on both sides: right of 0 g passes in full.",
            lambda g, x, *, slope=0.01: (slope * g,),
        ),
        Mistake(
            "divided by `slope` on the left: multiply by it.",
            lambda g, x, *, slope=0.01: (np.where(x > 0, g, g / slope),),
        ),
        Mistake(
            "1 − `slope` times g on the left: what passes is `slope` · g.",
            lambda g, x, *, slope=0.01: (np.where(x > 0, g, (1 - slope) * g),),
        ),
    ),
)
