"""Rows of the table of operations: Reductions."""

import numpy as np

from .row import (
    Operation,
    _along,
    bad_dims,
    case,
    distinct,
    extreme,
    inf,
    nan,
    normal,
    refusal,
    unary,
)


def _reductions(draw):
    x = draw(2, 3, 4)
    return (
        *unary(draw),
        case(x, dim=0),
        case(x, dim=1),
        case(x, dim=-1, keepdim=True),
        case(draw(3, 3), dim=1),  # square: a transposed gradient would have the right shape
        case(draw(1, 3), dim=0),
        case(draw(3), dim=0, keepdim=True),
    )


def _double_dim(name):
    return refusal(
        normal(2, 3),
        dim=(1, -1),
        message=f"{name}: dim (1, -1) names an axis of shape (2, 3) twice",
    )


_several_dims = (
    case(normal(2, 3, 4), dim=(0, 2)),
    case(normal(2, 3, 4), dim=(-1, 1), keepdim=True),
)


REDUCTIONS = (
    Operation(
        "sum",
        "SumBackward",
        lambda t, x, **params: t.sum(x, **params),
        lambda x, dim=None, keepdim=False: x.sum(axis=dim, keepdims=keepdim),
        (
            *_reductions(normal),
            *_several_dims,
            case(normal(2, 0), dim=1),
            case(normal(2, 0), dim=0),
        ),
        (),
        (*bad_dims("sum"), _double_dim("sum")),
    ),
    Operation(
        "mean",
        "MeanBackward",
        lambda t, x, **params: t.mean(x, **params),
        lambda x, dim=None, keepdim=False: (
            x.sum(axis=dim, keepdims=keepdim)
            / np.float64(max(1, x.size) / max(1, x.sum(axis=dim).size))
            * (nan if not x.size and x.sum(axis=dim).size else 1)
        ),
        (*_reductions(normal), *_several_dims, case(normal(2, 0), dim=0)),
        (extreme([[], []], value=[nan, nan], gradients=([[], []],), dim=1),),
        (
            *bad_dims("mean"),
            _double_dim("mean"),
            refusal(
                np.arange(3),
                error=TypeError,
                message="mean: dtype int64 has no fractions to average in; convert with .float()"
                " first",
            ),
        ),
    ),
)


def _spread(power):
    def reference(x, dim=None, correction=1, keepdim=False):
        if x.size == 1 and correction:
            return np.full(x.var(axis=dim, keepdims=keepdim).shape, nan)
        return x.var(axis=dim, ddof=correction, keepdims=keepdim) ** power

    return reference


def _several(draw):
    """Reductions over at least two elements: variances of one are NaN, maxima of none no number."""
    return (
        case(draw(5)),
        case(draw(3, 4)),
        case(draw(2, 3, 4), dim=0),
        case(draw(2, 3, 4), dim=-1, keepdim=True),
        case(draw(3, 3), dim=1),
        case(draw(2, 3, 4), dim=(0, 2)),
        case(draw(0, 3), dim=1),
    )


def _nothing_to_choose(name):
    return refusal(
        np.zeros((2, 0)), dim=1, message=f"{name}: no elements to choose from in shape (2, 0)"
    )


REDUCTIONS += (
    *(
        Operation(
            name,
            rule,
            lambda t, x, name=name, **params: getattr(t, name)(x, **params),
            _spread(power),
            (
                *_several(normal),
                case(normal(3, 2), dim=0, correction=0),
                case(normal(3, 2), dim=(0, 1), correction=0),
                *((case(normal(2, 1), dim=1, correction=0),) if power == 1 else ()),
            ),
            (
                extreme([3.0], value=nan, gradients=([nan],)),
                extreme([3.0, 3.0], value=0.0, gradients=([0.0, 0.0],)),
                extreme([], value=nan, gradients=([],)),
            ),
            (*bad_dims(name), _double_dim(name)),
        )
        for name, rule, power in (("var", "VarBackward", 1), ("std", "StdBackward", 0.5))
    ),
    Operation(
        "prod",
        "ProdBackward",
        lambda t, x, **params: t.prod(x, **params),
        lambda x, dim=None, keepdim=False: x.prod(axis=dim, keepdims=keepdim),
        (
            *_reductions(normal),
            case(np.array([1.5, 0.0, 2.0])),
            case(np.array([1.5, 0.0, 0.0])),
            case(np.array([[1.5, 0.0, 2.0], [1.0, 3.0, 2.0], [0.0, 0.0, 1.0]]), dim=1),
            case(np.array([[1.5, 0.0, 2.0], [1.0, 3.0, 2.0]]), dim=0, keepdim=True),
        ),
        (
            extreme([1e20, 0.0, 1e10], value=0.0, gradients=([0.0, 1e30, 0.0],)),
            extreme([0.0, 2.0, 0.0], value=0.0, gradients=([0.0, 0.0, 0.0],)),
        ),
        (
            *bad_dims("prod"),
            refusal(
                normal(2, 2),
                dim=(0, 1),
                error=TypeError,
                message="prod: dim must be one axis or None, got (0, 1)",
            ),
        ),
    ),
    *(
        Operation(
            name,
            rule,
            lambda t, x, name=name, **params: getattr(t, name)(x, **params),
            lambda x, dim=None, keepdim=False, function=function: function(
                x, axis=dim, keepdims=keepdim
            ),
            (*_several(distinct), case(distinct())),
            (
                extreme([1.0, 1.0], value=1.0, gradients=([0.5, 0.5],)),
                extreme(
                    [[2.0, 2.0, -inf], [3.0, 3.0, 3.0]],
                    value=[function([2.0, 2.0, -inf]), 3.0],
                    gradients=([tied, [1 / 3, 1 / 3, 1 / 3]],),
                    dim=1,
                ),
            ),
            (*bad_dims(short), _nothing_to_choose(short)),
        )
        for name, short, rule, function, tied in (
            ("amax", "max", "MaxBackward", np.max, [0.5, 0.5, 0.0]),
            ("amin", "min", "MinBackward", np.min, [0.0, 0.0, 1.0]),
        )
    ),
    *(
        Operation(
            f"{name} of all",
            rule,
            lambda t, x, name=name: getattr(t, name)(x),
            function,
            (case(distinct(2, 3)), case(distinct())),
            (extreme([1.0, 1.0], value=1.0, gradients=([0.5, 0.5],)),),
        )
        for name, rule, function in (
            ("max", "MaxBackward", np.max),
            ("min", "MinBackward", np.min),
        )
    ),
    *(
        Operation(
            f"{name} along an axis",
            "GatherBackward",
            lambda t, x, dim, keepdim=False, name=name: getattr(t, name)(x, dim, keepdim)[0],
            lambda x, dim, keepdim=False, function=function: function(
                x, axis=dim, keepdims=keepdim
            ),
            (
                case(distinct(2, 3), dim=0),
                case(distinct(3, 3), dim=1),
                case(distinct(2, 3, 2), dim=-2, keepdim=True),
                case(distinct(0, 3), dim=1),
            ),
            (extreme([1.0, 1.0], value=1.0, gradients=([1.0, 0.0],), dim=0),),
            (bad_dims(name)[0], _nothing_to_choose(name)),
        )
        for name, function in (("max", np.max), ("min", np.min))
    ),
    Operation(
        "logsumexp",
        "LogsumexpBackward",
        lambda t, x, **params: t.logsumexp(x, **params),
        lambda x, dim, keepdim=False: np.log(np.exp(x).sum(axis=dim, keepdims=keepdim)),
        (*_along(normal)[:-1], case(normal(2, 3, 2), dim=(0, -1), keepdim=True)),
        (
            extreme([-1e4, 1e4], value=1e4, gradients=([0.0, 1.0],), dim=0),
            extreme([-inf, 0.0], value=0.0, gradients=([0.0, 1.0],), dim=0),
        ),
        (*bad_dims("logsumexp"), _double_dim("logsumexp")),
    ),
    Operation(
        "cumsum",
        "CumsumBackward",
        lambda t, x, dim: t.cumsum(x, dim),
        lambda x, dim: x.cumsum(dim) if x.ndim else x,
        _along(normal),
        (),
        bad_dims("cumsum"),
    ),
)
