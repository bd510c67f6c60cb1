"""The exercises of the chapters on `Function`: what their checks say of stubs and mistakes."""

import numpy as np
import pytest
from chapters import cells

from tinytorch.core.autograd import Function


def space(chapter, *wanted):
    """What the chapter's first cell and the cells that define `wanted` define."""
    first, *others = cells(chapter)
    names = {}
    exec(first, names)
    for code in others:
        if any(f"{kind} {name}" in code for name in wanted for kind in ("def", "class")):
            exec(code, names)
    return names


@pytest.fixture(scope="module")
def lambert():
    return space("beyond/custom_functions", "check_lambert")["check_lambert"]


def solver(apply, *saves):
    """The chapter's class with a rule of one's own."""

    class Mine(Function):
        def forward(self, x):
            w = np.log1p(x)
            for _ in range(20):
                w = w - (w * np.exp(w) - x) / (np.exp(w) * (1 + w))
            return w

        def apply(self, g):
            return apply(g, *self.saved_tensors)

    return type("Mine", (Mine,), {"saves": saves})


@pytest.mark.parametrize(
    ("apply", "saves", "said"),
    [
        (lambda g, w: (g * np.exp(w) * (1 + w),), "z", "turned over"),
        (lambda g, w: (1 / (np.exp(w) * (1 + w)),), "z", "multiply by the upstream"),
        (lambda g, w: (g / np.exp(w),), "z", "the product rule has a second term"),
        (lambda g, w: (g / (1 + w),), "z", "the factor eʷ"),
        (lambda g, x: (g / (np.exp(x) * (1 + x)),), "x", "made with x"),
        (lambda g, x, w: (g * w / (x * (1 + w)),), "xz", "Right everywhere but at x = 0"),
        (lambda g: (g,), "", "g unchanged"),
        (lambda g, w: g / (np.exp(w) * (1 + w)), "z", "Return a tuple"),
        (lambda g, w: (2 * g / (np.exp(w) * (1 + w)),), "z", "2 times what it should be"),
        (lambda g, w: (3 * g / (np.exp(w) * (1 + w)),), "z", "and should be 1.0000"),
        (lambda g, w: (-g / (np.exp(w) * (1 + w)),), "z", "but for its sign"),
        (lambda g, w: (g / (w * np.exp(w)),), "z", "that is g / x"),
        (lambda g, w: (g / (np.exp(w) - w * np.exp(w)),), "z", "are added"),
        (lambda g: (g.sum(),), "", "has shape ()"),
        (lambda g, w: (g / w.missing,), "z", "raises `AttributeError"),
    ],
)
def test_the_solver_names_the_mistake(lambert, apply, saves, said):
    answer = lambert(solver(apply, *saves))
    assert answer.passed is False
    assert said in str(answer)


def test_a_solver_may_end_at_first_order(lambert):
    answer = lambert(solver(lambda g, w: (g / (np.exp(np.asarray(w)) * (1 + w)),), "z"))
    assert answer.passed is True
    assert "Second derivatives don't" in str(answer)


@pytest.mark.parametrize(
    ("chapter", "names"),
    [
        ("beyond/custom_functions", ("check_lambert",)),
    ],
)
def test_stub_is_not_written_and_solution_is_right(chapter, names):
    *_, stub, solution = cells(chapter)
    for code, passed in [(stub, None), (solution, True)]:
        *body, last = code.rstrip().splitlines()
        defined = space(chapter, *names)
        exec("\n".join(body), defined)
        assert eval(last, defined).passed is passed
