"""Values at the corners, where other libraries' bug reports come from: PyTorch's, each typed in."""

import threading

import numpy as np
import pytest

import tinytorch as tt

F = tt.nn.functional
INF, NAN = np.inf, np.nan


def leaf(values, dtype=None):
    return tt.tensor(values, dtype=dtype, requires_grad=True)


def gradient(function, values, g=None):
    x = leaf(values)
    z = function(x)
    z.backward(np.ones(z.shape, np.float32) if g is None else np.array(g, np.float32))
    return x.grad.tolist()


# ------------------------------------------------------------------------------------ dtypes


def test_float64_that_is_asked_for_stays():
    assert tt.ones(2).double().dtype == np.float64
    assert tt.ones(2).to(tt.float64).dtype == np.float64
    assert tt.tensor(16777217).double().item() == 16777217
    x = leaf([1.0, 2.0])
    z = tt.autograd.checkpoint(lambda x: x.double() * 2, x)
    assert z.dtype == np.float64
    z.sum().backward()
    assert x.grad.dtype == np.float32 and x.grad.tolist() == [2, 2]


def test_a_function_of_one_s_own_may_make_float64():
    class WideBackward(tt.autograd.Function):
        def forward(self, x):
            return x.astype(np.float64)

        def apply(self, g):
            return (g.astype(np.float32),)

    assert WideBackward.run(leaf([1.0])).dtype == np.float64


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (np.ones(3, np.float32), np.float64(2), np.float32),  # 0-d of the same kind adapts
        (np.ones(3, np.float32), np.array(2.0), np.float32),
        (np.ones(3, np.float16), np.array(2.0, np.float32), np.float16),
        (np.ones(3, np.float16), np.arange(3, dtype=np.int16), np.float16),
        (np.ones(3, np.float32), np.arange(3), np.float32),
        (np.arange(3), np.array(2.0), np.float64),  # 0-d of a higher kind decides
        (np.arange(3), np.array(2.0, np.float32), np.float32),
        (np.ones(3, np.float32), np.ones(3), np.float64),
        (np.ones(3, np.bool_), np.arange(3), np.int64),
        (np.array(2.0, np.float32), np.array(2.0), np.float64),
    ],
)
@pytest.mark.parametrize("operation", [tt.add, tt.mul, tt.maximum])
def test_promotion_is_that_of_pytorch(a, b, expected, operation):
    for pair in ((a, b), (b, a)):
        assert operation(*map(tt.from_numpy, map(np.asarray, pair))).dtype == expected


def test_sums_of_small_integers_have_room():
    x = tt.tensor([200, 100], dtype=tt.uint8)
    assert (x.sum() - 301).item() == -1 and x.sum().dtype == np.int64
    assert x.prod().item() == 20000 and x.cumsum(0).tolist() == [200, 300]
    assert tt.tensor([True, True]).sum().item() == 2
    assert tt.tensor([True, False]).cumsum(0).dtype == np.int64


def test_python_integers_that_want_gradients_are_floats():
    assert tt.Tensor([1, 2, 3], requires_grad=True).dtype == np.float32
    assert tt.Tensor([1, 2, 3]).dtype == np.int64
    with pytest.raises(TypeError, match="dtype int64 has no gradient"):
        tt.Tensor(np.array([1, 2]), requires_grad=True)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_arrays_that_are_more_than_numbers_are_refused():
    with pytest.raises(TypeError, match=r"tensor: a masked array would lose its mask.*filled"):
        tt.tensor(np.ma.array([1.0, 2.0], mask=[0, 1]))
    with pytest.raises(TypeError, match=r"mul: a numpy\.matrix multiplies differently"):
        tt.ones(2, 2) * np.matrix([[1.0, 2.0], [3.0, 4.0]])


# ------------------------------------------------------------------------- 0 · ∞, NaN, choices


@pytest.mark.parametrize(
    ("function", "values", "g", "expected"),
    [
        (lambda x: F.relu(x).sqrt(), [-1.0, 4.0], None, [0, 0.25]),
        (F.relu, [-1.0, 2.0], [INF, NAN], [0, NAN]),
        (F.relu, [NAN, 1.0], [3, 3], [3, 3]),
        (lambda x: tt.maximum(x, tt.zeros(2)), [-1.0, 2.0], [INF, INF], [0, INF]),
        (lambda x: tt.minimum(x, tt.zeros(2)), [-1.0, 2.0], [INF, INF], [INF, 0]),
        (lambda x: x.max(), [1.0, 3.0, 3.0], INF, [0, INF, INF]),
        (lambda x: x.amax(0), [1.0, 3.0], INF, [0, INF]),
        (lambda x: x.min(), [1.0, 3.0], INF, [INF, 0]),
        (lambda x: x.clamp(0, 1), [-1.0, 0.5, 2.0], [INF, 1, NAN], [0, 1, 0]),
        (lambda x: F.max_pool2d(x.reshape(1, 1, 2, 2), 2), [1.0, 2.0, 4.0, 3.0], [[[[INF]]]],
         [0, 0, INF, 0]),
    ],
)  # fmt: skip
def test_what_was_not_chosen_gets_an_exact_0(function, values, g, expected):
    np.testing.assert_array_equal(gradient(function, values, g), expected)


@pytest.mark.parametrize("name", ["floor", "ceil", "round", "sign", "trunc"])
def test_steps_keep_the_graph_with_gradient_0(name):
    x = leaf([1.4, -2.6, INF])
    z = getattr(x, name)()
    np.testing.assert_array_equal(z.data, getattr(np, name)(x.data))
    (d,) = tt.autograd.grad(z.sum(), x, create_graph=True)
    assert d.tolist() == [0, 0, 0]
    assert not getattr(tt.tensor([1, 2]), name)().requires_grad


@pytest.mark.parametrize("function", [F.relu, F.leaky_relu, lambda x: x.abs(), lambda x: x.max()])
def test_the_second_derivative_of_what_is_linear_in_pieces_is_0(function):
    x = leaf([1.0, -2.0, 3.0])
    (d,) = tt.autograd.grad(function(x).sum(), x, create_graph=True)
    assert d.requires_grad
    assert tt.autograd.grad(d.sum(), x)[0].tolist() == [0, 0, 0]


# --------------------------------------------------------------------------------- indexing


def test_tuples_and_ranges_are_indices():
    x = leaf(np.arange(6.0).reshape(2, 3))
    z = x[(0, 1, 0), (0, 1, 0)]
    assert z.tolist() == [0, 4, 0]
    z.sum().backward()
    assert x.grad.tolist() == [[2, 0, 0], [0, 1, 0]]  # a repeated place counts twice
    assert x.detach()[range(2), 1].tolist() == [1, 4]
    y = tt.arange(24).reshape(2, 3, 4)
    assert y[0, :, (1, 2)].tolist() == [[1, 2], [5, 6], [9, 10]]
    assert y[0, :, [1, 2]].shape == y[0, :, range(1, 3)].shape == (3, 2)


def test_a_mask_of_bytes_is_a_mask():
    mask = tt.tensor([1, 0, 1], dtype=tt.uint8)
    assert tt.tensor([5.0, 6.0, 7.0])[mask].tolist() == [5, 7]


def test_gather_does_not_count_from_the_end():
    with pytest.raises(IndexError, match=r"gather: index -1 is out of range for axis 0"):
        tt.arange(3.0).gather(0, tt.tensor([-1]))


def test_numbers_taken_out_of_a_tensor_share_its_memory():
    x = tt.tensor([1.0, 2.0])
    v = x[0]
    v += 1
    assert x.tolist() == [2, 2]
    t = tt.tensor(3.0)
    for alias in (t.detach(), t[...]):
        alias += 1
    assert t.item() == 5


# ------------------------------------------------------------------------------- grad modes


def test_grad_mode_is_the_thread_s_own():
    x, found = leaf([1.0]), []
    inside, over = threading.Event(), threading.Event()

    def other():
        with tt.no_grad():
            inside.set()
            over.wait()
        found.append((x * 2).requires_grad)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait()
    assert (x * 2).requires_grad
    over.set()
    thread.join()
    assert found == [True] and (x * 2).requires_grad


def test_blocks_that_overlap_leave_recording_on():
    first, second = tt.no_grad(), tt.no_grad()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not tt.is_grad_enabled()
    second.__exit__(None, None, None)
    assert tt.is_grad_enabled()


def test_it_decorates_functions_and_generators():
    x = leaf([1.0])

    @tt.no_grad
    def bare():
        return (x * 2).requires_grad

    @tt.no_grad()
    def steps():
        got = yield (x * 2).requires_grad
        yield got, (x * 2).requires_grad

    assert bare() is False and bare.__name__ == "bare"
    generator = steps()
    assert next(generator) is False and (x * 2).requires_grad
    assert generator.send("sent") == ("sent", False) and (x * 2).requires_grad
    with pytest.raises(TypeError, match="not the class"):
        tt.no_grad()(type("Model", (), {}))


def test_a_bare_call_ends_with_its_block():
    for mode in (True, False):
        with tt.no_grad():
            tt.set_grad_enabled(mode)
            assert tt.is_grad_enabled() is mode
        assert tt.is_grad_enabled()
    tt.set_grad_enabled(False)
    tt.set_grad_enabled(True)
    assert tt.is_grad_enabled()


# ------------------------------------------------------------------------------------- sums


def test_long_columns_keep_their_digits():
    x = tt.full((1_000_000, 2), 0.1)
    np.testing.assert_allclose(x.mean(0).data, 0.1, rtol=3e-6)
    np.testing.assert_allclose(x.sum(0).data, 100_000, rtol=3e-6)
    assert x.std(0).data.max() < 1e-5 and x.var(0).data.max() < 1e-10
    np.testing.assert_allclose(x.cumsum(0)[-1].data, 100_000, rtol=3e-6)
    np.testing.assert_allclose(x.reshape(1000, 1000, 2).mean(1).data, 0.1, rtol=3e-6)
    b = leaf([0.0, 0.0])
    (b + x.detach()).backward(x)
    np.testing.assert_allclose(b.grad.data, 100_000, rtol=3e-6)


@pytest.mark.parametrize("shape", [(513, 3), (4097,), (1000, 0), (70_000, 2, 2)])
def test_folding_gives_the_sum(shape):
    x = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_allclose(tt.tensor(x).sum(0).data, x.sum(0), rtol=1e-9, atol=1e-9)
    kept = tt.tensor(x).sum(0, keepdim=True)
    assert kept.shape == (1, *shape[1:])


def test_float16_is_summed_in_float32():
    x = tt.ones(60_000).to(np.float16)
    assert x.sum().item() == 60_000 and x.mean().item() == 1
    assert tt.ones(100_000).to(np.float16).mean().item() == 1
    assert tt.ones(100_000).to(np.float16).sum().item() == INF  # 65504 is the largest


# ----------------------------------------------------------------------- gradients and hooks


def test_create_graph_gives_each_leaf_its_own_gradient():
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (a + b).sum().backward(create_graph=True)
    assert a.grad is not b.grad and not np.shares_memory(a.grad._data, b.grad._data)
    tt.nn.utils.clip_grad_norm_([a, b], 1.0)
    np.testing.assert_allclose(a.grad.data, 0.5, rtol=1e-5)
    np.testing.assert_allclose(b.grad.data, 0.5, rtol=1e-5)


def test_the_error_names_the_input_whose_gradient_is_wrong():
    class SameTwiceBackward(tt.autograd.Function):
        def forward(self, a, b):
            return a + b

        def apply(self, g):
            return g, g

    with pytest.raises(RuntimeError, match="the gradient of input 1 has shape"):
        SameTwiceBackward.run(
            leaf([[1.0, 2.0]]), leaf([[1.0], [2.0]]).reshape(2, 1)[:1, 0]
        ).sum().backward()


def test_a_gradient_may_be_assigned():
    x = leaf([1.0, 2.0])
    x.grad = np.array([3.0, 4.0], np.float32)
    assert isinstance(x.grad, tt.Tensor) and x.grad.tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"grad: the gradient has shape \(3,\), the tensor \(2,\)"):
        x.grad = tt.zeros(3)
    with pytest.raises(TypeError, match="grad: expected a Tensor"):
        x.grad = [1.0, 2.0]


def test_a_hook_may_write_to_its_gradient():
    x = leaf([1.0, 2.0])
    y = x + 0
    y.register_hook(lambda g: g.mul_(2))
    seen = []
    x.register_hook(seen.append)  # returns nothing
    other = leaf([1.0, 2.0])
    (y + other).sum().backward()
    assert other.grad.tolist() == [1, 1] and x.grad.tolist() == [2, 2]
    seen[0].zero_()
    assert x.grad.tolist() == [2, 2]


def test_small_things():
    t = tt.ones(2)
    assert (t == None) is False and (t != None) is True  # noqa: E711
    with tt.no_grad():
        assert leaf([1.0]).numpy().tolist() == [1]
    x, y = tt.eye(2), tt.ones(2, 3)
    assert tt.einsum(x, [0, 1], y, [1, 2], [0, 2]).tolist() == y.tolist()
    with pytest.raises(TypeError, match="jacobian: inputs must be Tensors, got ndarray"):
        tt.autograd.jacobian(lambda x: x, np.ones(2))
    from tinytorch.core.autograd import Variable

    assert Variable(5.0).size == 1


def test_what_is_not_here_says_why():
    with pytest.raises(AttributeError, match="tinytorch has no compile: nothing is compiled"):
        tt.compile  # noqa: B018
