"""Hooks, gradients that are kept, and modes of recording."""

import numpy as np
import pytest
from passes import leaf

import tinytorch as tt

# --------------------------------------------------------------------------------- hooks and grads


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


# --------------------------------------------------------------------------------- recording modes


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
