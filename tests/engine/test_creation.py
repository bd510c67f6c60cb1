"""Making tensors, dtypes, and random numbers that repeat."""

import numpy as np
import pytest

import tinytorch as tt


@pytest.fixture
def float64_by_default():
    tt.set_default_dtype(np.float64)
    yield
    tt.set_default_dtype(np.float32)


@pytest.mark.parametrize(
    "made, expected, dtype",
    [
        (lambda **k: tt.zeros(2, 3, **k), np.zeros((2, 3)), np.float32),
        (lambda **k: tt.ones((2, 3), **k), np.ones((2, 3)), np.float32),
        (lambda **k: tt.full((2,), 3, **k), [3, 3], np.int64),
        (lambda **k: tt.full((2,), 0.5, **k), [0.5, 0.5], np.float32),
        (lambda **k: tt.full((), True, **k), True, np.bool_),
        (lambda **k: tt.arange(3, **k), [0, 1, 2], np.int64),
        (lambda **k: tt.arange(1, 2, 0.5, **k), [1, 1.5], np.float32),
        (lambda **k: tt.linspace(0, 1, 3, **k), [0, 0.5, 1], np.float32),
        (lambda **k: tt.eye(2, **k), np.eye(2), np.float32),
        (lambda **k: tt.eye(2, 3, **k), np.eye(2, 3), np.float32),
        (lambda **k: tt.zeros_like(tt.ones(2, dtype=tt.float64), **k), [0, 0], np.float64),
        (lambda **k: tt.ones_like(tt.arange(2), **k), [1, 1], np.int64),
        (lambda **k: tt.full_like(tt.ones(2), 7, **k), [7, 7], np.float32),
    ],
)
def test_values_and_dtypes(made, expected, dtype):
    x = made()
    assert x.dtype == dtype and not x.requires_grad
    np.testing.assert_array_equal(x, expected)
    y = made(dtype=np.float64, requires_grad=True)
    assert y.dtype == np.float64 and y.requires_grad and y.is_leaf


@pytest.mark.parametrize(
    "draw",
    [
        lambda: tt.rand(3),
        lambda: tt.randn(2, 2),
        lambda: tt.randint(0, 9, (4,)),
        lambda: tt.randperm(6),
    ],
)
def test_a_seed_makes_draws_repeat(draw):
    tt.manual_seed(5)
    state = tt.get_rng_state()
    first, second = draw(), draw()
    assert not np.array_equal(first, second) or first.numel() < 5
    tt.set_rng_state(state)
    np.testing.assert_array_equal(draw(), first)
    tt.manual_seed(5)
    np.testing.assert_array_equal(draw(), first)


def test_what_is_drawn():
    tt.manual_seed(0)
    assert tt.rand(1000).dtype == np.float32
    assert 0.45 < tt.rand(1000).mean().item() < 0.55
    assert 0.9 < tt.randn(1000).std().item() < 1.1
    assert set(tt.randint(3, (1000,)).tolist()) == {0, 1, 2}
    assert sorted(tt.randperm(5).tolist()) == [0, 1, 2, 3, 4]


def test_the_default_dtype(float64_by_default):
    assert tt.get_default_dtype() == np.float64
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    assert x.dtype == tt.zeros(1).dtype == (tt.tensor([1]) / 2).dtype == np.float64
    (x * x).sum().backward()
    assert x.grad.dtype == np.float64
    assert tt.tensor(np.ones(1, np.float32)).dtype == np.float32
    with pytest.raises(TypeError, match="set_default_dtype: expected a floating-point dtype"):
        tt.set_default_dtype(np.int64)


def test_dropout_keeps_the_mean_and_follows_the_seed():
    x = tt.ones(20_000)
    tt.manual_seed(2)
    a = tt.nn.functional.dropout(x, 0.25)
    tt.manual_seed(2)
    np.testing.assert_array_equal(a, tt.nn.functional.dropout(x, 0.25))
    assert set(np.unique(a).tolist()) == {0.0, np.float32(1 / 0.75)}
    assert 0.97 < a.mean().item() < 1.03
    assert tt.nn.functional.dropout(x, 0.25, training=False) is x


def test_batch_norm_moves_the_running_statistics():
    x = tt.tensor(np.arange(12.0).reshape(4, 3))
    mean, var = tt.zeros(3, dtype=float), tt.ones(3, dtype=float)
    tt.nn.functional.batch_norm(x, mean, var, training=True, momentum=0.5)
    np.testing.assert_allclose(mean, 0.5 * x.data.mean(0))
    np.testing.assert_allclose(var, 0.5 + 0.5 * x.data.var(0, ddof=1))
    with pytest.raises(ValueError, match="evaluation needs running_mean and running_var"):
        tt.nn.functional.batch_norm(x, None, None)


def test_padding_of_an_embedding_gets_no_gradient():
    weight = tt.tensor(np.ones((3, 2)), requires_grad=True)
    z = tt.nn.functional.embedding(np.array([0, 1, 1, 2]), weight, padding_idx=-2)
    z.sum().backward()
    np.testing.assert_array_equal(weight.grad, [[1, 1], [0, 0], [1, 1]])


@pytest.mark.parametrize("name", ["argmax", "argmin", "isnan"])
def test_what_cannot_be_differentiated_requires_none(name):
    x = tt.tensor([1.4, -2.6], requires_grad=True)
    z = getattr(tt, name)(x)
    assert isinstance(z, tt.Tensor) and not z.requires_grad
    with pytest.raises(RuntimeError, match="from operations that can be differentiated"):
        z.backward(np.ones(z.shape))


def test_max_along_an_axis_names_values_and_indices():
    values, indices = tt.tensor([[1.0, 5.0], [7.0, 2.0]]).max(dim=1)
    assert values.tolist() == [5, 7] and indices.tolist() == [1, 0]
    found = tt.tensor([[1.0, 5.0]]).min(1, keepdim=True)
    assert found.values.tolist() == [[1]] and found.indices.tolist() == [[0]]
    assert tt.argmax(tt.tensor([[1.0, 5.0], [7.0, 2.0]])).item() == 2


def test_masks_combine():
    x = tt.tensor([1.0, 2.0, 3.0])
    assert ((x > 1) & ~(x > 2) | (x == 1)).tolist() == [True, True, False]
    assert (x > 0).all().item() and not (x > 3).any().item()
