"""A reader's folder of the workshop, and tito in it."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinytorch.workshop import cli
from tinytorch.workshop.catalog import modules

ROOT = Path(__file__).parents[2]


class Desk:
    """A reader's folder."""

    def __init__(self, root):
        self.root = root

    def tito(self, *arguments, code=0, answer=""):
        """Run tito here, in this process; return what it said."""
        said = io.StringIO()
        before, stdin = Path.cwd(), sys.stdin
        os.chdir(self.root)
        sys.stdin = io.StringIO(answer)
        try:
            with (
                contextlib.redirect_stdout(said),
                contextlib.redirect_stderr(said),
                pytest.raises(SystemExit) as end,
            ):
                cli.main(list(arguments))
        finally:
            os.chdir(before)
            sys.stdin = stdin
        assert (end.value.code or 0) == code, said.getvalue()
        return said.getvalue()

    def process(self, *arguments, alone=False, **environment):
        """Start tito here in a process of its own, `alone` in its group of processes."""
        env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
        return subprocess.Popen(
            [sys.executable, "-m", "tinytorch", *arguments],
            cwd=self.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=alone,
        )

    def read(self, name):
        return (self.root / name).read_text(encoding="utf8")

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf8")

    def solve(self, module, *names):
        """Put the book's solutions into the module's .py, of all exercises or of some."""
        text = self.read(f"{module}.py")
        for e in modules()[module].exercises:
            if not names or e.name in names:
                assert e.stub in text
                text = text.replace(e.stub, e.solution)
        self.write(f"{module}.py", text)

    def files(self):
        """What is in the folder, with its content."""
        return {
            str(p.relative_to(self.root)): p.read_bytes()
            for p in self.root.rglob("*")
            if p.is_file() and p.name != "lock"
        }
