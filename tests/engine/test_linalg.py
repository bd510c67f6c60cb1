"""Determinants, inverses, solutions and Cholesky factors beside PyTorch, to the second order."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.autograd import gradcheck, gradgradcheck

_rng = np.random.default_rng(4)


def matrices(*shape):
    return _rng.normal(size=shape)


def positive(*shape):
    A = matrices(*shape)
    return A @ A.swapaxes(-1, -2) + np.eye(shape[-1])


SWAPPED = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [3.0, 1.0, 0.0]])  # needs every swap
CASES = {
    "inv": (lambda t, A: t.linalg.inv(A), matrices(3, 3)),
    "inv, swaps": (lambda t, A: t.linalg.inv(A), SWAPPED),
    "inv, batch": (lambda t, A: t.linalg.inv(A), matrices(2, 2, 3, 3)),
    "inv, 1": (lambda t, A: t.linalg.inv(A), matrices(1, 1)),
    "solve, vector": (lambda t, A, b: t.linalg.solve(A, b), matrices(3, 3), matrices(3)),
    "solve, matrix": (lambda t, A, B: t.linalg.solve(A, B), matrices(3, 3), matrices(3, 2)),
    "solve, batch": (lambda t, A, B: t.linalg.solve(A, B), matrices(2, 3, 3), matrices(2, 3, 1)),
    "solve, one for all": (lambda t, A, B: t.linalg.solve(A, B), matrices(3, 3), matrices(2, 3, 2)),
    "det": (lambda t, A: t.linalg.det(A), matrices(4, 4)),
    "det, swaps": (lambda t, A: t.linalg.det(A), SWAPPED),
    "det, batch": (lambda t, A: t.linalg.det(A), matrices(2, 3, 3)),
    "slogdet": (lambda t, A: t.linalg.slogdet(A)[1], matrices(4, 4)),
    "slogdet, sign": (lambda t, A: t.linalg.slogdet(A)[1] * t.linalg.slogdet(A)[0], SWAPPED),
    "slogdet, batch": (lambda t, A: t.linalg.slogdet(A).logabsdet, matrices(3, 2, 2)),
    "cholesky": (lambda t, A: t.linalg.cholesky(A), positive(3, 3)),
    "cholesky, batch": (lambda t, A: t.linalg.cholesky(A), positive(2, 4, 4)),
    "cholesky, upper": (lambda t, A: t.cholesky(A, upper=True), positive(3, 3)),
    "logdet": (lambda t, A: A.logdet(), positive(3, 3)),
    "inverse": (lambda t, A: A.inverse().det(), matrices(3, 3)),
    "lstsq": (lambda t, A, B: t.linalg.lstsq(A, B).solution, matrices(5, 3), matrices(5, 2)),
    "lstsq, vector": (lambda t, A, b: t.linalg.lstsq(A, b)[0], matrices(5, 3), matrices(5)),
    "lstsq, wide": (lambda t, A, B: t.linalg.lstsq(A, B)[0], matrices(2, 4), matrices(2, 1)),
    "lstsq, batch": (
        lambda t, A, B: t.linalg.lstsq(A, B)[0],
        *(matrices(2, 4, 2), matrices(2, 4, 3)),
    ),
    **{
        f"solve_triangular, {options}": (
            lambda t, A, B, options=options: t.linalg.solve_triangular(A, B, **options),
            positive(3, 3),
            matrices(3, 3),
        )
        for options in (
            {"upper": True},
            {"upper": False},
            {"upper": True, "left": False},
            {"upper": False, "unitriangular": True},
        )
    },
    "matrix_exp": (lambda t, A: t.linalg.matrix_exp(A), matrices(3, 3)),
    "matrix_exp, large": (lambda t, A: t.matrix_exp(A), 4 * matrices(2, 2, 2)),
    "matrix_power": (lambda t, A: t.linalg.matrix_power(A, -2), matrices(3, 3)),
    "multi_dot": (
        lambda t, A, B, C: t.linalg.multi_dot([A, B, C]),
        *(matrices(2, 3), matrices(3, 4), matrices(4)),
    ),
    **{
        f"matrix_norm, {ord}": (
            lambda t, A, ord=ord: t.linalg.matrix_norm(A, ord, keepdim=ord == 1),
            matrices(2, 3, 4),
        )
        for ord in ("fro", 1, -1, np.inf, -np.inf)
    },
    "matrix_norm, dim": (lambda t, A: t.linalg.matrix_norm(A, 1, dim=(2, 0)), matrices(2, 3, 4)),
    "norm": (lambda t, A: t.linalg.norm(A), matrices(2, 3, 4)),
    "norm, matrix": (lambda t, A: t.linalg.norm(A, ord=1), matrices(3, 4)),
    "norm, rows": (lambda t, A: t.linalg.norm(A, ord=3, dim=1, keepdim=True), matrices(3, 4)),
    "norm, vector": (lambda t, a: t.linalg.norm(a, 1), matrices(4)),
    "cross": (lambda t, a, b: t.linalg.cross(a, b), matrices(2, 3), matrices(2, 3)),
    "diagonal": (lambda t, A: t.linalg.diagonal(A, offset=1), matrices(2, 3, 4)),
    "vecdot": (lambda t, a, b: t.linalg.vecdot(a, b, dim=0), matrices(2, 3), matrices(2, 3)),
    "vander": (lambda t, a: t.linalg.vander(a, N=4), matrices(2, 3)),
    "chain_matmul": (
        lambda t, A, B: t.chain_matmul(A, B),
        *(matrices(2, 3), matrices(3, 4)),
    ),
    "addr": (lambda t, A, a, b: t.addr(A, a, b, alpha=2), matrices(2, 3), matrices(2), matrices(3)),
    "addbmm": (
        lambda t, A, B, C: A.addbmm(B, C, beta=0.5),
        *(matrices(2, 3), matrices(4, 2, 5), matrices(4, 5, 3)),
    ),
    "ger": (lambda t, a, b: a.ger(b), matrices(2), matrices(3)),
    "vdot": (lambda t, a, b: t.vdot(a, b), matrices(3), matrices(3)),
}
VALUES = {
    "svd": lambda t, A: t.svd(A).S,
    "svd, A": lambda t, A: (lambda U, S, V: U * S @ V.mT)(*t.svd(A, some=True)),
    "qr": lambda t, A: (lambda Q, R: Q @ R)(*A.qr()),
    "pinverse": lambda t, A: A.pinverse(),
    "nuc": lambda t, A: t.linalg.matrix_norm(A, "nuc"),
    "2": lambda t, A: t.linalg.norm(A, 2),
    "-2": lambda t, A: t.linalg.matrix_norm(A, -2, dim=(1, 0), keepdim=True),
    "cond": lambda t, A: t.linalg.cond(A),
    "cond, fro": lambda t, A: t.linalg.cond(A[:3], "fro"),
    "cond, -2": lambda t, A: t.linalg.cond(A, -2),
    "cond, singular": lambda t, A: t.linalg.cond(A[:3] * 0, 1),
    "eigvalsh": lambda t, A: t.linalg.eigvalsh(A.mT @ A),
    "lstsq, residuals": lambda t, A: t.linalg.lstsq(A, A[:, :2] + 1, driver="gelsd").residuals,
    "lstsq, sizes": lambda t, A: t.linalg.lstsq(A, A, driver="gelsd").singular_values,
    "lstsq, no sizes": lambda t, A: t.linalg.lstsq(A, A).singular_values,
    "lstsq, no residuals": lambda t, A: t.linalg.lstsq(A.mT, A[:3]).residuals,
    "lstsq, rank": lambda t, A: t.linalg.lstsq(A, A).rank,
    "logdet, negative": lambda t, A: t.logdet(t.diag(t.tensor([1.0, -1.0]))),
    "logdet, singular": lambda t, A: t.logdet(t.zeros(2, 2)),
}


@pytest.mark.filterwarnings("ignore:torch.* is deprecated")
@pytest.mark.parametrize("name", VALUES)
def test_values_without_gradients(name):
    torch = pytest.importorskip("torch")
    A = matrices(5, 3)
    found, expected = (VALUES[name](t, t.tensor(A)) for t in (tt, torch))
    assert found.shape == tuple(expected.shape)
    assert str(found.dtype) == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(found.data, expected.numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda t: t.linalg.inv(t.zeros(2, 2)), RuntimeError, "inv: a matrix is singular"),
        (lambda t: t.linalg.cholesky(-t.eye(2)), RuntimeError, "cholesky: a matrix is not"),
        (lambda t: t.linalg.matrix_norm(t.ones(2, 2), 3), ValueError, "unknown ord 3"),
        (lambda t: t.linalg.matrix_norm(t.ones(2, 2), 1, dim=(0,)), ValueError, "name two axes"),
        (lambda t: t.linalg.norm(t.ones(2, 2, 2), 1), ValueError, "name the axes of shape"),
        (lambda t: t.linalg.lstsq(t.ones(2, 3), t.ones(3)), ValueError, "lstsq: .* do not fit"),
        (
            lambda t: t.linalg.lstsq(t.ones(3, 2, requires_grad=True), t.ones(3, 1)),
            RuntimeError,
            "of full rank alone",
        ),
        (
            lambda t: t.linalg.matrix_norm(t.ones(3, 2, requires_grad=True), 2),
            RuntimeError,
            "matrix_norm: it has no gradient here",
        ),
        (lambda t: t.linalg.eig, AttributeError, "has no eig: numbers are real"),
        (lambda t: t.linalg.nothing, AttributeError, "no attribute 'nothing'"),
    ],
)
def test_what_matrices_refuse(act, error, text):
    with pytest.raises(error, match=text):
        act(tt)


def run(t, call, inputs, dtype):
    xs = [t.tensor(x.astype(dtype), requires_grad=True) for x in inputs]
    z = call(t, *xs)
    rng = np.random.default_rng(0)
    g = t.tensor(rng.normal(size=tuple(z.shape)).astype(dtype))
    grads = t.autograd.grad(z, xs, g, create_graph=True)
    total = sum((d * t.tensor(rng.normal(size=tuple(d.shape)).astype(dtype))).sum() for d in grads)
    second = t.autograd.grad(total, xs, allow_unused=True) if total.requires_grad else []
    second = [0 * x if d is None else d for x, d in zip(xs, second, strict=False)]
    return [x.data if t is tt else x.detach().numpy(force=True) for x in (z, *grads, *second)]


@pytest.mark.filterwarnings("ignore:torch.* is deprecated")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_as_pytorch(name, dtype):
    torch = pytest.importorskip("torch")
    call, *inputs = CASES[name]
    found, expected = run(tt, call, inputs, dtype), run(torch, call, inputs, dtype)
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == b.dtype == dtype and a.shape == b.shape
        rtol = 5e-2 if dtype is np.float32 else 1e-8
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * np.abs(b).max())


@pytest.mark.parametrize("name", ["inv", "solve, matrix", "det, swaps", "cholesky", "lstsq"])
def test_as_finite_differences(name):
    call, *inputs = CASES[name]
    xs = [tt.tensor(x, requires_grad=True) for x in inputs]
    symmetric = (lambda A: (A + A.mT) / 2) if name == "cholesky" else (lambda A: A)
    assert gradcheck(lambda A, *b: call(tt, symmetric(A), *b), xs)
    assert gradgradcheck(lambda A, *b: call(tt, symmetric(A), *b), xs)


def test_the_determinant_of_a_singular_matrix_has_a_slope():
    """The cofactors: of rank n - 1 some are not 0, of less all are."""
    A = tt.tensor(np.array([[1.0, 2.0], [2.0, 4.0]]), requires_grad=True)
    tt.linalg.det(A).backward()
    np.testing.assert_allclose(A.grad, [[4, -2], [-2, 1]])
    A = tt.zeros(3, 3, requires_grad=True)
    tt.linalg.det(A).backward()
    assert not A.grad.data.any()


def test_what_is_no_square_matrix_is_refused():
    with pytest.raises(ValueError, match=r"inv: expected square matrices .* of shape \(2, 3\)"):
        tt.linalg.inv(tt.ones(2, 3))
    with pytest.raises(ValueError, match=r"det: expected square matrices .* got int64"):
        tt.linalg.det(tt.tensor([[1, 2], [3, 4]]))
    with pytest.raises(np.linalg.LinAlgError, match="inv: a matrix is singular"):
        tt.linalg.inv(tt.zeros(2, 2, requires_grad=True))
    with pytest.raises(np.linalg.LinAlgError, match="cholesky: a matrix is not positive"):
        tt.linalg.cholesky(-tt.eye(2))


def test_nothing_is_recorded_without_need():
    A = tt.tensor(CASES["cholesky"][1], requires_grad=True)
    with tt.no_grad():
        for f in (tt.linalg.inv, tt.linalg.det, tt.linalg.cholesky):
            assert not f(A).requires_grad
    assert not tt.linalg.solve(A.detach(), tt.ones(3, dtype=tt.float64)).requires_grad
