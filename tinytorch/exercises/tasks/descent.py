"""One step of gradient descent on a Tensor."""

import numpy as np

from ...core.autograd import no_grad
from ...core.tensor import Tensor
from ..answer import Wrong
from ..task import Mistake, Task

FORGOTTEN = (
    "The gradient was forgotten before the step could use it: first move `w`, then set `w.grad` to"
    " None."
)


def trial(step, seed=0):
    """Take two steps with the reader's function, and look at what it leaves."""
    right = np.array([3.0, -2.0]) + seed % 7
    w = Tensor(right.copy(), True)
    memory = w.data
    for n in (1, 2):
        (w * w).sum().backward()
        g, before = 2 * right, right
        right = right - 0.1 * g
        try:
            step(w, 0.1)
        except (TypeError, AttributeError) as error:
            if w.grad is None and "NoneType" in str(error):
                raise Wrong(FORGOTTEN) from error
            raise
        if not w.requires_grad:
            raise Wrong("`w` no longer requires a gradient.")
        if not w.is_leaf:
            raise Wrong("`w` is no leaf any more: the update was recorded. Turn recording off.")
        if np.array_equal(w.data, before):
            if w.grad is None or not np.any(w.grad.data):
                raise Wrong(FORGOTTEN)
            raise Wrong(
                "`w` has not changed. `w = w - …` gives the name to a new tensor, inside the"
                " function only; write into the old one."
            )
        if np.allclose(w.data, before + 0.1 * g):
            raise Wrong("It goes uphill: *subtract* the gradient.")
        if np.allclose(w.data, before - g):
            raise Wrong("The rate is missing: it is how much of the gradient a step takes.")
        if not np.allclose(w.data, right):
            raise Wrong(
                f"After step {n} `w` is {w.data}, and should be {right}."
                + _moved_by(w.data, before, g)
            )
        if not np.shares_memory(w.data, memory):
            raise Wrong(
                "The numbers are right, in a new array. Whoever shared the old one, as tied"
                " weights do, still has the old numbers."
            )
        if w.grad is not None and np.any(w.grad.data):
            raise Wrong(
                "The gradient is still in `w.grad`, and the next backward pass will add to it."
                " Forget it: `w.grad = None`."
            )
    return "Two steps, in place, and `w` is the leaf it was."


def _moved_by(data, before, g):
    """By what the weights moved, if it was not the rate times the gradient."""
    step = before - np.asarray(data)
    if step.shape != g.shape:
        return ""
    ways = {
        "the rate times the *sign* of the gradient; its size counts too": 0.1 * np.sign(g),
        "the rate times the gradient, divided by the number of entries: leave out the division": (
            0.1 * g / g.size
        ),
        "the rate times `w` itself: subtract the rate times the gradient": 0.1 * before,
        "the rate times a gradient of length 1: don't divide by its length": (
            0.1 * g / np.linalg.norm(g)
        ),
        "the square of the rate times the gradient: the rate counts once": 0.01 * g,
        "the gradient divided by the rate: multiply by the rate": g / 0.1,
    }
    for about, way in ways.items():
        if np.allclose(step, way):
            return f" It moved by {about}."
    return f" Subtract the rate times the gradient, {0.1 * g}."


def _moved(sign, rate=True, forget=True):
    def step(w, r):
        with no_grad():
            w += sign * (r if rate else 1) * w.grad
        if forget:
            w.grad = None

    return step


def _new_name(w, rate):
    w = w - rate * w.grad


def _new_array(w, rate):
    w.data = w.data - rate * w.grad.data
    w.grad = None


def _forgetful(w, rate):
    w.grad = None
    w.data -= rate * w.grad.data


def _zeroed(w, rate):
    w.grad.data[...] = 0
    w.data -= rate * w.grad.data


def _detached(w, rate):
    w.data -= rate * w.grad.data
    w.requires_grad = False


TASKS = (
    Task(
        "step",
        "my_step(w, rate)",
        trial,
        (
            Mistake("It goes uphill", _moved(1)),
            Mistake("The rate is missing", _moved(-1, rate=False)),
            Mistake("The gradient is still in `w.grad`", _moved(-1, forget=False)),
            Mistake("`w` has not changed", _new_name),
            Mistake("in a new array", _new_array),
            Mistake("The gradient was forgotten before the step", _forgetful),
            Mistake("The gradient was forgotten before the step", _zeroed),
            Mistake("no longer requires a gradient", _detached),
        ),
    ),
)
