"""Changes in place: who may have made one, and what noticing it costs."""

import gc
import sys

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core.engine import versions

CHANGED = pytest.raises(RuntimeError, match=r"MulBackward saved 'a', .* changed in place")


def leaf(n=4):
    return tt.tensor(np.arange(1.0, n + 1), requires_grad=True)


def borrowed(x):
    return id(versions._owner(x._data)) in versions.borrowed


def test_it_is_watched_while_somebody_holds_it():
    x = leaf()
    assert not borrowed(x)
    held = x.data
    assert borrowed(x) and x.data is held and np.shares_memory(held, x._data)
    view = held[1:].reshape(3, 1)
    del held
    assert borrowed(x)
    del view
    gc.collect()
    assert not borrowed(x)


@pytest.mark.parametrize(
    "look", [lambda x: x.data.sum(), lambda x: str(x), np.asarray, np.linalg.norm]
)
def test_a_look_leaves_nothing_behind(look):
    x = leaf()
    look(x.detach())
    assert not borrowed(x)


def test_no_checksum_is_taken_after_a_look(monkeypatch):
    """A product of a million elements costs what it did before: it sums nothing up."""
    x = leaf(1000)
    assert x.data.sum() > 0
    monkeypatch.setattr(versions, "_checksum", None)
    z = (x * x).sum()
    assert z.grad_fn.checksums == {}
    assert all(node.checksums == {} for node in tt.autograd.graph(z).nodes[:2])


@pytest.mark.parametrize("late", [False, True], ids=["before", "after the product"])
@pytest.mark.parametrize("of", [lambda d: d, lambda d: d[::-1], lambda d: d.reshape(2, 2)])
def test_a_write_through_what_is_held_is_caught(of, late):
    x = leaf()
    if late:
        z = x * x
        held = of(x.data)
    else:
        held = of(x.data)
        z = x * x
    held[0] = 9
    with CHANGED:
        z.sum().backward()


def test_a_write_just_before_it_is_given_back_is_caught():
    x = leaf()
    z = x * x
    x.data[0] = 9
    gc.collect()
    assert not borrowed(x)
    with CHANGED:
        z.sum().backward()


def test_writes_before_the_product_do_no_harm():
    x = leaf()
    held = x.data
    held[0] = 5
    (x * x).sum().backward()
    assert x.grad.tolist() == [10, 4, 6, 8]
    x.data[0] = 7
    x.grad = None
    (x * x).sum().backward()
    assert x.grad.tolist() == [14, 4, 6, 8]


def test_each_node_is_compared_with_what_it_saved():
    """Two looks, a write in each; the node between them and the one before are both refused."""
    x = leaf()
    first = x * x
    x.data[0] = 9
    second = x * x
    x.data[0] = 1  # what the first one saved
    with CHANGED:
        second.sum().backward()
    first.sum().backward()
    assert x.grad.tolist() == [2, 4, 6, 8]


def test_an_array_that_is_assigned_is_watched_if_somebody_keeps_it():
    x, array = leaf(), np.ones(4)
    x.data = array
    assert np.shares_memory(x.data, array) and borrowed(x)
    z = x * x
    array[0] = 3
    with CHANGED:
        z.sum().backward()
    x.data = array - 0.5
    assert not borrowed(x)
    y = leaf()
    x.data = y.data
    assert np.shares_memory(x._data, y._data) and not borrowed(x)
    z = y * y
    x.data[0] = 8
    with CHANGED:
        z.sum().backward()


def test_from_numpy_shares_for_good():
    array = np.ones(3)
    x = tt.from_numpy(array).requires_grad_()
    z = x * x
    array[1] = 5
    with CHANGED:
        z.sum().backward()


def test_what_is_known_of_dead_arrays_is_forgotten():
    gc.collect()
    before = len(versions._watched)
    for _ in range(100):
        x = leaf()
        x.data[0] = 2
    del x
    gc.collect()
    assert len(versions._watched) <= before + 1


def test_references_are_counted_as_this_python_counts():
    """The calibration beside `data`: a temporary is nobody's, a named array is somebody's."""
    x = leaf()
    x.data = np.zeros(4) + 1
    assert not borrowed(x)
    named = np.zeros(4)
    x.data = named
    assert borrowed(x) and sys.getrefcount(named) > 1
