"""tito ended by the system at random moments: every file is whole, and the next command works."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from desks import Desk

from tinytorch.workshop import catalog, record
from tinytorch.workshop.catalog import exercises, modules

pytestmark = pytest.mark.slow

KILLED = Path(__file__).with_name("killed.py")
COMMANDS = {  # and about how many lines they take, in all and in the writing of files
    ("module", "start", "{module}"): {"": 430, "folder.py": 60},
    ("test", "matmul"): {"": 1000, "folder.py": 38},
    ("module", "complete", "matmul"): {"": 1500, "folder.py": 38},
    ("export", "work.json"): {"": 2000, "folder.py": 55},
    ("import", "theirs.json", "--yes"): {"": 1300, "folder.py": 60},
    ("module", "reset", "matmul", "--yes"): {"": 430, "folder.py": 90},
}
THEIRS = "class MyMatmulBackward(Function):\n    pass\n"


def killed(desk, lines, files, built, command):
    """Run a command for so many lines of some files. Returns whether it was ended."""
    run = [sys.executable, KILLED, str(lines), files, built, *command]
    done = subprocess.run(run, cwd=desk.root, stdin=subprocess.DEVNULL, capture_output=True)
    whole = b"came to its end" in done.stdout
    assert done.returncode == 0 or not whole, done.stderr.decode()
    return not whole


def work(desk):
    """The reader's files: not what tito itself keeps."""
    return {name: text for name, text in desk.files().items() if not name.startswith(".tito")}


def passes(desk):
    """What the record says has passed."""
    held = record.checked(json.loads(desk.read(".tito/record.json")), "the record")
    return {
        (page, name)
        for page, chapter in held["chapters"].items()
        for name, entry in chapter.get("exercises", {}).items()
        if "passed" in entry
    }


def test_twenty_kills_lose_nothing(desk: Desk, tmp_path):
    built = tmp_path / "exercises.json"
    built.write_text(json.dumps(catalog.book(catalog.ROOT)), encoding="utf8")
    moments = random.Random(17)
    others = [name for name in modules() if name != "matmul"]
    desk.tito("module", "start", "matmul")
    desk.solve("matmul")
    solved = desk.read("matmul.py")
    desk.tito("module", "complete", "matmul")
    theirs = json.loads(json.dumps(record.EMPTY))
    record.with_work(theirs, exercises()["MatmulBackward"], THEIRS)
    desk.write("theirs.json", json.dumps(theirs))
    had, kills, runs = passes(desk), 0, 0
    while kills < 20:
        runs += 1
        command = moments.choice(list(COMMANDS))
        files, lines = moments.choice(list(COMMANDS[command].items()))
        command = [word.format(module=others[kills % len(others)]) for word in command]
        desk.write("matmul.py", f"{solved}\n# my remark {runs}\n")
        before = work(desk)
        kills += killed(desk, moments.randint(1, lines), files, built, command)
        cut = work(desk)
        recorded = passes(desk)
        desk.tito("module", "list")
        if "complete" not in command:  # whose three checks take their time
            desk.tito(*command)
            assert not list((desk.root / ".tito").glob("part-*")), (runs, command)
        after = work(desk)
        for name, text in cut.items():
            if name.endswith(".json"):  # with the time of the run in it
                assert record.checked(json.loads(text), name)
            else:
                assert text in (before.get(name), after[name]), (runs, command, name)
        kept = set(desk.files().values())
        assert all(text in kept for text in before.values()), (runs, command)
        assert had <= recorded and had <= passes(desk), (runs, command)
    assert runs < 40, "most commands came to their end before they were killed"
    desk.write("matmul.py", solved)
    desk.tito("module", "complete", "matmul")
