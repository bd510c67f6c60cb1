"""Jacobians, Hessians, products with them, checkpointing, anomalies."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.autograd import (
    checkpoint,
    detect_anomaly,
    hessian,
    hvp,
    jacobian,
    jvp,
    vjp,
)


def leaf(data):
    return tt.tensor(np.array(data, np.float64), requires_grad=True)


A = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]])


def curved(x):
    return tt.tensor(A) @ (x * x)


POINT = np.array([0.5, -1.0, 2.0])
CURVED_JACOBIAN = A * (2 * POINT)


def test_jacobian_of_one_input():
    j = jacobian(curved, tt.tensor(POINT))
    assert j.shape == (2, 3) and not j.requires_grad
    np.testing.assert_allclose(j, CURVED_JACOBIAN)


def test_jacobian_of_several_inputs_and_outputs():
    a, b = tt.tensor(np.array([1.0, 2.0])), tt.tensor(np.array(3.0))
    (da, db), (ca, cb) = jacobian(lambda a, b: (a * b, a.sum()), (a, b))
    np.testing.assert_allclose(da, 3 * np.eye(2))
    np.testing.assert_allclose(db, [1, 2])
    np.testing.assert_allclose(ca, [1, 1])
    assert cb.shape == () and cb.item() == 0


def test_jacobian_that_stays_in_the_graph():
    x = leaf(POINT)
    jacobian(curved, x, create_graph=True).sum().backward()
    np.testing.assert_allclose(x.grad, 2 * A.sum(0))


@pytest.mark.parametrize("product, v", [(vjp, [1.0, 10.0]), (jvp, [1.0, 10.0, -2.0])])
def test_products_with_the_jacobian(product, v):
    z, p = product(curved, tt.tensor(POINT), tt.tensor(np.array(v)))
    np.testing.assert_allclose(z, A @ POINT**2)
    expected = v @ CURVED_JACOBIAN if product is vjp else CURVED_JACOBIAN @ v
    np.testing.assert_allclose(p, expected)
    assert not p.requires_grad and not z.requires_grad


def test_jvp_of_a_linear_and_of_a_constant_function():
    x, v = tt.tensor(POINT), tt.tensor(np.ones(3))
    np.testing.assert_allclose(jvp(lambda x: x * 2, x, v)[1], [2, 2, 2])
    np.testing.assert_allclose(jvp(lambda x: tt.ones(2, dtype=float), x, v)[1], [0, 0])


def test_hessian_and_its_product():
    def f(x):
        return (x**3).sum() + x[0] * x[1]

    expected = np.diag(6 * POINT)
    expected[0, 1] = expected[1, 0] = 1
    np.testing.assert_allclose(hessian(f, tt.tensor(POINT)), expected)
    v = np.array([1.0, 2.0, 3.0])
    value, product = hvp(f, tt.tensor(POINT), tt.tensor(v))
    np.testing.assert_allclose(product, expected @ v)
    assert value.item() == pytest.approx((POINT**3).sum() + POINT[0] * POINT[1])


def test_hessian_of_several_inputs():
    a, b = tt.tensor(np.array([1.0, 2.0])), tt.tensor(np.array(3.0))
    (aa, ab), (ba, bb) = hessian(lambda a, b: (a * a * b).sum(), (a, b))
    np.testing.assert_allclose(aa, 6 * np.eye(2))
    np.testing.assert_allclose(ab, [2, 4])
    np.testing.assert_allclose(ba, [2, 4])
    assert bb.item() == 0


def test_what_is_no_number_has_no_hessian():
    with pytest.raises(ValueError, match=r"hessian: func must return a Tensor of one element"):
        hessian(lambda x: x * x, tt.tensor(POINT))
    with pytest.raises(TypeError, match="vjp: func returned ndarray, not a Tensor"):
        vjp(lambda x: x.data, tt.tensor(POINT))


# ------------------------------------------------------------------------- checkpointing


def _network(x, w):
    for _ in range(3):
        x = (x @ w).tanh()
    return x


def test_a_checkpoint_gives_the_same_gradients_and_keeps_less():
    x, w = leaf(np.full((2, 3), 0.3)), leaf(np.eye(3) * 0.5 + 0.1)
    tt.autograd.backward(_network(x, w).sum())
    expected = x.grad.copy(), w.grad.copy()
    x.grad = w.grad = None
    z = checkpoint(_network, x, w)
    assert len(tt.autograd.graph(z).nodes) == 3
    z.sum().backward()
    np.testing.assert_allclose(x.grad, expected[0])
    np.testing.assert_allclose(w.grad, expected[1])


def test_a_checkpoint_reaches_what_the_function_closes_over():
    x, w = leaf(np.full((2, 3), 0.3)), leaf(np.eye(3) * 0.5 + 0.1)
    middle = w * 2  # not a leaf, and used inside and outside
    other = middle + w
    plain = _network(x, middle * other).sum() + middle.sum()
    plain.backward()
    expected = x.grad.copy(), w.grad.copy()
    x.grad = w.grad = None
    middle = w * 2
    other = middle + w
    z = checkpoint(lambda x: _network(x, middle * other), x).sum() + middle.sum()
    z.backward()
    np.testing.assert_allclose(x.grad, expected[0])
    np.testing.assert_allclose(w.grad, expected[1])


def test_a_checkpoint_of_plain_data_still_reaches_the_weights():
    w = leaf([1.0, 2.0])
    checkpoint(lambda x: x * w * w, tt.tensor(np.array([3.0, 4.0]))).sum().backward()
    np.testing.assert_allclose(w.grad, [6, 16])


def test_checkpoints_nest_and_can_be_given_one_input_twice():
    x = leaf([0.5, 1.5])

    def inner(x):
        return checkpoint(lambda y: y * y, x) * x

    checkpoint(lambda a, b: inner(a) * b, x, x).sum().backward()
    np.testing.assert_allclose(x.grad, 4 * x.data**3)


def test_a_checkpoint_hands_a_plain_number_on_as_it_is():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    checkpoint(lambda x, dim, scale: x.sum(dim) * scale, x, 0, 2.5).sum().backward()
    assert x.grad.data.tolist() == [[2.5, 2.5], [2.5, 2.5]]


def test_a_checkpoint_repeats_its_dropout():
    tt.manual_seed(1)
    x = leaf(np.ones(50))
    z = checkpoint(lambda x: tt.nn.functional.dropout(x, 0.5), x)
    after = tt.rand(1).item()
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, z.data)
    tt.manual_seed(1)
    tt.nn.functional.dropout(x, 0.5)
    assert tt.rand(1).item() == after


def test_a_checkpoint_is_differentiable_twice():
    x = leaf([0.5, 1.5])
    assert tt.autograd.gradgradcheck(lambda x: checkpoint(lambda y: (y * y).exp() * y, x) * x, x)


def test_a_checkpointed_function_must_return_a_tensor():
    with pytest.raises(TypeError, match="checkpoint: function returned int, not a Tensor"):
        checkpoint(lambda x: 1, leaf(1.0))


# ---------------------------------------------------------------------------- anomalies


def test_the_operation_that_broke_is_named_with_its_line():
    x = leaf([0.0, 1.0])
    with pytest.raises(RuntimeError) as caught, detect_anomaly():
        y = x.sqrt()
        (y * 0).sum().backward()
    assert str(caught.value).startswith(
        "backward: SqrtBackward made the gradient of its input 0 NaN (shape (2,)); it ran in "
    )
    assert "test_derivatives.py, line" in str(caught.value)
    assert x.grad is None


def test_infinite_gradients_are_anomalies_too_and_others_are_not():
    x = leaf([0.0])
    with detect_anomaly():
        (x * 2).sum().backward()
        with pytest.raises(RuntimeError, match=r"SqrtBackward made .* infinite"):
            x.sqrt().backward()
    x.sqrt().backward()
    assert np.isinf(x.grad.data).all()


def test_anomalies_leave_another_watcher_in_place():
    seen = []
    with tt.autograd.watch(lambda event, *_: seen.append(event)), detect_anomaly():
        (leaf(1.0) * 2).backward()
    assert seen == ["forward", "backward"]


CURVES = {
    "sigmoid": lambda t, x: x.sigmoid(),
    "gelu": lambda t, x: t.nn.functional.gelu(x),
    "gelu, tanh": lambda t, x: t.nn.functional.gelu(x, approximate="tanh"),
    "silu": lambda t, x: t.nn.functional.silu(x),
    "tan": lambda t, x: x.tan(),
    "mish": lambda t, x: t.nn.functional.mish(x),
    "elu": lambda t, x: t.nn.functional.elu(x),
    "lerp": lambda t, x: t.lerp(x, x * x, x.sin()),
    "cumprod": lambda t, x: x.cumprod(0),
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_have_their_derivatives_to_the_fourth(name):
    """What finds its slope with 1 for g, and multiplies by g, is still a function of x."""
    torch = pytest.importorskip("torch")
    found = []
    for t in (tt, torch):
        x = t.tensor([-2.1, -0.4, 0.3, 1.2], dtype=t.float64, requires_grad=True)
        z, orders = CURVES[name](t, x), []
        for _ in range(4):
            (z,) = t.autograd.grad(z.sum(), x, create_graph=True)
            orders.append(np.asarray(z.detach().numpy()))
        found.append(orders)
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_the_slope_of_a_curve_is_nobody_elses_gradient():
    """No hook is called on the way to it, and nothing is added to `.grad`."""
    x, seen = tt.tensor([0.3, -1.0], requires_grad=True), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    z = tt.nn.functional.mish(x)
    assert not seen and x.grad is None
    z.sum().backward()
    assert len(seen) == 1 and seen[0] == x.grad.tolist()
