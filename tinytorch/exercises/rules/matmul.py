"""The exercises on products of matrices."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import NO_GRADIENT, Sample

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
        Mistake(
            "the product with the inverse of the other factor. An inverse would undo the product;"
            " the rule needs its slope, the transpose.",
            lambda g, a, b: (g @ np.linalg.pinv(b), np.linalg.pinv(a) @ g),
        ),
        Mistake(
            "made of sums over g and over the other factor. The sum goes over their *products*: a"
            " matrix product.",
            lambda g, a, b: (g.sum(1, keepdims=True) * b.sum(1), a.sum(0)[:, None] * g.sum(0)),
        ),
        Mistake(
            "made with the result z in place of g.", lambda g, a, b: (a @ b @ b.mT, a.mT @ (a @ b))
        ),
    ),
    results=(
        Mistake("b @ a: the order of the factors counts, z = a @ b.", lambda a, b: b @ a),
        Mistake("a @ bᵀ: forward, nothing is transposed.", lambda a, b: a @ b.mT),
        Mistake("aᵀ @ b: forward, nothing is transposed.", lambda a, b: a.mT @ b),
    ),
)


JOIN = (
    "All axes but the last are rows of one matrix: join them, `x.reshape(-1, x.shape[-1])`, and the"
    " same with g."
)

LINEAR = RuleExercise(
    "LinearBackward",
    (
        Sample("a square weight", ((3, 3), (3, 3), (3,))),
        Sample("rectangles", ((5, 2), (3, 2), (3,))),
        Sample("one sample", ((1, 3), (4, 3), (4,))),
        Sample("one output", ((5, 3), (1, 3), (1,))),
        Sample("sequences", ((4, 2, 3), (5, 3), (5,)), JOIN),
        Sample("two leading axes of one length", ((2, 2, 3), (4, 3), (4,)), JOIN),
        Sample("a single vector", ((3,), (4, 3), (4,)), JOIN),
        Sample("no samples", ((0, 3), (2, 3), (2,))),
        Sample("float32", ((5, 2), (3, 2), (3,)), dtype=np.float32),
        Sample("data as input", ((5, 2), (3, 2), (3,)), NO_GRADIENT, wanted=(False, True, True)),
        Sample("a frozen weight", ((5, 2), (3, 2), (3,)), NO_GRADIENT, wanted=(True, False, True)),
        Sample("a frozen bias", ((5, 2), (3, 2), (3,)), NO_GRADIENT, wanted=(True, True, False)),
        Sample("extremes", ([[1e150, 0.0], [-1e150, 1e-150]], [[1e-150, 2.0]], [1e100])),
    ),
    (
        Mistake(
            "the product with Wᵀ. The transpose belongs to the way forward; back, W enters as it"
            " is.",
            lambda g, x, w, b: (g @ w.mT, None, None),
        ),
        Mistake(
            "xᵀ @ g: right for a weight kept as (in, out). Here it is (out, in), so it is gᵀ @ x.",
            lambda g, x, w, b: (None, x.mT @ g, None),
        ),
        Mistake(
            "the product of g and x without the transpose. What is summed over are the rows, and"
            " they have to be the last axis of the left factor: gᵀ @ x.",
            lambda g, x, w, b: (None, g @ x, None),
        ),
        Mistake(
            "made with `{x}` itself; the slope along `{x}` is made of the other factor.",
            lambda g, x, w, b: (g @ x, g.mT @ w, None),
        ),
        Mistake(
            "an elementwise product (`*`); every output is a sum of products, so its gradient is a"
            " matrix product (`@`).",
            lambda g, x, w, b: (g * w, g * x, None),
        ),
        Mistake(
            "the mean over the rows: every row adds its own part, so it is the sum.",
            lambda g, x, w, b: (None, g.mT @ x / max(len(g), 1), g.mean(0)),
        ),
        Mistake(
            "summed over the outputs. Each output has a bias of its own, and shares it with all"
            " rows: sum over the rows.",
            lambda g, x, w, b: (None, None, g.sum(-1)),
        ),
        Mistake(
            "g of the last row alone: `bias` was added to every row, so g of all rows is summed.",
            lambda g, x, w, b: (None, None, g[-1]),
        ),
        Mistake(
            "g @ W with the bias added: a bias is a constant for `x`, and has no part in its"
            " gradient.",
            lambda g, x, w, b: (g @ w + b, None, None),
        ),
        Mistake(
            "the sum of g times the bias itself; it was added, so its slope is 1.",
            lambda g, x, w, b: (None, None, g.sum(0) * b),
        ),
        Mistake(
            "g of the first row alone: `bias` was added to every row, so g of all rows is summed.",
            lambda g, x, w, b: (None, None, g[0]),
        ),
        Mistake(
            "the number of rows, the slope of a sum over them; g is missing.",
            lambda g, x, w, b: (None, None, np.full(b.shape, float(len(g)))),
        ),
        Mistake(
            "1 in every entry, the slope of the sum; g is missing.",
            lambda g, x, w, b: (None, None, np.ones(b.shape)),
        ),
        Mistake(
            "made with the weight; `bias` was added after the products, so W has no part in its"
            " gradient.",
            lambda g, x, w, b: (None, None, (g @ w).sum(0)),
        ),
    ),
    results=(
        Mistake(
            "x @ W without the transpose: the weight is (out, in), so it is x @ Wᵀ.",
            lambda x, weight, bias: x @ weight + bias,
        ),
        Mistake("without the bias.", lambda x, weight, bias: x @ weight.T),
        Mistake(
            "x @ Wᵀ minus the bias, which is to be added.",
            lambda x, weight, bias: x @ weight.T - bias,
        ),
        Mistake(
            "x @ Wᵀ times the bias, which is to be added.",
            lambda x, weight, bias: x @ weight.T * bias,
        ),
        Mistake(
            "(x + b) @ Wᵀ: the bias is added after the product.",
            lambda x, weight, bias: (x + bias) @ weight.T,
        ),
    ),
)


def product(about, a, b, letters, output, hint="", **more):
    """A sample of "letters->output" on arrays of these shapes."""
    return Sample(about, (a, b), hint, {"letters": letters, "output": output}, **more)


def exchanged(g, a, b, letters, output):
    """The right gradients: ones bring the letters that an operand has to itself."""
    (p, q), o = letters, output
    return (
        np.einsum(f"{o},{q},{p}->{p}", g, b, np.ones_like(a)),
        np.einsum(f"{o},{p},{q}->{q}", g, a, np.ones_like(b)),
    )


def _own_factor(g, a, b, letters, output):
    """The gradients with each operand in place of the other, by its own letters."""
    (p, q), o = letters, output
    return np.einsum(f"{o},{p}->{p}", g, a), np.einsum(f"{o},{q}->{q}", g, b)


def lonely(letters, output, shapes):
    """For each operand, how many assignments the letters that it has to itself allow."""
    (p, q), (a, b) = letters, shapes
    sizes = dict(zip(p + q, a + b, strict=True))
    return [
        np.prod([sizes[c] for c in own if c not in other + output], initial=1.0)
        for own, other in ((p, q), (q, p))
    ]


ALONE = (
    "A letter that one operand has to itself is nowhere in the exchanged equation. Add an operand"
    " of ones that brings it: `np.ones(a.shape, a.dtype)` with the letters of `a`."
)
LETTERS = (
    "The rule of one product fits no other: make the equation from the letters that `forward` got."
)

EINSUM = RuleExercise(
    "EinsumBackward",
    (
        product("a product of squares", (4, 4), (4, 4), ("ij", "jk"), "ik"),
        product("a product of rectangles", (2, 3), (3, 4), ("ij", "jk"), "ik"),
        product("a result in another order", (2, 3), (3, 4), ("ij", "jk"), "ki", LETTERS),
        product("columns with columns", (3, 2), (3, 4), ("ji", "jk"), "ik"),
        product("a dot product", (3,), (3,), ("i", "i"), ""),
        product("an outer product", (2,), (3,), ("i", "j"), "ij"),
        product("entry by entry", (2, 3), (2, 3), ("ij", "ij"), "ij"),
        product("a number and a vector", (), (3,), ("", "i"), "i"),
        product("a batch", (5, 2, 3), (5, 3, 4), ("bij", "bjk"), "bik"),
        product("attention", (2, 3, 2, 4), (2, 5, 2, 4), ("bqhd", "bkhd"), "bhqk"),
        product("a letter of one operand alone", (2, 3), (3,), ("ij", "j"), "j", ALONE),
        product("a letter alone on either side", (2, 3), (4, 3), ("ij", "kj"), "j", ALONE),
        product("an empty batch", (0, 3), (3, 2), ("bi", "ij"), "bj"),
        product("nothing to sum over", (2, 0), (0, 3), ("ij", "jk"), "ik"),
        product("float32", (2, 3), (4, 3), ("ij", "kj"), "j", dtype=np.float32),
    ),
    (
        Mistake(
            "transposed: behind the arrow stand the letters of `{x}`, in the order of `{x}`.",
            lambda g, a, b, letters, output: tuple(
                d.T for d in exchanged(g, a, b, letters, output)
            ),
        ),
        Mistake(
            "made by the equation of `forward`, with g in the place of `{x}`. g has the letters of"
            " the result, and the gradient those of `{x}`: exchange the two.",
            lambda g, a, b, letters, output: (
                np.einsum(f"{letters[0]},{letters[1]}->{output}", g, b),
                np.einsum(f"{letters[0]},{letters[1]}->{output}", a, g),
            ),
        ),
        Mistake(
            "made with `{x}` itself; it is g that takes the place of `{x}`, and `{other}` that"
            " stays.",
            lambda g, a, b, letters, output: (
                np.einsum(f"{output},{letters[1]}->{letters[0]}", g, a),
                np.einsum(f"{output},{letters[0]}->{letters[1]}", g, b),
            ),
        ),
        Mistake(
            "made of g and `{x}` itself; the factor is the other operand, `{other}`.",
            _own_factor,
        ),
        Mistake(
            "g alone, spread over the letters of `{x}`; the other operand, `{other}`, is missing.",
            lambda g, a, b, letters, output: exchanged(
                g, np.ones_like(a), np.ones_like(b), letters, output
            ),
        ),
        Mistake(
            "made with the letters of g in reverse order. g has the shape of the result, and its"
            " letters in their order.",
            lambda g, a, b, letters, output: exchanged(g.T, a, b, letters, output),
        ),
        Mistake(
            "shared out along a letter that `{x}` has to itself. Along that letter `{x}` was"
            " summed, and each term of a sum gets all of it.",
            lambda g, a, b, letters, output: tuple(
                d / n
                for d, n in zip(
                    exchanged(g, a, b, letters, output),
                    lonely(letters, output, (a.shape, b.shape)),
                    strict=True,
                )
            ),
        ),
    ),
)

EXERCISES = MATMUL, LINEAR, EINSUM
