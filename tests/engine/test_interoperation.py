"""Tensors beside NumPy and in print: construction, conversion, ufuncs, text."""

import numpy as np
import pytest

import tinytorch as tt


def leaf(data):
    return tt.tensor(np.array(data, np.float64), requires_grad=True)


# ------------------------------------------------------------------------- construction


@pytest.mark.parametrize(
    "data, dtype",
    [
        (1.0, np.float32),
        ([1.0, 2], np.float32),
        ([[1, 2], [3, 4]], np.int64),
        (3, np.int64),
        (True, np.bool_),
        ([], np.float32),
        (np.ones(2), np.float64),
        (np.float64(2.0), np.float64),
        ([np.float64(2.0)], np.float64),
        (np.ones(2, np.float32), np.float32),
        (np.ones(2, np.int32), np.int32),
        ([np.ones(2), np.ones(2)], np.float64),
    ],
)
def test_dtype_of_a_new_tensor(data, dtype):
    assert tt.tensor(data).dtype == dtype
    assert tt.tensor(tt.tensor(data)).dtype == dtype
    assert tt.tensor([data, data]).dtype == dtype


def test_a_tensor_copies_and_from_numpy_shares():
    array = np.ones(3)
    copied, shared = tt.tensor(array), tt.from_numpy(array)
    array[0] = 5
    assert copied.tolist() == [1, 1, 1] and shared.tolist() == [5, 1, 1]


@pytest.mark.parametrize("data", ["text", {"a": 1}, None, [1.0, "x"], 1j, [[1, 2], [3]]])
def test_what_is_no_number_is_refused(data):
    with pytest.raises((TypeError, ValueError), match=r"^tensor: "):
        tt.tensor(data)


def test_from_numpy_takes_arrays_alone():
    with pytest.raises(TypeError, match="from_numpy: expected an array of real numbers, got list"):
        tt.from_numpy([1.0])
    with pytest.raises(TypeError, match="of complex128"):
        tt.from_numpy(np.ones(2, complex))


def test_requires_grad_of_a_copy_is_its_own():
    x = leaf([1.0])
    assert not tt.tensor(x).requires_grad and not tt.Tensor(x).requires_grad


# -------------------------------------------------------------------------- conversions


def test_conversions():
    x = tt.tensor([[1.5, 2.0]])
    assert x.tolist() == [[1.5, 2.0]]
    assert type(x.numpy()) is np.ndarray and np.shares_memory(x.numpy(), x.data)
    assert (x.shape, x.ndim, x.dim(), x.numel(), x.size(1), len(x)) == ((1, 2), 2, 2, 2, 2, 1)
    assert float(x[0, 0]) == 1.5 and int(x[0, 1]) == 2 and bool(x[0, 0])
    assert [row.tolist() for row in x] == [[1.5, 2.0]]
    assert np.arange(5)[tt.tensor(3)] == 3
    with pytest.raises(ValueError, match=r"item: the tensor has shape \(1, 2\), not one element"):
        x.item()
    with pytest.raises(ValueError, match="neither true nor false"):
        bool(x)
    with pytest.raises(TypeError, match="is not an index"):
        range(5)[x]
    with pytest.raises(TypeError, match="0-d tensor has no length"):
        len(tt.tensor(1.0))


def test_numpy_is_refused_while_a_gradient_is_wanted():
    with pytest.raises(RuntimeError, match=r"use \.detach\(\)"):
        leaf([1.0]).numpy()


def test_numpy_takes_tensors_as_they_are():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    assert np.allclose(x.grad, [2, 4]) and np.array_equal(x, [1, 2])
    assert type(np.asarray(x)) is np.ndarray and np.shares_memory(np.asarray(x), x.data)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(x), x.data)
    copied = x.grad.copy()
    copied[0] = 0
    assert x.grad.tolist() == [2, 4]
    np.testing.assert_allclose(x, [1, 2])


# ------------------------------------------------------------------ NumPy's own functions


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power", "matmul"])
def test_a_ufunc_of_an_array_and_a_tensor_is_recorded(name):
    ufunc, array = getattr(np, name), np.array([1.5, 2.5])
    x = leaf([0.5, 3.0])
    for z, expected in (
        (ufunc(array, x), ufunc(array, x.data)),
        (ufunc(x, array), ufunc(x.data, array)),
    ):
        assert type(z) is tt.Tensor and z.requires_grad
        np.testing.assert_allclose(z.data, expected)


def test_array_operators_on_the_left():
    x, array = leaf([0.5, 3.0]), np.array([1.5, 2.5])
    for z in (array + x, array - x, array * x, array / x, array**x, array @ x, 2.0 - x):
        assert type(z) is tt.Tensor and z.requires_grad
    assert type(array == x) is not np.ndarray or (array == x).dtype == bool


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "negative"])
def test_a_ufunc_of_a_tensor_is_recorded(name):
    x = leaf([0.5, 3.0])
    z = getattr(np, name)(x)
    assert z.requires_grad
    np.testing.assert_allclose(z.data, getattr(np, name)(x.data))


def test_a_ufunc_that_would_lose_the_graph_is_refused():
    x = leaf([0.5, 3.0])
    with pytest.raises(TypeError, match=r"numpy\.arctan: the tensor requires a gradient"):
        np.arctan(x)
    with pytest.raises(TypeError, match=r"numpy\.add"):
        np.add.reduce(x)
    with pytest.raises(TypeError, match="requires a gradient"):
        array = np.ones(2)
        array += x
    np.testing.assert_allclose(np.arctan(x.detach()), np.arctan([0.5, 3.0]))
    assert np.isfinite(x).all() and np.floor(x).tolist() == [0, 3]


def test_a_tensor_as_out_is_refused():
    with pytest.raises(TypeError, match=r"numpy\.add: out"):
        np.add(np.ones(2), np.ones(2), out=tt.tensor([0.0, 0.0]))


def test_subtracting_a_grad_in_place():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    x.data -= 0.5 * x.grad
    assert x.tolist() == [0, 0]


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_numpy_s_reductions_are_recorded(name, axis, keep):
    x = leaf([[1.0, 2.0], [3.0, 5.0]])
    reduce = getattr(np, name)
    z = reduce(x, axis=axis, keepdims=keep)
    assert z.requires_grad and z.shape == reduce(x.data, axis=axis, keepdims=keep).shape
    np.testing.assert_allclose(z.data, reduce(x.data, axis=axis, keepdims=keep))


# ------------------------------------------------------------------------------- printing


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda: tt.tensor([1.0, 2.5]), "tensor([1. , 2.5])"),
        (lambda: tt.tensor(2.0), "tensor(2.)"),
        (lambda: tt.tensor([1, 2]), "tensor([1, 2])"),
        (lambda: tt.tensor([True]), "tensor([ True])"),
        (lambda: tt.tensor(np.ones(2)), "tensor([1., 1.], dtype=float64)"),
        (lambda: tt.tensor([]), "tensor([])"),
        (lambda: tt.zeros(2, 0), "tensor([], size=(2, 0))"),
        (lambda: tt.tensor(np.ones(2, np.int32)), "tensor([1, 1], dtype=int32)"),
        (lambda: leaf(1.0), "tensor(1., dtype=float64, requires_grad=True)"),
        (
            lambda: tt.tensor([1.0], requires_grad=True) * 2,
            "tensor([2.], grad_fn=<MulBackward>)",
        ),
        (lambda: tt.tensor([[1.0, 2.0], [3.0, 4.0]]), "tensor([[1., 2.],\n        [3., 4.]])"),
    ],
)
def test_printing(make, text):
    assert repr(make()) == text


def test_a_number_is_formatted_as_one():
    assert f"{leaf(1.23456):.3f}" == "1.235"
    assert f"{tt.tensor([1.0])}" == "tensor([1.])"


# ------------------------------------------------------------------------------- dlpack


def test_dlpack_shares_memory_both_ways():
    array = np.arange(3.0)
    x = tt.from_dlpack(array)
    array[0] = 5
    assert x.tolist() == [5, 1, 2]
    back = np.from_dlpack(x)
    assert np.shares_memory(back, array)
    with pytest.raises(RuntimeError, match=r"use \.detach\(\)"):
        np.from_dlpack(leaf([1.0]))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.concatenate([x, x]),
        lambda x: np.stack([x, x], axis=1),
        lambda x: np.where(x > 1, x, 0.0),
        lambda x: np.clip(x, 0.5, 2.0),
        lambda x: np.prod(x, axis=0),
        lambda x: np.max(x, axis=0),
        lambda x: np.min(x),
        lambda x: np.var(x, axis=0),
        lambda x: np.std(x, axis=0, ddof=1),
        lambda x: np.cumsum(x, axis=0),
        lambda x: np.einsum("i,i->", x, x),
        lambda x: np.reshape(x, (3, 1)),
        lambda x: np.maximum(x, 1.5),
        lambda x: np.abs(x),
        lambda x: np.transpose(x),
    ],
)
def test_more_functions_of_numpy_are_recorded(call):
    x = leaf([0.4, 1.3, 2.2])
    z = call(x)
    assert type(z) is tt.Tensor and z.requires_grad
    np.testing.assert_allclose(z.data, call(x.data))
