"""Right answers pass, every planted mistake is named, and unfinished work is not judged."""

import re

import numpy as np
import pytest

from tinytorch.core.autograd import Function, MulBackward, unbroadcast
from tinytorch.exercises import RULES, check
from tinytorch.exercises.rule import Mistake, RuleExercise
from tinytorch.exercises.samples import Sample

SHARED = "`a` of shape (64, 3) and `b` of shape (3,)"


def written(forward, apply, saves):
    """A Function as a reader writes it; `apply` is given g and what was saved."""
    body = {
        "saves": saves,
        "forward": forward,
        "apply": lambda self, g: apply(g, *self.saved_tensors),
    }
    return type("Mine", (Function,), body)


def add(apply, forward=lambda self, a, b: a + b, saves=("a", "b")):
    return check(written(forward, apply, saves), "AddBackward")


def mul(apply, forward=lambda self, a, b: a * b, saves=("a", "b")):
    return check(written(forward, apply, saves), "MulBackward")


def matmul(apply, forward=lambda self, a, b: a @ b, saves=("a", "b")):
    return check(written(forward, apply, saves), "MatmulBackward")


def relu(apply, forward=lambda self, x: np.maximum(x, 0), saves=("x",)):
    return check(written(forward, apply, saves), "ReLUBackward")


def fitted(rule):
    """`rule`, each gradient summed down to its input's shape."""
    return lambda g, a, b: tuple(map(unbroadcast, rule(g, a, b), (a.shape, b.shape)))


def changing(x, value):
    x *= value
    return x


# ------------------------------------------------------------------------------- right answers

RIGHT = {
    "add": lambda: add(fitted(lambda g, a, b: (g, g))),
    "mul": lambda: mul(fitted(lambda g, a, b: (g * b, g * a))),
    "matmul": lambda: matmul(lambda g, a, b: (g @ b.mT, a.mT @ g)),
    "matmul, rounded otherwise": lambda: matmul(
        lambda g, a, b: (g @ b.mT, a.mT @ g), lambda self, a, b: (b.mT @ a.mT).mT
    ),
    "relu from x": lambda: relu(lambda g, x: (g * (x > 0),)),
    "relu from z": lambda: relu(lambda g, z: (g * (z > 0),), saves=("z",)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_passes_and_says_what_was_checked(name):
    answer = RIGHT[name]()
    assert answer.passed is True
    assert "float32" in answer.message
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize("name", RULES)
def test_the_package_itself_passes(name):
    exercise = RULES[name]
    answer = check(exercise.reference, name)
    assert answer.passed is True
    for sample in exercise.samples:
        assert sample.about in answer.message


def test_an_input_without_gradient_may_be_left_out():
    class MyAdd(Function):
        def forward(self, a, b):
            return a + b

        def apply(self, g):
            return tuple(n and unbroadcast(g, n.shape) for n in self.next_functions)

    assert check(MyAdd).passed is True


# ----------------------------------------------------------------------------------- mistakes

MISTAKES = {
    # forward
    "add: forward subtracts": (
        lambda: add(lambda g, a, b: (g, g), lambda self, a, b: a - b),
        ["result of `forward` is ", "a − b, which is another operation"],
    ),
    "relu: forward takes the absolute value": (
        lambda: relu(lambda g, x: (g * (x > 0),), lambda self, x: np.abs(x)),
        ["result of `forward` is "],
    ),
    "matmul: forward has the wrong order": (
        lambda: matmul(lambda g, a, b: (g @ b.mT, a.mT @ g), lambda self, a, b: b @ a),
        ["result of `forward` is "],
    ),
    "relu: forward reduces": (
        lambda: relu(lambda g, x: (g * (x > 0),), lambda self, x: np.max(x)),
        ["The result has shape (), and should have (4, 5)"],
    ),
    "relu: forward loses digits": (
        lambda: relu(lambda g, x: (g * (x > 0),), lambda self, x: np.maximum(x, 0).astype("f4")),
        ["result is float32", "inputs are float64", "keep the dtype"],
    ),
    "mul: forward changes its input": (
        lambda: mul(
            fitted(lambda g, a, b: (g * b, g * a)), lambda self, a, b: changing(a, b), ("a", "b")
        ),
        ["`forward` changes its input `a`, in place"],
    ),
    "mul: forward returns a list of words": (
        lambda: mul(lambda g, a, b: (g, g), lambda self, a, b: np.array("no")),
        ["does not return an array of numbers"],
    ),
    # what apply returns
    "relu: not a tuple": (
        lambda: relu(lambda g, x: g * (x > 0)),
        ["returns a single array", "expects a tuple", "`return (grad,)`, with a comma"],
    ),
    "mul: a list": (
        lambda: mul(lambda g, a, b: [g * b, g * a]),
        ["returns a `list`", "expects a tuple"],
    ),
    "mul: one gradient": (
        lambda: mul(lambda g, a, b: (g * b,)),
        ["returns 1 gradient for 2 inputs"],
    ),
    "relu: two gradients": (
        lambda: relu(lambda g, x: (g * (x > 0), None)),
        ["returns 2 gradients for 1 input"],
    ),
    "mul: second gradient missing": (
        lambda: mul(lambda g, a, b: (g * b, None)),
        ["The gradient of `b` is missing"],
    ),
    "relu: the gate as truth values": (
        lambda: relu(lambda g, x: (x > 0,)),
        ["gradient of `x` is bool, `x` is float64", "Multiply g by them"],
    ),
    "mul: words": (
        lambda: mul(lambda g, a, b: (g * b, "g * a")),
        ["gradient of `b` is a `str`, and should be an array"],
    ),
    # shapes
    "add: forgotten unbroadcast": (
        lambda: add(lambda g, a, b: (g, g)),
        ["gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0", SHARED],
    ),
    "mul: forgotten unbroadcast": (
        lambda: mul(lambda g, a, b: (g * b, g * a)),
        ["gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0", SHARED],
    ),
    "mul: unbroadcast on one side only": (
        lambda: mul(lambda g, a, b: (g * b, unbroadcast(g * a, b.shape))),
        ["gradient of `a` has shape (4, 3), `a` has (3,): sum over axis 0"],
    ),
    "mul: only leading axes summed": (
        lambda: mul(lambda g, a, b: (leading(g * b, a), leading(g * a, b))),
        ["shape (4, 3), `a` has (4, 1): sum over axis 1 and keep the axis that has length 1"],
    ),
    "add: keepdims left on": (
        lambda: add(lambda g, a, b: (kept(g, a), kept(g, b))),
        ["shape (1, 3), `b` has (3,): axis 0 of length 1 is left over"],
    ),
    "add: an axis of length 1 is lost": (
        lambda: add(lambda g, a, b: (lost(g, a), lost(g, b))),
        ["shape (4,), `a` has (4, 1): an axis of length 1 went missing"],
    ),
    "add: summed to a number": (
        lambda: add(lambda g, a, b: (g, g if g.shape == b.shape else g.sum())),
        ["shape (), `b` has (3,)", "axes along which `b` was not copied"],
    ),
    "add: the number 1": (
        lambda: add(lambda g, a, b: (1, 1)),
        ["gradient of `a` has shape (), `a` has (2, 3): it is a single number, 1"],
    ),
    "add: shapes of each other": (
        lambda: add(lambda g, a, b: (unbroadcast(g, b.shape), unbroadcast(g, a.shape))),
        ["gradient of `a` has shape (3,), `a` has (64, 3): that is the shape of `b`"],
    ),
    "matmul: transposed result": (
        lambda: matmul(lambda g, a, b: ((g @ b.mT).mT, a.mT @ g)),
        ["gradient of `a` is transposed", "nothing else shows it"],
    ),
    # sums over copies, of the right shape and with the wrong numbers
    "mul: mean instead of sum": (
        lambda: mul(lambda g, a, b: (averaged(g * b, a), averaged(g * a, b))),
        ["gradient of `b` is the mean over axis 0: a copied value collects the sum", SHARED],
    ),
    "mul: first row instead of sum": (
        lambda: mul(lambda g, a, b: (row(g * b, a, 0), row(g * a, b, 0))),
        ["gradient of `b` is that of the first copy alone: sum over axis 0", SHARED],
    ),
    "mul: last row instead of sum": (
        lambda: mul(lambda g, a, b: (row(g * b, a, -1), row(g * a, b, -1))),
        ["gradient of `b` is that of the last copy alone: sum over axis 0", SHARED],
    ),
    "mul: wrong axis, seen on a square": (
        lambda: mul(lambda g, a, b: (unbroadcast(g * b, a.shape), by_length(g * a, b))),
        ["summed over axis 1, but `b` was copied along axis 0", "On a square"],
    ),
    "mul: summed before the product": (
        lambda: mul(lambda g, a, b: (too_early(g, a, b), too_early(g, b, a))),
        ["gradient of `b` is summed too early", "Multiply first, then `unbroadcast`", SHARED],
    ),
    # numbers of an addition
    "add: ones": (
        lambda: add(lambda g, a, b: (np.ones_like(g), np.ones_like(g))),
        ["gradient of `a` is the slope alone: multiply by the upstream gradient g"],
    ),
    "add: wrong sign": (
        lambda: add(lambda g, a, b: (g, -g)),
        ["gradient of `b` has the wrong sign"],
    ),
    "add: the rule of a product": (
        lambda: add(lambda g, a, b: (g * b, g * a)),
        ["gradient of `a` is g times the input `b`; that is the rule of a product"],
    ),
    "add: times itself": (
        lambda: add(lambda g, a, b: (g * a, g * b)),
        ["gradient of `a` is g times `a`"],
    ),
    "add: shared out": (
        lambda: add(lambda g, a, b: (g / 2, g / 2)),
        ["is half of g", "each gets all of it"],
    ),
    "add: zero": (
        lambda: add(lambda g, a, b: (g, np.zeros_like(g))),
        ["gradient of `b` is zero everywhere"],
    ),
    "add: three times": (
        lambda: add(lambda g, a, b: (g, 3 * g)),
        ["gradient of `b` is 3 times what it should be"],
    ),
    "add: something else": (
        lambda: add(lambda g, a, b: (g, np.sin(g))),
        ["gradient of `b` is wrong: at [0, 0] it is", "and should be"],
    ),
    "add: in the eighth digit": (
        lambda: add(lambda g, a, b: (g, g * (1 + 1e-7))),
        ["gradient of `b` is wrong: at [0, 0] it is 0.3455842266", "and should be 0.3455841920"],
    ),
    "add: two numbers alone": (
        lambda: add(fitted(lambda g, a, b: (g + (g.shape == ()), g))),
        ["gradient of `a` is wrong: it is", "two numbers"],
    ),
    # numbers of a product
    "mul: swapped factors": (
        lambda: mul(fitted(lambda g, a, b: (g * a, g * b))),
        ["gradient of `a` is g · `a`: the factors are exchanged", "the other factor, `b`"],
    ),
    "mul: g is missing": (
        lambda: mul(fitted(lambda g, a, b: (b, a))),
        ["gradient of `a` is the slope alone: multiply by the upstream gradient g"],
    ),
    "mul: wrong sign": (
        lambda: mul(fitted(lambda g, a, b: (-g * b, -g * a))),
        ["gradient of `a` has the wrong sign"],
    ),
    "mul: only g": (
        lambda: mul(fitted(lambda g, a, b: (g, g))),
        ["g passed on unchanged", "the slope is `b`"],
    ),
    "mul: both factors": (
        lambda: mul(fitted(lambda g, a, b: (g * a * b, g * a * b))),
        ["is g · z: both factors are in it, and only `b` belongs there"],
    ),
    "mul: z over the factor": (
        lambda: mul(fitted(lambda g, a, b: (g * (a * b) / a, g * (a * b) / b))),
        ["gradient of `a` is g · z / `a`, which is 0/0 where `a` is zero", "zeros and extremes"],
    ),
    "mul: second gradient wrong alone": (
        lambda: mul(fitted(lambda g, a, b: (g * b, g * b))),
        ["gradient of `b` is g · `b`"],
    ),
    # numbers of a matrix product
    "matmul: both transposes dropped": (
        lambda: matmul(lambda g, a, b: (g @ b, a @ g)),
        ["gradient of `a` is built without the transpose", "square matrices"],
    ),
    "matmul: one transpose dropped": (
        lambda: matmul(lambda g, a, b: (g @ b.mT, a @ g)),
        ["gradient of `b` is built without the transpose"],
    ),
    "matmul: order": (
        lambda: matmul(lambda g, a, b: (b.mT @ g, g @ a.mT)),
        ["gradient of `a` is a product in the wrong order"],
    ),
    "matmul: order and transpose": (
        lambda: matmul(lambda g, a, b: (b @ g, g @ a)),
        ["in the wrong order and without the transpose"],
    ),
    "matmul: swapped factors": (
        lambda: matmul(lambda g, a, b: (a.mT @ g, g @ b.mT)),
        ["gradient of `a` is that of `b`: return the gradients in the order of the inputs"],
    ),
    "matmul: its own factor": (
        lambda: matmul(lambda g, a, b: (g @ a.mT, b.mT @ g)),
        ["gradient of `a` is made with `a` itself", "the other factor, `b`"],
    ),
    "matmul: g transposed": (
        lambda: matmul(lambda g, a, b: (g.mT @ b, a @ g.mT)),
        ["with g transposed"],
    ),
    "matmul: elementwise": (
        lambda: matmul(lambda g, a, b: (g * b, g * a)),
        ["is an elementwise product", "(`@`)"],
    ),
    "matmul: g is missing": (
        lambda: matmul(lambda g, a, b: (np.ones_like(g) @ b.mT, a.mT @ np.ones_like(g))),
        ["gradient of `a` is the slope alone: multiply by the upstream gradient g"],
    ),
    "matmul: only the other factor": (
        lambda: matmul(lambda g, a, b: (b.mT, a.mT)),
        ["gradient of `a` is the transpose of `b` alone: multiply by the upstream gradient g"],
    ),
    "matmul: mean": (
        lambda: matmul(lambda g, a, b: (g @ b.mT, a.mT @ g / max(len(a), 1))),
        ["gradient of `b` is the mean over the rows"],
    ),
    "matmul: wrong for one row only": (
        lambda: matmul(lambda g, a, b: (g @ b.mT + (len(b) == 1), a.mT @ g)),
        ["gradient of `a` is off by the same number everywhere, 1", "a column times a row"],
    ),
    "matmul: wrong sign": (
        lambda: matmul(lambda g, a, b: (g @ b.mT, -(a.mT @ g))),
        ["gradient of `b` has the wrong sign"],
    ),
    # numbers of a ReLU
    "relu: passes at 0": (
        lambda: relu(lambda g, x: (g * (x >= 0),)),
        ["g where `x` is 0 too", "exact zeros"],
    ),
    "relu: half at 0": (
        lambda: relu(lambda g, x: (g * np.heaviside(x, 0.5),)),
        ["half of g where `x` is 0", "exact zeros"],
    ),
    "relu: no gate": (lambda: relu(lambda g, x: (g + 0,)), ["g everywhere"]),
    "relu: z is never below 0": (
        lambda: relu(lambda g, z: (g * (z >= 0),), saves=("z",)),
        ["g everywhere", "z ≥ 0 holds for every entry"],
    ),
    "relu: infinity times the gate": (
        lambda: relu(lambda g, x: (g * (x > 0),), lambda self, x: x * (x > 0)),
        ["result of `forward` is wrong: at [5] it is nan, and should be 0", "∞ and 0 is nan"],
    ),
    "relu: gate alone": (
        lambda: relu(lambda g, x: (1.0 * (x > 0),)),
        ["the slope alone", "multiply by the upstream gradient g"],
    ),
    "relu: gate of g": (
        lambda: relu(lambda g, x: (g * (g > 0),)),
        ["the gate depends on `x`, not on g"],
    ),
    "relu: gate upside down": (
        lambda: relu(lambda g, x: (g * (x < 0),)),
        ["open where it should be shut"],
    ),
    "relu: times x": (lambda: relu(lambda g, x: (g * np.maximum(x, 0),)), ["g times `x`"]),
    "relu: absolute value": (lambda: relu(lambda g, x: (g * np.sign(x),)), ["that of |x|"]),
    "relu: wrong sign": (lambda: relu(lambda g, x: (-g * (x > 0),)), ["the wrong sign"]),
    "relu: the result": (lambda: relu(lambda g, x: (np.maximum(x, 0),)), ["is the result z"]),
    # dtype and writing into what belongs to others
    "mul: float64 gradients": (
        lambda: mul(fitted(lambda g, a, b: (g * b, g * a.astype(float)))),
        ["gradient of `b` is float64, `b` is float32", "dtype of its input"],
    ),
    "relu: a gradient that loses digits": (
        lambda: relu(lambda g, x: ((g * (x > 0)).astype("f4"),)),
        ["gradient of `x` is float32, `x` is float64"],
    ),
    "mul: g changed": (
        lambda: mul(fitted(lambda g, a, b: (g * b, changing(g, a)))),
        ["`apply` changes g, which other rules still get, in place"],
    ),
    "mul: an input changed": (
        lambda: mul(fitted(lambda g, a, b: (g * b, changing(a, g)))),
        ["`apply` changes `a`, which other rules still need, in place"],
    ),
    "relu: the result changed": (
        lambda: relu(lambda g, z: (changing(z, g),), saves=("z",)),
        ["`apply` changes the result z"],
    ),
}


def too_early(g, x, other):
    return unbroadcast(unbroadcast(g, x.shape) * other, x.shape)


def leading(d, x):
    return d.sum(tuple(range(d.ndim - x.ndim)))


def kept(d, x):
    return d if d.shape == x.shape else d.sum(0, keepdims=True)


def lost(d, x):
    return unbroadcast(d, x.shape).squeeze() if x.shape == (4, 1) else unbroadcast(d, x.shape)


def averaged(d, x):
    return unbroadcast(d, x.shape) * x.size / max(d.size, 1)


def row(d, x, which):
    return d[which] if d.ndim > x.ndim else d


def by_length(d, x):
    """Sum over the last axis whose removal leaves the right shape: wrong on a square."""
    if d.ndim == x.ndim + 1:
        for axis in reversed(range(d.ndim)):
            if d.sum(axis).shape == x.shape:
                return d.sum(axis)
    return unbroadcast(d, x.shape)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    attempt, phrases = MISTAKES[name]
    answer = attempt()
    assert answer.passed is False
    assert not answer
    for phrase in phrases:
        assert phrase in answer.message


def test_what_was_right_is_said_too():
    answer = mul(lambda g, a, b: (g * b, g * a))
    assert answer.message.endswith("Right so far: equal shapes.")


def test_the_reader_s_own_names_are_used():
    class MyMul(Function):
        saves = ("signal", "scale")

        def forward(self, signal, scale):
            return signal * scale

        def apply(self, g):
            signal, scale = self.saved_tensors
            return g * scale, g * signal

    assert "The gradient of `scale` has shape (64, 3)" in check(MyMul).message


@pytest.mark.parametrize(
    ("name", "mistake"), [(name, m) for name, e in RULES.items() for m in e.mistakes]
)
def test_every_planted_mistake_of_an_exercise_is_reachable(name, mistake):
    """A rule that makes the mistake gets its sentence, so no record is dead."""
    exercise = RULES[name]
    answer = exercise.judge(exercise.mistaken(mistake))
    parts = re.split(r"\{(?:x|other)\}", mistake.says)  # the names stand in for these
    said = r"\S+".join(map(re.escape, parts))
    assert answer.passed is False and re.search(said, answer.message), answer


# ------------------------------------------------------------------------------ reader's errors


def test_an_exception_comes_with_the_line_it_came_from():
    class MyMul(Function):
        saves = ("a", "b")

        def forward(self, a, b):
            return a * b

        def apply(self, g):
            a, _ = self.saved_tensors
            return g * c, g * a  # noqa: F821

    message = check(MyMul).message
    assert "`apply` raises `NameError: name 'c' is not defined` in the line" in message
    assert "```python\nreturn g * c, g * a" in message


def test_an_exception_in_forward_is_the_reader_s_and_not_the_engine_s():
    class MyMul(Function):
        def forward(self, a, b):
            return a.reshape(7) * b

    message = check(MyMul).message
    assert "`forward` raises `ValueError: cannot reshape array of size 6" in message
    assert "return a.reshape(7) * b" in message


def test_an_exception_in_a_helper_shows_the_helper_s_line():
    def helper(x):
        return x.nothing

    assert "return x.nothing" in mul(lambda g, a, b: (helper(g), g)).message


def test_forgotten_saves():
    class MyMul(Function):
        def forward(self, a, b):
            return a * b

        def apply(self, g):
            a, b = self.saved_tensors
            return g * b, g * a

    assert "`saved_tensors` holds what `saves` names, and it names nothing" in check(MyMul).message


def test_an_attribute_that_was_never_kept():
    class MyAdd(Function):
        def forward(self, a, b):
            return a + b

        def apply(self, g):
            return unbroadcast(g, self.a.shape), unbroadcast(g, self.b.shape)

    message = check(MyAdd).message
    assert "Nothing is kept under the name `a`" in message
    assert "the shapes of the inputs are those of `self.next_functions`" in message


def test_forward_with_other_parameters():
    class MyAdd(Function):
        def forward(self, a):
            return a

        def apply(self, g):
            return g, g

    assert "called as a method: `def forward(self, a, b):`" in check(MyAdd).message


def test_saved_tensors_taken_for_an_array():
    class MyReLU(Function):
        saves = ("x",)

        def forward(self, x):
            return np.maximum(x, 0)

        def apply(self, g):
            x = self.saved_tensors
            return (g * (x > 0),)

    assert "`saved_tensors` is a tuple, even of one" in check(MyReLU).message


def test_a_truth_value_for_a_whole_array():
    message = relu(lambda g, x: (g if x > 0 else 0 * g,)).message
    assert "`if`, `and` and `max` ask for one truth value" in message


def test_a_rule_under_the_name_pytorch_gives_it():
    class MyReLU(Function):
        def forward(self, x):
            return np.maximum(x, 0)

        def backward(self, g):
            return (g,)

    answer = check(MyReLU)
    assert answer.passed is None
    assert "fill in `apply`; PyTorch calls it `backward`" in answer.message


def test_no_shape_of_an_input_without_gradient():
    class MyAdd(Function):
        def forward(self, a, b):
            return a + b

        def apply(self, g):
            return tuple(unbroadcast(g, n.shape) for n in self.next_functions)

    message = check(MyAdd).message
    assert "'NoneType' object has no attribute 'shape'" in message
    assert "its entry in `next_functions` is None" in message


# ----------------------------------------------------------------------------- unfinished work


def not_written(self, *args):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("forward", "apply", "said"),
    [
        (not_written, not_written, "Fill in `forward` and `apply`"),
        (lambda self, a, b: None, not_written, "`forward` returns nothing"),
        (lambda self, a, b: ..., not_written, "`forward` returns nothing"),
        (lambda self, a, b: a * b, not_written, "`forward` is right. Now fill in `apply`"),
        (lambda self, a, b: a * b, lambda self, g: None, "`apply` returns nothing yet"),
        (lambda self, a, b: a * b, lambda self, g: ..., "`apply` returns nothing yet"),
        (lambda self, a, b: a * b, lambda self, g: (None, None), "`apply` returns nothing yet"),
        (lambda self, a, b: a * b, lambda self, g: (..., ...), "`apply` returns nothing yet"),
    ],
)
def test_a_stub_is_not_judged(forward, apply, said):
    answer = check(type("MyMul", (Function,), {"forward": forward, "apply": apply}))
    assert answer.passed is None
    assert said in answer.message
    assert str(answer).startswith("Not written yet. ")


def test_a_class_with_no_methods_is_not_written():
    assert check(type("MyMul", (Function,), {})).passed is None


# ------------------------------------------------------------------------------------- remarks


def test_what_is_kept_in_vain_is_remarked():
    answer = add(fitted(lambda g, a, b: (g, g)))
    assert answer.passed
    assert "It keeps `a` and `b` in memory until the backward pass" in answer.message
    assert "the rule needs no values at all" in answer.message


def test_a_rule_that_leaves_the_graph_is_right_to_first_order():
    answer = relu(lambda g, x: (np.asarray(g) * (np.asarray(x) > 0),))
    assert answer.passed
    assert "Gradients of gradients do not: under `create_graph=True`" in answer.message


def test_batches_are_beyond_the_matmul_exercise():
    answer = matmul(lambda g, a, b: (g @ b.T, a.T @ g))
    assert answer.passed
    assert "Beyond the exercise: " in answer.message
    assert "`.mT`" in answer.message


# ------------------------------------------------------------ exercises of other kinds to come


def test_a_sample_can_have_parameters():
    exercise = RuleExercise(
        "SumBackward",
        [Sample("sums of rows", ((3, 4),), params={"dim": 1})],
        [Mistake("one row of g.", lambda g, x, *, dim: (np.resize(g, x.shape),))],
    )

    class MySum(Function):
        def forward(self, x, *, dim):
            return x.sum(dim)

        def apply(self, g):
            return (np.resize(g, (3, 4)),)

    assert exercise.judge(exercise.reference).passed
    answer = exercise.judge(MySum)
    assert "The gradient of `x` is one row of g." in answer.message
    assert "`x` of shape (3, 4), `dim=1` (sums of rows)" in answer.message


def test_a_sample_can_stay_where_the_function_is_defined():
    sample = Sample("positive numbers", ((100,),), within=(0.5, 2.0))
    (x,) = sample.arrays()
    assert 0.5 <= x.min() and x.max() <= 2.0
    exercise = RuleExercise("LogBackward", [sample])
    assert exercise.judge(exercise.reference).passed


def test_an_integer_input_wants_no_gradient():
    exercise = RuleExercise("MulBackward", [Sample("counts", ((3,), np.array([1, 2, 3])))])
    assert exercise.judge(exercise.reference).passed


# --------------------------------------------------------------------------- calling the check


def test_the_name_tells_the_exercise():
    for name in ("MyMatMul", "MatmulSolution", "MyMatmulBackward", "my_matmul", "mymatmulbackward"):
        answer = check(type(name, (Function,), {"forward": lambda self, a, b: a * b}))
        assert answer.message.startswith("The result") and "(3, 3)" in answer.message


def test_a_name_that_tells_nothing():
    with pytest.raises(ValueError, match=r'say which it is, as in check\(Mine, "MulBackward"\)'):
        check(type("Mine", (Function,), {}))
    with pytest.raises(ValueError, match=r"no exercise 'Mull'; is it .*MulBackward"):
        check(MulBackward, "Mull")


@pytest.mark.parametrize("thing", [MulBackward(2.0, 3.0), len, type("MyMul", (), {})])
def test_only_a_class_of_functions_is_judged(thing):
    answer = check(thing, "MulBackward")
    assert answer.passed is False
    assert "A subclass of `Function` is needed" in answer.message
    assert "`class MyMulBackward(Function):`" in answer.message


def test_it_shows_as_markdown_in_a_notebook():
    answer = RIGHT["mul"]()
    assert answer._repr_markdown_().startswith("**Right.** Values and gradients agree with")
    assert repr(answer).startswith("Right. Values")


# ------------------------------------------------------------- names that the engine uses as well


def summing(name, harmless=False):
    """A sum whose `forward` leaves the shape of x in `self.<name>`; the rule needs it, or not."""

    def forward(self, x, *, dim=None, keepdim=False):
        self.ones = np.ones_like(x)
        self.kept = x.sum(axis=dim, keepdims=True).shape
        return x.sum(axis=dim, keepdims=keepdim)

    if name == "shape":

        def forward(self, x, *, dim=None, keepdim=False):
            self.shape, self.kept = x.shape, x.sum(axis=dim, keepdims=True).shape
            self.ones = np.ones_like(x)
            return x.sum(axis=dim, keepdims=keepdim)

    def apply(self, g):
        g = g.reshape(self.kept)
        if name == "shape" and not harmless:
            return (np.broadcast_to(g, self.shape),)
        return (g * self.ones,)

    return type("MySum", (Function,), {"forward": forward, "apply": apply})


def test_a_name_that_the_engine_uses_is_named():
    answer = check(summing("shape"))
    assert answer.passed is False
    assert "stores something in `self.shape`" in answer.message
    assert "Choose another name, such as `self.my_shape`" in answer.message


def test_such_a_name_is_no_fault_where_nothing_depends_on_it():
    assert check(summing("shape", harmless=True)).passed is True
    assert check(summing("kept")).passed is True
