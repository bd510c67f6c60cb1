"""A class: nbgrader's own commands on what is built, and grades without nbgrader."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desks import Desk

from tinytorch.exercises import EXERCISES, check
from tinytorch.workshop import bench, record
from tinytorch.workshop.assignments import CHECKED, HIDDEN, WEEKS
from tinytorch.workshop.catalog import exercises, modules

NAME = "two_engines"  # two exercises
FULL = (CHECKED + HIDDEN) * 2


def nbgrader(course, *command):
    beside = str(Path(sys.executable).parent)
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=course,
        env=os.environ | {"PATH": os.pathsep.join([beside, os.environ["PATH"]])},
        capture_output=True,
        text=True,
    )


def hand_in(course, student, change):
    """Hand in the students' notebook, each answer as `change` makes it of the solution."""
    released = json.loads((course / f"release/{NAME}/{NAME}.ipynb").read_text(encoding="utf8"))
    for cell in released["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution"):
            cell["source"] = change(
                exercises()[about["grade_id"].removeprefix("my_").removeprefix("My")]
            )
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(released), encoding="utf8")


def right(e):
    return e.solution


def wrong(e):
    """The quotient has the wrong sign; the rest is right."""
    return e.solution.replace("-out.grad * a.data", "out.grad * a.data")


def crashing(e):
    return "import os\nos._exit(1)" if e.key == "divide" else e.solution


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    pytest.importorskip("nbgrader")
    root = tmp_path_factory.mktemp("a course")
    said = Desk(root).tito("class", "build", "course", "--modules", NAME)
    assert f"two_engines: 2 exercises, {FULL} points" in said
    for student, change in {"ada": right, "bob": wrong, "cyd": crashing}.items():
        hand_in(root / "course", student, change)
    return root / "course"


@pytest.mark.slow
def test_the_commands_of_nbgrader_run_on_it(course):
    source, released = (course / kind / NAME / f"{NAME}.ipynb" for kind in ("source", "release"))
    assert "Success" in nbgrader(course, "validate", str(source)).stdout
    students = released.read_text(encoding="utf8")
    assert "SOLUTION" not in students and "HIDDEN" not in students and "seed" not in students
    assert "raise NotImplementedError" in students
    seeds = json.loads((course / "hidden_seeds.json").read_text(encoding="utf8"))
    assert all(f"seed={n}" in source.read_text(encoding="utf8") for n in seeds.values())

    done = nbgrader(course, "autograde", NAME)
    assert "for student 'cyd'" in done.stderr  # whose kernel died
    done = nbgrader(course, "generate_feedback", NAME)
    assert done.returncode == 0, done.stderr
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text(encoding="utf8")
    assert "The sign is wrong" in page
    assert nbgrader(course, "export").returncode == 0
    with open(course / "grades.csv", encoding="utf8") as file:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert points == {"ada": FULL, "bob": FULL / 2, "cyd": 0}


def graded(folder, *options, code=0):
    said = Desk(folder).tito("class", "grade", str(folder), *options, code=code)
    if code:
        return said
    with open(folder / "grades.csv", encoding="utf8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_grades_without_nbgrader_are_the_same_verdicts(course):
    rows = graded(course / "submitted")
    verdicts = {(row["student"], row["exercise"]): row["passed"] for row in rows}
    assert verdicts == {
        ("ada", "divide"): "yes",
        ("ada", "Tensor"): "yes",
        ("bob", "divide"): "no",
        ("bob", "Tensor"): "yes",
        ("cyd", "divide"): "missing",
        ("cyd", "Tensor"): "no",
    }
    (row,) = [r for r in rows if (r["student"], r["exercise"]) == ("bob", "divide")]
    assert "The sign is wrong" in row["diagnosis"]


HEAD = "from tinytorch.core.autograd import Function\nimport os, time\n"


def matmul(body):
    return HEAD + exercises()["MatmulBackward"].stub.replace("raise NotImplementedError", body)


ENDLESS = {
    "loops.py": matmul("while True: pass"),
    "forks.py": matmul("[os.fork() for _ in range(6)]; time.sleep(600)"),
}
SUBMISSIONS = {
    "right.py": HEAD + exercises()["MatmulBackward"].solution,
    "eats.py": matmul("x = bytearray(3 << 30)"),
    "exits.py": matmul("os._exit(0)"),
    "calls.py": matmul("import urllib.request as u; u.urlopen('http://127.0.0.1:9/')"),
    "empty.py": "",
    "noise.ipynb": "{",
    "letter.json": '{"dear": "teacher"}',
}


def rows_of(folder, submissions, *options):
    for name, text in submissions.items():
        (folder / name).write_text(text, encoding="utf8")
    rows = graded(folder, *options)
    said = {row["student"]: row for row in rows if row["exercise"] in ("", "MatmulBackward")}
    assert set(said) == {name.partition(".")[0] for name in submissions}
    return said


def test_what_never_ends_is_a_row(tmp_path):
    for row in rows_of(tmp_path, ENDLESS, "--seconds", "1").values():
        assert row["passed"] == "no" and "did not end within 1 s" in row["diagnosis"], row


def test_whatever_is_handed_in_is_a_row(tmp_path):
    said = rows_of(tmp_path, SUBMISSIONS, "--megabytes", "1024", "--seconds", "120")
    assert [name for name, row in said.items() if row["passed"] == "yes"] == ["right"]
    for student, words in {
        "eats": "MemoryError",
        "exits": "ended Python before it was judged",
        "calls": "URLError",
        "empty": "No exercise of the book is in it",
        "noise": "is no notebook",
        "letter": "is no record of TinyTorch",
    }.items():
        assert words in said[student]["diagnosis"], said[student]


def test_an_export_of_the_page_is_graded(tmp_path):
    e = exercises()["MatmulBackward"]
    held = json.loads(json.dumps(record.EMPTY))
    record.with_work(held, e, e.solution)
    (tmp_path / "ada.json").write_text(json.dumps(held), encoding="utf8")
    rows = graded(tmp_path, "--seed", "8231")
    assert {row["exercise"]: row["passed"] for row in rows}["MatmulBackward"] == "yes"


def test_an_empty_folder(tmp_path):
    assert "There is no submission" in graded(tmp_path, code=1)


def test_a_name_is_no_formula(tmp_path):
    (tmp_path / "=cmd.py").write_text("", encoding="utf8")
    assert graded(tmp_path)[0]["student"] == "'=cmd"


def test_no_network_for_what_is_graded(tmp_path):
    code = "import socket; print([n for _, n in socket.if_nameindex()])\nmy_clip = 3\n"
    (tmp_path / "a.py").write_text(code, encoding="utf8")
    verdict = bench.judge(tmp_path / "a.py", "my_clip", apart=True)
    assert verdict.printed == "['lo']" or not bench.can_be_apart()


def test_what_was_changed_by_hand_stays(tmp_path):
    desk = Desk(tmp_path)
    build = ("class", "build", "course", "--modules", NAME, "--no-release")
    desk.tito(*build)
    seeds = desk.read("course/hidden_seeds.json")
    desk.write("course/syllabus.md", "mine")
    said = desk.tito(*build)
    assert "was changed by hand, and stays as it is" in " ".join(said.split())
    assert desk.read("course/syllabus.md") == "mine"
    assert desk.read("course/hidden_seeds.json") == seeds


def test_twelve_weeks_meet_every_module():
    assert len(WEEKS) == 12
    assert {name for _, name, _ in WEEKS} == set(modules())


@pytest.mark.parametrize("name", EXERCISES)
def test_hidden_samples_are_other_samples_and_as_strict(name):
    """A right answer passes on them, a mistake does not, and they are not those one can see."""
    e, exercise = exercises()[name], EXERCISES[name]
    space = {}
    exec("\n".join([*e.imports, e.given, e.solution]), space)
    assert check(space[e.name], name, seed=8231)
    first = exercise.mistakes[0] if exercise.mistakes else None
    if first is not None:
        made = exercise.mistaken(first) if hasattr(exercise, "mistaken") else first.work
        assert check(made, name, seed=8231).passed is False
