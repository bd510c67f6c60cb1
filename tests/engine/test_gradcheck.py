"""The checker of gradients: right rules pass, wrong ones are caught and named."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.autograd import Function, gradcheck, gradgradcheck
from tinytorch.core.gradients.gradcheck import GradcheckError


def leaf(data):
    return tt.tensor(np.array(data, np.float64), requires_grad=True)


def planted(rule):
    class Planted(Function):
        saves = ("a", "b")

        def forward(self, a, b):
            return a * b

        def apply(self, g):
            return rule(g, *self.saved_tensors)

    return Planted.run


@pytest.mark.parametrize(
    "rule, where",
    [
        (lambda g, a, b: (g * b, g * b), r"output\[0\]/∂input 1\[0\]"),
        (lambda g, a, b: (-g * b, g * a), r"output\[0\]/∂input 0\[0\]"),
        (lambda g, a, b: (g * b, None), r"output\[0\]/∂input 1\[0\]"),
        (lambda g, a, b: (g * b * 1.01, g * a), r"output\[0\]/∂input 0\[0\]"),
        (lambda g, a, b: (g * b, g * a[::-1]), r"output\[0\]/∂input 1\[0\]"),
    ],
)
def test_a_wrong_rule_is_caught_and_the_place_named(rule, where):
    inputs = leaf([1.0, 2.0]), leaf([3.0, 5.0])
    with pytest.raises(GradcheckError, match=where):
        gradcheck(planted(rule), inputs)
    assert gradcheck(planted(rule), inputs, raise_exception=False) is False


def test_the_message_has_both_values():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(planted(lambda g, a, b: (g * b, g * b)), (leaf([1.0]), leaf([3.0])))
    assert str(caught.value) == (
        "gradcheck: ∂output[0]/∂input 1[0]: the backward pass gives 3, the finite difference 1;"
        " 1 of 1 elements disagree"
    )


def test_the_place_is_that_of_the_element():
    def rule(g, a, b):
        d = np.array(g * a)
        d[1, 2] *= 2
        return g * b, d

    a, b = leaf(np.ones((2, 3))), leaf(np.ones((2, 3)))
    with pytest.raises(GradcheckError, match=r"output\[1, 2\]/∂input 1\[1, 2\]"):
        gradcheck(planted(rule), (a, b))


def test_right_rules_pass_and_leave_the_inputs_alone():
    a, b = leaf([1.0, 2.0]), leaf([3.0, 5.0])
    assert gradcheck(planted(lambda g, a, b: (g * b, g * a)), (a, b))
    assert gradgradcheck(planted(lambda g, a, b: (g * b, g * a)), (a, b))
    assert a.grad is None and b.grad is None
    np.testing.assert_array_equal(a.data, [1, 2])


def test_a_rule_right_only_to_first_order_is_caught_by_gradgradcheck():
    def rule(g, a, b):
        return g * b.detach() if isinstance(b, tt.Tensor) else g * b, g * a

    inputs = leaf([1.0, 2.0]), leaf([3.0, 5.0])
    assert gradcheck(planted(rule), inputs)
    with pytest.raises(GradcheckError):
        gradgradcheck(planted(rule), inputs)


def test_several_outputs_are_told_apart():
    def two(x):
        return x * 2, planted(lambda g, a, b: (g, g))(x, x)

    with pytest.raises(GradcheckError, match=r"output 1\[0\]"):
        gradcheck(two, leaf([3.0]))


def test_an_output_that_lost_the_graph_is_caught():
    with pytest.raises(GradcheckError, match="the backward pass gives 0"):
        gradcheck(lambda x: x.detach() * 2, leaf([3.0]))


def test_float32_is_refused():
    x = tt.tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError) as caught:
        gradcheck(lambda x: x * x, x)
    assert str(caught.value) == (
        "gradcheck: an input has dtype float32; differences of close numbers need float64:"
        " tinytorch.tensor(numpy_array, dtype=float, requires_grad=True)"
    )


def test_nothing_to_check_is_refused():
    with pytest.raises(ValueError, match="no input requires a gradient"):
        gradcheck(lambda x: x, tt.tensor([1.0]))
    with pytest.raises(TypeError, match="returned ndarray, not a Tensor"):
        gradcheck(lambda x: x.data, leaf([1.0]))
