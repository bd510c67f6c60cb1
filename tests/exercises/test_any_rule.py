"""What is wrong or right for any rule, tried on every exercise that rebuilds one."""

import numpy as np
import pytest

from tinytorch.exercises import RULES, check
from tinytorch.exercises.rule import RuleExercise

NAMES = [name for name, exercise in RULES.items() if type(exercise) is RuleExercise]


def changed(name, change):
    """The package's class with another rule; `change` gets the right one and g."""
    reference = RULES[name].reference

    def forward(self, *inputs, **params):
        return reference.forward(self, *inputs, **params)

    def apply(self, g):
        return change(lambda other: reference.apply(self, other), g)

    forward.__wrapped__ = reference.forward
    return type("Mine", (reference,), {"forward": forward, "apply": apply})


def of_each(function):
    """A change of each gradient, whose dtype stays."""

    def change(rule, g):
        given = [d if d is None else np.asarray(d) for d in rule(g)]
        return tuple(d if d is None else np.asarray(function(d), d.dtype) for d in given)

    return change


def in_two_parts(rule, g):
    """The rule of half of g, twice, added: right, for a rule is linear."""
    some, rest = rule(g / g.dtype.type(2)), rule(g / g.dtype.type(2))
    return tuple(
        a if a is None else np.asarray(np.add(a, b), a.dtype)
        for a, b in zip(some, rest, strict=True)
    )


WRONG = {
    "the sign": of_each(np.negative),
    "twice as much": of_each(lambda d: 2 * d),
    "a sixth digit": of_each(lambda d: d * 1.000_01 if d.dtype == np.float64 else d),
    "cut off": of_each(lambda d: np.clip(d, -0.05, 0.05)),
    "no g": lambda rule, g: rule(np.ones_like(g)),
    "the size of g": lambda rule, g: rule(np.abs(g)),
    "the square of g": lambda rule, g: rule(g * g),
}
RIGHT = {
    "in two parts": in_two_parts,
    "of twice g": lambda rule, g: of_each(lambda d: d / 2)(rule, 2 * g),
}


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_wrong_rules_are_refused(name, wrong, seed):
    assert check(changed(name, WRONG[wrong]), name, seed=seed).passed is False


@pytest.mark.parametrize("wrong", ["the sign", "twice as much", "no g"])
@pytest.mark.parametrize("name", NAMES)
def test_the_commonest_get_more_than_two_numbers(name, wrong):
    assert "is wrong: " not in check(changed(name, WRONG[wrong]), name).message


@pytest.mark.parametrize("seed", [None, 11])
@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("name", NAMES)
def test_right_rules_pass(name, right, seed):
    answer = check(changed(name, RIGHT[right]), name, seed=seed)
    assert answer.passed is True, answer


RESULTS = [(name, mistake) for name in NAMES for mistake in RULES[name].results]


@pytest.mark.parametrize(("name", "mistake"), RESULTS)
def test_every_recorded_result_is_named(name, mistake):
    reference = RULES[name].reference

    def forward(self, *inputs, **params):
        right = reference.forward(self, *inputs, **params)
        return np.asarray(mistake.rule(*inputs, **params), right.dtype)

    forward.__wrapped__ = reference.forward
    answer = check(type("Mine", (reference,), {"forward": forward}), name)
    assert answer.passed is False
    assert f"The result of `forward` is {mistake.says}" in answer.message
