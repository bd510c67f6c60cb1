"""Names whose results have no gradient, and what they refuse: as in PyTorch."""

import warnings

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core.missing import METHODS

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
    "vander": lambda t: [t.vander(t.tensor([1, 2, 3])), t.vander(t.ones(2) * 2, 4, True)],
    "mode": lambda t: list(t.tensor([[3, 1, 3, 1, 2], [5, 4, 3, 3, 5]]).mode()),
    "mode kept": lambda t: list(t.mode(t.tensor([[3.0, 1.0], [3.0, 2.0]]), 0, keepdim=True)),
    "mode of a number": lambda t: list(t.tensor(3).mode()),
    "nanmedian": lambda t: list(t.tensor([[np.nan, 3.0, 1.0], [np.nan] * 3]).nanmedian(1)),
    "nanmedian of all": lambda t: t.nanmedian(t.tensor([np.nan, 3.0, 1.0, 7.0])),
    "unique_consecutive": lambda t: list(
        t.unique_consecutive(t.tensor([[1, 1, 2], [2, 1, 1]]), True, True)
    ),
    "unique_consecutive alone": lambda t: t.tensor([1, 1, 2, 1]).unique_consecutive(),
    "unique_consecutive rows": lambda t: list(
        t.unique_consecutive(
            t.tensor([[1, 2], [1, 2], [0, 2]]), return_inverse=True, return_counts=True, dim=0
        )
    ),
    "unique_consecutive columns": lambda t: t.tensor([[1, 1, 2], [2, 2, 1]]).unique_consecutive(
        dim=1
    ),
    "unique_consecutive of nothing": lambda t: list(t.ones(0).unique_consecutive(True, True)),
    "unique_consecutive of nan": lambda t: t.tensor([np.nan, np.nan]).unique_consecutive(),
    "trapezoid of nothing": lambda t: [t.trapezoid(t.ones(0)), t.trapezoid(t.ones(2, 1))],
    "no broadcast of tensors": lambda t: t.broadcast_tensors(t.ones(2), t.ones(3)),
    "unravel_index": lambda t: list(t.unravel_index(t.tensor([[3, 7], [0, 11]]), (3, 4))),
    "trapezoid of integers": lambda t: t.trapezoid(t.tensor([1, 5, 10])),
    "trapezoid at places": lambda t: t.trapz(t.tensor([[1.0, 5.0]]), t.tensor([[1.0, 3.0]])),
    "cumulative_trapezoid": lambda t: t.cumulative_trapezoid(t.tensor([1.0, 5.0, 10.0]), dx=2),
    "scatter_reduce of integers": lambda t: [
        t.tensor([5, 1, 7]).scatter_reduce(0, t.tensor([0, 0, 2]), t.tensor([2, 4, 9]), how)
        for how in ("sum", "prod", "amax", "amin", "mean")
    ],
    "scatter_reduce unknown": lambda t: t.ones(2).scatter_reduce(
        0, t.tensor([0]), t.ones(1), "maximum"
    ),
    "scatter_reduce_": lambda t: t.tensor([5, 1]).scatter_reduce_(
        0, t.tensor([1, 1]), t.tensor([3, 9]), "amax", include_self=False
    ),
    "masked_scatter short": lambda t: t.ones(3).masked_scatter(
        t.tensor([True, False, True]), t.ones(1)
    ),
    "masked_scatter broadcast": lambda t: t.zeros(2, 2).masked_scatter(
        t.tensor([True, False]), t.tensor([1.0, 2.0])
    ),
    "masked_scatter nothing": lambda t: t.zeros(2).masked_scatter(
        t.tensor([False, False]), t.ones(0)
    ),
    "select_scatter shape": lambda t: t.ones(2, 3).select_scatter(t.ones(2), 0, 0),
    "put far": lambda t: t.ones(3).put(t.tensor([3]), t.ones(1)),
    "fill_diagonal_": lambda t: t.zeros(5, 2).fill_diagonal_(3),
    "fill_diagonal_ wrapped": lambda t: t.zeros(7, 2).fill_diagonal_(3, wrap=True),
    "fill_diagonal_ of a cube": lambda t: t.zeros(2, 2, 2).fill_diagonal_(3),
    "fill_diagonal_ of a box": lambda t: t.zeros(2, 2, 3).fill_diagonal_(3),
    "diagflat": lambda t: t.diagflat(t.tensor([[1, 2], [3, 4]]), 1),
    "scalar_tensor": lambda t: [t.scalar_tensor(2), t.scalar_tensor(2, dtype=t.int64)],
    "windows": lambda t: [
        getattr(t, f"{name}_window")(n, periodic=periodic, dtype=t.float64)
        for name in ("hann", "hamming", "bartlett", "blackman")
        for n in (0, 1, 2, 7, 8)
        for periodic in (True, False)
    ],
    "hamming_window of others": lambda t: t.hamming_window(6, True, 0.5, 0.25),
    "a negative window": lambda t: t.hann_window(-1),
    "poisson of nothing": lambda t: t.poisson(t.zeros(2, 2)),
    "poisson of negatives": lambda t: t.poisson(-t.ones(2)),
    "gt_": lambda t: t.tensor([1.0, 3.0]).gt_(2),
    "logical_not_": lambda t: t.tensor([1, 0]).logical_not_(),
    "bitwise_and_": lambda t: t.tensor([7, 2]).bitwise_and_(3),
    "exp_ of integers": lambda t: t.tensor([1]).exp_(),
    "squeeze_": lambda t: t.zeros(1, 2, 1).squeeze_(),
    "squeeze_ of a leaf": lambda t: t.zeros(1, 2, requires_grad=True).squeeze_(),
    "exp_ of a leaf": lambda t: t.zeros(1, 2, requires_grad=True).exp_(),
    "apply_": lambda t: t.tensor([1, 4]).apply_(lambda x: x * x + 0.5),
    "index_put_ as a function": lambda t: t.index_put_(
        t.zeros(3), (t.tensor([1, 1]),), t.ones(2), accumulate=True
    ),
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


DTYPES = "bool uint8 int8 int32 int64 float16 float32 float64".split()


@pytest.mark.parametrize("one", DTYPES)
def test_dtypes_of_results(one):
    def name(dtype):
        return np.dtype(dtype).name if not isinstance(dtype, torch.dtype) else str(dtype)[6:]

    for two in DTYPES:
        found, expected = [], []
        for t, results in (tt, found), (torch, expected):
            a, b = getattr(t, one), getattr(t, two)
            x = t.ones(2, dtype=a)
            results += [name(t.promote_types(a, b)), t.can_cast(a, b)]
            for y in (t.ones(2, dtype=b), t.ones((), dtype=b), 1, 1.5, True):
                results += [name(t.result_type(x, y)), name(t.result_type(y, x))]
                if y is not True or one != "bool":
                    results.append(name((x * y).dtype))
        assert found == expected, two


@pytest.mark.filterwarnings("ignore:torch.range is deprecated")
@pytest.mark.parametrize("ends", [(0, 3), (1, 2, 0.5), (3, 0, -1), (0, 2.9), (2, 2), (1, 0)])
def test_ranges_with_their_end(ends):
    found, expected = (result(lambda t: t.range(*ends), t) for t in (tt, torch))
    if "refused" in (found, expected):
        assert found == expected
    else:
        assert found[0].dtype == expected[0].dtype and found[0].tolist() == expected[0].tolist()


@pytest.mark.parametrize("t", [tt, torch], ids=["tinytorch", "torch"])
def test_draws_of_events(t):
    t.manual_seed(0)
    x = t.poisson(t.full((4000,), 3.0))
    assert abs(x.mean().item() - 3) < 0.2 and abs(x.var().item() - 3) < 0.4
    assert (x == x.round()).all()


@pytest.mark.parametrize("name", CALLS)
def test_values_dtypes_and_refusals(name):
    found, expected = (result(CALLS[name], t) for t in (tt, torch))
    if "refused" in (found, expected):
        assert found == expected
        return
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("t", [tt, torch], ids=["tinytorch", "torch"])
def test_how_a_tensor_lies_in_memory(t):
    x = t.arange(24.0).reshape(2, 3, 4)
    y = x.transpose(0, 2)
    assert x.stride() == (12, 4, 1) and y.stride() == (1, 4, 12) and y.stride(-1) == 12
    assert x.data_ptr() == y.data_ptr() == x.view(-1).data_ptr() != x.clone().data_ptr()
    assert x[1].data_ptr() == x.data_ptr() + 12 * x.element_size()
    assert [v.storage_offset() for v in (x, x[1], x[1, 2:, 3], y[0])] == [0, 12, 23, 0]
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
def test_bits_are_changed_in_place(t):
    m = same = t.tensor([6, 3])
    m &= 7
    m |= t.tensor([8, 0])
    m ^= 1
    m <<= 2
    m >>= 1
    assert m is same and m.tolist() == [30, 4]
    m = same = t.tensor([True, True])
    m &= t.tensor([True, False])
    assert same.tolist() == [True, False]
    with pytest.raises(TypeError):
        m &= "x"


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


def drawn(t, *shape):
    n = int(np.prod(shape))
    return t.tensor(np.cos(np.arange(n) * 1.7).reshape(shape) + 0.1)


LAYERS = {
    "conv1d": lambda t: t.conv1d(drawn(t, 2, 3, 7), drawn(t, 4, 3, 3), drawn(t, 4), 2, 1),
    "conv2d": lambda t: t.conv2d(drawn(t, 2, 3, 5, 5), drawn(t, 4, 3, 3, 3), None, 1, "same"),
    "conv_transpose2d": lambda t: t.conv_transpose2d(
        drawn(t, 2, 3, 4, 4), drawn(t, 3, 2, 3, 3), None, 2, 1, 1
    ),
    "max_pool1d": lambda t: t.max_pool1d(drawn(t, 2, 3, 7), 3, 2),
    "max_pool2d": lambda t: t.max_pool2d(drawn(t, 2, 3, 6, 6), (2, 3)),
    "avg_pool1d": lambda t: t.avg_pool1d(drawn(t, 2, 3, 7), 3, 2, 1),
    "adaptive_avg_pool1d": lambda t: t.adaptive_avg_pool1d(drawn(t, 2, 3, 7), 2),
    "cosine_similarity": lambda t: t.cosine_similarity(drawn(t, 3, 4), drawn(t, 4), dim=-1),
    "pairwise_distance": lambda t: t.pairwise_distance(drawn(t, 3, 4), drawn(t, 4) * 2),
    "celu": lambda t: t.celu(drawn(t, 5), 0.5),
    "in place": lambda t: [
        t.celu_(drawn(t, 5), 0.5),
        t.selu_(drawn(t, 5)),
        t.threshold_(drawn(t, 5), 0.1, 7.0),
        t.rrelu_(drawn(t, 5)),
    ],
    "thresholds": lambda t: [
        t.threshold(drawn(t, 5), 0.1, 7.0),
        t.hardshrink(drawn(t, 5), 0.3),
        t.rrelu(drawn(t, 5)),
        t.alpha_dropout(drawn(t, 5), 0.5, False),
        t.feature_alpha_dropout(drawn(t, 2, 5), 0.5, False),
    ],
    "bilinear": lambda t: t.bilinear(drawn(t, 2, 3), drawn(t, 2, 4), drawn(t, 5, 3, 4)),
    "channel_shuffle": lambda t: t.channel_shuffle(drawn(t, 1, 4, 2, 2), 2),
    "conv3d": lambda t: t.conv3d(drawn(t, 1, 2, 4, 4, 4), drawn(t, 3, 2, 2, 2, 2)),
    "conv_transpose1d": lambda t: t.conv_transpose1d(
        drawn(t, 2, 3, 4), drawn(t, 3, 2, 3), drawn(t, 2), 2, 1, 1
    ),
    "max_pool3d": lambda t: t.max_pool3d(drawn(t, 1, 2, 4, 4, 4), 2),
    "pdist": lambda t: t.pdist(drawn(t, 4, 3)),
    "pixel_unshuffle": lambda t: t.pixel_unshuffle(drawn(t, 1, 2, 4, 4), 2),
    "selu": lambda t: t.selu(drawn(t, 5)),
    "prelu": lambda t: t.prelu(drawn(t, 2, 3), drawn(t, 3)),
    "pixel_shuffle": lambda t: t.pixel_shuffle(drawn(t, 1, 4, 2, 2), 2),
    "rms_norm": lambda t: t.rms_norm(drawn(t, 2, 4), (4,)),
    "layer_norm": lambda t: t.layer_norm(drawn(t, 2, 4), [4], drawn(t, 4), drawn(t, 4), 1e-3),
    "group_norm": lambda t: t.group_norm(drawn(t, 2, 4, 3), 2, drawn(t, 4)),
    "batch_norm": lambda t: t.batch_norm(
        *(drawn(t, 4, 3), drawn(t, 3), None, drawn(t, 3), drawn(t, 3) ** 2, False, 0.1, 1e-5),
        cudnn_enabled=False,
    ),
    "embedding": lambda t: t.embedding(drawn(t, 5, 2), t.tensor([[0, 4], [1, 1]])),
    "dropout": lambda t: t.dropout(drawn(t, 5), 0.5, train=False),
    "dropout of all": lambda t: t.dropout(drawn(t, 5), 1.0, True),
    **{
        f"kl_div {n}": (lambda t, n=n: t.kl_div(drawn(t, 3), drawn(t, 3) + 2, n, log_target=n == 1))
        for n in (0, 1, 2)
    },
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_as_functions_of_the_top_module(name):
    found, expected = (result(LAYERS[name], t) for t in (tt, torch))
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def test_the_top_module_lists_what_it_has():
    for name in dir(tt):
        assert getattr(tt, name) is not None
    with pytest.raises(ValueError, match="kl_div: reduction must be 0, 1 or 2, got 'mean'"):
        tt.kl_div(tt.ones(2), tt.ones(2), "mean")
    with pytest.raises(ValueError, match="embedding: scale_grad_by_freq and sparse"):
        tt.embedding(tt.ones(2, 2), tt.tensor([0]), sparse=True)


def test_methods_that_are_not_here_say_why():
    x = tt.ones(2)
    with pytest.raises(AttributeError, match=r"Tensor has no to_sparse: tensors are dense"):
        x.to_sparse()
    with pytest.raises(AttributeError, match="Tensor has no storage: the values are one NumPy arr"):
        x.storage()
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'nothing'"):
        _ = x.nothing
    assert not hasattr(x, "cfloat") and not hasattr(x, "__array_interface__")
    for name in METHODS:
        assert hasattr(torch.Tensor, name), f"{name} is not PyTorch's"
        assert not hasattr(tt.Tensor, name), f"{name} is here"


def test_constructors_and_dtypes_by_name():
    assert tt.CharTensor([1, -2]).dtype == tt.int8 and isinstance(tt.ones(1).dtype, tt.dtype)
