"""Rows of the table of operations: Shape, order, dtype and memory."""

import numpy as np

from .row import Operation, case, normal, refusal, unary

SHAPE = (
    Operation(
        "reshape",
        "ReshapeBackward",
        lambda t, x, shape: t.reshape(x, shape),
        lambda x, shape: x.reshape(shape),
        (
            case(normal(2, 6), shape=(3, 4)),
            case(normal(2, 6), shape=(-1,)),
            case(normal(1), shape=()),
            case(normal(), shape=(1, 1)),
            case(normal(0, 2), shape=(4, 0)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                shape=(4, 2),
                message="reshape: (2, 3) has 6 elements, which do not fit (4, 2)",
            ),
        ),
    ),
    Operation(
        "flatten",
        "ReshapeBackward",
        lambda t, x, start=0, end=-1: x.flatten(start, end),
        lambda x, start=0, end=-1: x.reshape(
            *x.shape[:start], -1, *x.shape[x.ndim + end + 1 if x.ndim else 0 :]
        ),
        (
            case(normal(2, 3, 2)),
            case(normal(2, 3, 2), start=1),
            case(normal(2, 3, 2), end=-2),
            case(normal()),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                start=1,
                end=0,
                message="flatten: start_dim 1 comes after end_dim 0 in shape (2, 3)",
            ),
        ),
    ),
    Operation(
        "squeeze",
        "ReshapeBackward",
        lambda t, x, **params: x.squeeze(**params),
        lambda x, dim=None: (
            x.squeeze() if dim is None else x.squeeze(dim) if x.shape[dim] == 1 else x
        ),
        (case(normal(1, 3, 1)), case(normal(1, 3, 1), dim=0), case(normal(1, 3, 1), dim=1)),
    ),
    Operation(
        "unsqueeze",
        "ReshapeBackward",
        lambda t, x, dim: x.unsqueeze(dim),
        lambda x, dim: np.expand_dims(x, dim),
        (
            case(normal(3), dim=0),
            case(normal(3, 2), dim=-1),
            case(normal(3, 2), dim=1),
            case(normal(), dim=0),
        ),
        (),
        (
            refusal(
                normal(3),
                dim=2,
                error=IndexError,
                message="unsqueeze: dim 2 is out of range for shape (3,); use -2 to 1",
            ),
        ),
    ),
    Operation(
        "expand",
        "ExpandBackward",
        lambda t, x, shape: x.expand(*shape),
        lambda x, shape: np.broadcast_to(
            x, [x.shape[i - len(shape)] if n == -1 else n for i, n in enumerate(shape)]
        ),
        (
            case(normal(3, 1), shape=(3, 4)),
            case(normal(3, 1), shape=(2, -1, 4)),
            case(normal(), shape=(2, 2)),
            case(normal(1), shape=(0,)),
        ),
        (),
        (
            refusal(
                normal(3),
                shape=(4,),
                message="expand: (3,) to (4,): axis 0 has length 3, and only length 1 can become 4",
            ),
            refusal(normal(3, 2), shape=(3,), message="expand: (3, 2) has more axes than (3,)"),
            refusal(
                normal(3),
                shape=(-1, 3),
                message="expand: (3,) to (-1, 3): axis 0 is new, and -1 keeps the length of an old"
                " one",
            ),
        ),
    ),
    Operation(
        "transpose",
        "TransposeBackward",
        lambda t, x, dim0=0, dim1=1: x.transpose(dim0, dim1),
        lambda x, dim0=0, dim1=1: np.swapaxes(x, dim0, dim1),
        (
            case(normal(2, 3)),
            case(normal(3, 3)),
            case(normal(2, 3, 4), dim0=-1),
            case(normal(0, 3)),
        ),
        (),
        (
            refusal(
                normal(3),
                error=IndexError,
                message="transpose: dim 1 is out of range for shape (3,); use -1 to 0",
            ),
        ),
    ),
    Operation(
        "permute",
        "PermuteBackward",
        lambda t, x, dims: x.permute(*dims),
        lambda x, dims: x.transpose(dims),
        (
            case(normal(2, 3, 4), dims=(2, 0, 1)),
            case(normal(2, 3, 4), dims=(0, -1, 1)),
            case(normal(3), dims=(0,)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                dims=(0,),
                message="permute: (2, 3) has 2 axes, but dims (0,) names 1; name each once",
            ),
        ),
    ),
    Operation("T", "PermuteBackward", lambda t, x: x.T, lambda x: x.T, (case(normal(2, 3)),)),
    Operation("clone", "CloneBackward", lambda t, x: x.clone(), np.copy, unary()),
    Operation(
        "cast",
        "CastBackward",
        lambda t, x: x.to(t.float32),
        lambda x: np.float32(x),
        (case(np.array([0.5, -2.0, 8.0])), case(np.array(0.25))),
        differences=False,
    ),
)
