"""The page of the workshop: its walk is what the commands say, and it names every command."""

import re

import pytest
from walk import PAGE, taken

from tinytorch.workshop.cli import tito


@pytest.mark.slow
def test_the_walk_is_what_the_commands_say(tmp_path):
    page = PAGE.read_text(encoding="utf8")
    assert unmeasured(taken(page, tmp_path)) == unmeasured(page)


def unmeasured(page):
    """The page without the numbers of a training run, whose last digits are the machine's."""
    row = r"^ +(?:points right, %|last loss|loss drop, %) .*$"
    return re.sub(row, lambda m: re.sub(r"[\d.]+", "#", m[0]).replace(" ", ""), page, flags=re.M)


def test_the_page_has_every_command():
    page = PAGE.read_text(encoding="utf8")
    table = page[page.index("## The commands") : page.index("## What the checks do")]
    for name, command in tito.commands.items():
        assert f"`tito {name}" in table or f"`{name}" in table, name
        for inner in getattr(command, "commands", ()):
            assert f"`tito {name} {inner}" in table or f"`{inner}" in table, (name, inner)
