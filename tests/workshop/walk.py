"""The walk through the workshop: run the commands of its page, and write down what they say.

`python tests/workshop/walk.py` records it anew; a test holds the page against a run.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tinytorch.workshop.catalog import exercises
from tinytorch.workshop.names import without_my

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "workshop" / "workshop.md"
BLOCK = re.compile(
    r"^```(?:console|\{code-block\} python\n:class: walk-(?P<name>\w+)\n)\n(?P<body>.*?)^```$",
    re.M | re.S,
)
COLUMNS = "72"


def taken(page, folder):
    """The page with the output of its commands, run in an empty folder."""
    place = Path(folder)
    code = {}

    def step(match):
        nonlocal place
        if name := match["name"]:
            put(place, name, code.get(name), match["body"].strip())
            code[name] = match["body"].strip()
            return match[0]
        lines = []
        for line in match["body"].splitlines():
            if not line.startswith("$ "):
                continue
            lines.append(line)
            _, *command = line.split()
            if command[0] == "cd":
                place = place / command[1]
                continue
            assert command[0] == "tito"
            lines += told(run(place, command[1:]), folder)
        return "```console\n" + "\n".join(lines) + "\n```"

    return BLOCK.sub(step, page)


def put(place, name, before, after):
    """Write an answer into the module's file, in place of the stub or of an earlier one."""
    e = exercises()[without_my(name)]
    path = place / f"{e.module}.py"
    text = path.read_text(encoding="utf8")
    assert (before or e.stub) in text
    path.write_text(text.replace(before or e.stub, after), encoding="utf8")


def run(place, command):
    env = os.environ | {"COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tinytorch", *command],
        cwd=place,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf8",
    )
    return done.stdout


def told(said, folder):
    """The lines of an output, without what differs from run to run."""
    said = said.replace(f"{Path(folder).resolve()}{os.sep}", "~/")
    said = re.sub(r"\d+\.\d s\b", "… s", said)
    said = re.sub(r"\d\.\de[-+]\d+", "0", said)  # of the order of rounding
    return said.rstrip().splitlines()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(taken(PAGE.read_text(encoding="utf8"), scratch), encoding="utf8")
