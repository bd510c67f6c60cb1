"""Rows of the table of operations: Arithmetic, element by element."""

import math

from .row import Operation, extreme, inf, nan, no_broadcast, normal, pairs, positive, refusal, unary


def not_a_tensor(name):
    return refusal(
        normal(2),
        "two",
        error=TypeError,
        message=f"{name}: expected Tensors, NumPy arrays or numbers, got str; make it a tensor"
        " with tinytorch.tensor(...)",
    )


ARITHMETIC = (
    Operation(
        "add",
        "AddBackward",
        lambda t, a, b: a + b,
        lambda a, b: a + b,
        pairs(),
        (),
        (no_broadcast("add"), not_a_tensor("add")),
    ),
    Operation(
        "sub",
        "SubBackward",
        lambda t, a, b: a - b,
        lambda a, b: a - b,
        pairs(),
        (),
        (no_broadcast("sub"), not_a_tensor("sub")),
    ),
    Operation(
        "mul",
        "MulBackward",
        lambda t, a, b: a * b,
        lambda a, b: a * b,
        pairs(),
        (),
        (no_broadcast("mul"), not_a_tensor("mul")),
    ),
    Operation(
        "square by mul",
        "MulBackward",
        lambda t, x: x * x,
        lambda x: x * x,
        unary(),
    ),
    Operation(
        "div",
        "DivBackward",
        lambda t, a, b: a / b,
        lambda a, b: a / b,
        pairs(),
        (extreme([1.0, -1.0], [0.0, 0.0], value=[inf, -inf], gradients=([inf, inf], [-inf, inf])),),
        (no_broadcast("div"), not_a_tensor("div")),
    ),
    Operation("neg", "NegBackward", lambda t, x: -x, lambda x: -x, unary()),
    Operation(
        "pow",
        "PowBackward",
        lambda t, a, b: a**b,
        lambda a, b: a**b,
        pairs(positive, normal),
        (
            extreme([0.0, 0.0], [2.0, 0.0], value=[0.0, 1.0], gradients=([0.0, 0.0], [0.0, 0.0])),
            extreme([-2.0], [2.0], value=[4.0], gradients=([-4.0], [nan])),
        ),
        (no_broadcast("pow"), not_a_tensor("pow")),
    ),
    *(
        Operation(
            f"pow {n}",
            "PowBackward",
            lambda t, x, n=n: x**n,
            lambda x, n=n: x**n,
            unary(positive if n == 0.5 else normal),
            (extreme([0.0], value=[float(n == 0)], gradients=([float(n == 1)],)),)
            if n in (0, 1, 2, 3)
            else (),
        )
        for n in (0, 1, 2, 3, -1, 0.5, 4)
    ),
    Operation(
        "number to a power",
        "PowBackward",
        lambda t, x: 2.5**x,
        lambda x: 2.5**x,
        unary(),
        torch=lambda t, x: t.exp(x * math.log(2.5)),  # for 2.5**x it rounds ln 2.5
    ),
)
