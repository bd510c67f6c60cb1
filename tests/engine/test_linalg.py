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
}


def run(t, call, inputs, dtype):
    xs = [t.tensor(x.astype(dtype), requires_grad=True) for x in inputs]
    z = call(t, *xs)
    rng = np.random.default_rng(0)
    g = t.tensor(rng.normal(size=tuple(z.shape)).astype(dtype))
    grads = t.autograd.grad(z, xs, g, create_graph=True)
    total = sum((d * t.tensor(rng.normal(size=tuple(d.shape)).astype(dtype))).sum() for d in grads)
    second = t.autograd.grad(total, xs)
    return [np.asarray(x.detach()) for x in (z, *grads, *second)]


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


@pytest.mark.parametrize("name", ["inv", "solve, matrix", "det, swaps", "cholesky"])
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
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        tt.linalg.inv(tt.zeros(2, 2, requires_grad=True))
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        tt.linalg.cholesky(-tt.eye(2))


def test_nothing_is_recorded_without_need():
    A = tt.tensor(CASES["cholesky"][1], requires_grad=True)
    with tt.no_grad():
        for f in (tt.linalg.inv, tt.linalg.det, tt.linalg.cholesky):
            assert not f(A).requires_grad
    assert not tt.linalg.solve(A.detach(), tt.ones(3, dtype=tt.float64)).requires_grad
