"""`using`: a class of one's own stands in for a rule of the package."""

import threading

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn
from tinytorch.autograd import Function, unbroadcast, using
from tinytorch.core.engine import modes


class MyMulBackward(Function):
    saves = ("a", "b")

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved_tensors
        return unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)


class MyLinearBackward(Function):
    saves = ("x", "weight")

    def forward(self, x, weight, bias):
        return x @ weight.T + bias

    def apply(self, g):
        x, weight = self.saved_tensors
        return g @ weight, g.mT @ x, unbroadcast(g, self.next_functions[2].shape)


class MyTanhBackward(Function):
    saves = ("z",)

    def forward(self, x):
        return np.tanh(x)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * (1 - z * z),)


class TanhBackward(MyTanhBackward):
    """The name of the rule itself, without "My"."""


def leaf(*values):
    return tt.tensor(list(values), requires_grad=True)


def rules_of(tensor):
    return {type(node).__name__ for node in tt.autograd.graph(tensor).nodes}


def test_it_stands_in_for_operators_and_gives_the_rule_back():
    x = leaf(1.0, 2.0)
    with using(MyMulBackward):
        z = (x * x).sum()
    assert type(z.grad_fn).__name__ == "SumBackward" and "MyMulBackward" in rules_of(z)
    z.backward()
    assert x.grad.tolist() == [2, 4]
    assert "MulBackward" in rules_of(x * x)


def test_layers_and_second_derivatives_go_through_it():
    layer, x = nn.Linear(2, 3), leaf(1.0, 2.0).reshape(1, 2)
    with using(MyLinearBackward, MyTanhBackward, MyMulBackward):
        z = (layer(x).tanh() ** 2).sum()
        assert {"MyLinearBackward", "MyTanhBackward"} <= rules_of(z)
        (d,) = tt.autograd.grad(z, layer.weight, create_graph=True)
        assert "MyMulBackward" in rules_of(d)


def train_xor(steps=60):
    tt.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    sgd = tt.optim.SGD(model.parameters(), lr=0.5)
    x = tt.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = tt.tensor([[0.0], [1.0], [1.0], [0.0]])
    losses = []
    for _ in range(steps):
        sgd.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return losses


def test_xor_trains_to_the_same_losses():
    theirs = train_xor()
    seen = set()
    with using(MyTanhBackward, MyMulBackward):
        with tt.autograd.watch(lambda event, node, *_: seen.add(type(node))):
            mine = train_xor()
    assert MyTanhBackward in seen and mine == theirs  # the same arithmetic, bit for bit
    with using(MyLinearBackward):
        np.testing.assert_allclose(train_xor(), theirs, rtol=1e-5)


def test_as_a_decorator_and_by_another_name():
    class Times(MyMulBackward):
        pass

    x = leaf(3.0)

    @using(MulBackward=Times)
    def square(x):
        return x * x

    assert "Times" in rules_of(square(x)) and "Times" not in rules_of(x * x)
    with using(TanhBackward):
        assert type(x.tanh().grad_fn) is TanhBackward


def test_blocks_nest_and_the_inner_one_decides():
    class Other(MyMulBackward):
        pass

    x = leaf(3.0)
    with using(MyMulBackward):
        with using(MulBackward=Other):
            assert type((x * x).grad_fn) is Other
        assert type((x * x).grad_fn) is MyMulBackward
    assert not modes.intercepting


def test_other_threads_keep_the_package_s_rule():
    x, found = leaf(3.0), []
    with using(MyMulBackward):
        thread = threading.Thread(target=lambda: found.append(type((x * x).grad_fn).__name__))
        thread.start()
        thread.join()
    assert found == ["MulBackward"]


def test_an_error_inside_gives_the_rule_back():
    x = leaf(3.0)
    with pytest.raises(KeyError), using(MyMulBackward):
        raise KeyError
    assert type((x * x).grad_fn).__name__ == "MulBackward"


def test_what_it_refuses():
    class MyMullBackward(MyMulBackward):
        pass

    with pytest.raises(ValueError, match="no rule 'MullBackward'; the nearest is 'MulBackward'"):
        using(MyMullBackward)
    with pytest.raises(ValueError, match="two classes for MulBackward"):
        using(MyMulBackward, MulBackward=MyLinearBackward)
    with pytest.raises(TypeError, match="using: expected subclasses of Function, got 3"):
        using(3)


def test_parameters_that_the_class_does_without_are_dropped_at_their_defaults():
    class MyMSEBackward(Function):
        saves = ("input", "target")

        def forward(self, input, target):
            return ((input - target) ** 2).mean()

        def apply(self, g):
            x, t = self.saved_tensors
            d = g * 2 * (x - t) / x.size
            return d, -d

    x, t = leaf(1.0, 2.0), tt.tensor([0.0, 0.0])
    with using(MyMSEBackward):
        nn.functional.mse_loss(x, t).backward()
        assert x.grad.tolist() == [1, 2]
        with pytest.raises(TypeError, match=r"MyMSEBackward: forward has no reduction, .* 'sum'"):
            nn.functional.mse_loss(x, t, reduction="sum")
