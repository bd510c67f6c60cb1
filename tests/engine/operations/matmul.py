"""Rows of the table of operations: Matrix multiplication."""

from .row import Operation, case, normal, refusal


def matmul_cases():
    shapes = (
        ((2, 3), (3, 4)),
        ((3, 3), (3, 3)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 2, 3), (3, 2)),
        ((2, 3), (2, 3, 2)),
        ((2, 1, 2, 3), (3, 3, 2)),
        ((2, 2, 3), (3,)),
        ((3,), (2, 3, 2)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((0, 2, 3), (3, 2)),
        ((1, 1), (1, 1)),
    )
    return tuple(case(normal(*a), normal(*b)) for a, b in shapes)


MATMUL = (
    Operation(
        "matmul",
        "MatmulBackward",
        lambda t, a, b: a @ b,
        lambda a, b: a @ b,
        matmul_cases(),
        (),
        (
            refusal(
                normal(3, 4),
                normal(5, 2),
                message="matmul: (3, 4) @ (5, 2): inner dimensions 4 and 5 differ",
            ),
            refusal(
                normal(3),
                normal(2, 3),
                message="matmul: (3,) @ (2, 3): inner dimensions 3 and 2 differ",
            ),
            refusal(
                normal(3),
                normal(),
                message="matmul: a 0-d operand has no dimension to sum over; use * to multiply by a"
                " number",
            ),
        ),
    ),
)
