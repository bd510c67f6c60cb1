"""The reader's rules at work: named where they run, and the same losses."""

import re
from collections import Counter
from copy import deepcopy

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core import autograd
from tinytorch.core.engine.using import fitted
from tinytorch.exercises import RULES
from tinytorch.workshop.catalog import exercises
from tinytorch.workshop.stand_in import OTHERS, checking

pytestmark = pytest.mark.slow

MODULES = ("matmul", "activations", "losses")


def solution(name):
    e = exercises()[name]
    space = {"__name__": "solutions"}
    exec("\n".join([*e.imports, e.given, e.solution]), space)
    return space[e.name]


@pytest.fixture
def solved(desk):
    for name in MODULES:
        desk.tito("module", "start", name)
        desk.solve(name)
    return desk


@pytest.mark.parametrize(
    ("milestone", "rules"),
    [
        ("xor", {"LinearBackward", "TanhBackward", "BCEWithLogitsBackward"}),
        ("mlp", {"LinearBackward", "ReLUBackward", "CrossEntropyBackward"}),
    ],
)
def test_a_milestone_trains_on_them(solved, milestone, rules):
    said = solved.tito("milestone", "run", milestone, "--mine")
    yours = set(re.findall(r"^ +(\w+) +[\d,]+ times +yours \(\w+\.py\)", said, re.M))
    assert yours == rules
    assert "the package's\n" in said and "times  the package's" not in said
    for apart in re.findall(r"largest difference of the losses along the way: (\S+)", said):
        assert float(apart) < 2e-6  # float32 has seven digits
    last = re.findall(r"last loss +(\S+) +(\S+)", said)
    assert all(abs(float(a) - float(b)) < 1e-6 for a, b in last)


def test_a_wrong_rule_is_named_before_training(solved):
    text = solved.read("activations.py")
    e = exercises()["TanhBackward"]
    wrong = e.solution.replace("def apply", "def unused").replace(
        "def forward", "def apply(self, g):\n        return (g,)\n\n    def forward"
    )
    solved.write("activations.py", text.replace(e.solution, wrong))
    said = solved.tito("milestone", "run", "xor", "--mine")
    before, after = said.split("rules are yours", 1)
    assert "not yet: MyTanhBackward is left out." in before and "The gradient of `x`" in before
    assert re.search(r"TanhBackward +400 times +the package's", after)


def test_a_table_of_whose_rule_is_whose(solved):
    said = solved.tito("engine")
    assert "matmul: 3 of 3 yours" in said and "yours     MatmulBackward (matmul.py)" in said
    assert "shape: 0 of" in said
    assert re.search(r"\d+ of \d+ rules are yours\.", said)


def test_nothing_of_ones_own(desk):
    desk.tito("module", "start", "matmul")
    assert "None of your rules passes" in desk.tito("milestone", "run", "xor", "--mine", code=1)


def test_checked_by_differences_while_it_trains(solved):
    said = solved.tito("milestone", "run", "xor", "--mine", "--gradcheck")
    assert "20 of 20 agree" in said


def test_differences_see_what_is_wrong():
    class MyMulBackward(tt.autograd.Function):
        saves = ("a", "b")

        def forward(self, a, b):
            return a * b

        def apply(self, g):
            a, b = self.saved_tensors
            return g * a, g * b

    checks = Counter()
    with autograd.using(checking(MyMulBackward, checks)):
        x = tt.tensor(np.array([1.0, 2.0]), requires_grad=True)
        (x * tt.tensor(np.array([3.0, 5.0]), requires_grad=True)).sum().backward()
    assert checks == {("MyMulBackward", False): 1}


@pytest.mark.parametrize("name", sorted(set(RULES) - OTHERS))
def test_every_solution_can_take_the_place_of_the_package_s_rule(name):
    """Called as the package calls its own, with all of its parameters at their defaults."""
    exercise, cls = RULES[name], solution(name)
    sample = exercise.samples[0]
    mine = fitted(cls, exercise.reference)
    defaults = exercise.reference.forward.__kwdefaults__ or {}
    z = mine.run(*map(tt.tensor, sample.arrays()), **{**defaults, **deepcopy(sample.params)})
    due = exercise.reference.run(*map(tt.tensor, sample.arrays()), **deepcopy(sample.params))
    assert np.allclose(z.data, due.data)


def test_what_an_exercise_does_not_have_is_refused():
    cls = fitted(solution("CrossEntropyBackward"), RULES["CrossEntropyBackward"].reference)
    scores, classes = tt.tensor(np.eye(3)), tt.tensor(np.array([0, 1, 2]))
    with pytest.raises(TypeError, match="forward has no label_smoothing, and here it is"):
        cls.run(scores, classes, label_smoothing=0.1)
