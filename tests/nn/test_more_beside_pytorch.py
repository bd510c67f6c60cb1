"""Indexing, views, losses, windows, optimizers and more, case by case beside PyTorch.

Each case returns what both libraries should agree on: tensors, numbers, lists; or raises in both.
Tensors are compared with dtype, shape and values, and on request with their gradients.
"""

import io
import threading
import warnings

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")

RNG = np.random.default_rng(11)
X34, X345, X2345 = (RNG.normal(size=s) for s in ((3, 4), (3, 4, 5), (2, 3, 4, 5)))
IMAGES = RNG.normal(size=(2, 4, 7, 6))
KERNEL, GROUPED = RNG.normal(size=(6, 4, 3, 2)), RNG.normal(size=(6, 2, 3, 3))
SCORES, CLASSES = RNG.normal(size=(5, 3)), np.array([0, 2, 1, -100, 2])
nan, inf = np.nan, np.inf
CASES = {}
REFUSED = ValueError, TypeError, IndexError, RuntimeError, KeyError, AssertionError


def case(name):
    def note(call):
        assert name not in CASES
        CASES[name] = call
        return call

    return note


def leaf(t, x):
    return t.tensor(x, requires_grad=True)


def grads(t, f, *arrays):
    """The value of f and the gradients of a sum of it with weights that differ."""
    xs = [leaf(t, x) for x in arrays]
    z = f(t, *xs)
    weights = t.tensor(np.random.default_rng(2).normal(size=tuple(z.shape))).to(z.dtype)
    (z * weights).sum().backward()
    return (z, *(x.grad for x in xs))


def of(name, f, *arrays):
    CASES[name] = lambda t: grads(t, f, *arrays)


MASK = np.array([True, False, True])
for name, f in {
    "mask and int": lambda t, x: x[t.tensor(MASK), 1],
    "mask and slice": lambda t, x: x[t.tensor(MASK), 1:3],
    "mask, None, slice": lambda t, x: x[t.tensor(MASK), None, ::2],
    "None, Ellipsis, int": lambda t, x: x[None, ..., 2],
    "Ellipsis, list": lambda t, x: x[..., [0, 0, 4]],
    "list, slice, list": lambda t, x: x[[0, 2], :, [1, 1]],
    "int, slice, list": lambda t, x: x[1, :, [4, 0]],
    "slice, list, list": lambda t, x: x[:, [0, 3], [1, 1]],
    "list and None": lambda t, x: x[[0, 1], None, [2, 2]],
    "tensors that broadcast": lambda t, x: x[t.tensor([[0], [2]]), t.tensor([1, 3])],
    "two masks": lambda t, x: x[t.tensor(MASK), t.tensor([True, False, False, True])],
    "a mask of two axes": lambda t, x: x[t.tensor(X345[..., 0] > 0)],
    "a mask of two axes and int": lambda t, x: x[t.tensor(X345[..., 0] > 0), 3],
    "a mask of all": lambda t, x: x[x.detach() > 0.3],
    "an empty mask": lambda t, x: x[t.zeros(3).bool()],
    "an empty list": lambda t, x: x[[]],
    "negative ints": lambda t, x: x[-1, -2, -3],
    "negative list": lambda t, x: x[[-1, -3]],
    "a tuple of slices": lambda t, x: x[(slice(None), slice(1, None), slice(None, -1, 2))],
    "a 0-d tensor": lambda t, x: x[t.tensor(1)],
    "a 0-d tensor and slice": lambda t, x: x[:, t.tensor(1), 2:],
    "True": lambda t, x: x[True],
    "False": lambda t, x: x[False],
    "an index of two axes": lambda t, x: x[t.tensor([[0, 1], [2, 2]])],
    "too many": lambda t, x: x[0, 0, 0, 0],
    "out of range": lambda t, x: x[3],
    "list out of range": lambda t, x: x[[0, 7]],
    "a mask of another length": lambda t, x: x[t.tensor([True, False])],
    "a float": lambda t, x: x[1.0],
    "a float tensor": lambda t, x: x[t.tensor([1.0])],
    "uint8 index": lambda t, x: x[:, t.tensor([1, 2]).int()],
    "a slice beyond": lambda t, x: x[1:100, 5:],
    "chained": lambda t, x: x[1:][:, ::2][..., -1],
}.items():
    of(f"index: {name}", f, X345)


def put(name, f, *arrays):
    """What f writes into x * 1, and the gradients."""

    def changed(t, x, *others):
        y = x * 1
        f(t, y, *others)
        return y

    of(f"put: {name}", changed, *arrays)


put("row of a number", lambda t, y: y.__setitem__(1, 2.0), X34)
put("broadcast row", lambda t, y, v: y.__setitem__((slice(None), 1), v[0]), X34, np.array([5.0]))
put("mask number", lambda t, y: y.__setitem__(y > 0, 0.0), X34)
put("mask tensor", lambda t, y, v: y.__setitem__(t.tensor(X34[:, 0] > -9), v), X34, X34 * 2)
put("list", lambda t, y, v: y.__setitem__([0, 2], v), X34, X34[:2] * 3)
put("list and slice", lambda t, y, v: y.__setitem__(([0, 2], slice(1, 3)), v), X34, X34[:2, :2])
put("Ellipsis", lambda t, y, v: y.__setitem__((..., 0), v), X34, X34[:, 1].copy())
put("a shape that does not fit", lambda t, y, v: y.__setitem__(0, v), X34, X34[0, :3].copy())
put("index_add_", lambda t, y, v: y.index_add_(0, t.tensor([0, 0]), v), X34, X34[:2] * 2)
put("masked_fill_", lambda t, y: y.masked_fill_(t.tensor(X34 > 0), 7.0), X34)
put("scatter_", lambda t, y, v: y.scatter_(1, t.tensor([[0, 3]]), v), X34, X34[:1, :2].copy())
put("add_ alpha", lambda t, y, v: y.add_(v, alpha=3), X34, X34[0].copy())
put("add_ grows refused", lambda t, y, v: y.add_(v), X34[0].copy(), X34)
put("clamp_", lambda t, y: y.clamp_(-0.5, 0.5), X34)
put("mul_ twice", lambda t, y, v: y.mul_(2).mul_(v), X34, X34 + 1)

for name, f in {
    "int * float number": lambda t: t.arange(3) * 2.5,
    "int / int": lambda t: t.arange(3) / 2,
    "uint8 + int number": lambda t: t.tensor([1], dtype=t.uint8) + 5,
    "uint8 + int8": lambda t: t.tensor([1], dtype=t.uint8) + t.tensor([1], dtype=t.int8),
    "float16 + 0-d float64": lambda t: t.ones(2).half() + t.tensor(1.0).double(),
    "float16 + float32": lambda t: t.ones(2).half() + t.ones(2),
    "int32 + 0-d int64": lambda t: t.ones(2).int() + t.tensor(1),
    "int + 0-d float": lambda t: t.arange(2) + t.tensor(1.5).double(),
    "bool * float": lambda t: t.tensor([True, False]) * 2.0,
    "bool + bool": lambda t: t.tensor([True]) + t.tensor([True]),
    "bool - bool refused": lambda t: t.tensor([True]) - t.tensor([True]),
    "-bool refused": lambda t: -t.tensor([True]),
    "0-d + 0-d": lambda t: t.tensor(1) + t.tensor(1.0),
    "int ** int": lambda t: t.tensor([2, 3]) ** 2,
    "int ** float": lambda t: t.tensor([2, 3]) ** 0.5,
    "2.0 ** int": lambda t: 2.0 ** t.tensor([1, 2]),
    "int // number": lambda t: t.tensor([7, -7]) // 2,
    "float % negative": lambda t: t.tensor([7.5, -7.5]) % -2,
    "where of dtypes": lambda t: t.where(t.tensor([True, False]), t.arange(2), t.tensor(0.5)),
    "maximum of dtypes": lambda t: t.maximum(t.arange(2), t.tensor([0.5, 0.5])),
    "cat of dtypes": lambda t: t.cat([t.arange(2), t.ones(1).half()]),
    "full of a bool": lambda t: t.full((2,), False),
    "tensor of mixed": lambda t: t.tensor([1, 2.5, True]),
    "tensor of bools and ints": lambda t: t.tensor([True, 2]),
    "arange float steps": lambda t: t.arange(1, 2, 0.25),
    "arange negative": lambda t: t.arange(5, 0, -2),
    "float to bool": lambda t: t.tensor([0.0, 0.5, nan]).bool(),
    "compare number": lambda t: t.arange(3) > 1.5,
    "int + in place float refused": lambda t: t.arange(3).add_(0.5),
    "bitwise": lambda t: (t.tensor([5, 6]) & 3) | t.tensor([8, 0]),
    "invert": lambda t: ~t.tensor([5, -1]),
    "xor of bools": lambda t: t.tensor([True, False]) ^ True,
}.items():
    CASES[f"dtype: {name}"] = f

for name, f in {
    "sum tuple": lambda t, x: x.sum((0, -1)),
    "sum tuple keepdim": lambda t, x: x.sum(dim=(-1, 0), keepdim=True),
    "mean negative": lambda t, x: x.mean(-2),
    "var tuple": lambda t, x: x.var((0, 2), keepdim=True),
    "std correction 0": lambda t, x: x.std(1, correction=0),
    "logsumexp tuple": lambda t, x: x.logsumexp((0, 2)),
    "amax tuple": lambda t, x: x.amax((0, 1)),
    "prod dim": lambda t, x: x.prod(1, keepdim=True),
    "norm tuple": lambda t, x: x.norm(dim=(1, 2)),
    "sum twice refused": lambda t, x: x.sum((0, 0)),
    "sum out of range": lambda t, x: x.sum(3),
    "median dim": lambda t, x: x.median(-1).values,
    "cumsum negative": lambda t, x: x.cumsum(-1),
    "softmax negative": lambda t, x: x.softmax(-2),
    "sort negative": lambda t, x: x.sort(-2, descending=True).values,
    "topk": lambda t, x: x.topk(2, dim=0).values,
    "flatten middle": lambda t, x: x.flatten(0, -2),
    "unbind": lambda t, x: x.unbind(-1)[2],
    "std_mean": lambda t, x: t.std_mean(x, 1)[0],
    "min dim": lambda t, x: x.min(dim=2).values,
}.items():
    of(f"reduce: {name}", f, X345)
for name, f in {
    "sum": lambda t: t.zeros(0, 3).sum(0),
    "sum all": lambda t: t.zeros(0).sum(),
    "mean": lambda t: t.zeros(0, 3).mean(0),
    "prod": lambda t: t.zeros(2, 0).prod(1),
    "max refused": lambda t: t.zeros(0).max(),
    "max dim refused": lambda t: t.zeros(0, 2).max(0),
    "max other dim": lambda t: t.zeros(0, 2).max(1).values,
    "argmax refused": lambda t: t.zeros(0).argmax(),
    "any": lambda t: t.zeros(0).bool().any(),
    "softmax": lambda t: t.zeros(0, 2).softmax(0),
    "logsumexp": lambda t: t.zeros(2, 0).logsumexp(1),
    "std": lambda t: t.zeros(0).std(),
    "matmul": lambda t: t.zeros(2, 0) @ t.zeros(0, 3),
    "cat": lambda t: t.cat([t.zeros(0, 3), t.ones(1, 3)]),
    "norm": lambda t: t.zeros(0).norm(),
}.items():
    CASES[f"empty: {name}"] = f


@case("hooks: order and retain_grad")
def _(t):
    x, seen = leaf(t, [1.0, 2.0]), []
    y = x * 3
    y.register_hook(lambda g: seen.append("a"))
    y.retain_grad()
    y.register_hook(lambda g: g * 2)
    y.sum().backward()
    return x.grad, y.grad, seen


@case("hooks: removed")
def _(t):
    x = leaf(t, [1.0])
    handle = x.register_hook(lambda g: g * 5)
    (x * 1).backward()
    handle.remove()
    (x * 1).backward()
    return x.grad


@case("grad: accumulates into the same tensor")
def _(t):
    x = leaf(t, [1.0, 2.0])
    (x * x).sum().backward()
    kept = x.grad
    (x * x).sum().backward()
    return kept, x.grad


@case("grad: of a number accumulates into the same tensor")
def _(t):
    x = leaf(t, 2.0)
    (x * x).backward()
    kept = x.grad
    (x * x).backward()
    return kept, x.grad is kept


@case("grad: set, then added to")
def _(t):
    x = leaf(t, [1.0, 2.0])
    x.grad = t.ones(2)
    (x[:1] * 4).sum().backward()
    return x.grad


@case("grad: of a view of a leaf")
def _(t):
    x = leaf(t, X34)
    v = x.view(-1)[2:6]
    v.retain_grad()
    (v * v).sum().backward()
    return x.grad, v.grad


@case("grad: backward twice refused")
def _(t):
    x = leaf(t, [1.0])
    y = (x * x).exp()
    y.backward()
    y.backward()


@case("grad: allow_unused")
def _(t):
    x, y = leaf(t, [1.0]), leaf(t, [1.0])
    a, b = t.autograd.grad((x * 2).sum(), [x, y], allow_unused=True)
    return a, b is None


@case("grad: inputs=")
def _(t):
    x, y = leaf(t, [1.0]), leaf(t, [2.0])
    (x * y).sum().backward(inputs=[y])
    return x.grad is None, y.grad


@case("grad: no scalar refused")
def _(t):
    leaf(t, [1.0, 2.0]).exp().backward()


def trained(t, make, steps=4, **options):
    """Weights after some steps of an optimizer on a quadratic, with one parameter left out."""
    w, b, unused = leaf(t, X34), leaf(t, X34[0].copy()), leaf(t, [1.0])
    optimizer = make(t, [{"params": [w]}, {"params": [b, unused], "lr": 0.05}], **options)
    for i in range(steps):
        optimizer.zero_grad()
        ((w * (i + 1) - b).sin() ** 2).sum().backward()
        optimizer.step()
    return w, b, unused


for name, options in {
    "SGD": {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    "SGD nesterov": {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    "SGD maximize": {"lr": 0.1, "maximize": True},
    "Adam": {"lr": 0.1, "betas": (0.5, 0.9), "weight_decay": 0.1, "amsgrad": True},
    "AdamW": {"lr": 0.1, "weight_decay": 0.3},
    "RMSprop": {"lr": 0.1, "alpha": 0.8, "momentum": 0.5, "centered": True},
    "Adagrad": {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2},
}.items():
    kind = name.split()[0]
    CASES[f"optimizer: {name}"] = lambda t, kind=kind, options=options: trained(
        t, lambda t, groups, **o: getattr(t.optim, kind)(groups, **o), **options
    )
for name, options in {
    "negative lr": {"lr": -1},
    "nesterov without momentum": {"lr": 0.1, "nesterov": True},
}.items():
    CASES[f"optimizer: {name} refused"] = lambda t, options=options: t.optim.SGD(
        [leaf(t, [1.0])], **options
    )
CASES["optimizer: none refused"] = lambda t: t.optim.SGD([], lr=0.1)
CASES["optimizer: no leaf refused"] = lambda t: t.optim.SGD([leaf(t, [1.0]) * 2], lr=0.1)
CASES["optimizer: twice refused"] = lambda t: (
    lambda w: t.optim.SGD([{"params": [w]}, {"params": [w]}], lr=0.1)
)(leaf(t, [1.0]))


def rates(t, make, steps=9, lr=0.5):
    optimizer = t.optim.SGD([leaf(t, [1.0])], lr=lr)
    schedules = make(t.optim.lr_scheduler, optimizer)
    schedules = schedules if isinstance(schedules, list) else [schedules]
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for schedule in schedules:
            schedule.step()
    return t.tensor(found), schedules[0].get_last_lr()


for name, make in {
    "step and exponential": lambda s, o: [s.StepLR(o, 3, 0.5), s.ExponentialLR(o, 0.9)],
    "multi": lambda s, o: s.MultiStepLR(o, [2, 2, 5], 0.1),
    "cosine": lambda s, o: s.CosineAnnealingLR(o, 4, eta_min=0.1),
    "restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 2),
    "linear": lambda s, o: s.LinearLR(o, 0.25, 1.0, 4),
    "constant": lambda s, o: s.ConstantLR(o, 0.5, 3),
    "polynomial": lambda s, o: s.PolynomialLR(o, 5, 2.0),
    "lambda": lambda s, o: s.LambdaLR(o, lambda i: 0.9**i),
    "multiplicative": lambda s, o: s.MultiplicativeLR(o, lambda i: 0.8),
    "sequence": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, 1.0, 3), s.CosineAnnealingLR(o, 5)], [3]
    ),
    "chained": lambda s, o: s.ChainedScheduler([s.LinearLR(o, 0.5, 1, 2), s.ExponentialLR(o, 0.9)]),
    "one cycle": lambda s, o: s.OneCycleLR(o, 1.0, total_steps=12),
}.items():
    CASES[f"schedule: {name}"] = lambda t, make=make: rates(t, make)

F3 = RNG.normal(size=(2, 3, 4))
T3 = np.array([[0, 1, 2, -100], [2, 2, 1, 0]])
for reduction in ("mean", "sum", "none"):
    for name, options in {
        "": {},
        "weight": {"weight": np.array([0.2, 1.0, 3.0])},
        "smoothing": {"label_smoothing": 0.2},
        "all": {"weight": np.array([0.2, 0.0, 3.0]), "label_smoothing": 0.1, "ignore_index": 2},
    }.items():

        def loss(t, x, options=options, reduction=reduction):
            given = {k: t.tensor(v) if k == "weight" else v for k, v in options.items()}
            target = t.tensor(np.where(T3 < 0, given.get("ignore_index", -100), T3))
            return t.nn.functional.cross_entropy(x, target, reduction=reduction, **given)

        of(f"cross_entropy: 3 axes {name} {reduction}", loss, F3)
    of(
        f"nll_loss: {reduction}",
        lambda t, x, reduction=reduction: t.nn.functional.nll_loss(
            x.log_softmax(1), t.tensor(CLASSES), reduction=reduction
        ),
        SCORES,
    )
    of(
        f"kl_div: {reduction}",
        lambda t, x, y, reduction=reduction: t.nn.functional.kl_div(
            x.log_softmax(1), y.softmax(1), reduction=reduction
        ),
        SCORES,
        SCORES * 2,
    )
    of(
        f"smooth_l1: beta {reduction}",
        lambda t, x, y, reduction=reduction: t.nn.functional.smooth_l1_loss(
            x, y, beta=0.5, reduction=reduction
        ),
        SCORES,
        SCORES * 2,
    )
F = {
    "ce class too large": lambda f, t: f.cross_entropy(t.ones(2, 3), t.tensor([0, 3])),
    "ce batch differs": lambda f, t: f.cross_entropy(t.ones(2, 3), t.tensor([0, 1, 2])),
    "ce unknown reduction": lambda f, t: f.cross_entropy(
        t.ones(1, 3), t.tensor([0]), reduction="max"
    ),
    "ce one row": lambda f, t: f.cross_entropy(t.tensor([1.0, 2.0, 3.0]), t.tensor(2)),
    "bce outside": lambda f, t: f.binary_cross_entropy(t.tensor([1.5]), t.tensor([1.0])),
    "bce shapes": lambda f, t: f.binary_cross_entropy(t.ones(2), t.ones(2, 1)),
    "bce logits pos_weight": lambda f, t: f.binary_cross_entropy_with_logits(
        t.tensor([[1.0, -2.0]]), t.tensor([[1.0, 0.0]]), pos_weight=t.tensor([2.0, 3.0])
    ),
    "gaussian nll": lambda f, t: f.gaussian_nll_loss(
        t.tensor([1.0]), t.tensor([2.0]), t.tensor([0.5])
    ),
    "poisson nll": lambda f, t: f.poisson_nll_loss(t.tensor([1.0, -1.0]), t.tensor([2.0, 0.0])),
    "normalize": lambda f, t: f.normalize(t.tensor([[3.0, 4.0], [0.0, 0.0]])),
    "cosine_similarity": lambda f, t: f.cosine_similarity(t.ones(2, 3), t.eye(3)[:2]),
    "one_hot": lambda f, t: f.one_hot(t.tensor([[0, 2], [1, 1]])),
    "one_hot classes": lambda f, t: f.one_hot(t.tensor([1]), 4),
    "pad": lambda f, t: f.pad(t.ones(1, 2, 3), (1, -1, 0, 2), value=5.0),
    "pad reflect": lambda f, t: f.pad(t.arange(6.0).reshape(1, 2, 3), (2, 1), mode="reflect"),
    "pad circular": lambda f, t: f.pad(t.arange(6.0).reshape(1, 2, 3), (2, 1), mode="circular"),
    "pad too far": lambda f, t: f.pad(t.ones(1, 1, 2), (2, 0), mode="reflect"),
    "linear shapes": lambda f, t: f.linear(t.ones(2, 3), t.ones(2, 4)),
    "linear vector": lambda f, t: f.linear(t.ones(3), t.ones(2, 3), t.ones(2)),
    "dropout p": lambda f, t: f.dropout(t.ones(2), p=1.5),
    "dropout all": lambda f, t: f.dropout(t.ones(3), p=1.0),
    "dropout off": lambda f, t: f.dropout(t.ones(3), 0.9, training=False),
    "softmax without dim of a vector": lambda f, t: f.softmax(t.tensor([1.0, 2.0]), dim=0),
    "embedding out of range": lambda f, t: f.embedding(t.tensor([3]), t.ones(3, 2)),
    "embedding max_norm": lambda f, t: f.embedding(
        t.tensor([0, 2, 0]), t.arange(6.0).reshape(3, 2) + 1, max_norm=1.0
    ),
    "interpolate": lambda f, t: f.interpolate(t.arange(4.0).reshape(1, 1, 2, 2), scale_factor=2),
    "interpolate bilinear": lambda f, t: f.interpolate(
        t.arange(4.0).reshape(1, 1, 2, 2), size=(3, 3), mode="bilinear", align_corners=True
    ),
    "max pool nan": lambda f, t: f.max_pool2d(
        t.tensor([[[[nan, 1.0, -inf], [2.0, 3.0, -inf], [-inf, -inf, -inf]]]]), 2, 1
    ),
    "max pool -inf padded": lambda f, t: f.max_pool2d(t.full((1, 1, 2, 2), -inf), 2, padding=1),
    "max pool padding too large": lambda f, t: f.max_pool2d(t.ones(1, 1, 4, 4), 2, padding=2),
    "layer_norm shape": lambda f, t: f.layer_norm(t.ones(2, 3), (2,)),
    "batch_norm one value": lambda f, t: f.batch_norm(t.ones(1, 3), None, None, training=True),
    "conv channels": lambda f, t: f.conv2d(t.ones(1, 2, 4, 4), t.ones(1, 3, 2, 2)),
    "conv too small": lambda f, t: f.conv2d(t.ones(1, 1, 2, 2), t.ones(1, 1, 3, 3)),
    "conv same stride": lambda f, t: f.conv2d(
        t.ones(1, 1, 4, 4), t.ones(1, 1, 3, 3), padding="same", stride=2
    ),
    "unfold": lambda f, t: f.unfold(t.arange(16.0).reshape(1, 1, 4, 4), 2, stride=2),
    "pixel_shuffle": lambda f, t: f.pixel_shuffle(t.arange(16.0).reshape(1, 4, 2, 2), 2),
    "attention shapes": lambda f, t: f.scaled_dot_product_attention(
        t.ones(1, 2, 3), t.ones(1, 2, 4), t.ones(1, 2, 4)
    ),
    "softplus": lambda f, t: f.softplus(t.tensor([-1.0, 30.0]), beta=2, threshold=10),
    "gelu unknown": lambda f, t: f.gelu(t.ones(1), approximate="no"),
    "hardtanh": lambda f, t: f.hardtanh(t.tensor([-2.0, 0.5, 2.0]), -0.1, 0.2),
    "glu odd": lambda f, t: f.glu(t.ones(3)),
    "group_norm misfit": lambda f, t: f.group_norm(t.ones(1, 3, 2), 2),
    "relu of integers": lambda f, t: f.relu(t.tensor([-1, 2])),
}
for name, call in F.items():
    CASES[f"F: {name}"] = lambda t, call=call: call(t.nn.functional, t)

for name, options in {
    "padding string": {"padding": "same"},
    "valid": {"padding": "valid", "stride": 2},
    "dilation": {"dilation": (2, 1), "padding": (1, 0)},
    "stride pair": {"stride": (2, 1), "padding": 1},
}.items():
    of(
        f"conv: {name}",
        lambda t, x, w, options=options: t.nn.functional.conv2d(x, w, **options),
        IMAGES,
        KERNEL,
    )
of("conv: groups", lambda t, x, w: t.nn.functional.conv2d(x, w, groups=2), IMAGES, GROUPED)
of(
    "conv1d: groups",
    lambda t, x, w: t.nn.functional.conv1d(x, w, groups=2),
    X345,
    KERNEL[:, :2, 0].copy(),
)
for mode in ("zeros", "reflect", "replicate", "circular"):

    def convolved(t, x, mode=mode):
        layer = t.nn.Conv2d(4, 2, 3, padding=1, padding_mode=mode).double()
        with t.no_grad():
            layer.weight.copy_(t.tensor(RNG_KERNEL))
            layer.bias.zero_()
        return layer(x)

    of(f"conv: padding_mode {mode}", convolved, IMAGES)
RNG_KERNEL = RNG.normal(size=(2, 4, 3, 3))
for name, call in {
    "max ceil": lambda f, x: f.max_pool2d(x, 3, 2, ceil_mode=True),
    "max dilation": lambda f, x: f.max_pool2d(x, 2, 1, dilation=2, padding=1),
    "max padding": lambda f, x: f.max_pool2d(x, (3, 2), padding=(1, 0)),
    "avg padding": lambda f, x: f.avg_pool2d(x, 3, 2, padding=1),
    "avg not counting": lambda f, x: f.avg_pool2d(x, 3, 2, padding=1, count_include_pad=False),
    "avg ceil": lambda f, x: f.avg_pool2d(x, 2, ceil_mode=True),
    "avg divisor": lambda f, x: f.avg_pool2d(x, 2, divisor_override=3),
    "adaptive": lambda f, x: f.adaptive_avg_pool2d(x, (3, None)),
    "adaptive max": lambda f, x: f.adaptive_max_pool2d(x, 2),
}.items():
    of(f"pool: {name}", lambda t, x, call=call: call(t.nn.functional, x), IMAGES)


@case("batch norm: momentum None, then evaluation")
def _(t):
    layer = t.nn.BatchNorm2d(4, momentum=None).double()
    for i in range(3):
        layer(t.tensor(IMAGES * (i + 1)))
    layer.eval()
    return layer(t.tensor(IMAGES)), layer.running_mean, layer.running_var, layer.num_batches_tracked


@case("batch norm: no running statistics")
def _(t):
    layer = t.nn.BatchNorm1d(4, track_running_stats=False, affine=False).eval()
    return layer(t.tensor(X34).float())


@case("embedding: padding_idx")
def _(t):
    layer = t.nn.Embedding(4, 3, padding_idx=-1)
    with t.no_grad():
        layer.weight.copy_(t.arange(12.0).reshape(4, 3))
    layer(t.tensor([[3, 1], [1, 0]])).sum().backward()
    return layer.weight.grad


@case("module: state_dict misfit refused")
def _(t):
    t.nn.Linear(2, 3).load_state_dict({"weight": t.ones(2, 3), "bias": t.ones(3)})


@case("module: state_dict missing refused")
def _(t):
    t.nn.Linear(2, 3).load_state_dict({"weight": t.ones(3, 2)})


@case("module: not strict")
def _(t):
    layer = t.nn.Linear(2, 3)
    found = layer.load_state_dict({"weight": t.ones(3, 2), "other": t.ones(1)}, strict=False)
    return found.missing_keys, found.unexpected_keys, layer.weight


@case("func: nested transforms")
def _(t):
    def f(x):
        return (x.sin() * x).sum()

    x = t.tensor([0.5, 1.5])
    one = t.func.grad(lambda x: t.func.grad(f)(x).sum())(x)
    value, push = t.func.jvp(lambda x: t.func.grad(f)(x), (x,), (t.ones(2),))
    return one, value, push, t.func.hessian(f)(x), t.func.jacrev(lambda x: x.exp())(x)


@case("func: argnums and has_aux")
def _(t):
    g, aux = t.func.grad(lambda a, b: ((a * b).sum(), a + b), argnums=1, has_aux=True)(
        t.tensor([1.0, 2.0]), t.tensor([3.0, 4.0])
    )
    return g, aux


@case("distributions")
def _(t):
    d = t.distributions
    normal, other = d.Normal(t.tensor([0.0, 1.0]), 2.0), d.Normal(t.tensor([1.0, 1.0]), 0.5)
    categorical = d.Categorical(logits=t.tensor([[1.0, 2.0, 0.0]]))
    return (
        normal.log_prob(t.tensor([0.5, 3.0])),
        normal.entropy(),
        normal.cdf(t.tensor([0.5, 3.0])),
        d.kl_divergence(normal, other),
        categorical.log_prob(t.tensor([2])),
        categorical.entropy(),
        categorical.probs,
        d.Bernoulli(t.tensor([0.2])).log_prob(t.tensor([1.0])),
        d.Uniform(0.0, 2.0).log_prob(t.tensor(1.0)),
        d.Independent(normal, 1).log_prob(t.tensor([0.5, 3.0])),
    )


CASES["distributions: bad scale refused"] = lambda t: t.distributions.Normal(0.0, -1.0)
CASES["distributions: bad probs refused"] = lambda t: t.distributions.Categorical(
    probs=t.tensor([-1.0, 2.0])
)
CASES["distributions: value refused"] = lambda t: t.distributions.Categorical(
    probs=t.tensor([0.5, 0.5])
).log_prob(t.tensor(2))


@case("save and load")
def _(t):
    file = io.BytesIO()
    t.save({"x": t.arange(3), "n": 2, "list": [t.ones(1).half(), "a"]}, file)
    file.seek(0)
    found = t.load(file)
    return found["x"], found["n"], found["list"][0], found["list"][1]


def batches(t, data, **options):
    return [
        [np.asarray(x).tolist() for x in (b if isinstance(b, (list, tuple)) else [b])]
        for b in t.utils.data.DataLoader(data, **options)
    ]


for name, options in {
    "the last is smaller": {"batch_size": 2},
    "drop_last": {"batch_size": 2, "drop_last": True},
    "no batches": {"batch_size": None},
    "batch_sampler": {"batch_sampler": [[0, 2], [1]]},
    "sampler": {"sampler": [2, 0], "batch_size": 2},
}.items():
    CASES[f"DataLoader: {name}"] = lambda t, options=options: batches(t, [1, 2, 3], **options)
CASES["DataLoader: collates"] = lambda t: [
    {k: np.asarray(v).tolist() for k, v in b.items()}
    for b in t.utils.data.DataLoader([{"a": 1, "b": [1.0, 2]}, {"a": 2, "b": [3.0, 4]}], 2)
]
CASES["DataLoader: shuffle and sampler refused"] = lambda t: batches(
    t, [1], shuffle=True, sampler=[0]
)
CASES["DataLoader: batch of 0 refused"] = lambda t: batches(t, [1], batch_size=0)
CASES["DataLoader: length"] = lambda t: len(t.utils.data.DataLoader([1, 2, 3], batch_size=2))
CASES["random_split: lengths refused"] = lambda t: t.utils.data.random_split([1, 2, 3], [1, 1])
CASES["random_split: shares"] = lambda t: [
    len(p) for p in t.utils.data.random_split(range(10), [0.35, 0.35, 0.3])
]
CASES["TensorDataset: lengths refused"] = lambda t: t.utils.data.TensorDataset(t.ones(2), t.ones(3))


@case("threads: grad mode is each one's own")
def _(t):
    seen = {}

    def look():
        seen["other"] = t.is_grad_enabled()
        x = leaf(t, [2.0])
        (x * x).backward()
        seen["grad"] = x.grad.tolist()

    with t.no_grad():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        seen["here"] = t.is_grad_enabled()
    return seen["other"], seen["grad"], seen["here"]


@case("threads: one leaf")
def _(t):
    x = leaf(t, [2.0])
    threads = [threading.Thread(target=lambda: (x * 3).backward()) for _ in range(4)]
    for thread in threads:
        thread.start()
        thread.join()
    return x.grad


def plain(x):
    if isinstance(x, (tt.Tensor, torch.Tensor)):
        return np.asarray(x.detach().numpy())
    return [plain(y) for y in x] if isinstance(x, (list, tuple)) else x


def outcome(t, call):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return plain(call(t))
        except REFUSED as error:
            return error


def same(a, b):
    if isinstance(b, list):
        assert isinstance(a, list) and len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    elif isinstance(b, np.ndarray):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        rtol = {"f2": 1e-2, "f4": 1e-5}.get(b.dtype.str[1:], 1e-8)
        np.testing.assert_allclose(a.astype(float), b.astype(float), rtol=rtol, atol=rtol)
    elif isinstance(b, float):
        assert a == pytest.approx(b, rel=1e-6)
    else:
        assert a == b


@pytest.mark.parametrize("name", CASES)
def test_as_pytorch(name):
    found, expected = outcome(tt, CASES[name]), outcome(torch, CASES[name])
    if isinstance(expected, Exception):
        assert isinstance(found, Exception) and not isinstance(found, AssertionError), found
        assert len(str(found)) > 20  # it says what is wrong
        return
    assert not isinstance(found, Exception), repr(found)
    same(found, expected)
