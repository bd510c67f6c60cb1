"""What a graph holds, copies of tensors, and the picture of it."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest
from passes import chain, leaf, visits

import tinytorch as tt

# ------------------------------------------------------------------------------------------ memory


def test_nothing_is_left_for_the_cycle_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(50))
        handle = x.register_hook(lambda g: None)
        y = (x * x).tanh().reshape(5, 10)[1:]
        y.retain_grad()
        array = weakref.ref(y._data)
        y.sum().backward()
        alive = weakref.ref(x)
        del x, y, handle
        assert alive() is None and array() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_memory_returns_to_where_it_was():
    chain(1000)
    gc.collect()
    tracemalloc.start()
    try:
        x = leaf(1.0)
        y = x
        for _ in range(50_000):
            y = y * 1.0
        y.backward()
        held, peak = tracemalloc.get_traced_memory()
        assert x.grad.item() == 1.0 and peak > 5e6
        assert held < peak / 100
    finally:
        tracemalloc.stop()


def test_backward_returns_what_the_forward_pass_held():
    x = leaf(np.ones(1000))
    hidden = x * 2
    array = weakref.ref(hidden._data)
    loss = (hidden * hidden).sum()
    del hidden
    assert array() is not None
    loss.backward()
    assert array() is None


# ------------------------------------------------------------------------------ copies of a tensor


def test_a_deep_copy_is_a_leaf_of_its_own():
    import copy
    import pickle

    x = leaf([1.0, 2.0])
    x.grad = tt.tensor(np.array([5.0, 5.0]))
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.requires_grad and not np.shares_memory(y.data, x.data)
        np.testing.assert_array_equal(y.grad, [5, 5])
        (y * 3).sum().backward()
        np.testing.assert_array_equal(y.grad, [8, 8])
    np.testing.assert_array_equal(x.grad, [5, 5])
    with pytest.raises(RuntimeError, match="copy: this tensor is the result of MulBackward"):
        copy.deepcopy(x * 2)


# ------------------------------------------------------------------------------------------- graph


def test_the_graph_lists_nodes_in_the_order_of_the_pass():
    x, y = leaf(2.0), leaf(3.0)
    loss = (x * y + 5) ** 2
    graph = tt.autograd.graph(loss)
    assert [type(n).__name__ for n in graph.nodes] == [
        "PowBackward",
        "AddBackward",
        "MulBackward",
        "AccumulateGrad",
        "AccumulateGrad",
    ]
    assert {(a, b) for a, b, _ in graph.edges} == {(0, 1), (1, 2), (2, 3), (2, 4)}
    assert graph.nodes[:3] == visits(loss)


def test_a_graph_prints_shared_parts_once():
    x = leaf([1.0, 2.0])
    a = x * 2
    assert str(tt.autograd.graph((a * a).sum())) == (
        "SumBackward #0 (scalar)\n"
        "└─ MulBackward #1 (2)\n"
        "   ├─ MulBackward #2 (2)\n"
        "   │  └─ leaf #3 (2)\n"
        "   └─ MulBackward #2 (2) ↑ above"
    )
    with pytest.raises(RuntimeError, match="graph: the tensor requires no gradient"):
        tt.autograd.graph(tt.tensor(1.0))


@pytest.mark.parametrize("allow_unused", [False, True])
def test_grad_of_a_freed_graph_says_that_it_was_freed(allow_unused):
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    z = (x * 3).tanh()
    g = np.ones(2, np.float32)
    tt.autograd.grad(z, x, g)
    with pytest.raises(RuntimeError, match="was freed by an earlier"):
        tt.autograd.grad(z, x, g, allow_unused=allow_unused)
