"""The exercise of the chapter on Tensor: what its check says of steps as readers write them."""

import pytest
from test_concepts import cells, names

import tinytorch as tt


@pytest.fixture(scope="module")
def check():
    return names("engine/tensor", "check_step")["check_step"]


def rebound(w, rate):
    w = w - rate * w.grad


def replaced(w, rate):
    w.data = w.data - rate * w.grad.data
    w.grad = None


def uphill(w, rate):
    w.data += rate * w.grad.data
    w.grad = None


def not_forgotten(w, rate):
    w.data -= rate * w.grad.data


def recorded(w, rate):
    w -= rate * w.grad


def frozen(w, rate):
    w.requires_grad = False
    w -= rate * w.grad


def without_rate(w, rate):
    w.data -= w.grad.data
    w.grad = None


def right(w, rate):
    w.data -= rate * w.grad.data
    w.grad = None


def right_in_no_grad(w, rate):
    with tt.no_grad():
        w[:] = w - rate * w.grad
    w.zero_grad()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (rebound, "write into the old one"),
        (replaced, "in a new array"),
        (uphill, "*subtract* the gradient"),
        (not_forgotten, "the next backward pass will add to it"),
        (recorded, "update it inside no_grad()"),
        (frozen, "no longer requires a gradient"),
        (without_rate, "After step 1 `w` is"),
        (right, "Right. "),
        (right_in_no_grad, "Right. "),
    ],
)
def test_the_answer_names_it(check, step, said):
    assert said in str(check(step))


def test_stub_is_not_written_and_solution_is_right(check):
    for code, passed in zip(cells("engine/tensor")[-2:], (None, True), strict=True):
        *body, last = code.rstrip().splitlines()
        space = {"tt": tt, "check_step": check}
        exec("\n".join(body), space)
        assert eval(last, space).passed is passed
