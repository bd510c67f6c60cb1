"""Functions of the reader: what the engine asks of them."""

import numpy as np
import pytest
from passes import leaf

import tinytorch as tt
from tinytorch.autograd import Function


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
