"""The exercises on products of matrices."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample

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

EXERCISES = (MATMUL,)
