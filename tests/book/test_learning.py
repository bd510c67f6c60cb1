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


# --- optimizers


@pytest.fixture(scope="module")
def steps():
    return names("learning/optimizers", "check_adam")


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda p, g, v, t: (p - 0.05 * g, v), "v has no effect"),
        (lambda p, g, v, t: (p - 0.05 * (g + 0.9 * (w := 0.9 * v + g)), w), "Nesterov"),
        (lambda p, g, v, t: (p - 0.05 * (0.9 * v + 0.1 * g), 0.9 * v + 0.1 * g), "v is a mean"),
        (lambda p, g, v, t: (p - 0.05 * v, 0.9 * v + g), "update v first"),
        (lambda p, g, v, t: (p - 0.05 * (w := 0.9 * v + 0.05 * g), w), "once is enough"),
        (lambda p, g, v, t: (p + 0.05 * (0.9 * v + g), 0.9 * v + g), "uphill"),
        (lambda p, g, v, t: p - 0.05 * g, "Return p, v"),
        (lambda p, g, v, t: (p.sum(), v), "p has shape (4,)"),
        (lambda p, g, v, t: (2 * p, v), "p should become"),
    ],
)
def test_momentum_names_the_mistake(steps, work, said):
    says(steps["check_momentum"], work, said)


def adam(m_rate=0.1, unbias=True, v_hat=0.999, root=True, shift=0, kept=True):
    def step(p, g, m, v, t):
        m = 0.9 * m + m_rate * g
        v = 0.999 * v + 0.001 * g * g
        hats = (1 - 0.9 ** (t - shift), 1 - v_hat ** (t - shift)) if unbias else (1, 1)
        mh, vh = np.divide(m, hats[0]), np.divide(v, hats[1])
        down = (np.sqrt(vh) if root else vh) + 1e-8
        return p - 0.05 * mh / down, *((m, v) if kept else (mh, vh))

    return step


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (adam(unbias=False), "The bias is not corrected"),
        (adam(m_rate=1), "m is a mean"),
        (adam(root=False), "square root of v̂"),
        (adam(shift=1), "t counts from 1"),
        (adam(v_hat=0.9), "corrected with β₂"),
        (lambda p, g, m, v, t: (p - np.sqrt(-g * g), m, v - g * g), "mean of squares"),
        (adam(kept=False), "return m and v uncorrected"),
        (lambda p, g, m, v, t: (p, m), "Return p, m, v"),
        (lambda p, g, m, v, t: (p, m, v), "p should become"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_adam_names_the_mistake(steps, work, said):
    says(steps["check_adam"], work, said)


def test_a_rate_inside_the_sum_is_right_with_a_remark(steps):
    answer = steps["check_momentum"](lambda p, g, v, t: (p - (w := 0.9 * v + 0.05 * g), w))
    assert answer.passed is True
    assert "the rate in it" in str(answer)


def test_a_step_may_not_change_the_gradient(steps):
    def in_place(p, g, v, t):
        g += 0.9 * v
        return p - 0.05 * g, g

    says(steps["check_momentum"], in_place, "changed g itself")


def test_optimizers_stubs_and_solution():
    space = stubs_and_solution("learning/optimizers", 2, "check_adam")
    assert space["check_momentum"](space["momentum_solution"]).passed is True


# --- the training loop


@pytest.fixture(scope="module")
def one_step():
    return names("learning/training_loop", "check_step")["check_step"]


def accumulate(weight, zero="first", step="last", change=1):
    """A step on several batches, right or wrong."""

    def work(model, optimizer, loss_fn, batches):
        total = sum(len(y) for _, y in batches)
        if zero == "first":
            optimizer.zero_grad()
        for x, y in batches:
            if zero == "each":
                optimizer.zero_grad()
            (loss_fn(model(x), y) * weight(len(y), total, len(batches)) * change).backward()
            if step == "each":
                optimizer.step()
        if step == "last":
            optimizer.step()
        if zero == "late":
            optimizer.zero_grad()

    return work


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (accumulate(lambda n, total, k: n / total, zero="late"), "was in .grad before"),
        (accumulate(lambda n, total, k: n / total, step=""), "call optimizer.step()"),
        (accumulate(lambda n, total, k: 1), "counts as a whole"),
        (accumulate(lambda n, total, k: 1 / k), "counts a third"),
        (accumulate(lambda n, total, k: 1, zero="each"), "Only the last batch"),
        (accumulate(lambda n, total, k: n / total, zero="each"), "Only the last batch"),
        (accumulate(lambda n, total, k: 1, zero="each", step="each"), "step after every batch"),
        (accumulate(lambda n, total, k: n / total, step="each"), "step after every batch"),
        (accumulate(lambda n, total, k: n / total, change=-1), "uphill"),
        (accumulate(lambda n, total, k: n), "The weights became"),
        (
            lambda model, optimizer, loss_fn, batches: (optimizer.zero_grad(), optimizer.step()),
            "No weight has a gradient: call backward()",
        ),
    ],
)
def test_the_training_step_names_the_mistake(one_step, work, said):
    says(one_step, work, said)


def test_training_loop_stub_and_solution():
    stubs_and_solution("learning/training_loop", 1, "check_step")


# --- gradient flow


@pytest.fixture(scope="module")
def clip():
    return names("learning/gradient_flow", "check_clip")["check_clip"]


def length(gradients):
    return np.sqrt(sum((g**2).sum() for g in gradients))


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda gs, c: [g * min(1, c / max(np.linalg.norm(g), 1e-9)) for g in gs], "for itself"),
        (lambda gs, c: [np.clip(g, -c, c) for g in gs], "cut off at ±limit"),
        (lambda gs, c: [g * c / (length(gs) + 1e-12) for g in gs], "short gradients, they were"),
        (
            lambda gs, c: [
                g * min(1, c / (sum(np.linalg.norm(h) for h in gs) + 1e-12)) for g in gs
            ],
            "the norms were added",
        ),
        (lambda gs, c: [g * min(1, c / (length(gs) ** 2 + 1e-12)) for g in gs], "root is missing"),
        (lambda gs, c: gs, "nothing was clipped"),
        (lambda gs, c: [g / 2 for g in gs], "yours are"),
        (lambda gs, c: gs[:1], "one gradient for each"),
        (lambda gs, c: [g.ravel() for g in gs], "changed its shape"),
        (
            lambda gs, c: [
                g * min(1, np.float64(c) / length(gs)) if length(gs) else g * np.inf for g in gs
            ],
            "a norm of 0",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_clipping_names_the_mistake(clip, work, said):
    says(clip, work, said)


def test_gradient_flow_stub_and_solution():
    stubs_and_solution("learning/gradient_flow", 1, "check_clip")


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
        (lambda f, x, v: 2 * hessian(f, x) @ v, "H v is"),
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
        (lambda f, x: row_by_row()(f, x)[:1], "the shape is (1, 2)"),
        (lambda f, x: 2 * row_by_row()(f, x), "it should be"),
        (lambda f, x: None, "returns nothing"),
    ],
)
def test_the_jacobian_names_the_mistake(rows, work, said):
    says(rows, work, said)


def test_jacobians_stub_and_solution():
    stubs_and_solution("beyond/jacobians", 1, "check_jacobian")
