"""The backward pass: order, sharing, depth, memory, errors, and the modes around it."""

import gc
import operator
import sys
import time
import tracemalloc
import weakref

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.autograd import Function


def leaf(data, dtype=np.float64):
    return tt.tensor(np.array(data, dtype), requires_grad=True)


# ------------------------------------------------------------------------- order and sharing


def visits(loss, **options):
    """The nodes whose rule a pass called, in that order."""
    seen = []

    def look(event, node, *_):
        if event == "backward":
            seen.append(node)

    with tt.autograd.watch(look):
        loss.backward(**options)
    return seen


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


def chain(n):
    x = leaf(1.0)
    start = time.thread_time()
    y = x
    for _ in range(n):
        y = y * 1.0
    y.backward()
    spent = time.thread_time() - start
    assert x.grad.item() == 1.0
    return spent / n


def test_a_long_chain_costs_no_more_per_operation_than_a_short_one():
    assert sys.getrecursionlimit() == 1000
    chain(2000)  # warm up
    ratios = []
    for _ in range(5):  # in turns and for as long, so that a busy machine slows both down
        short = sum(chain(2000) for _ in range(100)) / 100
        ratios.append(chain(200_000) / short)
    assert sorted(ratios)[2] < 1.5


def test_a_million_operations():
    chain(1_000_000)


def test_a_long_chain_that_is_never_differentiated_is_dropped_without_recursion():
    y = leaf(1.0)
    for _ in range(200_000):
        y = y + 1
    del y


# ------------------------------------------------------------------- freeing and retaining


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


# ------------------------------------------------------------------- what can't be started


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


# --------------------------------------------- changes in place between forward and backward


def _through_setitem(x, taken):
    with tt.no_grad():
        x[0] = 9.0


def _through_detach(x, taken):
    x.detach()[0] = 9.0


def _through_a_view_of_detach(x, taken):
    x.detach().reshape(2, 1)[1, 0] = 9.0


def _through_a_transposed_view(x, taken):
    x.detach().reshape(1, 2).T[0] = 9.0


def _through_data(x, taken):
    x.data[0] = 9.0


def _through_data_plus(x, taken):
    x.data += 1.0


def _through_a_view_of_data(x, taken):
    x.data[:1][...] = 9.0


def _through_asarray(x, taken):
    np.asarray(x)[1] = 9.0


def _through_out(x, taken):
    np.add(x.data, 1.0, out=x.data)


def _through_an_array_taken_before(x, taken):
    taken[1] = 9.0


def _through_detach_numpy(x, taken):
    x.detach().numpy()[1] = 9.0


WRITERS = [f for name, f in sorted(globals().items()) if name.startswith("_through")]


@pytest.mark.parametrize("write", WRITERS, ids=lambda f: f.__name__[1:])
@pytest.mark.parametrize("before", ["nothing", "data", "data written", "setitem", "from_numpy"])
def test_a_change_of_a_saved_input_is_refused(write, before):
    if before == "from_numpy":
        taken = np.array([1.0, 2.0])
        x = tt.from_numpy(taken).requires_grad_()
    else:
        x = leaf([1.0, 2.0])
        taken = x.data if before != "nothing" or "taken" in write.__name__ else None
        if before == "data written":
            x.data += 1.0
            taken[0] = 4.0
        if before == "setitem":
            with tt.no_grad():
                x[0] = 5.0
    w = leaf([3.0, 4.0])
    w.grad = tt.tensor(np.array([7.0, 7.0]))
    loss = (x * w).sum()
    write(x, taken)
    now = np.array(x)
    with pytest.raises(RuntimeError) as caught:
        loss.backward()
    assert str(caught.value) == (
        "backward: MulBackward saved 'a', of shape (2,), and it was changed in place since; change"
        " a copy (x.data.copy()), or make the change after backward()"
    )
    assert x.grad is None
    np.testing.assert_array_equal(w.grad, [7, 7])
    np.testing.assert_array_equal(x, now)


@pytest.mark.parametrize("write", WRITERS, ids=lambda f: f.__name__[1:])
def test_a_change_of_a_saved_result_is_refused(write):
    x = leaf([1.0, 2.0])
    y = x.exp()
    taken = y.data
    loss = y.sum()
    write(y, taken)
    with pytest.raises(RuntimeError, match="ExpBackward saved 'z'"):
        loss.backward()
    assert x.grad is None


@pytest.mark.parametrize("write", WRITERS, ids=lambda f: f.__name__[1:])
def test_a_change_of_what_no_rule_needs_is_fine(write):
    x = leaf([1.0, 2.0])
    taken = x.data
    loss = (x + 1).sum()
    write(x, taken)
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_a_change_before_the_forward_pass_is_fine():
    x = leaf([1.0, 2.0])
    taken = x.data
    taken[0] = 5.0
    x.data += 1
    loss = (x * x).sum()
    loss.backward()
    np.testing.assert_array_equal(x.grad, [12, 6])


def test_a_change_between_two_passes_is_refused():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    x.data -= 0.1 * x.grad.data
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_writing_to_grad_changes_nothing_else():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    x.grad.data[...] = 0
    x.grad[0] = 5.0
    np.testing.assert_array_equal(y.grad, [1, 1])
    loss = (x * y).sum()
    x.grad.data += 1
    loss.backward()
    np.testing.assert_array_equal(y.grad, [2, 3])


def test_an_array_operand_belongs_to_the_caller():
    x, w = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    loss = (x * w).sum()
    w[0] = 99.0
    loss.backward()
    np.testing.assert_array_equal(x.grad, [3, 4])


@pytest.mark.parametrize("index", [np.array([0, 1]), [0, 1], tt.tensor([0, 1])])
def test_an_index_belongs_to_the_caller(index):
    x = leaf([1.0, 2.0, 3.0])
    y = x[index]
    index[0] = 2
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1, 0])


def test_an_upstream_gradient_belongs_to_the_caller():
    x = leaf([1.0, 2.0])
    for g in (np.ones(2), tt.tensor(np.ones(2))):
        x.grad = None
        (x + 1).backward(g)
        g[0] = 50.0
        np.testing.assert_array_equal(x.grad, [1, 1])


def test_replacing_the_data_of_a_leaf_leaves_a_graph_as_it_was():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    x.data = np.array([10.0, 10.0])
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_replacing_the_data_by_another_shape_is_noticed():
    x, w = leaf([1.0, 2.0]), leaf([1.0, 1.0])
    loss = (x * w).sum()
    x.data = np.zeros((3, 2))
    with pytest.raises(RuntimeError, match=r"had shape \(2,\) .* has \(3, 2\)"):
        loss.backward()
    assert x.grad is None and w.grad is None
    (x * 2).sum().backward()
    assert x.grad.shape == (3, 2)


def test_writing_into_a_tensor_that_requires_gradients_is_refused():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="setitem: the tensor requires a gradient"):
        x[0] = 3.0
    np.testing.assert_array_equal(x.data, [1, 2])


def test_writing_what_requires_a_gradient_into_a_tensor_is_recorded():
    x, rows = leaf([1.0, 2.0]), tt.zeros(3, 2)
    rows[0] = x * 2
    rows[1] = x.detach()
    np.testing.assert_array_equal(rows.data, [[2, 4], [1, 2], [0, 0]])
    (rows * rows).sum().backward()
    assert x.grad.tolist() == [8, 16]
    with tt.no_grad():
        rows = tt.zeros(2, 2)
        rows[0] = x * 2
    assert not rows.requires_grad and rows.tolist() == [[2, 4], [0, 0]]


@pytest.mark.parametrize(
    "index, value, error, text",
    [
        (5, 1.0, IndexError, r"setitem: on a tensor of shape \(2,\): index 5 is out of bounds"),
        (slice(None), tt.ones(3), ValueError, r"setitem: .* from shape \(3,\) into shape \(2,\)"),
    ],
)
def test_a_write_that_does_not_fit_is_refused(index, value, error, text):
    with pytest.raises(error, match=text):
        tt.zeros(2)[index] = value


def test_writing_at_a_number_and_a_list_apart_is_where_reading_is():
    x = tt.zeros(2, 2, 2)
    x[1, :, [1, 0]] = tt.tensor([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(x, [[[0, 0], [0, 0]], [[2, 1], [4, 3]]])


IN_PLACE = {"+=": "iadd", "-=": "isub", "*=": "imul", "/=": "itruediv", "**=": "ipow"}


@pytest.mark.parametrize("name", IN_PLACE.values())
def test_an_operator_in_place_writes_where_nothing_is_recorded(name):
    x, other = leaf([2.0, 4.0]), tt.tensor(np.array([1.0, 2.0]))
    loss = (x * x).sum()
    expected = getattr(operator, name)(x.data.copy(), other.data)
    with tt.no_grad():
        assert getattr(operator, name)(x, other) is x
    assert x.requires_grad
    np.testing.assert_array_equal(x.data, expected)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize("sign, name", IN_PLACE.items())
def test_an_operator_in_place_on_a_leaf_that_is_recorded_is_refused(sign, name):
    x = leaf([2.0, 4.0])
    with pytest.raises(RuntimeError) as caught:
        getattr(operator, name)(x, 2.0)
    assert str(caught.value) == (
        f"{sign}: the tensor is a leaf that requires a gradient, which changing it in place"
        " would spoil; update it inside no_grad(), or write x = x + y"
    )
    np.testing.assert_array_equal(x.data, [2, 4])


def test_an_operator_in_place_on_a_result_is_recorded():
    x = leaf([2.0, 4.0])
    y, total = x * 1, tt.tensor(np.zeros(2))
    y *= x
    total += y
    total.sum().backward()
    np.testing.assert_array_equal(x.grad, [4, 8])


def test_an_operator_in_place_keeps_shape_and_dtype():
    x = tt.tensor([1.0, 2.0])
    x += np.ones(2)
    assert x.dtype == np.float32
    n = tt.tensor([1, 2])
    with pytest.raises(TypeError, match="/=: "):
        n /= 2
    with pytest.raises(ValueError, match=r"^\+=: "):
        x += tt.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.tolist() == [2, 3] and n.tolist() == [1, 2]
    s = tt.tensor(1.0)
    s += 1
    assert s.item() == 2 and s.dtype == np.float32


def test_a_refused_write_is_no_change():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    with tt.no_grad(), pytest.raises(ValueError):
        x[...] = np.zeros(5)
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


# ------------------------------------------------------------------------- hooks and grads


def test_a_hook_sees_the_sum_of_all_paths_once():
    x = leaf(2.0)
    y = x * 3
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    (y * y + y).backward()
    assert seen == [13.0] and x.grad.item() == 39.0


def test_a_hook_may_replace_the_gradient_and_be_removed():
    x = leaf([1.0, 2.0])
    handle = x.register_hook(lambda g: g * 10)
    x.sum().backward()
    np.testing.assert_array_equal(x.grad, [10, 10])
    handle.remove()
    handle.remove()
    x.sum().backward()
    np.testing.assert_array_equal(x.grad, [11, 11])


def test_hooks_run_in_their_order():
    x = leaf(1.0)
    x.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g * 10)
    (x * 1).backward()
    assert x.grad.item() == 20.0


def test_a_hook_that_returns_another_shape_is_refused():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: np.ones(3))
    with pytest.raises(RuntimeError, match=r"returned a gradient of shape \(3,\)"):
        x.sum().backward()
    assert x.grad is None


def test_a_gradient_kept_by_a_hook_is_not_the_grad_itself():
    x = leaf([1.0, 2.0])
    kept = []
    x.register_hook(kept.append)
    (x * 2).sum().backward()
    x.grad.data[...] = 0
    np.testing.assert_array_equal(kept[0], [2, 2])


def test_retain_grad_keeps_the_gradient_of_a_result():
    x = leaf(2.0)
    y = x * 3
    y.retain_grad()
    y.retain_grad()
    z = y * y
    z.backward(retain_graph=True)
    assert y.grad.item() == 12.0
    z.backward()
    assert y.grad.item() == 24.0
    assert z.grad is None


def test_retain_grad_keeps_what_a_later_hook_returned():
    x = leaf(2.0)
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    (y * y).backward()
    assert (y.grad.item(), x.grad.item()) == (120.0, 360.0)


def test_only_leaves_keep_grad_and_it_accumulates():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.sum().backward()
    assert y.grad is None
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 5])
    x.zero_grad()
    assert x.grad is None


def test_no_two_leaves_share_a_grad():
    a, b, c = leaf([1.0, 1.0]), leaf([2.0, 2.0]), leaf([3.0, 3.0])
    (a + b + c.reshape(2) + a.expand(2)).sum().backward()
    grads = [a.grad.data, b.grad.data, c.grad.data]
    for i, g in enumerate(grads):
        assert g.flags.writeable
        for other in grads[:i]:
            assert not np.shares_memory(g, other)


# ------------------------------------------------------------------------- recording modes


def test_modes_nest_and_come_back():
    assert tt.is_grad_enabled()
    with tt.no_grad():
        assert not tt.is_grad_enabled()
        with tt.enable_grad():
            assert tt.is_grad_enabled()
            with tt.set_grad_enabled(False):
                assert not tt.is_grad_enabled()
            assert tt.is_grad_enabled()
        assert not tt.is_grad_enabled()
    assert tt.is_grad_enabled()


def test_a_mode_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), tt.no_grad():
        _ = 1 / 0
    assert tt.is_grad_enabled()


def test_set_grad_enabled_as_a_statement():
    try:
        tt.set_grad_enabled(False)
        assert not tt.is_grad_enabled()
    finally:
        tt.set_grad_enabled(True)
    assert tt.is_grad_enabled()


@pytest.mark.parametrize("mode", [tt.no_grad, lambda: tt.set_grad_enabled(False)])
def test_a_decorator_works_in_each_call_and_in_every_mode(mode):
    @mode()
    def inside(depth=0):
        return inside(depth - 1) if depth else tt.is_grad_enabled()

    assert tt.is_grad_enabled()
    assert not inside(3)
    assert tt.is_grad_enabled()
    with tt.no_grad():
        assert not inside()
        assert not tt.is_grad_enabled()
    assert tt.is_grad_enabled()


def test_nothing_is_recorded_under_no_grad():
    x = leaf(2.0)
    with tt.no_grad():
        y = x * 3
    assert not y.requires_grad and y.is_leaf and y.grad_fn is None


def test_detach_and_requires_grad_():
    x = leaf(2.0)
    y = (x * 3).detach()
    assert not y.requires_grad and x.requires_grad
    with pytest.raises(RuntimeError, match="only a leaf can change it"):
        (x * 3).requires_grad = False
    assert y.requires_grad_() is y and y.is_leaf


# ------------------------------------------------------------------------- grad() and inputs=


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


# ------------------------------------------------------------------ functions of the reader


class Cube(Function):
    saves = ("x",)

    def forward(self, x):
        return x * x * x

    def apply(self, g):
        (x,) = self.saved_tensors
        return (3 * g * x * x,)


def test_a_reader_s_function_works_to_any_order():
    x = leaf([1.0, -2.0])
    assert tt.autograd.gradcheck(Cube.run, x) and tt.autograd.gradgradcheck(Cube.run, x)


def test_a_node_can_be_built_and_applied_by_hand():
    node = Cube(np.array([1.0, 2.0]))
    (d,) = node.apply(np.ones(2))
    np.testing.assert_array_equal(d, [3, 12])
    assert len(node.next_functions) == 1 and len(node.saved_tensors) == 1


def wrong(result):
    class Wrong(Function):
        def forward(self, a, b):
            return a * b

        def apply(self, g):
            return result(g)

    return Wrong


@pytest.mark.parametrize(
    "result, error, message",
    [
        (
            lambda g: (g,),
            TypeError,
            "Wrong.apply: expected a tuple with one gradient or None for each of the 2 inputs, got"
            " 1 gradients",
        ),
        (
            lambda g: g,
            TypeError,
            "Wrong.apply: expected a tuple with one gradient or None for each of the 2 inputs, got"
            " ndarray",
        ),
        (
            lambda g: (g, g[:1]),
            RuntimeError,
            "Wrong.apply: the gradient of input 1 has shape (1,), the input has (2,); if forward"
            " broadcast it, return unbroadcast(grad, shape)",
        ),
    ],
)
def test_a_wrong_rule_is_named(result, error, message):
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with pytest.raises(error) as caught:
        wrong(result).run(a, b).backward(np.ones(2))
    assert str(caught.value) == message
    assert a.grad is None and b.grad is None


def test_the_shape_error_names_the_right_input_when_both_are_the_same_tensor():
    a = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="gradient of input 1 has shape"):
        wrong(lambda g: (g, g[:1])).run(a, a).backward(np.ones(2))


def test_a_rule_may_return_none_and_other_dtypes():
    a, b = leaf([1.0, 2.0], np.float32), leaf([3.0, 4.0], np.float32)
    wrong(lambda g: (g.astype(np.float64), None)).run(a, b).backward(np.ones(2))
    assert a.grad.dtype == np.float32 and b.grad is None


def test_a_rule_that_leaves_the_graph_is_caught_under_create_graph():
    class Detached(Function):
        saves = ("x",)

        def forward(self, x):
            return x * x

        def apply(self, g):
            (x,) = self.saved_tensors
            return (2 * np.asarray(g) * np.asarray(x),)

    x = leaf([1.0, 2.0])
    Detached.run(x).sum().backward()
    with pytest.raises(TypeError) as caught:
        Detached.run(x).sum().backward(create_graph=True)
    assert str(caught.value) == (
        "Detached.apply: under create_graph=True the gradient of input 0 must be a Tensor, made"
        " with operations that record themselves; got ndarray"
    )


def test_saves_must_name_an_input():
    with pytest.raises(TypeError) as caught:

        class Misspelled(Function):
            saves = ("y",)

            def forward(self, x):
                return x

    assert str(caught.value) == (
        "Misspelled: saves names 'y', which is no input of forward (x) and not 'z', its result"
    )


def test_a_function_without_a_rule_says_so():
    class Forward(Function):
        def forward(self, x):
            return x + 1

    with pytest.raises(NotImplementedError, match="Forward does not define apply"):
        Forward.run(leaf(1.0)).backward()


# ------------------------------------------------------------------------------- memory


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


# --------------------------------------------------------------------- copies of a tensor


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


# ------------------------------------------------------------------------------- graph


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
