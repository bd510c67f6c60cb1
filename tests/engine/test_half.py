"""float16: as exact as its eleven bits allow, up to its largest number."""

import math

import numpy as np
import pytest

import tinytorch as tt

POINTS = [-6e4, -200, -8, -5, -3, -1, -0.1, -0.0, 0.1, 1, 3, 5, 8, 200, 6e4, np.inf, -np.inf]
CALLS = {
    "erf": (tt.erf, math.erf),
    "gelu": (tt.gelu, lambda x: x * 0.5 * math.erfc(-x / math.sqrt(2)) if x > -40 else 0.0),
    "gelu, tanh": (
        lambda x: tt.gelu(x, approximate="tanh"),
        lambda x: x * 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("ignore:invalid value")  # ∞ · 0, of gelu
def test_values_are_those_of_float64_rounded(name):
    call, exact = CALLS[name]
    points = [x for x in POINTS if math.isfinite(x) or name == "erf"]
    z = call(tt.tensor(np.array(points, np.float16)))
    assert z.dtype == np.float16
    expected = np.array([exact(float(np.float16(x))) for x in points])
    np.testing.assert_allclose(z.data.astype(float), expected, rtol=1e-3, atol=5e-7)


@pytest.mark.parametrize("name", CALLS)
def test_gradients_are_those_of_float64_rounded(name):
    call, _ = CALLS[name]
    points = np.array([x for x in POINTS if math.isfinite(x)])
    grads = []
    for dtype in (np.float16, np.float64):
        x = tt.tensor(points.astype(np.float16).astype(dtype), requires_grad=True)
        (d,) = tt.autograd.grad(call(x).sum(), x, create_graph=True)
        (plain,) = tt.autograd.grad(call(x).sum(), x)
        assert d.dtype == plain.dtype == dtype
        np.testing.assert_allclose(d.data, plain.data, rtol=2e-3, atol=1e-6)
        grads.append(plain.data.astype(float))
    np.testing.assert_allclose(*grads, rtol=2e-3, atol=1e-6)


def test_a_language_model_in_float16_has_numbers():
    model = tt.nn.GPT(11, 8, 1, 2, max_seq_len=4).half()
    z = model(np.array([[1, 2, 3]]))
    z.sum().backward()
    assert z.dtype == np.float16 and np.isfinite(z.data).all()
    assert all(np.isfinite(p.grad.data).all() for p in model.parameters())
