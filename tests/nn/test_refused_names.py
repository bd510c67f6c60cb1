"""Names of PyTorch that are left out give their reason, and the page of the reference has them."""

import importlib
import re
from pathlib import Path

import pytest

from tinytorch.core.left_out import LEFT_OUT

PAGE = Path(__file__).parents[2] / "book" / "reference" / "api.md"
NAMES = [(place, name) for place, names in LEFT_OUT.items() for name in names]


@pytest.mark.parametrize(("place", "name"), NAMES, ids=".".join)
def test_a_name_is_pytorchs_and_refused_with_its_reason(place, name):
    pytest.importorskip("torch")
    module = importlib.import_module(f"tinytorch.{place}")
    with pytest.raises(AttributeError, match=re.escape(LEFT_OUT[place][name])) as refused:
        getattr(module, name)
    assert f"tinytorch.{place} has no {name}: " in str(refused.value)
    assert not hasattr(module, "no_such_name")
    theirs = importlib.import_module(f"torch.{place}")
    if not hasattr(theirs, name):
        importlib.import_module(f"torch.{place}.{name}")


def test_the_page_lists_them():
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", PAGE.read_text(encoding="utf8"), re.M)
    listed = {n: why for names, why in rows for n in re.findall(r"`([\w.]+\.\w+)`", names)}
    assert listed == {f"{place}.{name}": LEFT_OUT[place][name] for place, name in NAMES}


def test_an_unknown_name_is_an_ordinary_error():
    nn = importlib.import_module("tinytorch.nn")
    with pytest.raises(AttributeError, match=r"module 'tinytorch.nn' has no attribute 'Linaer'"):
        nn.Linaer  # noqa: B018
