"""Rows of the table of operations: Indexing and gathering."""

import numpy as np

from .row import Operation, case, normal, refusal

_mask = np.array([[True, False, True], [False, False, True]])


INDEXING = (
    *(
        Operation(
            f"x[{text}]",
            "SliceBackward",
            lambda t, x, index=index: x[index],
            lambda x, index=index: x[index],
            (case(draw),),
        )
        for text, index, draw in (
            ("1", 1, normal(3, 2)),
            ("-1, 0", (-1, 0), normal(3, 2)),
            ("1:", slice(1, None), normal(3, 2)),
            (":, ::2", (slice(None), slice(None, None, 2)), normal(2, 5)),
            ("None, ..., 0", (None, Ellipsis, 0), normal(2, 3, 2)),
            ("[0, 0, 1]", [0, 0, 1], normal(3, 2)),
            ("array [[0, 2], [2, 2]]", np.array([[0, 2], [2, 2]]), normal(3, 2)),
            ("two arrays", (np.array([0, 0, 1]), np.array([1, 1, -1])), normal(2, 3)),
            ("slice and array", (slice(None), np.array([1, 1])), normal(2, 3)),
            ("mask", _mask, normal(2, 3)),
            ("row mask", (np.array([True, False]), slice(1, None)), normal(2, 3)),
            ("empty", slice(0, 0), normal(3, 2)),
            ("scalar, ()", (), normal()),
            ("np.int64", np.int64(1), normal(3)),
            ("[]", [], normal(3, 2)),
        )
    ),
    Operation(  # numbers first, as in PyTorch; NumPy would lead with the axis of the list
        "x[0, :, [0, 0, 2]]",
        "SliceBackward",
        lambda t, x: x[0, :, [0, 0, 2]],
        lambda x: x[0][:, [0, 0, 2]],
        (case(normal(2, 4, 3)),),
    ),
    Operation(
        "x[mask, None, :, -1]",
        "SliceBackward",
        lambda t, x: x[_mask.tolist(), None, :, -1],
        lambda x: x[..., -1][_mask, None],
        (case(normal(2, 3, 2, 2)),),
    ),
    Operation(
        "x[1:] checked",
        "SliceBackward",
        lambda t, x: x[5],
        lambda x: x[5],
        (),
        (),
        (
            refusal(
                normal(3, 2),
                error=IndexError,
                message="slice: on a tensor of shape (3, 2): index 5 is out of bounds for axis 0"
                " with size 3",
            ),
        ),
    ),
    Operation(
        "gradient of an index",
        "ScatterBackward",
        lambda t, x: t.autograd.grad((x[[0, 0, 2]] ** 3).sum(), [x], create_graph=True)[0],
        lambda x: 3 * x**2 * np.array([2.0, 0, 1]),
        (case(normal(3)),),
    ),
)


INDEXING += (
    Operation(
        "gather",
        "GatherBackward",
        lambda t, x, index, dim: t.gather(x, dim, index),
        lambda x, index, dim: np.take_along_axis(x, index, dim),
        (
            case(normal(2, 3), np.array([[0, 0, 2], [1, 2, 1]]), dim=1),
            case(normal(2, 3), np.array([[0, 1, 1]]), dim=0),
            case(normal(3), np.array([2, 2, 0, 1]), dim=0),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                np.array([[3]]),
                dim=1,
                error=IndexError,
                message="gather: index 3 is out of range for axis 1 of shape (2, 3); use 0 to 2",
            ),
            refusal(
                normal(2, 3),
                np.array([1]),
                dim=1,
                error=TypeError,
                message="gather: index must be integers with the 2 axes of shape (2, 3), got int64"
                " of shape (1,)",
            ),
        ),
    ),
)
