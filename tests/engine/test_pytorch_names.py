"""PyTorch's shorter and older names: the same values, dtypes, gradients and refusals."""

import numpy as np
import pytest

import tinytorch as tt

A = np.array([[3.0, 1.0, 2.0], [1.0, 1.0, -5.0]])
B = np.array([[0.5, -1.0], [2.0, 1.5], [-1.0, 0.25]])
V = np.array([1.0, -2.0, 0.5])
BATCH = np.arange(12.0).reshape(2, 2, 3) - 5

DIFFERENTIABLE = {
    "mm": (lambda t, a, b: t.mm(a, b), A, B),
    "mm method": (lambda t, a, b: a.mm(b), A, B),
    "bmm": (lambda t, a, b: t.bmm(a, b), BATCH, BATCH.swapaxes(1, 2).copy()),
    "mv": (lambda t, a, v: t.mv(a, v), A, V),
    "dot": (lambda t, a, b: a.dot(b), V, V[::-1].copy()),
    "outer": (lambda t, a, b: t.outer(a, b), V, V[:2].copy()),
    "addmm": (lambda t, c, a, b: t.addmm(c, a, b, beta=0.5, alpha=2), np.ones((2, 2)), A, B),
    "t": (lambda t, a: a.t(), A),
    "t of a vector": (lambda t, a: a.t(), V),
    "norm": (lambda t, a: t.norm(a), A),
    "norm rows": (lambda t, a: a.norm(2, dim=1, keepdim=True), A),
    "norm 1": (lambda t, a: a.norm(p=1, dim=0), A),
    "norm 3": (lambda t, a: a.norm(p=3, dim=-1), A),
    "norm inf": (lambda t, a: a.norm(float("inf")), A),
    "norm of zeros": (lambda t, a: a.norm(dim=1), np.array([[0.0, 0.0], [3.0, 4.0]])),
    "sort": (lambda t, a: t.sort(a, dim=0, descending=True).values, A),
    "sort last": (lambda t, a: a.sort()[0], A),
    "topk": (lambda t, a: a.topk(2).values, A),
    "topk smallest": (lambda t, a: t.topk(a, 1, dim=0, largest=False)[0], A),
    "repeat": (lambda t, a: a.repeat(2, 1, 3), A),
    "tile": (lambda t, a: t.tile(a, (2,)), A),
    "repeat_interleave": (lambda t, a: t.repeat_interleave(a, 2, dim=1), A),
    "repeat_interleave all": (lambda t, a: a.repeat_interleave(3), A),
    "repeat_interleave each": (lambda t, a: t.repeat_interleave(a, t.tensor([2, 1]), dim=0), A),
    "flip": (lambda t, a: t.flip(a, (0, 1)), A),
    "flip method": (lambda t, a: a.flip(-1), A),
    "roll": (lambda t, a: t.roll(a, 1, 1), A),
    "roll all": (lambda t, a: t.roll(a, -2), A),
    "roll two": (lambda t, a: t.roll(a, (1, 1), (0, 1)), A),
    "expand_as": (lambda t, a, b: a.expand_as(b), V, A),
    "view_as": (lambda t, a, b: a.view_as(b), A, B),
    "contiguous": (lambda t, a: a.t().contiguous().view(-1), A),
    "unbind": (lambda t, a: t.unbind(a, 1)[2], A),
    "narrow": (lambda t, a: a.narrow(1, 1, 2), A),
    "index_select": (lambda t, a: t.index_select(a, 1, t.tensor([2, 0, 2])), A),
    "masked_select": (lambda t, a: t.masked_select(a, a > 1), A),
    "square": (lambda t, a: t.square(a), A),
    "log10": (lambda t, a: a.abs().log10(), A),
    "log2": (lambda t, a: t.log2(a.abs()), A),
    "remainder": (lambda t, a, b: a % b, A, np.array([2.0, -0.75, 3.0])),
    "remainder of a number": (lambda t, a: t.remainder(a, -1.5), A),
    "to": (lambda t, a: a.to("cpu", t.float32), A),
    "type_as": (lambda t, a, b: a.type_as(b), A, B.astype(np.float32)),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_values_and_gradients_follow_pytorch(name):
    torch = pytest.importorskip("torch")
    function, *arrays = DIFFERENTIABLE[name]
    found = []
    for library in tt, torch:
        inputs = [library.tensor(a, requires_grad=True) for a in arrays]
        out = function(library, *inputs)
        weights = np.cos(np.arange(float(np.prod(out.shape)))).reshape(tuple(out.shape))
        (out * library.tensor(weights).to(out.dtype)).sum().backward()
        found.append([out.detach(), *(x.grad for x in inputs)])
        dtype = str(out.dtype).removeprefix("torch.")
        found[-1].append(dtype)
    *ours, our_dtype = found[0]
    *theirs, their_dtype = found[1]
    assert our_dtype == their_dtype
    for a, b in zip(ours, theirs, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.shape == tuple(b.shape)
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-12)


TIES = np.array([2.0, np.nan, 1.0, 2.0, -np.inf, 1.0])

PLAIN = {
    "indices of sort": lambda t: t.sort(t.tensor(TIES)).indices,
    "indices of sort down": lambda t: t.sort(t.tensor(TIES), descending=True, stable=True).indices,
    "argsort": lambda t: t.argsort(t.tensor(A), dim=0),
    "indices of topk": lambda t: t.tensor(A).topk(2, dim=1).indices,
    "unique": lambda t: t.unique(t.tensor([3, 1, 3, 2])),
    "unique counts": lambda t: t.unique(t.tensor([3, 1, 3]), return_counts=True)[1],
    "unique inverse": lambda t: t.unique(t.tensor([[3, 1], [3, 2]]), return_inverse=True)[1],
    "unique rows": lambda t: t.unique(t.tensor([[3, 1], [3, 1], [0, 2]]), dim=0),
    "bincount": lambda t: t.bincount(t.tensor([1, 3, 1]), minlength=6),
    "bincount weights": lambda t: t.bincount(t.tensor([1, 0, 1]), t.tensor([0.5, 1.0, 2.0])),
    "all": lambda t: t.tensor([[True, False], [True, True]]).all(),
    "all dim": lambda t: t.all(t.tensor([[True, False], [True, True]]), dim=1),
    "any dim": lambda t: (t.tensor(A) > 2).any(dim=1, keepdim=True),
    "isnan": lambda t: t.isnan(t.tensor(TIES)),
    "isfinite": lambda t: t.tensor(TIES).isfinite(),
    "isinf": lambda t: t.isinf(t.tensor(TIES)),
    "isclose": lambda t: t.isclose(t.tensor([1.0, 2.0]), t.tensor([1.0, 2.1])),
    "logical_and": lambda t: t.logical_and(t.tensor([0, 2]), t.tensor([1.0, 3.0])),
    "logical_not": lambda t: t.logical_not(t.tensor([0.0, 2.0])),
    "nonzero": lambda t: t.nonzero(t.tensor([[0, 2], [3, 0]])),
    "nonzero tuple": lambda t: t.tensor([[0, 2], [3, 0]]).nonzero(as_tuple=True)[1],
    "mod": lambda t: t.tensor([-5, 5, 7]) % 3,
    "mod negative": lambda t: t.tensor([-5, 5, 7]) % -3,
    "mod of floats": lambda t: t.tensor([-5.5, 5.5]) % 2,
    "floor divide": lambda t: t.tensor([-5, 5, 7]) // 2,
    "floor divide floats": lambda t: t.tensor([-5.0, 5.0]) // 2.5,
    "a number floor divided": lambda t: 7 // t.tensor([2, -3]),
    "bool": lambda t: t.tensor([0.0, 2.0]).bool(),
    "int": lambda t: t.tensor([-1.7, 2.7]).int(),
    "byte": lambda t: t.tensor([1.7, 2.2]).byte(),
    "half": lambda t: t.tensor([1.7]).half(),
    "long": lambda t: t.tensor([1.7]).type(t.long),
    "LongTensor": lambda t: t.LongTensor([1, 2]),
    "FloatTensor": lambda t: t.FloatTensor([[1, 2]]),
    "FloatTensor of an array": lambda t: t.FloatTensor(A),
    "BoolTensor": lambda t: t.BoolTensor([True, False]),
    "new_zeros": lambda t: t.tensor(A).new_zeros(2, 3),
    "new_full": lambda t: t.tensor([1]).new_full((2,), 3),
    "new_tensor": lambda t: t.tensor(A).new_tensor([1, 2]),
    "as_tensor": lambda t: t.as_tensor([1.5, 2], dtype=t.float64),
    "as_tensor of an array": lambda t: t.as_tensor(A, dtype=t.float32),
    "zeros size": lambda t: t.zeros(size=(2, 3), dtype=t.int, device="cpu"),
    "svdvals": lambda t: t.linalg.svdvals(t.tensor(A)),
    "svd": lambda t: t.linalg.svd(t.tensor(A)).S,
    "inv": lambda t: t.linalg.inv(t.tensor(A[:, :2])),
    "solve": lambda t: t.linalg.solve(t.tensor(A[:, :2]), t.tensor(V[:2])),
    "eigenvalues": lambda t: t.linalg.eigh(t.tensor([[2.0, 1.0], [1.0, 3.0]])).eigenvalues,
}


@pytest.mark.parametrize("name", PLAIN)
def test_values_and_dtypes_follow_pytorch(name):
    torch = pytest.importorskip("torch")
    ours, theirs = PLAIN[name](tt), PLAIN[name](torch)
    assert ours.shape == tuple(theirs.shape)
    assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


def test_answers_that_are_no_tensors():
    x = tt.tensor([1.0, 2.0])
    assert tt.equal(x, tt.tensor([1.0, 2.0])) is True and tt.equal(x, tt.ones(2)) is False
    assert tt.equal(x, tt.ones(3)) is False
    assert tt.allclose(x, x + 1e-7) is True and tt.allclose(x, x + 1e-3) is False
    nan = tt.tensor([float("nan")])
    assert not tt.allclose(nan, nan) and tt.allclose(nan, nan, equal_nan=True)
    assert tt.is_tensor(x) and not tt.is_tensor([1]) and tt.numel(x) == x.nelement() == 2
    assert x.type() == "torch.FloatTensor" and x.is_floating_point() and not x.is_cuda
    assert isinstance(x, tt.FloatTensor) and not isinstance(x, tt.LongTensor)
    assert isinstance(tt.tensor([1]).long(), tt.LongTensor)
    assert x.shape == tt.Size([2]) and tt.Size([2, 3]).numel() == 6
    assert x.contiguous() is x and not tt.ones(2, 3).t().is_contiguous()
    assert tt.FloatTensor(2, 3).shape == (2, 3) and tt.LongTensor().shape == (0,)
    array = np.ones(2)
    tt.as_tensor(array).data[0] = 5
    assert array[0] == 5 and tt.as_tensor(x) is x
    assert (tt.float, tt.double, tt.half) == (np.float32, np.float64, np.float16)
    assert (tt.long, tt.int, tt.short, tt.inf) == (np.int64, np.int32, np.int16, float("inf"))


def test_devices_as_far_as_the_cpu_has_them():
    device = tt.device("cuda" if tt.cuda.is_available() else "cpu")
    x = tt.ones(2, device=device)
    assert x.device == tt.device("cpu") and str(device) == "cpu" and device.type == "cpu"
    assert repr(tt.device("cuda:1")) == "device(type='cuda', index=1)"
    assert tt.device("cuda", 1) == tt.device("cuda:1") != tt.device("cuda")
    assert x.to(device) is x.to("cpu") is x.cpu() is x
    assert x.to("cpu", tt.float16).dtype == np.float16
    assert x.to(device="cpu", dtype=tt.int32).dtype == np.int32
    assert x.to(tt.ones(1, dtype=tt.float16)).dtype == np.float16
    assert tt.rand(2, device="cpu").shape == tt.randint(3, (2,), device=device).shape
    assert not tt.backends.mps.is_available() and tt.cuda.device_count() == 0
    assert not (tt.accelerator.is_available() or tt.mps.is_available() or tt.xpu.is_available())
    assert tt.accelerator.current_accelerator() is None and tt.accelerator.device_count() == 0
    tt.backends.cudnn.deterministic = True
    tt.cuda.manual_seed_all(0)
    for refused in (
        lambda: x.to("cuda"),
        lambda: x.cuda(),
        lambda: tt.zeros(2, device="cuda:0"),
        lambda: tt.randn(2, device=tt.device("mps")),
        lambda: tt.tensor([1.0], device=0),
    ):
        with pytest.raises(RuntimeError, match="is not there: this library computes with NumPy"):
            refused()
    with pytest.raises(ValueError, match="'gpu' is none of cpu, cuda"):
        tt.device("gpu")


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda: tt.mm(tt.ones(2, 3), tt.ones(3)), ValueError, r"shapes \(2, 3\) and \(3,\)"),
        (lambda: tt.bmm(tt.ones(2, 1, 3), tt.ones(1, 3, 1)), ValueError, "one number of matrices"),
        (lambda: tt.dot(tt.ones(2), tt.ones(3)), ValueError, "inner dimensions 2 and 3"),
        (lambda: tt.ones(2, 2, 2).t(), ValueError, "at most 2 axes"),
        (lambda: tt.topk(tt.ones(3), 4), ValueError, "k = 4 of 3 values"),
        (
            lambda: tt.ones(2, 3).repeat(2),
            ValueError,
            r"1 numbers for the 2 axes of shape \(2, 3\)",
        ),
        (lambda: tt.ones(3).narrow(0, 2, 2), IndexError, "2 from 2 on, of 3"),
        (lambda: tt.bincount(tt.tensor([-1])), ValueError, "expected integers from 0 on"),
        (lambda: tt.norm(tt.tensor([1])), TypeError, "expected floating-point numbers, got int64"),
        (lambda: tt.tensor([1]) // 0, ZeroDivisionError, "floor_divide: integers divided by 0"),
        (lambda: tt.index_select(tt.ones(3), 0, tt.ones(1)), TypeError, "expected integers along"),
        (lambda: tt.ones(3).scatter(0, tt.tensor([3]), 1), IndexError, "index 3 is out of range"),
        (lambda: tt.ones(3).scatter(0, tt.tensor([[0]]), 1), TypeError, "with the 1 axes of"),
        (lambda: tt.ones(3).scatter_add(0, tt.tensor([0]), tt.ones(0)), ValueError, "not cover"),
        (lambda: tt.ones(3).index_add(0, tt.ones(1), 1), TypeError, "integers along one axis"),
        (lambda: tt.diag(tt.ones(1, 2, 3)), ValueError, "expected a vector or a matrix"),
        (lambda: tt.lerp(tt.ones(2), tt.ones(2), "x"), TypeError, "weight must be a number"),
        (lambda: tt.FloatTensor([1], [2]), TypeError, "FloatTensor: expected data or lengths"),
        (
            lambda: tt.linalg.pinv(tt.ones(2, 2, requires_grad=True)),
            RuntimeError,
            "pinv: it has no gradient here",
        ),
    ],
)
def test_what_is_refused(act, error, text):
    with pytest.raises(error, match=text):
        act()


@pytest.mark.parametrize("name", "eq ne lt le gt ge".split())
def test_comparisons_as_functions(name):
    torch = pytest.importorskip("torch")
    found, expected = (getattr(t, name)(t.tensor(A), t.tensor(A[::-1].copy())) for t in (tt, torch))
    assert found.dtype == np.bool_ and found.tolist() == expected.tolist()


@pytest.mark.parametrize("empty_first", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_cat_takes_nothing_of_any_rank(empty_first, dim):
    nothing, x = tt.empty(0, requires_grad=True), tt.tensor(A, requires_grad=True)
    tensors = [nothing, x, x] if empty_first else [x, nothing, x]
    z = tt.cat(tensors, dim)
    np.testing.assert_array_equal(z.data, np.concatenate([A, A], dim))
    z.sum().backward()
    assert nothing.grad.shape == (0,) and x.grad.tolist() == (2 * np.ones(A.shape)).tolist()
    assert tt.cat([tt.empty(0), tt.empty(0)]).shape == (0,)


def test_integers_count_where_scatter_puts_them():
    one_hot = tt.zeros(3, 4).scatter_(1, tt.tensor([[1], [3], [0]]), 1)
    assert one_hot.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]]
    counts = tt.zeros(3, dtype=tt.int64)
    assert counts.scatter_add_(0, tt.tensor([2, 2, 0]), tt.ones(3, dtype=tt.int64)) is counts
    assert counts.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.histc(x, 4),
        lambda t, x: x.histc(bins=3, min=-1, max=2),
        lambda t, x: t.histogram(x, 5).hist,
        lambda t, x: t.histogram(x, 5).bin_edges,
        lambda t, x: x.histogram(4, range=(-2.0, 2.0), density=True)[0],
        lambda t, x: t.histogram(x.detach(), 3, weight=x.detach() ** 2)[0],
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_histograms(call, dtype):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=(5, 8)).astype(dtype)
    found, expected = call(tt, tt.tensor(x)), call(torch, torch.tensor(x))
    assert found.dtype == dtype
    np.testing.assert_allclose(found.data, expected.numpy(), rtol=1e-5)


def test_parts_of_utils_data_have_their_modules():
    from tinytorch.utils.data import dataloader, dataset, sampler

    for module in dataloader, dataset, sampler:
        for name in module.__all__:
            assert getattr(module, name) is getattr(tt.utils.data, name)
