"""Rows of the table of operations: Choices between values."""

import numpy as np

from .row import (
    PAIRS,
    Operation,
    _rng,
    case,
    extreme,
    inf,
    no_broadcast,
    normal,
    pairs,
    refusal,
    unary,
)


def far_apart(draw=normal):
    """Pairs whose elements differ by more than a nudge: one sign the left, the other the right."""
    cases = []
    for c in pairs(draw, draw):
        a, b = c.inputs
        gap = _rng.choice([-3.0, 3.0], np.broadcast_shapes(a.shape, b.shape))
        cases.append(case(a + gap if gap.shape == a.shape else a + 5, b))
    return tuple(cases)


SELECTION = (
    *(
        Operation(
            name,
            rule,
            lambda t, a, b, name=name: getattr(t, name)(a, b),
            function,
            far_apart(),
            (
                extreme(
                    [1.0, 2.0, -inf],
                    [1.0, 3.0, inf],
                    value=function([1.0, 2.0, -inf], [1.0, 3.0, inf]),
                    gradients=(left, [0.5, 1 - left[1], 1 - left[2]]),
                ),
            ),
            (no_broadcast(name),),
        )
        for name, rule, function, left in (
            ("maximum", "MaximumBackward", np.maximum, [0.5, 0.0, 0.0]),
            ("minimum", "MinimumBackward", np.minimum, [0.5, 1.0, 1.0]),
        )
    ),
    Operation(
        "where",
        "WhereBackward",
        lambda t, condition, a, b: t.where(condition, a, b),
        np.where,
        (
            *(
                case(_rng.random(np.broadcast_shapes(*p)) > 0.5, normal(*p[0]), normal(*p[1]))
                for p in PAIRS
            ),
            case(np.array([True, False]), normal(3, 2), normal(1)),
            case(np.array(True), normal(2), normal()),
        ),
        (),
        (
            refusal(
                np.array([1, 0]),
                normal(2),
                normal(2),
                error=TypeError,
                message="where: the condition must be booleans, such as x > 0, got int64",
            ),
        ),
    ),
    Operation(
        "where with numbers",
        "WhereBackward",
        lambda t, x: t.where(x > 0, x * 2, 0.0) + t.where(x > 0, 1.0, x),
        lambda x: np.where(x > 0, x * 2, 0.0) + np.where(x > 0, 1.0, x),
        unary(),
    ),
    Operation(
        "masked_fill",
        "MaskedFillBackward",
        lambda t, x, mask, value=-1e9: t.masked_fill(x, mask, value),
        lambda x, mask, value=-1e9: np.where(mask, value, x),
        (
            case(normal(2, 3), np.array([[True, False, False], [False, True, True]])),
            case(normal(2, 3), np.array([True, False, False]), value=0.0),
            case(normal(2, 3), np.array([[True], [False]]), value=7),
            case(normal(), np.array(True)),
            case(normal(0), np.array([], bool)),
        ),
        (),
        (
            refusal(
                normal(2),
                np.array([1, 0]),
                error=TypeError,
                message="maskedfill: the mask must be booleans, such as x > 0, got int64",
            ),
            refusal(
                normal(2),
                np.array([True, False]),
                value="x",
                error=TypeError,
                message="maskedfill: value must be a number, got str",
            ),
        ),
    ),
    Operation(
        "clamp",
        "ClampBackward",
        lambda t, x, min=None, max=None: t.clamp(x, min=min, max=max),
        lambda x, min=None, max=None: np.clip(x, min, max),
        (
            *unary(min=-1, max=1.5),
            case(normal(3), min=0),
            case(normal(3), max=0.25),
        ),
        (
            extreme(
                [-1.0, 1.0, -2.0, inf],
                value=[-1.0, 1.0, -1.0, 1.0],
                gradients=([1.0, 1.0, 0.0, 0.0],),
                min=-1,
                max=1,
            ),
        ),
        (
            refusal(normal(2), message="clamp: give min, max or both"),
            refusal(
                normal(2),
                min="0",
                error=TypeError,
                message="clamp: min and max must be numbers, got str; use maximum and minimum for"
                " bounds that are tensors",
            ),
        ),
    ),
    *(
        Operation(
            name,
            rule,
            lambda t, x, diagonal=0, name=name: getattr(t, name)(x, diagonal),
            lambda x, diagonal=0, function=function: function(x, diagonal),
            (
                case(normal(3, 3)),
                case(normal(2, 4), diagonal=1),
                case(normal(2, 3, 2), diagonal=-1),
                case(normal(0, 3)),
            ),
            (),
            (
                refusal(
                    normal(3),
                    message=f"{name}: shape (3,) has no triangle; it takes two axes or more",
                ),
            ),
        )
        for name, rule, function in (
            ("tril", "TrilBackward", np.tril),
            ("triu", "TriuBackward", np.triu),
        )
    ),
)
