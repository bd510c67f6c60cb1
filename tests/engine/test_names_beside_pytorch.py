"""Names whose results have no gradient, and what they refuse: as in PyTorch."""

import warnings

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")

A = [[3.0, -1.5, 0.0], [-0.0, np.inf, np.nan]]
I = [[6, -4, 9], [0, 15, -7]]  # noqa: E741
J = [[4, 6, -3], [5, 10, 2]]

CALLS = {
    **{
        name: (lambda t, name=name: getattr(t, name)(t.tensor(A)))
        for name in "signbit isneginf isposinf isreal sgn".split()
    },
    **{
        f"{name} of integers": (lambda t, name=name: getattr(t, name)(t.tensor(I)))
        for name in "signbit isneginf isposinf isreal sgn positive bitwise_not".split()
    },
    **{
        name: (lambda t, name=name: getattr(t, name)(t.tensor(I), t.tensor(J)))
        for name in (
            *("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "fmod", "fmax", "fmin"),
            *("greater", "less", "greater_equal", "less_equal", "not_equal"),
        )
    },
    "shifts": lambda t: (t.tensor(I) << 2) + (t.tensor(I) >> t.tensor([1, 2, 0])),
    "reflected": lambda t: [3 & t.tensor(I), 3 | t.tensor(I), 3 ^ t.tensor(I)],
    "masks": lambda t: [t.tensor([True, False]) ^ t.tensor([True, True]), ~t.tensor([True])],
    "bits of bytes": lambda t: t.tensor([255, 3], dtype=t.uint8) & 254,
    "bits of dtypes": lambda t: t.tensor([7], dtype=t.int32) | t.tensor(8),
    "greater method": lambda t: t.tensor(A).greater(1).logical_or(t.tensor(A).less_equal(-1)),
    "heaviside": lambda t: t.heaviside(t.tensor(A), t.tensor(0.5)),
    "copysign of integers": lambda t: t.copysign(t.tensor(I), -1),
    "float_power": lambda t: t.float_power(t.tensor([2.0]), 3),
    "broadcast_shapes": lambda t: t.ones(t.broadcast_shapes((2, 1), (3,), (1, 1, 3))),
    "no broadcast": lambda t: t.broadcast_shapes((2,), (3,)),
    "atleast": lambda t: [t.atleast_1d(t.tensor(1)), *t.atleast_2d(t.ones(2), t.tensor(2.0))],
    "hsplit of a vector": lambda t: list(t.tensor([1, 2, 3, 4]).hsplit(2)),
    "hsplit unevenly": lambda t: t.ones(3).hsplit(2),
    "vsplit of a vector": lambda t: t.ones(3).vsplit(1),
    "dsplit of a matrix": lambda t: t.dsplit(t.ones(2, 2), 2),
    "positive of booleans": lambda t: t.positive(t.tensor([True])),
    "bits of floats": lambda t: t.bitwise_and(t.ones(2), 1),
    "shift by floats": lambda t: t.tensor([1]) << 1.5,
    "gcd of floats": lambda t: t.gcd(t.ones(2), t.ones(2)),
    "fmod of integers by 0": lambda t: t.tensor([1]).fmod(0),
    "heaviside of dtypes": lambda t: t.heaviside(t.tensor([1.0]), t.tensor([1])),
    "sum_to_size": lambda t: t.ones(2, 3).sum_to_size(3, 1),
    "is_nonzero": lambda t: t.tensor(t.is_nonzero(t.tensor([0.5]))),
    "is_nonzero of two": lambda t: t.ones(2).is_nonzero(),
    "unfold": lambda t: t.arange(7).unfold(0, 3, 2),
    "unfold too far": lambda t: t.arange(7).unfold(0, 8, 2),
    "unfold of a number": lambda t: t.tensor(3).unfold(0, 1, 1),
    "as_strided": lambda t: t.as_strided(t.arange(9), (2, 2, 2), (3, 1, 2), 1),
    "as_strided too far": lambda t: t.as_strided(t.arange(9), (2, 2), (8, 2)),
    "char": lambda t: t.tensor([3.7]).char(),
    "new": lambda t: [t.tensor([1]).new([2, 3]), t.tensor([1]).new(2, 0)],
    "gt_": lambda t: t.tensor([1.0, 3.0]).gt_(2),
    "logical_not_": lambda t: t.tensor([1, 0]).logical_not_(),
    "bitwise_and_": lambda t: t.tensor([7, 2]).bitwise_and_(3),
    "exp_ of integers": lambda t: t.tensor([1]).exp_(),
    "squeeze_": lambda t: t.zeros(1, 2, 1).squeeze_(),
    "squeeze_ of a leaf": lambda t: t.zeros(1, 2, requires_grad=True).squeeze_(),
    "exp_ of a leaf": lambda t: t.zeros(1, 2, requires_grad=True).exp_(),
    "relu_ as a function": lambda t: t.relu_(t.tensor([-1.0, 2.0])),
    "zero_ as a function": lambda t: t.zero_(t.tensor([-1.0, 2.0])),
    "fill_ as a function": lambda t: t.fill_(t.tensor([-1.0, 2.0]), 7),
    "div_ rounded": lambda t: t.tensor([7.0, -7.0]).div_(2, rounding_mode="trunc"),
    "subtract_": lambda t: t.tensor([7.0]).subtract_(2).multiply_(3).divide_(2).true_divide_(2),
}


def result(call, t):
    """What a call returns as a list of arrays, or "refused"."""
    try:
        z = call(t)
    except (RuntimeError, ValueError, IndexError, TypeError, ZeroDivisionError) as error:
        assert t is torch or len(str(error)) > 20, "a message that says nothing"
        return "refused"
    return [np.asarray(x.detach()) for x in (z if isinstance(z, (list, tuple)) else [z])]


@pytest.mark.parametrize("name", CALLS)
def test_values_dtypes_and_refusals(name):
    found, expected = (result(CALLS[name], t) for t in (tt, torch))
    if "refused" in (found, expected):
        assert found == expected
        return
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("t", [tt, torch], ids=["tinytorch", "torch"])
def test_how_a_tensor_lies_in_memory(t):
    x = t.arange(24.0).reshape(2, 3, 4)
    y = x.transpose(0, 2)
    assert x.stride() == (12, 4, 1) and y.stride() == (1, 4, 12) and y.stride(-1) == 12
    assert x.data_ptr() == y.data_ptr() == x.view(-1).data_ptr() != x.clone().data_ptr()
    assert x[1].data_ptr() == x.data_ptr() + 12 * x.element_size()
    assert not y.is_contiguous() and y.contiguous().is_contiguous()
    assert y.contiguous().stride() == (6, 2, 1) and x.contiguous() is x
    assert x.ndimension() == 3 and x.itemsize == 4 and x.nbytes == 96
    assert x.is_signed() and not t.tensor([1], dtype=t.uint8).is_signed()
    assert t.is_floating_point(x) and not t.is_complex(x) and not t.is_conj(x)
    assert x.is_same_size(x + 1) and not x.is_same_size(y)
    assert t.conj(x) is x and x.conj() is x and t.real(x) is x
    assert x.get_device() == -1 and not x.is_pinned()
    z = t.zeros(1, 3, requires_grad=True)
    with t.no_grad():
        z.squeeze_()
    z.sum().backward()
    assert tuple(z.grad.shape) == tuple(z.shape) == (3,)


@pytest.mark.parametrize("t", [tt, torch], ids=["tinytorch", "torch"])
def test_draws_in_place(t):
    t.manual_seed(0)
    x = t.zeros(20000, dtype=t.float64)
    assert abs(x.geometric_(0.25).mean().item() - 4) < 0.2 and x.min().item() == 1
    assert abs(x.log_normal_(0.0, 0.5).log().std().item() - 0.5) < 0.02
    assert abs(x.cauchy_(2.0, 0.5).median().item() - 2) < 0.05


SETTINGS = [
    {"sci_mode": True},
    {"sci_mode": False, "precision": 2},
    {"threshold": 5, "edgeitems": 1, "sci_mode": False},
    {"linewidth": 30, "sci_mode": False, "threshold": np.inf},
    {"profile": "full", "sci_mode": True},
]


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_printing_as_set(options):
    texts = []
    for t in tt, torch:
        try:
            t.set_printoptions(**options)
            texts.append(repr(t.arange(12.0).reshape(3, 4) / 7 - 1).split())
        finally:
            t.set_printoptions(profile="default")
    assert texts[0] == texts[1]


def test_printing_is_as_before_again():
    text = repr(tt.tensor([1.0, 0.12345678]))
    tt.set_printoptions(precision=2)
    assert repr(tt.tensor([1.0, 0.12345678])) == "tensor([1.  , 0.12])"
    tt.set_printoptions(profile="default")
    assert repr(tt.tensor([1.0, 0.12345678])) == text
    with pytest.raises(ValueError, match="profile must be one of default, short, full"):
        tt.set_printoptions(profile="long")


def test_settings_are_kept_or_refused():
    tt.use_deterministic_algorithms(True, warn_only=True)
    assert tt.are_deterministic_algorithms_enabled() is True
    tt.use_deterministic_algorithms(False)
    assert tt.are_deterministic_algorithms_enabled() is False
    assert tt.get_float32_matmul_precision() == "highest"
    tt.set_float32_matmul_precision("high")
    assert tt.get_float32_matmul_precision() == "high"
    tt.set_float32_matmul_precision("highest")
    assert tt.set_flush_denormal(True) is False
    assert tt.get_default_device() == tt.device("cpu") and tt.get_num_interop_threads() == 1
    tt.set_default_device("cpu")
    tt.set_num_interop_threads(1)
    tt.set_default_tensor_type("torch.DoubleTensor")
    try:
        assert tt.tensor([1.5]).dtype == np.float64
    finally:
        tt.set_default_tensor_type(tt.FloatTensor)
    assert tt.tensor([1.5]).dtype == np.float32
    for act, error, text in (
        (lambda: tt.set_default_device("cuda"), RuntimeError, "set_default_device: 'cuda' is not"),
        (lambda: tt.set_float32_matmul_precision("low"), ValueError, "'highest', 'high' or"),
        (lambda: tt.set_num_threads(0), ValueError, "expected a positive integer, got 0"),
        (lambda: tt.set_num_interop_threads(-1), ValueError, "expected a positive integer"),
        (lambda: tt.set_default_tensor_type(tt.LongTensor), TypeError, "expected floating-point"),
    ):
        with pytest.raises(error, match=text):
            act()


def test_the_number_of_threads_is_set_or_said_once_not_to_be(monkeypatch):
    from tinytorch.core import settings

    asked = []
    fake = type("threadpoolctl", (), {"threadpool_limits": lambda **how: asked.append(how)})
    monkeypatch.setattr(settings, "_state", dict(settings._state, warned=False))
    monkeypatch.setitem(__import__("sys").modules, "threadpoolctl", fake)
    tt.set_num_threads(3)
    assert asked == [{"limits": 3, "user_api": "blas"}] and tt.get_num_threads() == 3
    monkeypatch.setitem(__import__("sys").modules, "threadpoolctl", None)
    with pytest.warns(UserWarning, match="NumPy decides how many threads it uses"):
        tt.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tt.set_num_threads(2)
    assert tt.get_num_threads() == 2
