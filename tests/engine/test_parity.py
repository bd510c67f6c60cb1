"""The table of operations against PyTorch on the CPU: value, first and second order, in float64."""

import numpy as np
import pytest
from operations import OPERATIONS
from test_operations import of_the_package

import tinytorch as tt
from tinytorch.book import rule

torch = pytest.importorskip("torch")
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

ONLY_HERE = {
    "cast": "PyTorch has no float32 in float64 to compare",
    "checkpoint": "torch.utils.checkpoint has another door",
    "gradient of an index": "t.autograd.grad takes other arguments",
}
CASES = [
    pytest.param(op, case, id=f"{op.name} | {case}")
    for op in OPERATIONS
    if op.name not in ONLY_HERE
    for case in op.cases
]


def theirs(x):
    if not isinstance(x, np.ndarray):
        return x
    return torch.tensor(x, requires_grad=x.dtype.kind == "f")


def ours(x):
    return tt.tensor(x, requires_grad=x.dtype.kind == "f") if isinstance(x, np.ndarray) else x


def close(mine, other, tolerance):
    other = np.zeros(mine.shape) if other is None else other.detach().numpy(force=True)
    assert mine.shape == other.shape
    scale = np.abs(other[np.isfinite(other)]).max(initial=1e-4)
    np.testing.assert_allclose(np.asarray(mine), other, rtol=tolerance, atol=tolerance * scale)


def first_and_second(t, z, xs, g, hs):
    """Gradients for an upstream g, and the gradients of their product with hs."""
    first = t.autograd.grad(z, xs, g, create_graph=True, allow_unused=True)
    parts = [(d * h).sum() for d, h in zip(first, hs, strict=True) if d is not None]
    parts = [p for p in parts if p.requires_grad]
    if not parts:
        return first, [None] * len(xs)
    total = parts[0]
    for p in parts[1:]:
        total = total + p
    return first, t.autograd.grad(total, xs, allow_unused=True)


@pytest.mark.parametrize("op, case", CASES)
@pytest.mark.filterwarnings("ignore")  # PyTorch's own remarks on what we ask of it
def test_same_as_pytorch(op, case):
    rng = np.random.default_rng(3)
    xs, ys = [ours(x) for x in case.inputs], [theirs(x) for x in case.inputs]
    z = op.call(tt, *xs, **case.params)
    with sdpa_kernel(SDPBackend.MATH):  # the others have no second derivative
        w = (op.torch or op.call)(torch, *ys, **case.params)
    close(z.detach(), w, 1e-8)
    assert z.shape == tuple(w.shape)
    g = rng.normal(size=z.shape)
    xs, ys = ([x for x in side if getattr(x, "requires_grad", False)] for side in (xs, ys))
    hs = [rng.normal(size=x.shape) for x in xs]
    mine = first_and_second(tt, z, xs, tt.tensor(g), [tt.tensor(h) for h in hs])
    other = first_and_second(torch, w, ys, torch.tensor(g), [torch.tensor(h) for h in hs])
    for tolerance, a, b in zip((1e-8, 1e-6), mine, other, strict=True):
        for x, d, e in zip(xs, a, b, strict=True):
            close(np.zeros(x.shape) if d is None else d.detach(), e, tolerance)


EDGES = [
    pytest.param(op, edge, id=f"{op.name} {edge.inputs}")
    for op in OPERATIONS
    for edge in op.extremes
    if op.name != "binary_cross_entropy"  # PyTorch holds the logarithm at -100, not its use
]


@pytest.mark.parametrize("op, edge", EDGES)
@pytest.mark.filterwarnings("ignore")
def test_same_as_pytorch_at_the_extremes(op, edge):
    """In float32, where both round; ties and infinities included."""
    xs = [
        torch.tensor(x, dtype=torch.float32, requires_grad=True)
        if isinstance(x, list)
        else torch.tensor(x)
        for x in edge.inputs
    ]
    z = (op.torch or op.call)(torch, *xs, **edge.params)
    np.testing.assert_allclose(z.detach().numpy(), np.array(edge.value), rtol=1e-5, atol=1e-30)
    z.backward(torch.ones_like(z))
    for x, expected in zip([x for x in xs if x.requires_grad], edge.gradients, strict=True):
        np.testing.assert_allclose(x.grad.numpy(), np.array(expected), rtol=1e-5, atol=1e-30)


def nodes(z):
    """The names of all nodes behind a PyTorch tensor."""
    found, waiting = set(), [z.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.add(node)
            waiting += [source for source, _ in node.next_functions]
    return {type(node).__name__ for node in found}


def theirs_of(rule):
    """The names of PyTorch's nodes in the rows of a rule."""
    x = torch.ones(3, requires_grad=True)
    found = {
        "DropoutBackward": lambda: nodes(torch.dropout(x, 0.5, True)),
        "CastBackward": lambda: nodes(x.double()),
        "CheckpointBackward": lambda: nodes(checkpoint(torch.sin, x, use_reentrant=True)),
        "ScatterBackward": lambda: nodes(torch.zeros(3).index_put((torch.tensor([0]),), x[:1])),
        "BatchNormBackward": lambda: nodes(torch.batch_norm(
            x.reshape(3, 1), None, None, None, None, True, 0.1, 1e-5, False)),
    }.get(rule, set)()  # fmt: skip
    for op in OPERATIONS:
        if op.rule == rule and op.name not in ONLY_HERE:
            for case in op.cases:
                found |= nodes(
                    (op.torch or op.call)(torch, *map(theirs, case.inputs), **case.params)
                )
    return found


@pytest.mark.parametrize("cls", list(of_the_package()), ids=lambda cls: cls.__name__)
@pytest.mark.filterwarnings("ignore")
def test_the_docstring_names_pytorch_s_nodes(cls):
    named = set(rule(cls)["PyTorch"].split(", "))
    assert named - theirs_of(cls.__name__) == set()
