"""A folder of the workshop."""

import pytest
from desks import Desk


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    root = tmp_path / "my tiny törch"  # paths have blanks and letters of their own
    root.mkdir()
    made = Desk(root)
    made.tito("init")
    return made
