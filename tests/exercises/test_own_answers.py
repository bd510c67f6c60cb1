"""Answers that a stranger might give: each wrong one is told its fault, each right one is accepted.

Five and more wrong rules and two right ones for each exercise, in `own`. What a wrong one is told
has to contain one of the phrases beside it, and must be more than two numbers.
"""

import numpy as np
import pytest
from own import arrays, elementwise, engine, layers, results, tasks

from tinytorch.exercises import RULES, check
from tinytorch.exercises.rule import Mistake

TABLES = elementwise, arrays, layers
WRONG = {name: rows for table in TABLES for name, rows in table.WRONG.items()}
RIGHT = {name: rows for table in TABLES for name, rows in table.RIGHT.items()}
TASKS_WRONG = tasks.WRONG | engine.WRONG
TASKS_RIGHT = tasks.RIGHT | engine.RIGHT
ALSO = {"CheckpointBackward"}  # in test_memory: it is judged by what it forgets as well


def judged(name, rule, seed=None):
    return check(RULES[name].mistaken(Mistake("", rule)), name, seed=seed)


def numbered(tables):
    return [(name, k) for name, rows in tables.items() for k in range(len(rows))]


@pytest.mark.parametrize("tables", [(WRONG, 5), (RIGHT, 2)], ids=["wrong", "right"])
def test_every_exercise_has_its_answers(tables):
    answers, least = tables
    assert answers.keys() | ALSO == RULES.keys()
    assert [name for name, rows in answers.items() if len(rows) < least] == []


@pytest.mark.parametrize(("name", "k"), numbered(WRONG))
def test_a_wrong_answer_is_told_its_fault(name, k):
    rule, phrases = WRONG[name][k]
    answer = judged(name, rule)
    said = str(answer.message).split("\n\nTried")[0]
    assert answer.passed is False
    assert any(phrase in said for phrase in phrases.split("|")), said
    assert "is wrong: " not in said
    assert judged(name, rule, seed=7).passed is False


@pytest.mark.parametrize(("name", "k"), numbered(RIGHT))
def test_a_right_answer_is_accepted(name, k):
    answer = judged(name, RIGHT[name][k])
    assert answer.passed is True, answer


@pytest.mark.parametrize(("name", "k"), numbered(TASKS_WRONG))
def test_a_wrong_answer_to_a_task_is_told_its_fault(name, k):
    work, phrases = TASKS_WRONG[name][k]
    answer = check(work, name)
    assert answer.passed is False
    assert any(phrase in answer.message for phrase in phrases.split("|")), answer


@pytest.mark.parametrize(("name", "k"), numbered(TASKS_RIGHT))
def test_a_right_answer_to_a_task_is_accepted(name, k):
    answer = check(TASKS_RIGHT[name][k], name)
    assert answer.passed is True, answer


@pytest.mark.parametrize(("name", "k"), numbered(results.WRONG))
def test_a_wrong_result_is_told_its_fault(name, k):
    made, phrases = results.WRONG[name][k]
    reference = RULES[name].reference

    def forward(self, *inputs, **params):
        return np.asarray(made(*inputs, **params), reference.forward(self, *inputs, **params).dtype)

    forward.__wrapped__ = reference.forward
    answer = check(type("Mine", (reference,), {"forward": forward}), name)
    assert answer.passed is False
    assert any(phrase in answer.message for phrase in phrases.split("|")), answer
