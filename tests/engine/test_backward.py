"""The backward pass: order, sharing, freeing, and what can't be started."""

import operator
import sys

import numpy as np
import pytest
from passes import chain, leaf, visits

import tinytorch as tt

# ------------------------------------------------------------------------------- order and sharing


def test_the_courses_own_example():
    x, y = leaf(2.0), leaf(3.0)
    ((x * y + 5) ** 2).backward()
    assert (x.grad.item(), y.grad.item()) == (66.0, 44.0)


def test_the_second_example():
    x, y = leaf(3.0), leaf(1.0)
    ((x + y) * (x - y)).backward()
    assert (x.grad.item(), y.grad.item()) == (6.0, -2.0)


def test_every_node_once_and_after_all_that_used_it():
    x = leaf(1.5)
    a = x * 2
    b, c = a + 1, a * a
    d = b * c
    seen = visits(d + a)
    assert [type(n).__name__ for n in seen] == [
        "AddBackward",
        "MulBackward",
        "MulBackward",
        "AddBackward",
        "MulBackward",
    ]
    assert len({id(n) for n in seen}) == 5
    assert x.grad.item() == pytest.approx(2 * ((2 * 1.5) ** 2 + 2 * 3.0 * 4.0 + 1))


def test_order_is_that_of_dependence_not_of_the_expression():
    x = leaf(1.0)
    early = x * 3
    late = x * 5
    for loss in (early + late * early, late * early + early):
        x.grad = None
        seen = visits(loss, retain_graph=True)
        at = {id(n): i for i, n in enumerate(seen)}
        for node in seen:
            for source in node.next_functions:
                assert source is None or id(source) not in at or at[id(source)] > at[id(node)]
        assert x.grad.item() == pytest.approx(3 + 2 * 15)


def test_thirty_doublings_are_thirty_nodes():
    x = y = leaf(1.0)
    for _ in range(30):
        y = y + y
    assert len(visits(y)) == 30  # not the 2**30 paths to the leaf
    assert x.grad.item() == 2.0**30


def test_a_long_chain_costs_no_more_per_operation_than_a_short_one():
    assert sys.getrecursionlimit() == 1000
    chain(2000)  # warm up
    ratios = []
    for _ in range(5):  # in turns and for as long, so that a busy machine slows both down
        short = sum(chain(2000) for _ in range(100)) / 100
        ratios.append(chain(200_000) / short)
    assert min(ratios) < 3  # others take the cache that long chains need; a square would be 100


def test_a_million_operations():
    chain(1_000_000)


def test_a_long_chain_that_is_never_differentiated_is_dropped_without_recursion():
    y = leaf(1.0)
    for _ in range(200_000):
        y = y + 1
    del y


# --------------------------------------------------------------------------- freeing and retaining


def test_a_second_pass_over_a_freed_graph_is_refused():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError) as caught:
        y.backward()
    assert str(caught.value) == (
        "backward: the graph behind SumBackward was freed by an earlier backward(); pass"
        " retain_graph=True to that one, or run the forward pass again"
    )
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_a_part_shared_with_a_freed_graph_is_refused_before_anything_happens():
    x, w = leaf(2.0), leaf(3.0)
    shared = x * x
    (shared * 2).backward()
    with pytest.raises(RuntimeError, match="MulBackward was freed"):
        (shared * w).backward()
    assert x.grad.item() == 8.0 and w.grad is None


def test_retain_graph_allows_a_second_pass():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0


def test_create_graph_retains_and_can_be_differentiated_to_any_order():
    x = leaf(2.0)
    d = x**4
    for expected in (32.0, 48.0, 48.0, 24.0, 0.0):
        (d,) = tt.autograd.grad(d, x, create_graph=True)
        assert d.item() == expected


def test_backward_with_create_graph_leaves_a_grad_that_is_part_of_a_graph():
    x = leaf(3.0)
    (x**3).backward(create_graph=True)
    first = x.grad
    assert first.requires_grad and first.item() == 27.0
    x.grad = None
    first.backward()
    assert x.grad.item() == 18.0


def test_gradient_penalty_reaches_the_weights():
    w, x = leaf([[0.5, -1.0]]), leaf([1.0, 2.0])
    (gx,) = tt.autograd.grad((w @ x).tanh().sum(), x, create_graph=True)
    (gx * gx).sum().backward()

    def penalty(w):
        slope = 1 - np.tanh(w @ np.array([1.0, 2.0])) ** 2
        return ((slope[:, None] * w) ** 2).sum()

    for i in range(2):
        up, down = (np.array([[0.5, -1.0]]) for _ in range(2))
        up[0, i] += 1e-6
        down[0, i] -= 1e-6
        assert w.grad.data[0, i] == pytest.approx((penalty(up) - penalty(down)) / 2e-6, rel=1e-6)


# --------------------------------------------------------------------------- what can't be started


def test_a_non_scalar_needs_a_gradient():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError) as caught:
        (x * 2).backward()
    assert str(caught.value) == (
        "backward: the tensor has shape (2,), and only a single number has a gradient of its own;"
        " reduce it (.sum(), .mean()) or pass a gradient of that shape"
    )
    assert x.grad is None


def test_a_tensor_that_requires_none_is_refused():
    with pytest.raises(RuntimeError) as caught:
        tt.tensor([1.0]).backward()
    assert str(caught.value) == (
        "backward: the tensor of shape (1,) and dtype float32 requires no gradient; make what it"
        " comes from with requires_grad=True, outside no_grad(), from operations that can be"
        " differentiated"
    )


def test_a_gradient_of_another_shape_is_refused():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"gradient has shape \(3,\), the tensor \(2,\)"):
        (x * 2).backward(np.ones(3))
    assert x.grad is None


@pytest.mark.parametrize("given", [np.array([1, 2]), [1.0, 2.0], tt.tensor([1.0, 2.0])])
def test_an_upstream_gradient_is_taken_in_any_form(given):
    x = leaf([1.0, 1.0])
    (x * 3).backward(given)
    np.testing.assert_array_equal(x.grad, [3, 6])
    assert x.grad.dtype == np.float64


def test_integers_cannot_require_gradients():
    with pytest.raises(TypeError) as caught:
        tt.tensor([1, 2], requires_grad=True)
    assert str(caught.value) == (
        "requires_grad: a tensor of dtype int64 has no gradient, only floating-point ones have;"
        " convert with .float() first"
    )


@pytest.mark.parametrize("compare", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_a_comparison_requires_none_and_says_so(compare):
    z = getattr(operator, compare)(leaf([1.0, 2.0]), 1.5)
    assert z.dtype == np.bool_ and not z.requires_grad
    with pytest.raises(RuntimeError, match="requires no gradient"):
        z.backward(np.ones(2))


# ------------------------------------------------------------------------------ grad() and inputs=


def test_grad_touches_no_grad_and_gives_a_tuple():
    x, y = leaf(2.0), leaf(3.0)
    dx, dy = tt.autograd.grad(x * y, (x, y))
    assert (dx.item(), dy.item()) == (3.0, 2.0)
    assert x.grad is None and y.grad is None


def test_grad_of_a_result_in_the_middle():
    x = leaf(2.0)
    y = x * 3
    dy, dx = tt.autograd.grad(y * y, (y, x))
    assert (dy.item(), dx.item()) == (12.0, 36.0)


def test_grad_of_several_outputs_adds_them():
    x = leaf([1.0, 2.0])
    (d,) = tt.autograd.grad((x * 2, x * x), x, grad_outputs=(np.ones(2), np.array([1.0, 10.0])))
    np.testing.assert_array_equal(d, [4, 42])


def test_grad_with_an_unused_input():
    x, unused = leaf(2.0), leaf([1.0, 1.0])
    with pytest.raises(RuntimeError) as caught:
        tt.autograd.grad(x * 2, (x, unused))
    assert str(caught.value) == (
        "grad: the outputs do not depend on inputs[1] (shape (2,)); pass allow_unused=True to get"
        " None for it"
    )
    dx, none = tt.autograd.grad(x * 2, (x, unused), allow_unused=True)
    assert dx.item() == 2.0 and none is None


def test_grad_with_an_input_that_requires_none():
    with pytest.raises(RuntimeError, match=r"grad: inputs\[0\] requires no gradient"):
        tt.autograd.grad(leaf(1.0) * 2, tt.tensor(1.0))


def test_grad_does_not_free_what_it_did_not_reach():
    x = leaf(2.0)
    y = x * x
    z = y * 3
    tt.autograd.grad(z, y)
    y.backward()
    assert x.grad.item() == 4.0


def test_backward_into_chosen_inputs():
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[y])
    assert x.grad is None and y.grad.item() == 2.0


def test_backward_from_several_tensors():
    x = leaf(2.0)
    tt.autograd.backward([x * 3, x * x])
    assert x.grad.item() == 7.0
    with pytest.raises(RuntimeError, match="2 tensors, but 1 gradients"):
        tt.autograd.backward([x * 3, x * x], [np.array(1.0)])


def test_backward_from_a_leaf():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1.0
