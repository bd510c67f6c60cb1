"""The exercises: one record each."""

import numpy as np

from ..core.autograd import unbroadcast
from .rule import Mistake, RuleExercise
from .samples import Sample, elementwise, elementwise_pair

HUGE = [1e150, -1e150, 1e-150, 0.0, -0.0, 3.0]

ADD = RuleExercise(
    "AddBackward",
    elementwise_pair(Sample("extremes", (HUGE, [1e-150, 1e150, 0.0, -0.0, 1e150, -3.0]))),
    (
        Mistake(
            "g times the input `{other}`; that is the rule of a product. The slope of a sum is 1.",
            lambda g, a, b: (g * b, g * a),
        ),
        Mistake(
            "g times `{x}`, and the slope of a sum along each input is 1.",
            lambda g, a, b: (g * a, g * b),
        ),
        Mistake(
            "half of g. A sum does not share g out among its inputs: each gets all of it.",
            lambda g, a, b: (g / 2, g / 2),
        ),
    ),
    broadcasts=True,
)

MUL = RuleExercise(
    "MulBackward",
    elementwise_pair(Sample("zeros and extremes", (HUGE, [1e-150, 1e150, 0.0, -0.0, 1e150, -3.0]))),
    (
        Mistake(
            "g · `{x}`: the factors are exchanged. The slope of a product along `{x}` is the other"
            " factor, `{other}`.",
            lambda g, a, b: (g * a, g * b),
        ),
        Mistake(
            "`{other}` alone: multiply by the upstream gradient g.",
            lambda g, a, b: (b + 0 * a, a + 0 * b),
        ),
        Mistake(
            "g passed on unchanged; that is the rule of a sum. Here the slope is `{other}`.",
            lambda g, a, b: (g, g),
        ),
        Mistake(
            "summed too early: it is the sum of g times `{other}`, and what is due is the sum of"
            " the products. Multiply first, then `unbroadcast`.",
            lambda g, a, b: (unbroadcast(g, a.shape) * b, unbroadcast(g, b.shape) * a),
        ),
        Mistake(
            "g · z: both factors are in it, and only `{other}` belongs there.",
            lambda g, a, b: (g * a * b, g * a * b),
        ),
        Mistake(
            "g · z / `{x}`, which is 0/0 where `{x}` is zero. Use `{other}` itself.",
            lambda g, a, b: (g * (a * b) / a, g * (a * b) / b),
        ),
    ),
    broadcasts=True,
)

MATMUL = RuleExercise(
    "MatmulBackward",
    (
        Sample("square matrices", ((3, 3), (3, 3))),
        Sample("rectangles", ((2, 3), (3, 4))),
        Sample("a row times a column", ((1, 3), (3, 1))),
        Sample("a column times a row", ((3, 1), (1, 4))),
        Sample("no rows", ((0, 3), (3, 2))),
        Sample("nothing to sum over", ((2, 0), (0, 3))),
        Sample("float32", ((2, 3), (3, 4)), dtype=np.float32),
        Sample("an input without gradient", ((2, 3), (3, 4)), wanted=(True, False)),
        Sample("an input without gradient", ((2, 3), (3, 4)), wanted=(False, True)),
        Sample("extremes", ([[1e150, 0.0], [-1e150, 1e-150]], [[1e-150, 2.0], [0.0, 1e100]])),
        Sample(
            "batches of matrices",
            ((5, 2, 3), (5, 3, 4)),
            "Leading axes are a batch: transpose the last two alone, with `.mT`.",
            extra=True,
        ),
    ),
    (
        Mistake(
            "built without the transpose: `{other}` enters it transposed.",
            lambda g, a, b: (g @ b, a @ g),
        ),
        Mistake(
            "a product in the wrong order: for z = a @ b it is g @ bᵀ for `a`, aᵀ @ g for `b`, as"
            " the shapes demand.",
            lambda g, a, b: (b.mT @ g, g @ a.mT),
        ),
        Mistake(
            "a product in the wrong order and without the transpose: for z = a @ b it is g @ bᵀ for"
            " `a`, aᵀ @ g for `b`.",
            lambda g, a, b: (b @ g, g @ a),
        ),
        Mistake(
            "made with `{x}` itself; the slope along `{x}` is made of the other factor, `{other}`.",
            lambda g, a, b: (g @ a.mT, b.mT @ g),
        ),
        Mistake(
            "the product with g transposed; g enters as it is, the other factor transposed.",
            lambda g, a, b: (g.mT @ b, a @ g.mT),
        ),
        Mistake(
            "an elementwise product (`*`); every output is a sum of products, so its gradient is a"
            " matrix product (`@`).",
            lambda g, a, b: (g * b, g * a),
        ),
        Mistake(
            "the transpose of `{other}` alone: multiply by the upstream gradient g.",
            lambda g, a, b: (b.mT, a.mT),
        ),
        Mistake(
            "the mean over the rows: every row adds its own part, so it is the sum.",
            lambda g, a, b: (g @ b.mT, a.mT @ g / max(len(a), 1)),
        ),
        Mistake(
            "an elementwise product (`*`) with the transpose; its gradient is a matrix product"
            " (`@`).",
            lambda g, a, b: (g * b.mT, g * a.mT),
        ),
    ),
)

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

EXERCISES = {exercise.name: exercise for exercise in (ADD, MUL, MATMUL, RELU)}
