"""tito, from an empty folder to a complete module, and what it says at the edges."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from tinytorch.exercises import EXERCISES
from tinytorch.workshop import bench, catalog, folder, record
from tinytorch.workshop.catalog import exercises, modules
from tinytorch.workshop.errors import Refusal
from tinytorch.workshop.names import exercise, module

pytestmark = pytest.mark.slow

SMALL = "matmul"
NAMES = [e.name for e in modules()[SMALL].exercises]


def test_every_exercise_is_stated_in_a_chapter_and_judged_by_a_check():
    assert exercises().keys() == EXERCISES.keys()
    for e in exercises().values():
        assert e.task and e.hints and e.stub and e.solution, e.name
        assert not re.search("solution|answer|same check", e.task), e.task


# ------------------------------------------------------------------------------- from the start


def test_a_module_from_start_to_complete(desk):
    said = desk.tito("module", "start", "mat")
    assert "matmul.ipynb has 3 exercises" in said and "matmul.py has 3 exercises" in said

    said = desk.tito("test", "--module", SMALL, code=1)
    for name in NAMES:
        assert f"not written  {name}" in said
    assert "3 not written" in said

    desk.solve(SMALL)
    text = wrong = desk.read("matmul.py")
    for right, mistake in (
        ("return g @ b.mT, a.mT @ g", "return g @ b, a.mT @ g"),
        ("G.mT @ X, G.sum(0)", "G.mT @ X, G"),
        ("g, b, next(ones)", "2 * g, b, next(ones)"),
    ):
        assert right in wrong
        wrong = wrong.replace(right, mistake)
    desk.write("matmul.py", wrong)
    said = " ".join(desk.tito("module", "complete", SMALL, code=1).split())
    for diagnosis in (
        "The gradient of `a` is built without the transpose",
        "The gradient of `bias` has shape",
        "times what it should be",
    ):
        assert diagnosis in said
    assert "3 exercises to go, MyMatmulBackward, MyLinearBackward, MyEinsumBackward" in said

    desk.write("matmul.py", text)
    assert "3 right" in desk.tito("test", "--module", SMALL)
    assert "matmul is complete: 3 exercises, recorded" in desk.tito("module", "complete", SMALL)
    assert "matmul: Matrix multiplication, complete (3)" in desk.tito("module", "list")
    kept = json.loads(desk.read(".tito/record.json"))
    chapter = kept["chapters"]["book/matmul/matmul"]["exercises"]["MatmulBackward"]
    assert chapter["tried"]["passed"] is True
    assert "class MyMatmulBackward" in chapter["passed"]["code"]


def test_what_passed_counts_while_it_is_what_passed(desk):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    desk.tito("module", "complete", SMALL)
    text = desk.read("matmul.py")
    desk.write("matmul.py", text.replace("return g @ b.mT, a.mT @ g", "return g, g"))
    assert "matmul: Matrix multiplication, 2 of 3 passed" in desk.tito("module", "list")
    desk.write("matmul.py", "# a remark\n\n" + text)
    assert "complete (3)" in desk.tito("module", "list")


def test_a_second_start_leaves_the_work_alone(desk):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    before = desk.files()
    assert "exists already, and was left as it is" in desk.tito("module", "start", SMALL)
    assert desk.files() == before


def test_reset_asks_and_keeps_a_copy(desk):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    mine = desk.read("matmul.py")
    assert "Nothing was changed" in desk.tito("module", "reset", SMALL, answer="n\n")
    assert desk.read("matmul.py") == mine
    assert "Stopped." in desk.tito("module", "reset", SMALL, answer="", code=130)
    assert desk.read("matmul.py") == mine
    desk.tito("module", "reset", SMALL, "--yes")
    assert desk.read("matmul.py") != mine
    copies = list((desk.root / ".tito" / "copies").glob("matmul_*.py"))
    assert [c.read_text(encoding="utf8") for c in copies] == [mine]


def test_the_files_are_what_they_say(desk):
    desk.tito("module", "start", "engine")
    book = nbformat.read(desk.root / "engine.ipynb", 4)
    nbformat.validate(book)
    ids = [cell["id"] for cell in book.cells]
    for e in modules()["engine"].exercises:
        assert e.cell in ids and e.link in desk.read("engine.py")
    run = [sys.executable, "engine.py"]
    done = subprocess.run(run, cwd=desk.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Not written yet.") == len(modules()["engine"].exercises)


def test_the_notebook_is_as_good_as_the_script(desk):
    desk.tito("module", "start", SMALL)
    path = desk.root / "matmul.ipynb"
    book = json.loads(path.read_text(encoding="utf8"))
    e = exercises()["MatmulBackward"]
    for cell in book["cells"]:
        if cell.get("id") == e.cell:
            cell["source"] = ["%time\n", *e.solution.splitlines(True), "\n\ncheck(My", "Nothing)"]
    book["cells"].insert(2, {**book["cells"][1], "id": "broken", "source": "for in in ("})
    book["cells"].insert(2, {**book["cells"][1], "id": "raises", "source": "1 / 0"})
    path.write_text(json.dumps(book), encoding="utf8")
    said = desk.tito("test", "matmul")
    assert "right        MyMatmulBackward" in said


def test_of_two_that_are_written_the_later_counts(desk):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    path = desk.root / "matmul.ipynb"
    text = path.read_text(encoding="utf8")
    book = json.loads(text)
    for cell in book["cells"]:
        if cell.get("id") == "exercise-MyMatmulBackward":
            cell["source"] = "class MyMatmulBackward(Function):\n    pass"
    path.write_text(json.dumps(book), encoding="utf8")
    os.utime(path, (1e9, 1e9))
    assert "right        MyMatmulBackward" in desk.tito("test", "matmul")
    os.utime(path, (4e9, 4e9))
    assert "not written  MyMatmulBackward" in desk.tito("test", "matmul", code=1)


# ---------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("arithmetic", "arithmetic"),
        ("arith", "arithmetic"),
        ("05_autograd", "engine"),
        ("07_autograd", "engine"),
        ("autograd", "engine"),
        ("02_activations", "activations"),
        ("03_activations", "activations"),
        ("04_losses", "losses"),
        ("09_spatial", "layers"),
        ("06_optimizers", "learning"),
        ("07_training", "learning"),
        ("13_transformers", "layers"),
    ],
)
def test_names_of_modules(typed, meant):
    found, said = module(typed, modules())
    assert found == meant
    assert bool(said) == (typed[0].isdigit() or typed == "autograd")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("arithmatic", "Is it arithmetic"),
        ("l", "begins several modules: losses, layers, learning"),
        ("17_compression", "a module of the course that has no exercises here"),
        ("", "There is no module"),
    ],
)
def test_a_wrong_name_gets_the_nearest(typed, said):
    with pytest.raises(Refusal, match=said):
        module(typed, modules())


def test_names_of_exercises():
    for typed in ("mul", "MUL", "MyMulBackward", "MulBackward", "Mul"):
        assert exercise(typed, exercises()) == "MulBackward"
    assert exercise("my_clip", exercises()) == "clip"
    with pytest.raises(Refusal, match="Is it MulBackward"):
        exercise("Mull", exercises())


def test_a_module_may_be_named_where_exercises_are(desk):
    desk.tito("module", "start", "two_engines")
    desk.tito("module", "start", SMALL)
    assert "my_divide" in desk.tito("test", "two_engines", code=1)
    said = desk.tito("test", SMALL, code=1)
    assert "MyLinearBackward" not in said
    assert "The other exercises of matmul:\n    tito test --module matmul" in said
    assert "There is no exercise 'nonsense'" in desk.tito("test", "nonsense", code=1)


def test_a_command_is_found_in_its_group(desk):
    assert "Usage: tito book serve" in desk.tito("serve", "--help")
    assert "xor" in desk.tito("milestone", "l")
    assert "No such command 'list'" in desk.tito("list", code=2)


def test_a_command_is_not_broken_into_lines(tmp_path, desk, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    desk.root = tmp_path
    said = desk.tito("test", code=1)
    assert "tito init my-tinytorch" in said and "\N{NO-BREAK SPACE}" not in said


def test_a_check_that_nobody_waits_for_ends(tmp_path):
    """The process of a check, whose tito was killed."""
    path = tmp_path / "mine.py"
    path.write_text("import time\ntime.sleep(3600)\n", encoding="utf8")
    run = [sys.executable, "-m", "tinytorch.workshop.examine", path, "MyMul", tmp_path / "out"]
    done = subprocess.run([*run, "1024", "0.1"], env=bench.environment())
    assert done.returncode == 1 and not (tmp_path / "out").exists()


def test_the_commands_of_the_course(desk):
    assert "is the course's name" in desk.tito("module", "start", "05_autograd")
    assert "9 not written" in desk.tito("test", "--module", "07_autograd", code=1)
    assert "9 exercises to go" in desk.tito("module", "complete", "05_autograd", code=1)


# --------------------------------------------------------------- the reader's file at its worst


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no')", "MyMatmulBackward"),
        ("import sys; sys.exit(3)", "MyMatmulBackward"),
        ("print('noise')", "MyMatmulBackward"),
        ("import os\nif os.fork() == 0:\n    import time; time.sleep(60)", "MyMatmulBackward"),
    ],
)
def test_a_file_that_misbehaves_at_import_is_judged_all_the_same(desk, code, said):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    desk.write("matmul.py", f"{code}\n{desk.read('matmul.py')}")
    assert f"right        {said}" in desk.tito("test", "matmul")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True: pass", "did not end within 2 s"),
        ("import time; time.sleep(60)", "did not end within 2 s"),
        ("import os; os._exit(0)", "ended Python before it was judged (exit code 0)"),
        ("import sys; sys.exit(0)", "calls `exit`"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = bytearray(1 << 40)", "MemoryError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "The system ended it"),
        ("f = lambda: f(); f()", "RecursionError"),
    ],
)
def test_work_that_misbehaves_gets_a_sentence(desk, body, said):
    desk.tito("module", "start", SMALL)
    text = desk.read("matmul.py")
    e = exercises()["MatmulBackward"]
    bad = e.stub.replace("raise NotImplementedError", body)
    desk.write("matmul.py", text.replace(e.stub, bad))
    limit = ["--seconds", "2"] if "2 s" in said else []
    answer = desk.tito("test", "matmul", *limit, code=1)
    assert said in " ".join(answer.split())


def test_a_file_with_a_syntax_error(desk):
    desk.tito("module", "start", SMALL)
    (desk.root / "matmul.ipynb").unlink()
    desk.write("matmul.py", desk.read("matmul.py") + "\ndef broken(:\n")
    said = " ".join(desk.tito("test", "matmul", code=1).split())
    assert "matmul.py is not Python: " in said and "in line" in said


def test_a_notebook_that_is_none(desk):
    desk.tito("module", "start", SMALL)
    (desk.root / "matmul.py").unlink()
    desk.write("matmul.ipynb", "{")
    before = desk.files()["matmul.ipynb"]
    assert "matmul.ipynb is no notebook" in desk.tito("test", "matmul", code=1)
    assert desk.files()["matmul.ipynb"] == before


def test_a_class_that_was_deleted(desk):
    desk.tito("module", "start", SMALL)
    (desk.root / "matmul.ipynb").unlink()
    e = exercises()["MatmulBackward"]
    desk.write("matmul.py", desk.read("matmul.py").replace(e.stub, ""))
    said = " ".join(desk.tito("test", "matmul", code=1).split())
    assert "missing MyMatmulBackward" in said
    assert "`tito module reset matmul` gives fresh stubs" in said


def test_only_what_the_reader_wrote_is_shown(desk):
    desk.tito("module", "start", SMALL)
    e = exercises()["MatmulBackward"]
    noisy = e.solution.replace("return a @ b", "print('shapes', a.shape); return a @ b")
    desk.write("matmul.py", desk.read("matmul.py").replace(e.stub, noisy))
    assert "shapes (" in desk.tito("test", "matmul")
    assert "shapes (" not in desk.tito("test", "--module", SMALL, code=1)


# ------------------------------------------------------------------------------ nothing is lost


def test_not_in_a_folder(tmp_path, desk):
    desk.root = tmp_path
    assert "Make one: tito init" in desk.tito("test", code=1)
    assert "To begin" in desk.tito("module", "list")


def test_it_is_found_from_inside(desk):
    desk.tito("module", "start", SMALL)
    inner = desk.root / "notes" / "of mine"
    inner.mkdir(parents=True)
    desk.root = inner
    assert "3 not written" in desk.tito("test", code=1)


def test_never_inside_the_package(desk):
    package = catalog.HERE.parent
    assert "is inside the package" in desk.tito("init", str(package / "core" / "mine"), code=1)


def test_a_record_from_a_newer_version_is_left_alone(desk):
    desk.tito("module", "start", SMALL)
    newer = '{"format": "tinytorch-record", "version": 2, "chapters": {}}'
    desk.write(".tito/record.json", newer)
    said = " ".join(desk.tito("test", code=1).split())
    assert "is of version 2" in said and "It was left as it is" in said
    assert desk.read(".tito/record.json") == newer


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        '{"format": "x"}',
        "[]",
        '{"format": "tinytorch-record", "version": 1, "chapters": {"a": {"predicts": 3}}}',
    ],
)
def test_a_damaged_record_is_left_alone(desk, damaged):
    desk.tito("module", "start", SMALL)
    desk.write(".tito/record.json", damaged)
    desk.tito("test", code=1)
    desk.tito("module", "list", code=1)
    assert desk.read(".tito/record.json") == damaged


def test_two_at_once(desk):
    desk.tito("module", "start", SMALL)
    desk.tito("module", "start", "two_engines")
    desk.solve(SMALL)
    desk.solve("two_engines")
    both = [desk.process("test", "--module", name) for name in (SMALL, "two_engines")]
    said = [p.communicate()[0] for p in both]
    assert [p.returncode for p in both] == [0, 0], said
    said = desk.tito("module", "list")
    assert "complete (3)" in said and "two_engines: Two engines, complete (2)" in said


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_write_that_fails_halfway_changes_nothing(desk, monkeypatch, step):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL)
    before = desk.files()

    def broken(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.os, step, broken)
    monkeypatch.setattr(folder.shutil, "copymode", broken)
    said = desk.tito("module", "reset", SMALL, "--yes", code=1)
    assert "cannot be written: No space left on device" in " ".join(said.split())
    assert desk.files() == before


def test_a_folder_on_a_disk_that_cannot_be_written(desk, monkeypatch):
    desk.tito("module", "start", SMALL)

    def refused(*args, **kwargs):
        raise PermissionError(13, "Permission denied", str(desk.root / ".tito"))

    monkeypatch.setattr(folder.tempfile, "mkstemp", refused)
    said = " ".join(desk.tito("module", "start", "losses", code=1).split())
    assert "cannot be written: no permission" in said


def test_ctrl_c_ends_the_checks_too(desk):
    desk.tito("module", "start", SMALL)
    e = exercises()["MatmulBackward"]
    endless = e.stub.replace("raise NotImplementedError", "while True: pass")
    desk.write("matmul.py", desk.read("matmul.py").replace(e.stub, endless))
    before = desk.files()
    run = desk.process("test", "matmul", "--seconds", "600")
    line = run.stdout.readline()  # the head of the table: the check runs now
    assert b"matmul" in line
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=300)
    assert run.returncode == 130 and b"Stopped. Your files are as they were." in said
    assert desk.files() == before


# --------------------------------------------------------------------------- what it looks like


def test_a_pipe_has_no_colors_and_sixty_columns_are_enough(desk, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    desk.tito("module", "start", SMALL)
    for *arguments, code in (
        ["module", "list", 0],
        ["test", "matmul", 1],
        ["--help", 0],
        ["milestone", "list", 0],
        ["doctor", 0],
        ["test", "nothing", 1],
    ):
        said = desk.tito(*arguments, code=code)
        assert "\x1b" not in said
        for line in said.splitlines():
            assert len(line) <= 60 or "/" in line or "\\" in line, line


def test_colors_where_they_are_wanted(desk, monkeypatch):
    from tinytorch.workshop import show

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert show.colors() is None
    monkeypatch.setenv("NO_COLOR", "1")
    assert show.colors() is False


def test_a_console_without_the_letters(desk):
    desk.tito("module", "start", SMALL)
    run = desk.process("module", "list", PYTHONIOENCODING="ascii")
    assert run.communicate()[0].decode("ascii") and run.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        [], ["init"], ["test"], ["engine"], ["jupyter"], ["doctor"], ["export"], ["import"],
        *[["module", c] for c in ("list", "start", "status", "complete", "reset")],
        *[["milestone", c] for c in ("list", "run")],
        *[["book", c] for c in ("build", "serve")],
        *[["class", c] for c in ("build", "grade")],
    ],
)  # fmt: skip
def test_help_shows_an_example(desk, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "60")
    said = desk.tito(*command, "--help")
    assert "Example:\n    tito " in said
    assert "..." not in said.partition("Commands:")[2], "a sentence is cut off"


def test_paths_on_windows():
    """No name that tito makes is refused there."""
    for name in [*modules(), "record.json", "matmul_2026-11-30_17-00-00.py"]:
        assert not set(name) & set('<>:"/\\|?*') and not name.endswith((".", " "))
        assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


# ---------------------------------------------------------------------------- export and import


def test_work_goes_to_the_page_and_back(desk, tmp_path):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL, "MyMatmulBackward")
    desk.tito("test", "matmul")
    desk.tito("export", "work.json")
    held = json.loads(desk.read("work.json"))
    record.checked(held, "the export")
    code = held["chapters"]["book/matmul/matmul"]["edits"]["exercise-MyMatmulBackward"]["code"]
    assert code.startswith("from tinytorch.exercises import check\n\nclass MyMatmulBackward")
    assert code.endswith("check(MyMatmulBackward)")

    other = type(desk)(tmp_path / "other")
    other.root.mkdir()
    other.tito("init")
    other.tito("import", str(desk.root / "work.json"))
    assert "right        MyMatmulBackward" in other.tito("test", "matmul")
    assert "1 of 3 passed" in other.tito("module", "list")


def test_an_import_asks_before_it_replaces(desk):
    desk.tito("module", "start", SMALL)
    desk.solve(SMALL, "MyMatmulBackward")
    desk.tito("export", "work.json")
    mine = desk.read("matmul.py").replace("return g @ b.mT, a.mT @ g", "return g @ b.mT, g")
    desk.write("matmul.py", mine)
    assert "Replace your own MyMatmulBackward?" in desk.tito("import", "work.json", answer="n\n")
    assert desk.read("matmul.py") == mine
    desk.tito("import", "work.json", "--yes")
    assert "return g @ b.mT, a.mT @ g" in desk.read("matmul.py")
    assert mine in [
        p.read_text(encoding="utf8") for p in (desk.root / ".tito" / "copies").glob("matmul*.py")
    ]


def test_an_import_of_something_else(desk):
    desk.write("other.json", '{"cells": []}')
    assert "is no record of TinyTorch" in desk.tito("import", "other.json", code=1)
    assert "does not exist" in desk.tito("import", "nothing.json", code=2)


def test_joining_keeps_the_later_entry():
    def with_code(code, when):
        edits = {"exercise-MyMulBackward": {"code": code, "when": when}}
        return {**record.EMPTY, "chapters": {"book/arithmetic/mul": {"edits": edits}}}

    early = with_code("a", "2026-11-30T17:00:00Z")
    late = with_code("b", "2026-11-30T18:00:00Z")
    assert record.joined(early, late)["chapters"] == late["chapters"]
    assert record.joined(late, early)["chapters"] == late["chapters"]
