"""On the pages of the API a docstring's source is a sentence, and no parameter."""

from pathlib import Path

import pytest

import tinytorch as tt

EXTENSION = Path(__file__).parents[2] / "book" / "_ext"


@pytest.fixture
def source_first(monkeypatch):
    monkeypatch.syspath_prepend(EXTENSION)
    from tinytorch_book.docstrings import source_first

    return source_first


def test_the_source_goes_before_the_sections(source_first):
    lines = ["One.", "", "Parameters", "----------", "x : int", "", "Source: A. B,", '"C".', ""]
    moved = ["One.", "", "Source: A. B,", '"C".', "", "Parameters", "----------", "x : int", "", ""]
    assert source_first(lines) == moved


def test_a_docstring_without_sections_or_source_stays(source_first):
    for lines in (["One.", "", "Source: A."], ["One.", "", "Raises", "------", "ValueError"]):
        assert source_first(lines) == lines


@pytest.mark.parametrize("thing", [tt.optim.Adam, tt.nn.BatchNorm1d, tt.nn.LSTM])
def test_napoleon_makes_no_parameter_of_it(source_first, thing):
    import inspect

    from sphinx.ext.napoleon import Config, NumpyDocstring

    lines = source_first(inspect.getdoc(thing).split("\n"))
    shown = str(NumpyDocstring("\n".join(lines), Config(napoleon_use_param=False)))
    assert "Source:" in shown
    assert "**Source" not in shown and "attribute:: Source" not in shown
