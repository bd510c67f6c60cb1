"""Changes in place between the forward and the backward pass."""

import operator

import numpy as np
import pytest
from passes import leaf

import tinytorch as tt


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
