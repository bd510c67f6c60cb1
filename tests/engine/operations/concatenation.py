"""Rows of the table of operations: Joining and cutting."""

import numpy as np

from .row import Operation, case, normal, refusal

JOINING = (
    Operation(
        "cat",
        "CatBackward",
        lambda t, *xs, dim=0: t.cat(xs, dim),
        lambda *xs, dim=0: np.concatenate(xs, dim),
        (
            case(normal(2, 3), normal(1, 3)),
            case(normal(2, 3), normal(2, 1), normal(2, 2), dim=1),
            case(normal(2, 3), normal(2, 0), dim=-1),
            case(normal(3)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(2, 2),
                message="cat: shapes (2, 3), (2, 2) differ in another axis than dim 0; all others"
                " must agree",
            ),
            refusal(message="cat: no tensors to join"),
            refusal(
                normal(),
                normal(),
                message="cat: a 0-d tensor has no axis to join along; use stack",
            ),
        ),
    ),
    Operation(
        "stack",
        "CatBackward",
        lambda t, *xs, dim=0: t.stack(xs, dim),
        lambda *xs, dim=0: np.stack(xs, dim),
        (
            case(normal(2, 3), normal(2, 3), dim=1),
            case(normal(), normal()),
            case(normal(3), dim=-1),
        ),
        (),
        (
            refusal(
                normal(2),
                normal(3),
                message="stack: expected tensors of one shape, got (2,), (3,)",
            ),
        ),
    ),
    Operation(
        "split",
        "SliceBackward",
        lambda t, x, size, dim=0: t.cat(
            [(i + 1) * p for i, p in enumerate(t.split(x, size, dim))], dim
        ),
        lambda x, size, dim=0: np.concatenate(
            [
                (i + 1) * p
                for i, p in enumerate(
                    np.split(
                        x,
                        range(size, x.shape[dim], size)
                        if isinstance(size, int)
                        else np.cumsum(size)[:-1],
                        dim,
                    )
                )
            ],
            dim,
        ),
        (
            case(normal(5, 2), size=2),
            case(normal(2, 5), size=[1, 4], dim=1),
            case(normal(2, 5), size=7, dim=-1),
        ),
        (),
        (
            refusal(
                normal(5),
                size=[1, 3],
                message="split: the sizes [1, 3] do not add up to 5, axis 0 of (5,)",
            ),
            refusal(normal(5), size=0, message="split: the size of a part must be positive, got 0"),
        ),
    ),
    Operation(
        "chunk",
        "SliceBackward",
        lambda t, x, n, dim=0: t.cat([(i + 1) * p for i, p in enumerate(t.chunk(x, n, dim))], dim),
        lambda x, n, dim=0: np.concatenate(
            [(i + 1) * p for i, p in enumerate(np.split(x, [2, 4], dim))], dim
        ),
        (case(normal(5, 2), n=3), case(normal(2, 5), n=3, dim=1)),
        (),
        (refusal(normal(5), n=0, message="chunk: cannot cut shape (5,) into 0 parts"),),
    ),
)
