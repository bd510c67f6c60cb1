"""What operations cost, in counts: calls, bytes, rules. A clock would measure the machine.

Each operation runs forward and backward on one size and on four times that size. The calls it
makes must be the same (NumPy loops over elements, Python does not), and the memory it takes at
most four times as much.
"""

import gc
import sys
import tracemalloc

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core import autograd

F = tt.nn.functional
SMALL, LARGE = 64, 256


def floats(*shape, low=0.5, high=1.5):
    n = int(np.prod(shape))
    return tt.tensor(np.linspace(low, high, n, dtype=np.float32).reshape(shape), requires_grad=True)


def integers(below, *shape):
    return tt.tensor(np.arange(int(np.prod(shape))).reshape(shape) * 7 % below)


NAMES = "relu sigmoid tanh silu erf exp log sqrt sin cos abs sum mean var std max min"
UNARY = {name: lambda n, name=name: getattr(floats(n, 32), name)() for name in NAMES.split()}
OPERATIONS = {
    **UNARY,
    "add": lambda n: floats(n, 32) + floats(32),
    "sub": lambda n: floats(n, 32) - floats(n, 1),
    "mul": lambda n: floats(n, 32) * floats(32),
    "div": lambda n: floats(n, 32) / floats(32),
    "neg": lambda n: -floats(n, 32),
    "pow": lambda n: floats(n, 32) ** floats(32),
    "matmul": lambda n: floats(n, 32) @ floats(32, 32),
    "batched matmul": lambda n: floats(n, 8, 32) @ floats(32, 32),
    "two batches": lambda n: floats(n, 8, 32) @ floats(n, 32, 8),
    "einsum": lambda n: tt.einsum("nij,jk->nik", floats(n, 8, 16), floats(16, 4)),
    "leaky_relu": lambda n: tt.leaky_relu(floats(n, 32)),
    "gelu": lambda n: tt.gelu(floats(n, 32)),
    "gelu tanh": lambda n: tt.gelu(floats(n, 32), approximate="tanh"),
    "softplus": lambda n: tt.softplus(floats(n, 32)),
    "softmax": lambda n: tt.softmax(floats(n, 32), -1),
    "log_softmax": lambda n: tt.log_softmax(floats(n, 32), -1),
    "logsumexp": lambda n: tt.logsumexp(floats(n, 32), -1),
    "prod": lambda n: floats(n, 8).prod(1),
    "cumsum": lambda n: floats(n, 32).cumsum(0),
    "clamp": lambda n: floats(n, 32).clamp(0.7, 1.2),
    "maximum": lambda n: tt.maximum(floats(n, 32), floats(32)),
    "minimum": lambda n: tt.minimum(floats(n, 32), floats(32)),
    "where": lambda n: tt.where(integers(2, n, 32) > 0, floats(n, 32), floats(32)),
    "masked_fill": lambda n: floats(n, 32).masked_fill(integers(2, n, 32) > 0, 0.0),
    "tril": lambda n: floats(n, 8, 8).tril(),
    "triu": lambda n: floats(n, 8, 8).triu(),
    "reshape": lambda n: floats(n, 32).reshape(-1, 8),
    "transpose": lambda n: floats(n, 32).transpose(0, 1),
    "permute": lambda n: floats(n, 8, 4).permute(2, 0, 1),
    "expand": lambda n: floats(n, 1).expand(n, 32),
    "cast": lambda n: floats(n, 32).double(),
    "clone": lambda n: floats(n, 32).clone(),
    "slice": lambda n: floats(n, 32)[1:-1, ::2],
    "index": lambda n: floats(n, 32)[integers(n, 2 * n)],
    "gather": lambda n: floats(n, 32).gather(1, integers(32, n, 4)),
    "cat": lambda n: tt.cat([floats(n, 32), floats(n, 32)]),
    "split": lambda n: sum(floats(n, 32).split(8, 1)),
    "embedding": lambda n: F.embedding(integers(50, n, 8), floats(50, 16)),
    "linear": lambda n: F.linear(floats(n, 8, 16), floats(8, 16), floats(8)),
    "dropout": lambda n: F.dropout(floats(n, 32)),
    "conv2d": lambda n: F.conv2d(floats(n, 2, 8, 8), floats(4, 2, 3, 3), floats(4), padding=1),
    "conv2d, groups": lambda n: F.conv2d(floats(n, 2, 8, 8), floats(4, 1, 3, 3), groups=2),
    "max_pool2d": lambda n: F.max_pool2d(floats(n, 2, 8, 8), 2),
    "avg_pool2d": lambda n: F.avg_pool2d(floats(n, 2, 8, 8), 2),
    "unfold": lambda n: F.unfold(floats(n, 2, 8, 8), 3),
    "fold": lambda n: F.fold(floats(n, 18, 36), 8, 3),
    "layer_norm": lambda n: F.layer_norm(floats(n, 32), 32, floats(32), floats(32)),
    "batch_norm": lambda n: F.batch_norm(
        floats(n, 32), None, None, floats(32), floats(32), training=True
    ),
    "attention": lambda n: F.scaled_dot_product_attention(
        floats(n, 8, 4), floats(n, 8, 4), floats(n, 8, 4), is_causal=True
    ),
    "mse_loss": lambda n: F.mse_loss(floats(n, 32), floats(n, 32, high=2)),
    "l1_loss": lambda n: F.l1_loss(floats(n, 32), floats(n, 32, high=2)),
    "huber_loss": lambda n: F.huber_loss(floats(n, 32), floats(n, 32, high=2)),
    "binary_cross_entropy": lambda n: F.binary_cross_entropy(
        floats(n, 32, low=0.1, high=0.9), floats(n, 32, low=0, high=1)
    ),
    "binary_cross_entropy_with_logits": lambda n: F.binary_cross_entropy_with_logits(
        floats(n, 32), floats(n, 32, low=0, high=1)
    ),
    "nll_loss": lambda n: F.nll_loss(floats(n, 32), integers(32, n)),
    "cross_entropy": lambda n: F.cross_entropy(floats(n, 32), integers(32, n)),
}
NOT_HERE = {
    "ScatterBackward": "the rule of indexing, when it is recorded itself",
    "CheckpointBackward": "runs the operations it is given",
}


def step(operation, n):
    """Forward and backward of one operation, from leaves that are made here."""
    z = operation(n)
    z.backward(np.ones(z.shape, z.dtype))


def calls(action):
    count = 0

    def look(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()
    sys.setprofile(look)
    try:
        action()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


def peak(action):
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", OPERATIONS)
def test_python_makes_as_many_calls_for_much_as_for_little(name):
    operation = OPERATIONS[name]
    for n in (SMALL, LARGE):
        step(operation, n)  # what is done once for a shape is done
    few, many = (calls(lambda n=n: step(operation, n)) for n in (SMALL, LARGE))
    # A long column is folded once more, which takes a few calls; a loop over rows takes one each.
    assert abs(many - few) < LARGE - SMALL


@pytest.mark.parametrize("name", OPERATIONS)
def test_memory_grows_with_the_size_and_not_faster(name):
    operation = OPERATIONS[name]
    step(operation, SMALL)
    little, much = (peak(lambda n=n: step(operation, n)) for n in (SMALL, LARGE))
    assert much <= LARGE // SMALL * little * 1.05


def test_a_product_with_a_zero_grows_with_its_factors_and_not_faster():
    little, much = (
        peak(lambda n=n: step(lambda n: floats(n, low=0).prod(), n)) for n in (2000, 8000)
    )
    assert much <= 4 * little


def test_every_operation_is_counted():
    seen = set()
    with autograd.watch(lambda event, node, *_: seen.add(type(node).__name__)):
        for operation in OPERATIONS.values():
            step(operation, SMALL)
    own = {
        c.__name__
        for c in autograd.Function.__subclasses__()
        if c.__module__.startswith("tinytorch.core")
    }
    assert own - seen == NOT_HERE.keys()


def links(n):
    x = y = tt.tensor(0.5, requires_grad=True)
    for _ in range(n):
        y = (y * 0.9 + x).tanh()
    return y


def test_an_operation_of_a_long_chain_costs_what_one_of_a_short_chain_does():
    links(10).backward()
    short, long = (calls(lambda n=n: links(n).backward()) for n in (500, 2000))
    assert long <= 4 * short


def test_a_pass_calls_every_rule_once_and_visits_every_node_once():
    visited, rules = [], []

    def look(event, node, *_):
        (visited if event == "forward" else rules).append(node)

    with autograd.watch(look):
        links(100).backward()
    assert len(visited) == len(rules) == len(set(rules)) == 300


@pytest.mark.parametrize("name", [n for n in OPERATIONS if n not in ("split", "cat")])
def test_no_gradient_is_computed_that_nobody_wants(name, monkeypatch):
    """One input after the other is the only one that requires a gradient."""
    wasted = []

    def look(event, node, *values):
        if event == "backward":
            pairs = zip(node.next_functions, values[1], strict=True)
            wasted.extend((node, i) for i, (to, d) in enumerate(pairs) if not to and d is not None)

    def only(*shape, **limits):
        made.append(real(*shape, **limits))
        return made[-1].requires_grad_(len(made) == wanted)

    real, wanted = floats, 1
    while True:
        made = []
        with monkeypatch.context() as patch:
            patch.setitem(globals(), "floats", only)
            z = OPERATIONS[name](4)
        with tt.autograd.watch(look):
            z.backward(np.ones(z.shape, z.dtype))
        wanted += 1
        if wanted > len(made):
            break
    assert wasted == []
