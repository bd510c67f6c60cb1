"""What the exercise on einsum says of right answers and of plausible wrong ones."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def einsum(apply, result=None):
    """An EinsumBackward as a reader writes it; `apply` is given g, both arrays and the letters."""

    class MyEinsum(Function):
        saves = ("a", "b")

        def forward(self, a, b, *, letters, output):
            self.letters, self.output = letters, output
            equation = f"{letters[0]},{letters[1]}->{output}"
            return result(a, b) if result else np.einsum(equation, a, b)

        def apply(self, g):
            return apply(g, *self.saved_tensors, *self.letters, self.output)

    return check(MyEinsum)


def right(g, a, b, p, q, o):
    multiply = tt.einsum if isinstance(g, tt.Tensor) else np.einsum
    ones = [np.ones(x.shape, x.dtype) for x in (a, b)]
    return (
        multiply(f"{o},{q},{p}->{p}", g, b, ones[0]),
        multiply(f"{o},{p},{q}->{q}", g, a, ones[1]),
    )


def test_the_exchange_passes():
    answer = einsum(right)
    assert answer.passed
    assert "attention" in answer.message
    assert "Gradients of gradients agree as well." in answer.message
    assert "in memory" not in answer.message


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (
            lambda g, a, b, p, q, o: (
                np.einsum(f"{o},{q}->{p}", g, b),
                np.einsum(f"{o},{p}->{q}", g, a),
            ),
            ["which never appeared in an input", "Add an operand of ones"],
        ),
        (
            lambda g, a, b, p, q, o: (
                np.einsum(f"{o},{q}->{p[::-1]}", g, b),
                np.einsum(f"{o},{p}->{q[::-1]}", g, a),
            ),
            ["is transposed: behind the arrow"],
        ),
        (
            lambda g, a, b, p, q, o: (
                np.einsum(f"{o[::-1]},{q}->{p}", g, b),
                np.einsum(f"{o[::-1]},{p}->{q}", g, a),
            ),
            ["letters of g in reverse order"],
        ),
        (
            lambda g, a, b, p, q, o: (
                np.einsum(f"{p},{q}->{o}", g, b),
                np.einsum(f"{p},{q}->{o}", a, g),
            ),
            ["by the equation of `forward`"],
        ),
        (lambda g, a, b, p, q, o: right(g, b, a, p, q, o), ["made with `a` itself"]),
        (
            lambda g, a, b, p, q, o: (
                np.einsum(f"{o},{p}->{p}", g, a),
                right(g, a, b, p, q, o)[1],
            ),
            ["gradient of `a` is made of g and `a` itself; the factor is the other operand, `b`"],
        ),
        (
            lambda g, a, b, p, q, o: (
                right(g, a, b, p, q, o)[0],
                np.einsum(f"{o},{q}->{q}", g, b),
            ),
            ["gradient of `b` is made of g and `b` itself; the factor is the other operand, `a`"],
        ),
        (
            lambda g, a, b, p, q, o: right(np.ones_like(g), a, b, p, q, o),
            ["multiply by the upstream gradient g"],
        ),
        (
            lambda g, a, b, p, q, o: right(g, a, b, p, q, o)[::-1],
            ["is that of `b`: return the gradients in the order"],
        ),
        (
            lambda g, a, b, p, q, o: (g @ b.mT, a.mT @ g),
            ["raises", "make the equation from the letters"],
        ),
    ],
)
def test_it_names_the_mistake(apply, said):
    answer = einsum(apply)
    assert answer.passed is False
    for phrase in said:
        assert phrase in answer.message


def test_forward_without_the_letters():
    answer = einsum(right, result=lambda a, b: a @ b)
    assert answer.passed is False
    assert "The result has shape (2, 4), and should have (4, 2)" in answer.message
