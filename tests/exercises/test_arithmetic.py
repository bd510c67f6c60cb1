"""What readers write for the classes of arithmetic, and what the checker says of it."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function, unbroadcast
from tinytorch.exercises import check


def written(name, forward, apply, saves):
    """The answer to a class as a reader writes it; `apply` is given g and what was saved."""

    def rule(self, g):
        return apply(g, *self.saved_tensors)

    return check(
        type("Mine", (Function,), {"saves": saves, "forward": forward, "apply": rule}), name
    )


def fitted(rule):
    """`rule`, each gradient summed down to its input's shape."""
    return lambda g, a, b: tuple(map(unbroadcast, rule(g, a, b), (a.shape, b.shape)))


def quotient(self, a, b):
    return a / b


def div(apply, forward=quotient, saves=("a", "b")):
    return written("DivBackward", forward, apply, saves)


def sub(apply, forward=lambda self, a, b: a - b):
    return written("SubBackward", forward, apply, ("a", "b"))


def neg(apply, forward=lambda self, x: -x):
    return written("NegBackward", forward, apply, ("x",))


def exp(apply, forward=lambda self, x: np.exp(x), saves=("x",)):
    return written("ExpBackward", forward, apply, saves)


def log(apply, forward=lambda self, x: np.log(x), saves=("x",)):
    return written("LogBackward", forward, apply, saves)


def power(apply, forward=lambda self, a, b: a**b, saves=("a", "b")):
    return written("PowBackward", forward, apply, saves)


def sqrt(apply, forward=lambda self, x: np.sqrt(x), saves=("x",)):
    return written("SqrtBackward", forward, apply, saves)


def absolute(apply, forward=lambda self, x: np.abs(x), saves=("x",)):
    return written("AbsBackward", forward, apply, saves)


def sin(apply, forward=lambda self, x: np.sin(x), saves=("x",)):
    return written("SinBackward", forward, apply, saves)


def cos(apply, forward=lambda self, x: np.cos(x), saves=("x",)):
    return written("CosBackward", forward, apply, saves)


def base(g, a, b):
    return g * b * a ** (b - 1)


def from_result(g, a, b, z):
    return unbroadcast(g / b, a.shape), unbroadcast(-g / b * z, b.shape)


RIGHT = {
    "sub": lambda: sub(fitted(lambda g, a, b: (g, -g))),
    "neg": lambda: neg(lambda g, x: (-g,)),
    "div from both inputs": lambda: div(fitted(lambda g, a, b: (g / b, -g / b * (a / b)))),
    "div from the result": lambda: div(from_result, saves=("a", "b", "z")),
    "exp from the result": lambda: exp(lambda g, z: (g * z,), saves=("z",)),
    "exp once more": lambda: exp(lambda g, x: (g * np.exp(x),)),
    "log": lambda: log(lambda g, x: (g / x,)),
    "log by a power": lambda: log(lambda g, x: (g * x**-1,)),
    "pow": lambda: power(fitted(lambda g, a, b: (base(g, a, b), g * a**b * np.log(a)))),
    "sqrt from the result": lambda: sqrt(lambda g, z: (g / (2 * z),), saves=("z",)),
    "sqrt from the input": lambda: sqrt(lambda g, x: (0.5 * g / np.sqrt(x),)),
    "sqrt by a power": lambda: sqrt(lambda g, x: (0.5 * g * x**-0.5,)),
    "abs": lambda: absolute(lambda g, x: (g * np.sign(x),)),
    "sin": lambda: sin(lambda g, x: (g * np.cos(x),)),
    "cos": lambda: cos(lambda g, x: (-np.sin(x) * g,)),
}

WRONG = {
    "abs: positive at zero": (
        lambda: absolute(lambda g, x: (np.where(x >= 0, g, -g),)),
        "is ±g where `x` is 0",
    ),
    "abs: a quotient": (
        lambda: absolute(lambda g, x: (g * x / abs(x),)),
        "which is 0/0 where `x` is zero",
    ),
    "abs: from the result": (
        lambda: absolute(lambda g, z: (g * np.sign(z),), saves=("z",)),
        "g on both sides",
    ),
    "abs: a gate": (lambda: absolute(lambda g, x: (g * (x > 0),)), "that of a ReLU"),
    "abs: forward squares": (
        lambda: absolute(lambda g, x: (g,), lambda self, x: x * x),
        "result of `forward` is ",
    ),
    "sin: the minus of the cosine": (
        lambda: sin(lambda g, x: (-g * np.cos(x),)),
        "that minus belongs to the cosine",
    ),
    "sin: of the result": (
        lambda: sin(lambda g, z: (g * np.cos(z),), saves=("z",)),
        "the cosine of the *input*",
    ),
    "sin: by Pythagoras": (
        lambda: sin(lambda g, z: (g * np.sqrt(1 - z * z),), saves=("z",)),
        "has lost the sign",
    ),
    "sin: forward by degrees": (
        lambda: sin(lambda g, x: (g,), lambda self, x: np.sin(np.deg2rad(x))),
        "result of `forward` is ",
    ),
    "cos: no minus": (lambda: cos(lambda g, x: (g * np.sin(x),)), "the minus is missing"),
    "cos: the rule of the sine": (lambda: cos(lambda g, x: (g * np.cos(x),)), "rule of the sine"),
    "cos: the result": (
        lambda: cos(lambda g, z: (-g * z,), saves=("z",)),
        "the slope is minus the sine",
    ),
    "pow: too high": (
        lambda: power(fitted(lambda g, a, b: (g * b * a**b, g * a**b * np.log(a)))),
        "built with a power too high",
    ),
    "pow: no logarithm": (
        lambda: power(fitted(lambda g, a, b: (base(g, a, b), g * a**b))),
        "the logarithm of the base is missing",
    ),
    "pow: by logarithms alone": (
        lambda: power(
            fitted(lambda g, a, b: (g * np.exp((b - 1) * np.log(a)) * b, g * a**b * np.log(a)))
        ),
        "without a logarithm",
    ),
    "pow: a constant exponent": (
        lambda: power(fitted(lambda g, a, b: (base(g, a, b), 0 * b))),
        "the exponent is taken for a constant",
    ),
    "pow: no gradient for the exponent": (
        lambda: power(lambda g, a, b: (unbroadcast(base(g, a, b), a.shape), None)),
        "gradient of `b` is missing",
    ),
    "pow: not summed": (
        lambda: power(lambda g, a, b: (base(g, a, b), g * a**b * np.log(a))),
        "gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0",
    ),
    "pow: forward is a product": (
        lambda: power(fitted(lambda g, a, b: (g, g)), lambda self, a, b: a * b),
        "result of `forward` is ",
    ),
    "sqrt: no half": (lambda: sqrt(lambda g, z: (g / z,), saves=("z",)), "factor ½ is missing"),
    "sqrt: the input": (lambda: sqrt(lambda g, x: (g / (2 * x),)), "the root is missing"),
    "sqrt: root of the root": (
        lambda: sqrt(lambda g, z: (g / (2 * np.sqrt(z)),), saves=("z",)),
        "the root is taken twice",
    ),
    "sqrt: against zero": (
        lambda: sqrt(lambda g, x: (g / (2 * np.sqrt(x + 1e-8)),)),
        "At 0 the slope is ∞, and no small number",
    ),
    "sqrt: forward squares": (
        lambda: sqrt(lambda g, x: (g,), lambda self, x: x**2),
        "result of `forward` is ",
    ),
    "exp: the power rule": (
        lambda: exp(lambda g, x: (g * x * np.exp(x - 1),)),
        "gradient of `x` is by the power rule",
    ),
    "exp: of the result": (
        lambda: exp(lambda g, z: (g * np.exp(z),), saves=("z",)),
        "the exponential is taken twice",
    ),
    "exp: no g": (lambda: exp(lambda g, z: (z,), saves=("z",)), "the slope alone: multiply"),
    "exp: forward to base 2": (
        lambda: exp(lambda g, x: (g,), lambda self, x: 2**x),
        "result of `forward` is ",
    ),
    "log: times": (lambda: log(lambda g, x: (g * x,)), "divide by `x`"),
    "log: the result": (
        lambda: log(lambda g, z: (g / z,), saves=("z",)),
        "divided by the result: the slope is 1 over the input",
    ),
    "log: against zero": (
        lambda: log(lambda g, x: (g / (x + 1e-12),)),
        "no small number is to be added",
    ),
    "log: forward to base 10": (
        lambda: log(lambda g, x: (g,), lambda self, x: np.log10(x)),
        "result of `forward` is ",
    ),
    "log: to base 10": (lambda: log(lambda g, x: (g / x / np.log(10),)), "to base 10"),
    "sub: forward the other way": (
        lambda: sub(fitted(lambda g, a, b: (g, -g)), lambda self, a, b: b - a),
        "result of `forward` is ",
    ),
    "sub: the rule of a sum": (
        lambda: sub(fitted(lambda g, a, b: (g, g))),
        "gradient of `b` is g, and z falls where `b` grows: it is −g",
    ),
    "sub: the other way": (
        lambda: sub(fitted(lambda g, a, b: (-g, g))),
        "gradient of `a` is −g, as if it were b − a",
    ),
    "sub: times the difference": (
        lambda: sub(fitted(lambda g, a, b: (g * (a - b), -g * (a - b)))),
        "g times the difference of the inputs",
    ),
    "sub: minus before the sum is lost": (
        lambda: sub(lambda g, a, b: (unbroadcast(g, a.shape), -g)),
        "gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0",
    ),
    "neg: no minus": (lambda: neg(lambda g, x: (g,)), "the minus of the forward pass is missing"),
    "neg: no g": (lambda: neg(lambda g, x: (-np.ones_like(g),)), "slope alone: multiply"),
    "neg: times x": (lambda: neg(lambda g, x: (-g * x,)), "−g times `x`"),
    "neg: changes g": (
        lambda: neg(lambda g, x: (np.negative(g, out=g),)),
        "`apply` changes g, which other rules still get",
    ),
    "neg: not a tuple": (lambda: neg(lambda g, x: -g), "with a comma"),
    "div: forward upside down": (
        lambda: div(from_result, lambda self, a, b: b / a, ("a", "b", "z")),
        "result of `forward` is ",
    ),
    "div: forward rounds down": (
        lambda: div(from_result, lambda self, a, b: a // b, ("a", "b", "z")),
        "result of `forward` is ",
    ),
    "div: no minus": (
        lambda: div(fitted(lambda g, a, b: (g / b, g * a / b**2))),
        "gradient of `b` is without its minus",
    ),
    "div: no square": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g * a / b))),
        "the power of `b` falls from −1 to −2",
    ),
    "div: no numerator": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g / b**2))),
        "the numerator is missing",
    ),
    "div: a constant divisor": (
        lambda: div(fitted(lambda g, a, b: (g / b, 0 * g))),
        "the divisor is taken for a constant",
    ),
    "div: the rule of a product": (
        lambda: div(fitted(lambda g, a, b: (g * b, g * a))),
        "that is the rule of a product",
    ),
    "div: the square is lost": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g * a / b**2))),
        "but b² is 0 or ∞",
    ),
    "div: not summed": (
        lambda: div(lambda g, a, b: (g / b, -g / b * (a / b))),
        "gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0",
    ),
    "div: summed too early": (
        lambda: div(
            lambda g, a, b: (
                unbroadcast(g / b, a.shape),
                unbroadcast(-unbroadcast(g, b.shape) / b * (a / b), b.shape),
            )
        ),
        "gradient of `b` is summed too early",
    ),
    "div: exchanged": (
        lambda: div(lambda g, a, b: (-g / b * (a / b), g / b)),
        "is that of `b`: return the gradients in the order of the inputs",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    answer = RIGHT[name]()
    assert answer.passed is True, answer
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_named(name):
    attempt, phrase = WRONG[name]
    answer = attempt()
    assert answer.passed is False
    assert phrase in answer.message, answer


def test_a_power_by_its_result_passes_where_the_task_asks_for_it():
    """z · b / a is right for all bases but 0, and the task asks for positive ones."""

    class Mine(Function):
        saves = ("a", "b", "z")

        def forward(self, a, b):
            return a**b

        def apply(self, g):
            a, b, z = self.saved_tensors
            logs = np.log(np.where(a > 0, a, 1.0)).astype(g.dtype)
            return unbroadcast(g * z * b / a, a.shape), unbroadcast(g * z * logs, b.shape)

    answer = check(Mine, "PowBackward")
    assert answer.passed is True, answer
    assert "z · b / a is 0/0 where the base is 0" in answer.message
