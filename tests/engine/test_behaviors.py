"""What programs for PyTorch take for granted, case by case: the same values, dtypes and refusals.

Many are from public reports of bugs in PyTorch and in other libraries for gradients.
"""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")


def g(t, values, f):
    """The gradient of the sum of f at these values."""
    x = t.tensor(values, requires_grad=True)
    z = f(t, x)
    (z if z.ndim == 0 else z.sum()).backward()
    return x.grad


def leaf(t, values):
    return t.tensor(values, requires_grad=True)


CASES = {
    "sum empty dim list": lambda t: t.tensor([[1.0, 2.0], [3.0, 4.0]]).sum(dim=[]),
    "mean dim tuple": lambda t: t.ones(2, 3).mean(dim=(0, 1)),
    "var unbiased False": lambda t: t.tensor([1.0, 2.0, 4.0]).var(unbiased=False),
    "prod of ints": lambda t: t.tensor([2, 3, 4]).prod(),
    "int div": lambda t: t.tensor([7, -7]) / 2,
    "floor div neg": lambda t: t.tensor([7, -7]) // 2,
    "mod neg": lambda t: t.tensor([7.0, -7.0]) % 3,
    "bool sum": lambda t: t.tensor([True, False, True]).sum(),
    "bool mean raises": lambda t: t.tensor([True, False]).mean(),
    "uint8 arithmetic wraps": lambda t: t.tensor([250], dtype=t.uint8) + 10,
    "int8 neg": lambda t: -t.tensor([-128], dtype=t.int8),
    "float to int cast trunc": lambda t: t.tensor([1.9, -1.9]).to(t.int64),
    "arange float": lambda t: t.arange(0, 1, 0.1),
    "arange int dtype": lambda t: t.arange(5),
    "linspace 1": lambda t: t.linspace(0, 1, 1),
    "linspace": lambda t: t.linspace(-1, 1, 5),
    "eye nonsquare": lambda t: t.eye(2, 3),
    "full int": lambda t: t.full((2,), 3),
    "full bool": lambda t: t.full((2,), True),
    "round half even": lambda t: t.round(t.tensor([0.5, 1.5, 2.5, -0.5])),
    "round decimals": lambda t: t.round(t.tensor([1.2345]), decimals=2),
    "argmax ties": lambda t: t.tensor([1.0, 3.0, 3.0]).argmax(),
    "max dim ties idx": lambda t: t.tensor([[1.0, 3.0, 3.0]]).max(1).indices,
    "max keepdim": lambda t: t.tensor([[1.0, 3.0]]).max(1, keepdim=True).values,
    "sort nan": lambda t: t.sort(t.tensor([2.0, float("nan"), 1.0]))[0],
    "sort desc nan": lambda t: t.sort(t.tensor([2.0, float("nan"), 1.0]), descending=True)[0],
    "argmax nan": lambda t: t.tensor([1.0, float("nan"), 3.0]).argmax(),
    "max nan": lambda t: t.tensor([1.0, float("nan"), 3.0]).max(),
    "clamp min>max": lambda t: t.tensor([1.0, 5.0]).clamp(3, 2),
    "clamp tensor bounds": lambda t: t.tensor([1.0, 5.0]).clamp(min=t.tensor([2.0, 2.0])),
    "where scalar": lambda t: t.where(t.tensor([True, False]), 1, 0),
    "where float scalar": lambda t: t.where(t.tensor([True, False]), 1.5, 0.0),
    "where single arg": lambda t: t.where(t.tensor([False, True]))[0],
    "cumsum int": lambda t: t.tensor([1, 2], dtype=t.int32).cumsum(0),
    "cumsum bool": lambda t: t.tensor([True, True]).cumsum(0),
    "index bool scalar": lambda t: t.arange(3)[True],
    "index list of list": lambda t: t.arange(6).reshape(2, 3)[[0, 1], [2, 0]],
    "index tensor 2d": lambda t: t.arange(3)[t.tensor([[0, 1], [2, 2]])],
    "reshape -1 twice raises": lambda t: t.ones(6).reshape(-1, -1),
    "expand new dim": lambda t: t.ones(3).expand(2, 3),
    "squeeze dim tuple": lambda t: t.ones(1, 2, 1).squeeze((0, 2)),
    "unsqueeze neg": lambda t: t.ones(2).unsqueeze(-1),
    "transpose same": lambda t: t.ones(2, 3).transpose(0, 0),
    "permute neg": lambda t: t.ones(2, 3, 4).permute(-1, 0, 1),
    "flatten": lambda t: t.ones(2, 3, 4).flatten(1),
    "chunk uneven": lambda t: t.arange(7).chunk(3)[-1],
    "split list": lambda t: t.arange(7).split([3, 4])[1],
    "tensor_split": lambda t: t.arange(7).tensor_split(3)[1],
    "stack neg": lambda t: t.stack([t.ones(2), t.zeros(2)], -1),
    "cat mixed dtypes": lambda t: t.cat([t.ones(2), t.ones(2, dtype=t.int64)]),
    "cat float64": lambda t: t.cat([t.ones(2), t.ones(2, dtype=t.float64)]),
    "stack mixed": lambda t: t.stack([t.tensor(1.0), t.tensor(2)]),
    "matmul int": lambda t: t.tensor([[1, 2]]) @ t.tensor([[3], [4]]),
    "add mixed float": lambda t: t.ones(2) + t.ones(2, dtype=t.float64),
    "0d promo": lambda t: t.ones(2) + t.tensor(1.0, dtype=t.float64),
    "int + float scalar": lambda t: t.ones(2, dtype=t.int64) + 1.5,
    "int tensor * float 0d": lambda t: t.ones(2, dtype=t.int64) * t.tensor(0.5),
    "bool + int": lambda t: t.tensor([True]) + 1,
    "pow int neg raises": lambda t: t.tensor([2]) ** -1,
    "int pow float": lambda t: t.tensor([2]) ** 0.5,
    "scalar rpow": lambda t: 2 ** t.tensor([3, 4]),
    "sqrt int": lambda t: t.sqrt(t.tensor([4, 9])),
    "exp bool": lambda t: t.exp(t.tensor([True])),
    "compare int float": lambda t: t.tensor([1, 2]) == t.tensor([1.0, 2.5]),
    "any dim": lambda t: t.tensor([[True, False]]).any(1),
    "all empty": lambda t: t.tensor([]).bool().all(),
    "norm grad zero": lambda t: g(t, [0.0, 0.0], lambda t, x: x.norm()),
    "sqrt grad where": lambda t: g(
        t, [0.0, 4.0], lambda t, x: t.where(x > 0, x.sqrt(), t.zeros_like(x))
    ),
    "pow 0 grad": lambda t: g(t, [0.0, 2.0], lambda t, x: x**0),
    "pow half at 0": lambda t: g(t, [0.0, 4.0], lambda t, x: x**0.5),
    "max grad ties": lambda t: g(t, [2.0, 2.0, 1.0], lambda t, x: x.max()),
    "max dim grad ties": lambda t: g(t, [[2.0, 2.0, 1.0]], lambda t, x: x.max(1)[0]),
    "amax grad ties": lambda t: g(t, [[2.0, 2.0, 1.0]], lambda t, x: x.amax(1)),
    "median grad": lambda t: g(t, [3.0, 1.0, 2.0, 5.0], lambda t, x: x.median()),
    "cumprod": lambda t: g(t, [3.0, 1.0, 2.0], lambda t, x: x.cumprod(0)),
    "logsumexp -inf all": lambda t: g(t, [-np.inf, -np.inf], lambda t, x: x.logsumexp(0)),
    "softmax -inf all": lambda t: t.softmax(t.tensor([-np.inf, -np.inf]), 0),
    "log_softmax big": lambda t: g(t, [1e4, -1e4], lambda t, x: t.log_softmax(x, 0)[1]),
    "bce logits extremes": lambda t: g(
        t,
        [100.0, -100.0],
        lambda t, x: t.nn.functional.binary_cross_entropy_with_logits(x, t.tensor([0.0, 1.0])),
    ),
    "ce ignore all": lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([-100, -100])),
    "ce sum": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.tensor([1, 2]), reduction="sum"
    ),
    "ce float16": lambda t: t.nn.functional.cross_entropy(t.ones(2, 3).half(), t.tensor([1, 2])),
    "ce int8 target": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.tensor([1, 2], dtype=t.uint8)
    ),
    "gather grad dup": lambda t: g(t, [1.0, 2.0], lambda t, x: x.gather(0, t.tensor([0, 0, 1]))),
    "index grad dup": lambda t: g(t, [1.0, 2.0], lambda t, x: x[[0, 0, 1]]),
    "expand grad": lambda t: g(
        t, [[1.0], [2.0]], lambda t, x: x.expand(2, 3) * t.arange(6.0).reshape(2, 3)
    ),
    "std of one grad": lambda t: g(t, [3.0], lambda t, x: x.std()),
    "var correction 0 of one": lambda t: g(t, [3.0], lambda t, x: x.var(correction=0)),
    "prod zeros grad": lambda t: g(t, [0.0, 3.0, 0.0], lambda t, x: x.prod()),
    "einsum trace grad": lambda t: g(t, [[1.0, 2.0], [3.0, 4.0]], lambda t, x: t.einsum("ii->", x)),
    "einsum broadcast": lambda t: t.einsum("...i,i->...", t.ones(2, 3), t.arange(3.0)),
    "bmm vec": lambda t: t.matmul(t.ones(2, 3, 4), t.ones(4)),
    "allclose nan": lambda t: t.tensor(t.allclose(t.tensor([np.nan]), t.tensor([np.nan]))),
    "isclose equal_nan": lambda t: t.isclose(
        t.tensor([np.nan]), t.tensor([np.nan]), equal_nan=True
    ),
    "unique counts": lambda t: t.unique(t.tensor([3, 1, 3]), return_counts=True)[1],
    "nonzero": lambda t: t.tensor([0, 2, 3]).nonzero(),
    "topk": lambda t: t.tensor([1.0, 5.0, 3.0]).topk(2)[1],
    "div rounding": lambda t: t.div(t.tensor([7.0, -7.0]), 2, rounding_mode="floor"),
    "div trunc": lambda t: t.div(t.tensor([7, -7]), 2, rounding_mode="trunc"),
    "sub alpha": lambda t: t.sub(t.ones(2), t.ones(2), alpha=3),
    "item of many raises": lambda t: t.tensor(t.ones(2).item()),
    "bool of many raises": lambda t: t.tensor(bool(t.ones(2))),
    "numpy of grad raises": lambda t: t.tensor(leaf(t, [1.0]).numpy()),
    "int requires grad raises": lambda t: t.tensor([1], requires_grad=True, dtype=t.int64),
    "zero dim index raises": lambda t: t.tensor(1.0)[0],
    "iter 0d raises": lambda t: t.tensor(list(t.tensor(1.0))),
    "len": lambda t: t.tensor(len(t.ones(3, 2))),
    "contains": lambda t: t.tensor(2 in t.tensor([1, 2])),
    "movedim": lambda t: t.movedim(t.ones(2, 3, 4), 0, -1),
    "meshgrid": lambda t: t.meshgrid(t.arange(2), t.arange(3), indexing="ij")[1],
    "nan_to_num": lambda t: t.nan_to_num(t.tensor([np.nan, np.inf]), nan=1.0, posinf=2.0),
    "count_nonzero": lambda t: t.count_nonzero(t.tensor([0, 1, 2])),
    "argsort desc": lambda t: t.argsort(t.tensor([1.0, 3.0, 2.0]), descending=True),
    "broadcast_to": lambda t: t.broadcast_to(t.ones(3), (2, 3)),
    "tril indices": lambda t: t.tril_indices(3, 3),
    "std_mean": lambda t: t.std_mean(t.tensor([1.0, 2.0, 4.0]))[0],
    "F.pad neg": lambda t: t.nn.functional.pad(t.arange(5.0), (-1, 1)),
    "one_hot": lambda t: t.nn.functional.one_hot(t.tensor([0, 2])),
    "layer_norm const": lambda t: g(
        t, [[2.0, 2.0, 2.0]], lambda t, x: t.nn.functional.layer_norm(x, (3,))
    ),
    "cosine zero": lambda t: g(
        t, [[0.0, 0.0]], lambda t, x: t.nn.functional.cosine_similarity(x, t.ones(1, 2))
    ),
    "dropout p1": lambda t: t.nn.functional.dropout(t.ones(3), 1.0),
    "max_pool neg inf pad": lambda t: t.nn.functional.max_pool2d(-t.ones(1, 1, 2, 2), 3, 1, 1),
    "avg_pool pad": lambda t: t.nn.functional.avg_pool2d(t.ones(1, 1, 2, 2), 3, 1, 1),
    "embedding padding grad": lambda t: g(
        t,
        [[1.0], [2.0]],
        lambda t, x: t.nn.functional.embedding(t.tensor([0, 1, 1]), x, padding_idx=1),
    ),
    "conv1d groups": lambda t: t.nn.functional.conv1d(
        t.arange(12.0).reshape(1, 2, 6), t.ones(2, 1, 3), groups=2
    ),
}


def case(name):
    def add(f):
        CASES[name] = f
        return f

    return add


@case("setitem mask")
def _(t):
    x = t.zeros(3)
    x[t.tensor([True, False, True])] = t.tensor([1.0, 2.0])
    return x


@case("setitem broadcast")
def _(t):
    x = t.zeros(2, 3)
    x[:, 1] = 5
    return x


@case("type promotion add_ raises")
def _(t):
    x = t.ones(2, dtype=t.int64)
    x += 1.5
    return x


@case("backward non scalar raises")
def _(t):
    leaf(t, [1.0, 2.0]).mul(2).backward()
    return t.ones(1)


@case("backward twice raises")
def _(t):
    y = (leaf(t, [1.0]) ** 2).sum()
    y.backward()
    y.backward()
    return t.ones(1)


@case("inplace leaf raises")
def _(t):
    x = leaf(t, [1.0])
    x += 1
    return x


@case("detach shares")
def _(t):
    x = leaf(t, [1.0, 2.0])
    d = x.detach()
    d[0] = 9
    return x.detach()


@case("view shares")
def _(t):
    x = t.zeros(4)
    v = x.view(2, 2)
    v[0, 0] = 5
    return x


@case("slice shares")
def _(t):
    x = t.zeros(4)
    x[1:3].fill_(7)
    return x


@case("retain_grad")
def _(t):
    x = leaf(t, [1.0, 2.0])
    y = x * 2
    y.retain_grad()
    (y**2).sum().backward()
    return y.grad


@case("finfo masks")
def _(t):
    scores = t.tensor([[1.0, 2.0], [3.0, 4.0]])
    least = t.finfo(scores.dtype).min
    hidden = t.tensor([[False, True], [False, False]])
    return scores.masked_fill(hidden, least).softmax(-1) * t.iinfo(t.int8).max


@case("hook scales")
def _(t):
    x = leaf(t, [1.0, 2.0])
    x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    return x.grad


@case("grad accumulate")
def _(t):
    x = leaf(t, [1.0])
    (x * 2).backward()
    (x * 3).backward()
    return x.grad


@case("clip_grad_norm ret")
def _(t):
    x = leaf(t, [3.0, 4.0])
    (x * x).sum().backward()
    t.nn.utils.clip_grad_norm_([x], 1.0)
    return x.grad


for name, f in {
    "int // float": lambda t: t.tensor([7, -7]) // 2.5,
    "float % int": lambda t: 2.5 % t.tensor([2, 3]),
    "mask // 2": lambda t: t.tensor([True, False]) // 2,
    "bytes and a negative number": lambda t: t.tensor([5, 0], dtype=t.uint8) + -3,
    "bytes and a large number": lambda t: t.tensor([5, 0], dtype=t.uint8) * 300,
    "bytes // a negative number": lambda t: t.tensor([7, 1], dtype=t.uint8) // -3,
    "a negative number % bytes": lambda t: -3 % t.tensor([3, 7], dtype=t.uint8),
    "bytes ** -1 raises": lambda t: t.tensor([2], dtype=t.uint8) ** -1,
    "mask ** 2": lambda t: t.tensor([True, False]) ** 2,
    "mask ** 3": lambda t: t.tensor([True, False]) ** 3,
    "square of a mask": lambda t: t.square(t.tensor([True, False])),
    "sign of a mask": lambda t: t.sign(t.tensor([True, False])),
    "diff of a mask": lambda t: t.diff(t.tensor([True, False, False])),
    "hypot of float16 and integers": lambda t: t.hypot(t.ones(2).half(), t.tensor([1, 2])),
    "atan2 of float16 and bytes": lambda t: t.atan2(
        t.ones(2).half(), t.tensor([1, 2], dtype=t.uint8)
    ),
    "copysign of float16 and integers": lambda t: t.copysign(t.ones(2).half(), t.tensor([1, -2])),
    "cumprod of bytes": lambda t: t.tensor([200, 2], dtype=t.uint8).cumprod(0),
    "cumprod of a mask": lambda t: t.tensor([True, False]).cumprod(0),
    "sum in int32": lambda t: t.tensor([1.5, 2.5]).sum(dtype=t.int32),
    "cumsum in int8": lambda t: t.tensor([100, 100]).cumsum(0, dtype=t.int8),
    "prod in uint8": lambda t: t.tensor([20, 20]).prod(dtype=t.uint8),
    "any of bytes": lambda t: t.tensor([0, 3], dtype=t.uint8).any(),
    "all over a list": lambda t: t.ones(2, 3).bool().all([0, 1]),
    "any over a list": lambda t: t.zeros(2, 3).bool().any(dim=[1], keepdim=True),
    "norm -1 with a 0": lambda t: g(t, [1.0, -2.0, 0.0], lambda t, x: x.norm(-1)),
    "norm -2 along": lambda t: t.tensor([[1.0, 2.0], [0.0, 2.0]]).norm(-2, dim=1),
    "norm 'nuclear' raises": lambda t: t.ones(2).norm("nuclear"),
    "var of too few": lambda t: t.tensor([1.0, 2.0]).var(correction=2),
    "std of too few": lambda t: t.tensor([1.0, 2.0]).std(correction=5),
    "var of too few, gradient": lambda t: g(t, [1.0, 2.0, 3.0], lambda t, x: x.var(correction=3)),
    "quantile beside infinity": lambda t: t.tensor([np.inf, -np.inf, 0.0, 3.0]).quantile(0.3),
    "quantile between infinities": lambda t: t.tensor([-np.inf, np.inf]).quantile(0.7),
    "sort 0-d": lambda t: t.tensor(2.5).sort().indices,
    "sort 0-d raises": lambda t: t.tensor(2.5).sort(1),
    "argsort 0-d raises": lambda t: t.tensor(2.5).argsort(1),
    "topk 0-d": lambda t: t.tensor(2.5).topk(1).values,
    "topk 0-d of two raises": lambda t: t.tensor(2.5).topk(2),
    "cummax 0-d raises": lambda t: t.tensor(2.5).cummax(1),
    "logcumsumexp 0-d raises": lambda t: t.tensor(2.5).logcumsumexp(1),
    "flatten 0-d raises": lambda t: t.tensor(2.5).flatten(1),
    "nonzero 0-d": lambda t: t.tensor(2.5).nonzero(),
    "nonzero 0-d of 0": lambda t: t.tensor(0).nonzero(),
    "narrow from the end": lambda t: t.arange(5).narrow(0, -3, 2),
    "narrow beyond the end raises": lambda t: t.arange(5).narrow(0, -1, 2),
    "index_select from the end raises": lambda t: t.arange(3).index_select(0, t.tensor([-1])),
    "masked_fill by a tensor": lambda t: t.ones(2).masked_fill(
        t.tensor([True, False]), t.tensor(3.5)
    ),
    "masked_fill by a row raises": lambda t: t.ones(2).masked_fill(
        t.tensor([True, False]), t.ones(1)
    ),
}.items():
    case(name)(f)


@case("masked_fill by a tensor with a gradient")
def _(t):
    v = leaf(t, 3.0)
    t.ones(3).masked_fill(t.tensor([True, False, True]), v).sum().backward()
    return v.grad


for name, f in {
    "flip": lambda t, x: x.flip(0),
    "fliplr": lambda t, x: x.fliplr(),
    "rot90": lambda t, x: x.rot90(),
    "rot90 four times": lambda t, x: x.rot90(4),
    "repeat": lambda t, x: x.repeat(1, 1),
    "tile": lambda t, x: x.tile(1),
    "roll": lambda t, x: x.roll(0),
    "diagonal": lambda t, x: x.diagonal(),
    "diagonal above": lambda t, x: x.diagonal(1),
    "movedim": lambda t, x: x.movedim(0, 1),
    "unflatten": lambda t, x: x.unflatten(1, (1, -1)),
    "interpolate": lambda t, x: t.nn.functional.interpolate(x[None, None], size=(2, 3)),
    "pixel_shuffle": lambda t, x: t.nn.functional.pixel_shuffle(x[None], 1),
}.items():

    def written(t, f=f):
        """What is left of a tensor when that which was made of it is filled."""
        x = t.arange(6.0).reshape(2, 3)
        f(t, x).fill_(9)
        return x

    CASES[f"shares memory or not: {name}"] = written
    CASES[f"gradient: {name}"] = lambda t, f=f: g(
        t, [[1.0, 2.0, 4.0], [3.0, 5.0, 6.0]], lambda t, x: f(t, x) ** 3
    )


@case("state_dict shares")
def _(t):
    layer = t.nn.Linear(2, 2)
    for value in layer.state_dict().values():
        value.copy_(t.full_like(value, 0.5))
    return layer.weight


@case("state_dict is no leaf that is trained")
def _(t):
    return t.tensor([value.requires_grad for value in t.nn.Linear(2, 2).state_dict().values()])


@case("zero_grad leaves the tensor that it is")
def _(t):
    w = leaf(t, [3.0])
    optimizer = t.optim.SGD([w], lr=0.1)
    (w * w).backward()
    kept = w.grad
    optimizer.zero_grad(set_to_none=False)
    (w * 5).backward()
    return kept


@case("one module in two places")
def _(t):
    shared = t.nn.Linear(1, 1)
    model = t.nn.Sequential(shared, t.nn.ReLU(), shared)
    return t.tensor([len(list(model.children())), len(model), len(model.state_dict())])


@case("grad of another dtype raises")
def _(t):
    leaf(t, [1.0]).grad = t.ones(1).double()
    return t.ones(1)


@case("a Function that returns more than it was given")
def _(t):
    class Twice(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2, None, None

    x = leaf(t, [1.0])
    Twice.apply(x).backward()
    return x.grad


MANY = 100_000  # more than float16 can count


def halves(t, call, n=MANY, value=1.0):
    """The value and the first gradients of a function of many equal numbers of float16."""
    x = t.full((n,), value).half().requires_grad_()
    z = call(t, x)
    z.sum().backward()
    return t.cat([z.detach().reshape(-1)[:2], x.grad[:2]])


for name, f in {
    "softmax": lambda t, x: x.softmax(0)[:1],
    "mean": lambda t, x: x.mean(),
    "mse_loss": lambda t, x: t.nn.functional.mse_loss(x, t.zeros(MANY).half()),
    "kl_div": lambda t, x: t.nn.functional.kl_div(x, t.ones(MANY).half()),
    "norm 3": lambda t, x: x.norm(3),
    "gather": lambda t, x: x.gather(0, t.zeros(3000).long()),
}.items():
    CASES[f"float16: {name} of many"] = lambda t, f=f: halves(t, f)
for name, f in {
    "norm": lambda t, x: x.norm(),
    "norm along": lambda t, x: x.reshape(2, 2).norm(dim=1),
    "dist": lambda t, x: t.dist(x, x.detach() * 0),
    "var": lambda t, x: (x * t.tensor([1.0, -1.0, 0.5, -0.5]).half()).var() / 4,
    "std": lambda t, x: (x * t.tensor([1.0, -1.0, 1.0, -1.0]).half()).std(),
    "std along": lambda t, x: (x * t.tensor([1.0, -1.0, 1.0, -1.0]).half()).reshape(2, 2).std(1),
    "hypot": lambda t, x: t.hypot(x, x.detach() * 0.75),
}.items():
    CASES[f"float16: {name} of large numbers"] = lambda t, f=f: halves(t, f, 4, 400.0)

for name, f in {
    "hypot of large numbers": lambda t: g(t, [3e30], lambda t, x: t.hypot(x, t.tensor([4e30]))),
    "hypot of small numbers": lambda t: g(t, [3e-30], lambda t, x: t.hypot(x, t.tensor([4e-30]))),
    "atan2 of large numbers": lambda t: g(
        t, [3e17], lambda t, x: t.atan2(x, t.tensor([4e17])) * 1e17
    ),
    "std of large numbers": lambda t: g(t, [3e25, -4e25], lambda t, x: x.std()),
    "std of small numbers": lambda t: g(t, [3e-25, -4e-25], lambda t, x: x.std() * 1e20),
    "cumprod through small numbers": lambda t: g(
        t, [1e-30, 1e-30, 1e30], lambda t, x: x.cumprod(0) * 1e20
    ),
    "cumprod of float16": lambda t: t.tensor([1e-4, 1e-4, 1e4, 1e4]).half().cumprod(0),
    "hardswish at its corners": lambda t: g(
        t, [-3.0, 3.0, 1.0], lambda t, x: t.nn.functional.hardswish(x)
    ),
    "hypot at infinity": lambda t: g(t, [1.0], lambda t, x: t.hypot(x, t.tensor([np.inf]))),
    "clamp by NumPy's number": lambda t: t.tensor([1.0, 5.0]).clamp(max=np.float64(2)),
    "a tensor and a text": lambda t: t.tensor([t.ones(2) == "a", t.ones(2) != "a"]),
    "unique nan": lambda t: t.unique(t.tensor([np.nan, 1.0, np.nan])),
    "arange away raises": lambda t: t.arange(0, 3, -1),
    "arange of no step raises": lambda t: t.arange(0, 3, 0),
    "randint of none raises": lambda t: t.randint(3, 3, (2,)),
}.items():
    case(name)(f)


def outcome(t, call):
    try:
        x = call(t).detach()
    except (ValueError, TypeError, IndexError, RuntimeError) as error:
        return error
    return x.numpy() if t is torch else np.asarray(x.data)


@pytest.mark.parametrize("name", CASES)
def test_as_pytorch(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, about what will be otherwise one day
        found, expected = outcome(tt, CASES[name]), outcome(torch, CASES[name])
    if isinstance(expected, Exception):
        assert isinstance(found, Exception)
        assert len(str(found)) > 20  # it says what is wrong
        return
    assert not isinstance(found, Exception), found
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    rtol = 2e-3 if found.dtype == np.float16 else 1e-5
    np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=rtol, atol=1e-6)


PERMITTED = {  # what PyTorch refuses and NumPy computes; the page "API" says so
    "`x[::-1]`": (lambda t: t.arange(4)[::-1], [3, 2, 1, 0]),
    "`x.t().view(-1)`": (lambda t: t.arange(4).reshape(2, 2).t().view(-1), [0, 2, 1, 3]),
    "`a @ b`": (lambda t: t.ones(2, 2) @ t.ones(2, dtype=t.float64), [2.0, 2.0]),
    "`einsum`": (lambda t: t.einsum("i,i->i", t.ones(2), t.ones(2).double() * 3), [3.0, 3.0]),
}
PAGE = Path(__file__).parents[2] / "book" / "reference" / "api.md"


@pytest.mark.parametrize("what", PERMITTED)
def test_what_pytorch_refuses_and_the_page_names(what):
    call, expected = PERMITTED[what]
    found = call(tt)
    assert found.tolist() == expected
    assert found.dtype == np.asarray(expected).dtype
    assert what in PAGE.read_text(encoding="utf8")


def test_the_gradients_of_what_pytorch_refuses_have_their_own_dtypes():
    a, b = tt.ones(2, 2).requires_grad_(), tt.ones(2, dtype=tt.float64).requires_grad_()
    (a @ b).sum().backward()
    assert a.grad.dtype == np.float32 and b.grad.dtype == np.float64
    x = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x[::-1] * tt.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100, 10, 1]


def test_the_page_lists_what_is_not_here():
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", PAGE.read_text(encoding="utf8"), re.M)
    listed = {name: why for names, why in rows for name in re.findall(r"`(\w+)`", names)}
    assert listed == tt._NOT_HERE
    for name, why in listed.items():
        with pytest.raises(AttributeError, match=re.escape(why)):
            getattr(tt, name)
