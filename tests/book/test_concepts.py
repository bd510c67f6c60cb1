"""The exercises of the concept chapters: what their checks say of stubs, mistakes and solutions."""

import inspect
import re

import pytest
from chapters import ROOT, Chapter, names

from tinytorch.core.engine import backward as engine


@pytest.fixture(scope="module")
def shapes():
    return names("start/notation", "check_shapes")["check_shapes"]


def test_notation_names_the_shape(shapes):
    right = {"x": (8, 5, 4), "W": (3, 4), "b": (3,), "s": (5, 1), "z": (8, 5, 3)}
    assert shapes(right)
    assert shapes({**right, "x": [8, 5, 4]})
    answer = shapes({**right, "b": (8, 5, 3)})
    assert answer.passed is False
    assert "`b`: (8, 5, 3) is not the shape of its gradient" in str(answer)
    assert "(3,)" not in str(answer)
    for unfit in ("(3,)", 3):
        answer = shapes({**right, "b": unfit})
        assert answer.passed is False
        assert "as a tuple of numbers, without quotes" in str(answer)


def test_remarks_quote_the_engine_as_it_is():
    start, end = (chapter := Chapter(ROOT / "book/engine/backward.md")).section("The engine's own")
    remarks = re.findall(r"^- .*$", chapter.text[start:end], re.M)
    quoted = [code for line in remarks for code in re.findall(r"`([^`]*[(=][^`]*)`", line)]
    loop = "".join(map(inspect.getsource, (engine.choose, engine.propagate, engine.deliver)))
    assert len(quoted) >= 3
    assert [code for code in quoted if code not in loop] == []
