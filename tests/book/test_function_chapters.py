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
def door():
    return space("engine/function", "Value", "check_door")


def made(door, keep=None, sources=None, record=any, operation=None):
    """A door that is right but for what is given."""
    Value = door["Value"]

    def run(cls, *inputs):
        numbers = [x.data if isinstance(x, Value) else x for x in inputs]
        came = [x.node if isinstance(x, Value) else None for x in inputs]
        node = (operation or cls)()
        z = cls.forward(node, *numbers)
        if not record(came):
            return Value(z)
        node.sources = sources(came) if sources else came
        values = [*numbers, z]
        node.saved = keep(values) if keep else tuple(values[i] for i in cls.saves)
        return Value(z, node)

    return run


def shared(door):
    once, run = {}, made(door)

    def again(cls, *inputs):
        result = run(cls, *inputs)
        result.node = result.node and once.setdefault((cls, *map(str, inputs)), result.node)
        return result

    return again


DOORS = {
    "Values in forward": (
        lambda door: lambda cls, *inputs: door["Value"](cls().forward(*inputs)),
        "Take them out of the Values first",
    ),
    "a bare number": (
        lambda door: lambda cls, *inputs: cls().forward(*(x.data for x in inputs)),
        "Return a `Value`, not a `float`",
    ),
    "no node": (lambda door: made(door, record=lambda came: False), "the result has none"),
    "all inputs must have one": (lambda door: made(door, record=all), "is enough: record it"),
    "recorded always": (lambda door: made(door, record=lambda came: True), "yet one was recorded"),
    "everything kept": (lambda door: made(door, tuple), "saves the places (0, 1)"),
    "inputs always kept": (lambda door: made(door, lambda v: tuple(v[:-1])), "saves the place −1"),
    "turned around": (lambda door: made(door, sources=lambda s: s[::-1]), "in their order"),
    "one node for all": (shared, "share one node"),
    "constants left out": (
        lambda door: made(door, sources=lambda s: [n for n in s if n]),
        "its source is `None`",
    ),
    "numbers unwrapped too": (
        lambda door: (
            lambda cls, *inputs: made(door)(cls, *(door["Value"](x.data, x.node) for x in inputs))
        ),
        "it has neither `data` nor `node`",
    ),
    "the class for a node": (
        lambda door: (
            lambda cls, *inputs: door["Value"](cls().forward(*(x.data for x in inputs)), cls)
        ),
        "make a new one with `operation()`",
    ),
}


@pytest.mark.parametrize("name", DOORS)
def test_the_door_names_the_mistake(door, name):
    run, said = DOORS[name]
    answer = door["check_door"](run(door))
    assert answer.passed is False
    assert said in str(answer)


def test_a_right_door_passes(door):
    assert door["check_door"](made(door)).passed is True


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
        (lambda g, w: (2 * g / (np.exp(w) * (1 + w)),), "z", "and should be 1.0000"),
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
        ("engine/function", ("Value", "check_door")),
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
