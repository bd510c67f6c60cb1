"""The derivatives of a product at zeros, infinities, and beyond the range of its dtype."""

import itertools

import numpy as np
import pytest

import tinytorch as tt

FINITE, INFINITE = (0, 1, 2, -1.5, 0), (np.inf, 1, 2, -1.5, 0.5, 3, 1, -np.inf)


def derivatives(t, x, g, v, dim):
    """z = Π x; the gradient for g; and of that times v, the gradients for x and for g."""
    x, g, v = (t.tensor(np.asarray(a, float).tolist(), dtype=t.float64) for a in (x, g, v))
    x.requires_grad = g.requires_grad = True
    z = x.prod() if dim is None else x.prod(dim)
    (d,) = t.autograd.grad(z, [x], g, create_graph=True)
    of_x, of_g = t.autograd.grad(d, [x, g], v, allow_unused=True)
    return [
        np.array((t.zeros(x.shape) if a is None else a).detach().tolist())
        for a in (z, d, of_x, of_g)
    ]


CASES = [(rows, dim) for rows in ("zeros", "infinite") for dim in (None, 0, -1)]


@pytest.mark.parametrize(("rows", "dim"), [*CASES, ("one of each", -1)])
def test_second_derivatives_are_numbers_where_pytorch_has_them(rows, dim):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    kinds = {"zeros": (FINITE, FINITE), "infinite": (INFINITE, INFINITE)}
    for n in [1, 2, 3, 4] * 10:
        x = np.stack([rng.choice(of, n) for of in kinds.get(rows, (FINITE, INFINITE))])
        shape = np.prod(x, axis=dim).shape
        g = rng.choice([1, 2, -1, np.inf] if rows == "zeros" else [1, 2, -1], shape)
        v = rng.choice([1, 0.5, -2, 0], x.shape)
        with np.errstate(all="ignore"):
            ours, theirs = (derivatives(t, x, g, v, dim) for t in (tt, torch))
        for a, b in zip(ours, theirs, strict=True):
            assert not (np.isnan(a) & ~np.isnan(b)).any(), (x, g, v, a, b)
            both = ~np.isnan(a) & ~np.isnan(b)
            np.testing.assert_allclose(a[both], b[both], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("x", [[1e-200, 1e-200, 1e300], [1e200, 1e200, 1e-300], [0, 1e-200, 3]])
def test_second_derivatives_beyond_the_range_of_the_dtype(x):
    x = np.array(x)
    for i, j in itertools.permutations(range(3), 2):
        v = np.eye(3)[i]
        with np.errstate(over="ignore", under="ignore"):
            _, _, of_x, _ = derivatives(tt, x, 1, v, None)
        assert of_x[i] == 0 and np.isclose(of_x[j], x[3 - i - j], rtol=1e-14)
