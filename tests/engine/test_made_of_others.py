"""Functions that are made of other operations: values, dtypes, and two gradients as in PyTorch."""

import warnings

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")

A = np.array([[0.3, -0.7, 0.2], [0.9, -0.1, 0.55]])
B = np.array([[1.5, 0.4, -2.0], [0.25, -1.1, 3.0]])
POSITIVE = np.array([[1.5, 2.4, 7.0], [1.25, 3.1, 1.05]])
CORNERS = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0])
SQUARE = np.array([[1.5, 0.4, -1.0], [0.25, -1.1, 0.5], [0.3, 0.2, 0.9]])
ROWS = np.array([[3.0, 1.0, 2.0, 1.0], [0.5, -1.0, 2.5, 4.0]])
BATCH = np.arange(12.0).reshape(2, 2, 3) - 5.5

DIFFERENTIABLE = {
    **{
        f"{name} {kind}": (lambda t, x, name=name: getattr(t, name)(x), x)
        for name in (
            *("asin", "acos", "atan", "sinh", "cosh", "asinh", "atanh", "exp2", "erfc", "sinc"),
            *("deg2rad", "rad2deg"),
        )
        for kind, x in (("", A), ("corners", CORNERS))
    },
    "acosh": (lambda t, x: x.acosh(), POSITIVE),
    "acosh corners": (lambda t, x: x.acosh(), CORNERS),
    "arctan": (lambda t, x: x.arctan(), A),
    "atan2": (lambda t, y, x: t.atan2(y, x), A, B),
    "atan2 broadcast": (lambda t, y, x: y.atan2(x), A, B[:1]),
    "atan2 axes": (
        lambda t, y, x: t.atan2(y, x),
        np.array([0.0, -0.0, 0.0, -0.0, 1.0, -1.0, np.inf, 0.0]),
        np.array([1.0, 1.0, -1.0, -1.0, 0.0, 0.0, np.inf, 0.0]),
    ),
    "hypot": (lambda t, a, b: t.hypot(a, b), A, B),
    "hypot at 0": (lambda t, a, b: t.hypot(a, b), np.zeros(2), np.array([0.0, 4.0])),
    "logaddexp": (lambda t, a, b: t.logaddexp(a, b), A, B),
    "logaddexp far": (lambda t, a, b: t.logaddexp(a, b), 1e3 * A, 1e3 * B),
    "logit": (lambda t, p: t.logit(p), np.array([0.1, 0.5, 0.99])),
    "logit eps": (lambda t, p: p.logit(1e-3), np.array([0.0, 0.5, 1.0])),
    "xlogy": (lambda t, a, b: t.xlogy(a, b), np.array([0.5, 2.0]), np.array([1.5, 0.1])),
    "xlogy at 0": (lambda t, a, b: t.xlogy(a, b), np.array([0.0, 2.0]), np.array([2.0, 0.5])),
    "addcmul": (lambda t, x, a, b: t.addcmul(x, a, b, value=0.5), A, B, A),
    "addcdiv": (lambda t, x, a, b: x.addcdiv(a, b, value=-2), A, A, B),
    "addmv": (lambda t, x, m, v: t.addmv(x, m, v, beta=2, alpha=3), A[:, 0].copy(), B, A[0].copy()),
    "baddbmm": (
        lambda t, x, a, b: t.baddbmm(x, a, b, beta=0.5),
        np.ones((2, 2, 2)),
        BATCH,
        BATCH.swapaxes(1, 2).copy(),
    ),
    "inner": (lambda t, a, b: t.inner(a, b), A, B),
    "inner vectors": (lambda t, a, b: a.inner(b), A[0].copy(), B[0].copy()),
    "tensordot 1": (lambda t, a, b: t.tensordot(a, b, dims=1), A, SQUARE),
    "tensordot axes": (lambda t, a, b: t.tensordot(a, b, ([1, 0], [2, 1])), A, BATCH),
    "tensordot 0": (lambda t, a, b: t.tensordot(a, b, 0), A[0].copy(), B[0].copy()),
    "kron": (lambda t, a, b: t.kron(a, b), A, SQUARE),
    "kron ranks": (lambda t, a, b: t.kron(a, b), A[0].copy(), SQUARE),
    "cross": (lambda t, a, b: t.linalg.cross(a, b) if t is torch else t.cross(a, b, -1), A, B),
    "matrix_power": (lambda t, a: t.matrix_power(a, 3), SQUARE),
    "matrix_power 0": (lambda t, a: a.matrix_power(0) + a * 0, SQUARE),
    "block_diag": (lambda t, a, b: t.block_diag(a, b), A, SQUARE),
    "cartesian_prod": (lambda t, a, b: t.cartesian_prod(a, b), A[0].copy(), B[0].copy()),
    "combinations": (lambda t, a: t.combinations(a, 2), A[0].copy()),
    "combinations with": (lambda t, a: t.combinations(a, 2, True), A[0].copy()),
    "diff": (lambda t, a: t.diff(a), ROWS),
    "diff twice": (lambda t, a: a.diff(n=2, dim=1), ROWS),
    "diff 0": (lambda t, a: a.diff(dim=0), ROWS),
    "take": (lambda t, a: t.take(a, t.tensor([0, 5, 5, -1])), ROWS),
    "take_along_dim": (
        lambda t, a: t.take_along_dim(a, t.tensor([[3], [0]]), 1),
        ROWS,
    ),
    "take_along_dim sorted": (
        lambda t, a: t.take_along_dim(a, a.detach().argsort(1), dim=1),
        np.array([[3.0, 1.0, 2.0, 0.0], [0.5, -1.0, 2.5, 4.0]]),
    ),
    "take_along_dim all": (lambda t, a: a.take_along_dim(t.tensor([1, 6])), ROWS),
    **{f"rot90 {k}": (lambda t, a, k=k: t.rot90(a, k, (0, 1)), ROWS) for k in (-1, 0, 1, 2, 3)},
    "fliplr": (lambda t, a: t.fliplr(a), ROWS),
    "flipud": (lambda t, a: a.flipud(), ROWS),
    **{f"diag_embed {k}": (lambda t, a, k=k: t.diag_embed(a, k), ROWS) for k in (-2, 0, 1)},
    "unflatten": (lambda t, a: t.unflatten(a, 1, (2, -1)), ROWS),
    "select": (lambda t, a: a.select(1, -1), ROWS),
    "narrow": (lambda t, a: t.narrow(a, 1, 1, 2), ROWS),
    "ravel": (lambda t, a: a.ravel(), ROWS),
    "cdist": (lambda t, a, b: t.cdist(a, b), A, SQUARE),
    "cdist 1": (lambda t, a, b: t.cdist(a, b, p=1.0), A, SQUARE),
    "cdist batches": (lambda t, a, b: t.cdist(a, b), BATCH, BATCH[:, :1] + 0.3),
    "dist": (lambda t, a, b: t.dist(a, b), A, B),
    "cov": (lambda t, a: t.cov(a), ROWS),
    "cov of one": (lambda t, a: a.cov(correction=0), ROWS[0].copy()),
    "corrcoef": (lambda t, a: t.corrcoef(a), ROWS),
    "aminmax": (lambda t, a: t.aminmax(a, dim=1).max, ROWS),
    "nansum": (lambda t, a: t.nansum(a, 1), np.array([[1.0, np.nan], [np.nan, np.nan]])),
    "nanmean": (lambda t, a: a.nanmean(), np.array([[1.0, np.nan], [4.0, 2.0]])),
    "nanmean dim": (lambda t, a: t.nanmean(a, 1, True), np.array([[1.0, np.nan], [4.0, 2.0]])),
    "quantile": (lambda t, a: t.quantile(a, 0.3), ROWS),
    "quantile dim": (lambda t, a: a.quantile(0.5, dim=1), ROWS),
    "quantile several": (
        lambda t, a: t.quantile(a, t.tensor([0.1, 0.6, 1.0], dtype=t.float64), dim=1, keepdim=True),
        ROWS,
    ),
    "quantile kept": (lambda t, a: t.quantile(a, 0.25, keepdim=True), ROWS),
    **{
        f"quantile {how}": (lambda t, a, how=how: t.quantile(a, 0.4, 1, interpolation=how), ROWS)
        for how in ("lower", "higher", "midpoint", "nearest")
    },
    "kthvalue": (lambda t, a: t.kthvalue(a, 2).values, ROWS[1].copy()),
    "kthvalue kept": (lambda t, a: a.kthvalue(3, 1, True)[0], np.array([[3.0, 1.0, 2.0]])),
    "cummax": (lambda t, a: t.cummax(a, 1).values, ROWS),
    "cummin": (lambda t, a: a.cummin(dim=1)[0], ROWS),
    "logcumsumexp": (lambda t, a: t.logcumsumexp(a, 1), ROWS),
    "logcumsumexp far": (lambda t, a: a.logcumsumexp(0), 1e3 * ROWS),
}

OTHERS = {
    "quantile nan": lambda t: t.quantile(t.tensor([[1.0, np.nan], [1.0, 2.0]]), 0.5, dim=1),
    "cummax indices": lambda t: t.cummax(t.tensor([1.0, 3.0, 3.0, 2.0]), 0).indices,
    "cummax nan": lambda t: t.cummax(t.tensor([1.0, np.nan, 3.0]), 0),
    "cummin indices": lambda t: t.cummin(t.tensor([[2.0, 1.0, 1.0, 3.0]]), 1).indices,
    "kthvalue index": lambda t: t.tensor([3.0, 1.0, 2.0]).kthvalue(2).indices,
    "kthvalue too far": lambda t: t.tensor([3.0]).kthvalue(2),
    "searchsorted": lambda t: t.searchsorted(t.tensor([1, 3, 5]), t.tensor([[3, 6], [0, 1]])),
    "searchsorted right": lambda t: t.searchsorted(
        t.tensor([1.0, 3.0, 5.0]), t.tensor([3.0, 6.0]), right=True
    ),
    "searchsorted rows": lambda t: t.searchsorted(
        t.tensor([[1, 3], [2, 4]]), t.tensor([[2, 9], [2, 3]])
    ),
    "bucketize": lambda t: t.bucketize(t.tensor([0.5, 1.0, 9.0]), t.tensor([1.0, 2.0])),
    "isin": lambda t: t.isin(t.tensor([[1, 2], [3, 4]]), t.tensor([2, 3])),
    "isin inverted": lambda t: t.isin(t.tensor([1, 2]), t.tensor([2]), invert=True),
    "argwhere": lambda t: t.argwhere(t.tensor([[0, 1], [2, 0]])),
    "atan of integers": lambda t: t.atan(t.tensor([1, 2])),
    "atan2 of integers": lambda t: t.atan2(t.tensor([1, 2]), t.tensor([0, -1])),
    "atan float16": lambda t: t.tensor([0.5], dtype=t.float16).atan(),
    "logspace": lambda t: t.logspace(-1, 2, 4),
    "logspace base": lambda t: t.logspace(0, 3, 4, base=2),
    "cross shape": lambda t: t.cross(t.ones(2), t.ones(2), dim=0),
    "inner shapes": lambda t: t.inner(t.ones(2), t.ones(3)),
    "tensordot shapes": lambda t: t.tensordot(t.ones(2, 3), t.ones(2, 3), dims=1),
    "quantile out of range": lambda t: t.quantile(t.ones(3), 1.5),
    "logaddexp infinities": lambda t: t.logaddexp(
        t.tensor([-np.inf, 1.0]), t.tensor([-np.inf, -np.inf])
    ),
}


def gradients(t, f, arrays):
    xs = [t.tensor(x, requires_grad=True) for x in arrays]
    z = f(t, *xs)
    weights = t.tensor(np.random.default_rng(3).normal(size=tuple(z.shape)))
    first = t.autograd.grad((z * weights).sum(), xs, create_graph=True)
    found = [z, *first]
    total = sum((d * d).sum() for d in first)
    try:
        second = t.autograd.grad(total, xs, materialize_grads=True) if total.requires_grad else ()
    except NotImplementedError:
        assert t is torch
        second = ()
    found += second
    return [np.asarray(x.detach().numpy()) for x in found]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients(name):
    f, *arrays = DIFFERENTIABLE[name]
    with np.errstate(invalid="ignore"):
        ours, theirs = gradients(tt, f, arrays), gradients(torch, f, arrays)
    for i, (a, b) in enumerate(zip(ours, theirs, strict=False)):
        assert a.shape == b.shape and a.dtype == b.dtype
        assert not (np.isnan(a) & ~np.isnan(b)).any(), (i, a, b)
        a = np.where(np.isnan(b), np.nan, a) if i else a
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=str(i))


def outcome(t, f):
    try:
        found = f(t)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        return type(error)
    found = found if isinstance(found, tuple) else (found,)
    return [np.asarray(x.detach().numpy()) for x in found]


@pytest.mark.parametrize("name", OTHERS)
def test_others(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = outcome(tt, OTHERS[name]), outcome(torch, OTHERS[name])
    if isinstance(theirs, type):
        assert isinstance(ours, type)
        return
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-6)
