"""A listing is the package's program, with its comments and docstrings where a page has room."""

import ast
import inspect
import textwrap

import pytest

from tinytorch.book import COLUMNS, fitted
from tinytorch.core import autograd
from tinytorch.core.engine import backward
from tinytorch.core.engine.function import Function

SHOWN = [backward.reachable, backward.propagate, backward.choose, backward.deliver, Function.run]
SHOWN += [getattr(autograd, name) for name in dir(autograd) if name.endswith("Backward")]


def program(code):
    """The syntax tree, with the words of docstrings one space apart."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            text = node.body[0].value
            text.value = " ".join(text.value.split())
    return ast.dump(tree)


@pytest.mark.parametrize("thing", SHOWN, ids=lambda thing: thing.__qualname__)
def test_a_listing_is_the_same_program(thing):
    code = textwrap.dedent(inspect.getsource(thing))
    assert program(fitted(code)) == program(code)


def test_a_comment_that_makes_a_line_too_long_stands_above_it():
    code = f"if a:\n    b = c  # {'why ' * 30}\n    d = '# no comment'  # short\n"
    shown = fitted(code).split("\n")
    assert shown[0] == "if a:"
    assert shown[1:3] == textwrap.wrap(f"    # {'why ' * 30}", COLUMNS, subsequent_indent="    # ")
    assert shown[3:] == ["    b = c", "    d = '# no comment'  # short", ""]


def test_a_listing_may_end_without_a_line_break():
    assert fitted("x = 1  # one") == "x = 1  # one"
    assert fitted(f"x = '{'a' * 80}'  # why") == f"# why\nx = '{'a' * 80}'"


def test_what_a_comment_says_to_the_linter_is_left_out():
    code = f"x = zip({'a' * 70}, b)  # noqa: B905 (lengths were compared)\n"
    assert fitted(code) == f"# lengths were compared\nx = zip({'a' * 70}, b)\n"
