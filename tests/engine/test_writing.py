"""Changes in place: recorded where PyTorch records them, refused where a gradient would be lost."""

import numpy as np
import pytest

import tinytorch as tt

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
B = np.array([0.5, -1.0, 2.0])

CHANGES = {
    "+=": lambda t, x, y: x.__iadd__(y),
    "-=": lambda t, x, y: x.__isub__(y),
    "*=": lambda t, x, y: x.__imul__(y),
    "/=": lambda t, x, y: x.__itruediv__(y),
    "**=": lambda t, x, y: x.__ipow__(2),
    "add_ alpha": lambda t, x, y: x.add_(y, alpha=-0.5),
    "sub_": lambda t, x, y: x.sub_(y, alpha=2),
    "mul_ number": lambda t, x, y: x.mul_(3),
    "div_": lambda t, x, y: x.div_(y),
    "neg_": lambda t, x, y: x.neg_(),
    "abs_": lambda t, x, y: x.neg_().abs_(),
    "exp_": lambda t, x, y: x.exp_(),
    "log_": lambda t, x, y: x.log_(),
    "sqrt_": lambda t, x, y: x.sqrt_(),
    "relu_": lambda t, x, y: x.sub_(2.5).relu_(),
    "sigmoid_": lambda t, x, y: x.sigmoid_(),
    "tanh_": lambda t, x, y: x.tanh_(),
    "clamp_": lambda t, x, y: x.clamp_(2.5, 4.5),
    "clamp_ by name": lambda t, x, y: x.clamp_(min=2.5),
    "masked_fill_": lambda t, x, y: x.masked_fill_(t.tensor(A > 2), -1.0),
    "addcmul_": lambda t, x, y: x.addcmul_(y, y, value=2),
    "addcdiv_": lambda t, x, y: x.addcdiv_(y, x.detach() + 1, value=-0.1),
    "lerp_": lambda t, x, y: x.lerp_(y.expand(2, 3), 0.25),
    "copy_": lambda t, x, y: x.copy_(y),
    "fill_": lambda t, x, y: x.fill_(2.0).add_(y),
    "zero_": lambda t, x, y: x.zero_().add_(y),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("recorded", [True, False])
def test_values_and_gradients_follow_pytorch(name, recorded):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        x = library.tensor(A, requires_grad=recorded)
        y = library.tensor(B, requires_grad=recorded)
        h = x * 1.0
        same = h
        h = CHANGES[name](library, h, y)
        assert h is same or name.endswith("=")  # which binds the name anew
        found.append([h.detach()])
        if recorded:
            (h * h).sum().backward()
            found[-1] += [x.grad, y.grad]
    for ours, theirs in zip(*found, strict=True):
        if ours is None or theirs is None:  # no gradient at all, or one of zeros
            assert not np.any(np.asarray(0 if ours is None else ours))
            assert not np.any(np.asarray(0 if theirs is None else theirs))
            continue
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_what_is_not_recorded_writes_into_the_memory():
    x = tt.tensor([1.0, 2.0, 3.0, 4.0])
    view, alias = x.view(2, 2), x.detach()
    x += 1
    x.mul_(2)
    assert view.tolist() == [[4.0, 6.0], [8.0, 10.0]] and alias.tolist() == x.tolist()
    view.zero_()
    assert x.tolist() == [0.0] * 4
    for w in (leaf := tt.tensor([1.0], requires_grad=True), x):
        with tt.no_grad():
            w -= 0.5  # a name in a loop: the tensor itself changes
    assert leaf.tolist() == [0.5] and leaf.requires_grad and leaf.is_leaf
    assert x.tolist() == [-0.5] * 4
    number = tt.tensor(3.0)
    number += 1
    assert number.item() == 4 and number.shape == ()


def test_the_old_values_are_there_for_the_rules_that_need_them():
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    before = h * h  # saves h
    h += 1
    h *= h
    (before + h).sum().backward()
    assert x.grad.tolist() == [8 * v + 4 * (2 * v + 1) for v in (1.0, 2.0)]


def test_a_sum_that_grows_in_a_loop():
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    total = tt.zeros(2)
    for k in range(3):
        total += k * x
    total.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_a_change_of_what_a_rule_needs_is_still_noticed():
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    w = tt.tensor([3.0, 4.0])
    z = (x * w).sum()
    w += 1
    with pytest.raises(RuntimeError, match="changed in place"):
        z.backward()


@pytest.mark.parametrize("name", CHANGES)
def test_a_leaf_that_requires_a_gradient_is_refused(name):
    x, y = tt.tensor(A, requires_grad=True), tt.tensor(B)
    with pytest.raises(RuntimeError, match="requires a gradient"):
        CHANGES[name](tt, x, y)
    assert x.tolist() == A.tolist()
    with tt.no_grad():
        CHANGES[name](tt, x, y)
    assert x.requires_grad and x.is_leaf


def test_a_part_of_another_tensor_is_refused_while_recording():
    x = tt.tensor(A, requires_grad=True) * 1.0
    row, flat = x[0], x.view(-1)
    for part in row, flat, x.t():
        with pytest.raises(RuntimeError, match="shows the memory of another one"):
            part.add_(1)
    alone = (tt.tensor(A, requires_grad=True) * 1.0).view(-1)
    alone.add_(1)  # nobody else has that memory
    assert alone.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    copy = x[0].clone()
    copy.add_(1)
    assert x[0].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda: tt.tensor([1, 2]).add_(0.5), "add_: into int64"),
        (lambda: tt.ones(2).add_(tt.ones(3)), r"add_: into float32 of shape \(2,\), from \(3,\)"),
        (lambda: tt.ones(2).mul_(tt.ones(3, 2)), r"mul_: into float32 of shape \(2,\)"),
        (lambda: tt.ones(2).copy_(tt.ones(3)), r"copy_: into float32 of shape \(2,\), from \(3,\)"),
        (lambda: tt.tensor([1]).clamp_(0.5), "clamp_: into int64"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(act, text):
    with pytest.raises((ValueError, TypeError), match=text):
        act()


def test_numbers_drawn_in_place():
    tt.manual_seed(0)
    x = tt.empty(20_000)
    assert x.uniform_(-1, 3) is x
    assert -1 <= x.data.min() < -0.9 and 2.9 < x.data.max() < 3
    np.testing.assert_allclose([x.normal_(2, 0.5).data.mean(), x.data.std()], [2, 0.5], atol=0.02)
    np.testing.assert_allclose(x.bernoulli_(0.3).data.mean(), 0.3, atol=0.02)
    np.testing.assert_allclose(x.exponential_(2.0).data.mean(), 0.5, atol=0.02)
    assert set(tt.empty(99, dtype=tt.long).random_(2, 5).tolist()) == {2, 3, 4}
    g = tt.Generator().manual_seed(3)
    first = x.uniform_(generator=g).tolist()
    assert x.uniform_(generator=g.manual_seed(3)).tolist() == first
    w = tt.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="requires a gradient"):
        w.uniform_()
    with tt.no_grad():
        w.normal_()
    assert w.is_leaf and w.requires_grad
    p = tt.tensor([0.0, 1.0])
    assert p.bernoulli().tolist() == [0.0, 1.0] and p.multinomial(1).tolist() == [1]
