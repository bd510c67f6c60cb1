"""The course's first edition: Variables and the functions over them."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core.autograd import Variable, add, divide, enable_autograd, multiply, subtract


def test_the_layers_of_data_and_grad():
    x, y = Variable(5.0), Variable([3.0])
    z = multiply(x, y)
    z.backward()
    assert isinstance(z, Variable)
    assert z.data.data.item() == 15.0
    assert x.grad.data.data.item() == 3.0
    assert type(x.data) is tt.Tensor and isinstance(x.data.data, np.ndarray)
    assert np.allclose(y.grad, [5.0])


@pytest.mark.parametrize(
    "f, value, da, db",
    [(add, 8, 1, 1), (subtract, 4, 1, -1), (multiply, 12, 2, 6), (divide, 3, 0.5, -1.5)],
)
def test_the_four_functions(f, value, da, db):
    a, b = Variable(6.0), Variable(2.0)
    z = f(a, b)
    z.backward()
    assert (z.item(), a.grad.item(), b.grad.item()) == (value, da, db)
    assert f(6.0, tt.tensor(2.0)).item() == value


def test_variables_flow_through_every_operation():
    x = Variable([[1.0, 2.0, 3.0]])
    w = tt.tensor(np.ones((3, 2), np.float32), requires_grad=True)
    loss = tt.nn.functional.mse_loss((x @ w).relu().softmax(-1), Variable([[1.0, 0.0]]))
    assert isinstance(loss, Variable)
    loss.backward()
    assert x.grad.shape == (1, 3) and type(w.grad) is tt.Tensor


def test_a_step_of_descent():
    x = Variable([1.0, 2.0])
    multiply(x, x).sum().backward()
    x.data -= 0.5 * x.grad.data
    assert x.data.tolist() == [0, 0]
    x.zero_grad()
    assert x.grad is None


def test_requires_grad_is_the_default_and_can_be_left_out():
    assert Variable(1.0).requires_grad and not Variable(1.0, requires_grad=False).requires_grad
    assert not Variable([1, 2]).requires_grad
    assert repr(Variable(1.0)) == "Variable(1., requires_grad=True)"


def test_a_change_through_the_layers_is_noticed():
    x = Variable([1.0, 2.0])
    loss = multiply(x, x).sum()
    x.data.data[0] = 9.0
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_enable_autograd_is_silent_and_idempotent(capsys):
    before = tt.Tensor.__mul__
    enable_autograd()
    enable_autograd()
    assert tt.Tensor.__mul__ is before and capsys.readouterr() == ("", "")
