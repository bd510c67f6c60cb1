"""Answers as readers might write them, apart from those that are recorded with an exercise.

What is wrong has to be named, and what is right has to pass, however it is written. Whatever comes
back, the check answers: it does not raise.
"""

from collections import Counter

import numpy as np
import pytest
from answers import RIGHT, WRONG

import tinytorch as tt
from tinytorch.exercises import RULES, TASKS, check


@pytest.mark.parametrize("answer", WRONG)
def test_wrong_answers_are_named(answer):
    name, work, said = WRONG[answer]
    found = check(work, name)
    assert found.passed is False, found
    assert said in str(found)


@pytest.mark.parametrize("seed", [None, 77])
@pytest.mark.parametrize("answer", RIGHT)
def test_right_answers_pass_in_any_form(answer, seed):
    name, work = RIGHT[answer]
    found = check(work, name, seed=seed)
    assert found.passed is True, found


def test_every_exercise_has_five_wrong_answers_and_two_right_ones():
    wrong, right = (Counter(name for name, *_ in some.values()) for some in (WRONG, RIGHT))
    assert all(wrong[name] >= 5 and right[name] >= 2 for name in TASKS)


class Unequal:
    """A thing that cannot be compared, hashed or looked into."""

    __hash__ = None

    def __eq__(self, other):
        raise TypeError("cannot be compared")

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")


JUNK = (
    "three", object(), Unequal(), {"a": 1}, {None: None}, {1, 2}, b"12", len, int, True, ..., [],
    [[1, 2], [3]], [None, None], ["a", "b"], (1, 2, 3), ("a", None, [1, [2]]), 1 + 2j, 10**400,
    float("nan"), np.full((2, 3), np.nan), np.array([1j, 2]), np.array([None, "a"], dtype=object),
    np.array(["a"]), np.zeros(0), tt.tensor([1.0, 2.0]), [tt.tensor([1.0])] * 2, NotImplemented,
)  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_whatever_comes_back_is_answered(name):
    for junk in JUNK:
        assert not check(lambda *args, junk=junk, **options: junk, name), junk


@pytest.mark.parametrize("method", ["forward", "apply"])
def test_whatever_a_rule_returns_is_answered(method):
    for name, exercise in RULES.items():
        for junk in JUNK[::3]:

            def returning(self, *args, junk=junk, **options):
                return junk

            returning.__wrapped__ = getattr(exercise.reference, method)
            cls = type(f"My{name}", (exercise.reference,), {method: returning})
            assert not check(cls, name), (name, junk)


@pytest.mark.parametrize("name", RULES)
def test_a_class_that_inherits_from_the_package_s_is_judged_itself(name):
    """The checkpoint was once judged by the package's function, whatever the class did."""
    cls = type(f"My{name}", (RULES[name].reference,), {"apply": lambda self, g: (3.0,)})
    assert not check(cls, name)
