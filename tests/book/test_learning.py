"""The exercises of the chapters on learning and on higher orders: what their checks say."""

import numpy as np
import pytest
from chapters import cells, names

import tinytorch as tt
from tinytorch.autograd import grad


def says(check, work, *said):
    answer = check(work)
    assert answer.passed is False
    for words in said:
        assert words in str(answer)


def stubs_and_solution(chapter, stubs, *wanted):
    """The stubs are not written yet; the solution, in the last cell, is right."""
    space = names(chapter, *wanted)
    *_, last = all_cells = cells(chapter)
    for code in [code for code in all_cells if "raise NotImplementedError" in code][-stubs:]:
        *body, shown = code.rstrip().splitlines()
        exec("\n".join(body), space)
        assert eval(shown, space).passed is None
    *body, shown = last.rstrip().splitlines()
    exec("\n".join(body), space)
    assert eval(shown, space).passed is True
    return space


# --- gradients of gradients


@pytest.fixture(scope="module")
def product():
    return names("beyond/gradients_of_gradients", "check_hvp")["check_hvp"]


def gradient(f, x):
    leaf = tt.tensor(x, requires_grad=True)
    return grad(f(leaf), leaf)[0].data


def hessian(f, x):
    return tt.autograd.hessian(f, tt.tensor(x)).data


def differences(f, x, v, h=1e-5):
    return (gradient(f, x + h * v) - gradient(f, x - h * v)) / (2 * h)


def not_recorded(f, x, v):
    leaf = tt.tensor(x, requires_grad=True)
    (g,) = grad(f(leaf), leaf)
    return grad((g * v).sum(), leaf)[0].data


def not_unpacked(f, x, v):
    leaf = tt.tensor(x, requires_grad=True)
    g = grad(f(leaf), leaf, create_graph=True)
    return grad((g * v).sum(), leaf)[0].data


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda f, x, v: gradient(f, x), "that is the gradient, not its change"),
        (lambda f, x, v: gradient(f, x) * v, "one pass more is missing"),
        (lambda f, x, v: gradient(f, x) @ v, "one number: differentiate it"),
        (lambda f, x, v: hessian(f, x), "the whole Hessian"),
        (lambda f, x, v: hessian(f, x).sum(1), "v is not in it"),
        (lambda f, x, v: 2 * hessian(f, x) @ v, "It is 2 times what it should be"),
        (lambda f, x, v: -hessian(f, x) @ v, "the sign is turned"),
        (lambda f, x, v: hessian(f, x) @ v / np.sqrt(v @ v), "v was made a unit vector"),
        (lambda f, x, v: 2 * hessian(f, x) @ gradient(f, x), "multiply g by v"),
        (lambda f, x, v: np.cumsum(hessian(f, x) @ v), "H v is"),
        (lambda f, x, v: hessian(f, x) @ v, "Was the whole Hessian made?"),
        (lambda f, x, v: np.diag(hessian(f, x)) * v, "mixed derivatives are missing"),
        (lambda f, x, v: differences(f, x, v, 1e-5)[:2], "it has shape (2,)"),
        (differences, "One run is enough"),
        (lambda f, x, v: hessian(f, x).sum(1) * v, "too late"),
        (not_unpacked, "unpack it"),
        (lambda f, x, v: None, "returns nothing"),
        (not_recorded, "create_graph=True?"),
    ],
)
def test_the_product_names_the_mistake(product, work, said):
    says(product, work, said)


def test_gradients_of_gradients_stub_and_solution():
    stubs_and_solution("beyond/gradients_of_gradients", 1, "check_hvp")


# --- Jacobians


@pytest.fixture(scope="module")
def rows():
    return names("beyond/jacobians", "check_jacobian")["check_jacobian"]


def row_by_row(unit=lambda m: np.eye(m), keep=True, afresh=False):
    """A Jacobian, right or wrong."""

    def work(f, x):
        leaf = tt.tensor(x, requires_grad=True)
        z = f(leaf)
        found = []
        for g in unit(len(z.data)):
            z = f(leaf) if afresh else z
            found.append(grad(z, leaf, grad_outputs=tt.tensor(g), retain_graph=keep)[0].data)
        return np.stack(found)

    return work


def collecting(f, x):
    leaf = tt.tensor(x, requires_grad=True)
    z = f(leaf)
    found = []
    for g in np.eye(len(z.data)):
        z.backward(tt.tensor(g), retain_graph=True)
        found.append(leaf.grad.data.copy())
    return np.stack(found)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda f, x: row_by_row()(f, x).T, "it is transposed"),
        (row_by_row(keep=False), "retain_graph=True"),
        (row_by_row(afresh=True), "f ran 4 times"),
        (row_by_row(lambda m: np.ones((m, m))), "g has to be a unit vector"),
        (lambda f, x: row_by_row(lambda m: np.ones((1, m)))(f, x)[0], "the sum of the rows"),
        (collecting, "the rows add up"),
        (lambda f, x: row_by_row()(f, x)[:1], "the first row alone"),
        (lambda f, x: 2 * row_by_row()(f, x), "it should be"),
        (lambda f, x: None, "returns nothing"),
    ],
)
def test_the_jacobian_names_the_mistake(rows, work, said):
    says(rows, work, said)


def test_jacobians_stub_and_solution():
    stubs_and_solution("beyond/jacobians", 1, "check_jacobian")
