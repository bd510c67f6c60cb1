"""What a class says of its own rule, which the book's table of rules is made of."""

import pytest
from test_operations import of_the_package

from tinytorch.book import rule


@pytest.mark.parametrize("cls", sorted(of_the_package(), key=str), ids=lambda cls: cls.__name__)
def test_a_class_says_what_its_rule_is(cls):
    said = rule(cls)
    assert [what for what, text in said.items() if not text] == []
    assert said["forward"].startswith("z")
    assert "∂L/∂" in said["backward"]


def test_a_docstring_is_taken_apart():
    class Example:
        """z = x³.   ∂L/∂x = g · 3x².   Keeps the input. It is odd.

        Cost: n; 2n back. PyTorch: PowBackward0. Source: school.
        """

    assert rule(Example) == {
        "forward": "z = x³.",
        "backward": "∂L/∂x = g · 3x².",
        "keeps": "the input",
        "cost": "n; 2n back",
        "PyTorch": "PowBackward0",
    }
