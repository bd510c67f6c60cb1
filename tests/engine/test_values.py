"""`x.data`: an array, with the methods of a Tensor that arrays lack; writing into tensors."""

import copy
import pickle

import numpy as np
import pytest

import tinytorch as tt


def test_it_is_an_array():
    x = tt.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    data = x.data
    assert isinstance(data, np.ndarray) and x.data is data
    assert str(type(data)) == "<class 'numpy.ndarray'>"
    assert repr(data) == repr(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    for made in (data + 1, np.exp(data), data @ data, data > 2, data.sum(0), np.stack([data])):
        assert type(made) is np.ndarray
    assert type(data.sum()) is np.float32 and data.std() == np.float32(np.std([1, 2, 3, 4]))
    assert data.size == 4 and type(copy.copy(data.size)) is int and np.size(data) == 4
    assert type(pickle.loads(pickle.dumps(data))) is np.ndarray
    assert type((x * data).data.base) is not None and (x * data).requires_grad
    with pytest.raises(AttributeError, match=r"'numpy.ndarray' object has no attribute 'nothing'"):
        data.nothing()


def test_it_understands_what_tensors_do():
    tt.manual_seed(0)
    w = tt.tensor([[1.0, -2.0], [3.0, 4.0]], requires_grad=True)
    w.grad = tt.ones(2, 2)
    w.data.clamp_(-1, 3)
    assert w.tolist() == [[1.0, -1.0], [3.0, 3.0]] and w.requires_grad and w.is_leaf
    w.data.add_(w.grad.data, alpha=-0.5)
    assert w.tolist() == [[0.5, -1.5], [2.5, 2.5]]
    w.grad.data.zero_()
    assert w.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    w.data[0].mul_(2)  # a row shows the same memory
    assert w.tolist()[0] == [1.0, -3.0]
    assert w.data.sign().tolist() == [[1.0, -1.0], [1.0, 1.0]]
    assert w.data.cpu().numpy().shape == w.data.size() == (2, 2) and w.data.size(0) == 2
    assert w.data.view(-1).shape == w.data.view((4,)).shape == (4,)
    assert w.data.view(np.int32).dtype == np.int32 and not w.data.norm().requires_grad
    w.data.uniform_(5, 6)
    assert (w.data >= 5).all()
    w.data.copy_(tt.zeros(2, 2))
    w.data += 1
    w.data[1] = 7
    assert w.tolist() == [[1.0, 1.0], [7.0, 7.0]]


def test_a_write_through_it_is_noticed():
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    for write in (
        lambda data: data.mul_(2),
        lambda data: data.__imul__(2),
        lambda data: data.view(-1).zero_(),
    ):
        h = x * 1.0
        z = (h * h).sum()
        write(h.data)
        with pytest.raises(RuntimeError, match="changed in place"):
            z.backward()


def test_what_is_written_into_a_tensor_is_recorded():
    w = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
    h = tt.zeros(2, 3)
    h[0] = w * 2
    h[1, [0, 2]] = w[:2]
    h[:, 1] = 5.0
    (h * tt.tensor([[1.0, 1.0, 1.0], [10.0, 10.0, 10.0]])).sum().backward()
    assert h.tolist() == [[2.0, 5.0, 6.0], [1.0, 5.0, 2.0]]
    assert w.grad.tolist() == [12.0, 10.0, 2.0]


SETTINGS = {
    "row": lambda t, h, v: h.__setitem__(0, v),
    "number": lambda t, h, v: h.__setitem__((slice(None), 1), 7.0),
    "mask": lambda t, h, v: h.__setitem__(t.tensor([[True, False, True], [False] * 3]), -1.0),
    "mask of values": lambda t, h, v: h.__setitem__(t.tensor([[True] * 3, [False] * 3]), v),
    "list": lambda t, h, v: h.__setitem__([1, 0], v),
    "negative": lambda t, h, v: h.__setitem__((-1, slice(None)), v * v),
    "ellipsis": lambda t, h, v: h.__setitem__((..., slice(0, 2)), v[1:]),
    "one element": lambda t, h, v: h.__setitem__((1, 2), v[0]),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_written_into_a_result_follows_pytorch(name):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        x = library.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
        v = library.tensor(np.array([0.5, -1.0, 2.0]), requires_grad=True)
        h = x * 3
        SETTINGS[name](library, h, v)
        (h * h).sum().backward()
        found.append([h.detach(), x.grad, v.grad])
    for ours, theirs in zip(*found, strict=True):
        if ours is None or theirs is None:
            assert not np.any(np.asarray(0 if ours is None else ours))
            assert not np.any(np.asarray(0 if theirs is None else theirs))
        else:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_of_values_for_one_place_the_last_stays_and_gets_the_gradient():
    v = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
    h = tt.zeros(2)
    h[[0, 1, 0]] = v
    h.sum().backward()
    assert h.tolist() == [3.0, 2.0] and v.grad.tolist() == [0.0, 1.0, 1.0]


def test_writing_where_a_gradient_would_be_lost_is_refused():
    w = tt.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="setitem: the tensor requires a gradient"):
        w[0] = 5.0
    with tt.no_grad():
        w[0] = 5.0
    assert w.tolist() == [5.0, 2.0]
    h = (w * 2).view(2, 1)
    base = w * 2
    part = base[:1]
    with pytest.raises(RuntimeError, match="setitem: the tensor shows the memory of another"):
        part[0] = 1.0
    h[0] = 1.0
    with pytest.raises((ValueError, IndexError), match=r"setitem: on a tensor of shape \(2, 1\)"):
        h[5] = 1.0
    with pytest.raises(ValueError, match=r"setitem: on a tensor of shape \(2, 1\)"):
        h[0] = tt.ones(3)


def test_results_are_written_into_out():
    a, b, out = tt.ones(2, 3), tt.ones(3, 2), tt.empty(2, 2)
    assert tt.matmul(a, b, out=out) is out and out.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    tt.mul(out, 2, out=out)
    assert tt.add(out, out, alpha=0.5).tolist() == [[9.0, 9.0], [9.0, 9.0]]
    with pytest.raises(ValueError, match=r"matmul: out has shape \(3,\), the result \(2, 2\)"):
        tt.matmul(a, b, out=tt.empty(3))
    with pytest.raises(RuntimeError, match="mul: out= would lose the gradient"):
        tt.mul(tt.ones(2, requires_grad=True), 2, out=tt.empty(2))


def test_numpys_names_of_arguments():
    x = tt.tensor([[1.0, 2.0], [3.0, 5.0]])
    assert x.sum(axis=0, keepdims=True).tolist() == [[4.0, 7.0]]
    assert tt.mean(x, axis=1).tolist() == [1.5, 4.0] and x.argmax(axis=1).tolist() == [1, 1]
    assert x.max(axis=0).values.tolist() == [3.0, 5.0]
    assert (x > 2).all(axis=1).tolist() == [False, True]
    assert tt.cat([x, x], axis=1).shape == (2, 4) and x.softmax(axis=-1).shape == (2, 2)
    assert tt.tensor([1, 2]).sum(dtype=tt.float32).dtype == np.float32
    assert tt.tensor([1, 2]).float().mean(dim=0, dtype=tt.float32).item() == 1.5


def test_the_largest_of_data_come_with_their_places_if_asked_for_in_pytorch_s_words():
    x = tt.tensor([[1.0, 3.0], [4.0, 2.0]])
    assert x.data.max(1).tolist() == [3, 4] and x.data.min(axis=0, keepdims=True).shape == (1, 2)
    values, places = x.data.max(1, keepdim=True)
    assert values.tolist() == [[3], [4]] and places.tolist() == [[1], [0]]
    assert x.data.min(dim=0)[1].tolist() == [0, 1]
