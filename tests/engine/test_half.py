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


FAR = (np.random.default_rng(0).normal(size=(3, 4, 8, 8)) * 300 + 500).astype(np.float16)
F = tt.nn.functional
LAYERS = {  # of values whose squares, or sums, are beyond 65,504
    "layer_norm": lambda x: F.layer_norm(x, (8, 8)),
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "group_norm": lambda x: F.group_norm(x, 2),
    "rms_norm": lambda x: F.rms_norm(x, (8, 8)),
    "normalize": lambda x: F.normalize(x),
    "cosine_similarity": lambda x: F.cosine_similarity(x, x[:, [1, 0, 3, 2]]),
    "pairwise_distance": lambda x: F.pairwise_distance(x, x.detach() * 0),
    "avg_pool2d": lambda x: F.avg_pool2d(x, 8),
    "huber_loss": lambda x: F.huber_loss(x, x.detach() * 0),
    "l1_loss": lambda x: F.l1_loss(x, x.detach() * 0),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_large_numbers(name):
    results = []
    for dtype in (np.float16, np.float64):
        x = tt.tensor(FAR.astype(dtype), requires_grad=True)
        z = LAYERS[name](x)
        g = np.random.default_rng(1).normal(size=z.shape).astype(np.float16).astype(dtype)
        (d,) = tt.autograd.grad(z, x, g, create_graph=True)
        z = LAYERS[name](x)
        z.backward(g)
        assert z.dtype == d.dtype == x.grad.dtype == dtype
        results.append([np.asarray(v.data, float) for v in (z, x.grad, d)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=4e-3, atol=2e-3 * np.abs(b).max())


def test_the_running_variance_of_float16_is_not_infinite():
    layer = tt.nn.BatchNorm2d(4)
    layer(tt.tensor(FAR))
    assert np.isfinite(layer.running_var.data).all() and (layer.running_var.data > 5000).all()
