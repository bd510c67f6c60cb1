"""`inplace=True`: the input has the result; a rule that needs its old values has them."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

F = nn.functional
FUNCTIONS = ["relu", "leaky_relu", "silu", "elu", "celu", "selu", "relu6", "hardtanh"]
FUNCTIONS += ["hardsigmoid", "hardswish", "mish", "dropout", "dropout2d"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_input_becomes_the_result(name):
    x = tt.tensor(np.linspace(-4, 4, 24).reshape(1, 2, 3, 4), requires_grad=True)
    options = {"p": 1.0} if "dropout" in name else {}
    y = x * 1
    z = getattr(F, name)(y, inplace=True, **options)
    expected = getattr(F, name)(x, **options)
    assert z is y
    np.testing.assert_array_equal(z.data, expected.data)
    z.sum().backward()
    (d,) = tt.autograd.grad(expected.sum(), x)
    np.testing.assert_array_equal(x.grad.data, d.data)


def test_a_rule_that_saved_the_old_values_still_has_them():
    x = tt.tensor([1.0, -2.0], requires_grad=True)
    y = x * 3
    z = y * y
    F.relu(y, inplace=True)
    (z.sum() + y.sum()).backward()
    assert x.grad.tolist() == [18 + 3, -36]


def test_data_without_a_gradient_is_changed_too():
    x = tt.tensor([1.0, -2.0])
    assert nn.ReLU(inplace=True)(x) is x and x.tolist() == [1, 0]


def test_a_leaf_that_requires_a_gradient_is_refused():
    x = tt.tensor([1.0, -2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="relu: inplace=True would write over a leaf"):
        F.relu(x, inplace=True)
    assert x.tolist() == [1, -2]
    with tt.no_grad():
        assert F.relu(x, inplace=True).tolist() == [1, 0]
    assert x.requires_grad and x.is_leaf
    with pytest.raises(TypeError, match="relu: inplace=True takes a Tensor, got ndarray"):
        F.relu(np.ones(2), inplace=True)


def test_a_residual_block_as_public_programs_write_it():
    torch = pytest.importorskip("torch")
    results = []
    for t in (tt, torch):
        x = t.tensor(np.linspace(-1, 1, 8).reshape(2, 4), requires_grad=True)
        out = x * 2
        out += x.sin()
        out = t.nn.ReLU(inplace=True)(out)
        (out * out).sum().backward()
        results.append(np.asarray(x.grad))
    np.testing.assert_allclose(*results)
