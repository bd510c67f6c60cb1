"""The commands for a class: build assignments, grade submissions."""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import click

from . import record, show
from .bench import MEGABYTES, SECONDS, can_be_apart, judge_all
from .catalog import modules
from .command import MODULE, Group, example, tito
from .errors import Refusal
from .files import pieces, written
from .folder import saying

KINDS = (".py", ".ipynb", ".json")
COLUMNS = ("student", "file", "module", "exercise", "passed", "diagnosis")


@tito.group("class", cls=Group)
@example("tito class build my-course", "tito class grade submissions")
def classroom():
    """Assignments for a class, and grades."""


@classroom.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--modules", "names", type=MODULE, multiple=True, help="Only these; may be repeated.")
@click.option("--release/--no-release", default=None, help="Make the students' versions as well.")
@example("tito class build my-course", "tito class build my-course --modules arithmetic")
def build(folder, names, release):
    """Make FOLDER a course of nbgrader.

    It gets an assignment for each module, and a syllabus. Instructors' versions are in
    FOLDER/source. Where nbgrader is installed, students' versions are made of them in
    FOLDER/release. Files that are there stay, unless they are as an earlier build left them; the
    hidden seeds stay the same.
    """
    from . import assignments

    folder = folder.resolve()
    chosen = {m.name: m for m in names} or modules()
    with saying(folder):
        folder.mkdir(parents=True, exist_ok=True)
        seeds_file = folder / "hidden_seeds.json"
        try:
            known = assignments.read_seeds(seeds_file)
        except ValueError as error:
            raise Refusal(f"{seeds_file} is damaged: {error}. Mend it, or move it away.") from error
        points = {}
        for name, m in chosen.items():
            known |= assignments.seeds(m, known)
            points[name] = len(m.exercises) * (assignments.CHECKED + assignments.HIDDEN)
            put(folder / "source" / name / f"{name}.ipynb", assignments.source(m, known))
            show.say(f"{name}: {len(m.exercises)} exercises, {points[name]} points.")
        seeds_file.write_text(json.dumps(known, indent=1) + "\n", encoding="utf8")
        put(folder / "nbgrader_config.py", assignments.CONFIG)
        put(folder / "syllabus.md", assignments.syllabus(modules()))
    there = find_spec("nbgrader") is not None
    if release and not there:
        raise Refusal(f"nbgrader is not installed: {sys.executable} -m pip install nbgrader")
    if release or (release is None and there):
        for name in chosen:
            nbgrader(folder, "generate_assignment", name, "--create", "--force")
        show.say(f"The students' versions are in {show.whole(folder / 'release')}.")
        steps = []
    else:
        steps = [f"nbgrader generate_assignment {next(iter(chosen))} --create --force"]
    show.next_step(
        f"The course is in {show.whole(folder)}. Its hidden seeds are in source and in"
        " hidden_seeds.json: keep both to yourself. What is handed in goes to"
        " submitted/STUDENT/MODULE. Next, there:",
        *([] if there else ["pip install nbgrader"]),
        *steps,
        f"nbgrader autograde {next(iter(chosen))}",
    )


def put(path: Path, text: str) -> None:
    """Write a file of the course; what somebody has changed in it since stays, and is named."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = path.parent / f".{path.name}.built"
    if path.exists():
        now = path.read_text(encoding="utf8")
        if now == text:
            return
        if not stamp.exists() or stamp.read_text(encoding="utf8") != now:
            show.say(f"{show.whole(path)} was changed by hand, and stays as it is.")
            return
    path.write_text(text, encoding="utf8")
    stamp.write_text(text, encoding="utf8")


def nbgrader(folder: Path, *command: str) -> None:
    """Run a command of nbgrader in the course; its output is shown where it fails."""
    run = [sys.executable, "-m", "nbgrader", *command]
    beside = str(Path(sys.executable).parent)  # nbgrader calls tools that are installed with it
    env = {**os.environ, "PATH": os.pathsep.join([beside, os.environ.get("PATH", "")])}
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, env=env)
    if done.returncode:
        end = done.stderr[-2000:].strip()
        raise Refusal(f"nbgrader {' '.join(command)} failed:\n\n```\n{end}\n```")


@classroom.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--modules", "names", type=MODULE, multiple=True, help="Grade these modules whole.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The CSV file.")
@click.option("--seed", type=int, help="Judge on hidden samples of this seed.")
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one exercise.")
@click.option("--megabytes", default=MEGABYTES, show_default=True, help="Memory for one exercise.")
@example("tito class grade submissions", "tito class grade submissions --seed 8231 --out week4.csv")
def grade(folder, names, out, seed, seconds, megabytes):
    """Grade a FOLDER of submissions.

    The grades are one CSV file with a row for each exercise. A submission is a .py, a notebook, or
    a file that the page "Your work" or tito has exported. The student is the file's first folder,
    or the file's own name.
    """
    folder = folder.resolve()
    out = (out or folder / "grades.csv").resolve()
    with tempfile.TemporaryDirectory(prefix="tito-class-") as scratch:
        rows, jobs = [], []
        for path in submissions(folder):
            for row, job in of_submission(folder, path, names, Path(scratch)):
                rows.append(row)
                if job:
                    jobs.append((row, job))
        verdicts = judge_all((job for _, job in jobs), seconds, megabytes, True, seed)
        with click.progressbar(
            zip(jobs, verdicts, strict=True), len(jobs), label="grading", file=sys.stderr
        ) as graded:
            for (row, _), verdict in graded:
                row["passed"] = {True: "yes", False: "no", None: "not written"}[verdict.passed]
                row["diagnosis"] = " ".join(verdict.message.split())
    if not rows:
        raise Refusal(f"There is no submission in {folder}: no .py, .ipynb or exported .json.")
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({k: _harmless(v) for k, v in row.items()} for row in rows)
    with saying(out):
        part = out.with_name(f".{out.name}.part")
        part.write_text(text.getvalue(), encoding="utf8")
        os.replace(part, out)
    passed = sum(row["passed"] == "yes" for row in rows)
    students = len({row["student"] for row in rows})
    apart = "without network" if can_be_apart() else "this system does not let tito cut the network"
    whose = "1 student" if students == 1 else f"{students} students"
    show.say(f"{show.whole(out)}: {len(rows)} rows of {whose}, {passed} passed ({apart}).")


def submissions(folder: Path):
    """Every file that may be one, in order; hidden folders and earlier grades are left out."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if path.is_file() and path.suffix in KINDS and not hidden:
            yield path


def of_submission(folder, path, names, scratch):
    """The rows of one submission, each with the file and name to judge, or None."""
    relative = path.relative_to(folder)
    student = relative.parts[0] if len(relative.parts) > 1 else path.stem
    base = {"student": student, "file": str(relative), "module": "", "exercise": ""}
    try:
        known = _exported(path, scratch) if path.suffix == ".json" else _defined(path)
    except (Refusal, ValueError, OSError) as error:
        yield {**base, "passed": "no", "diagnosis": str(error)}, None
        return
    begun = [m for m in modules().values() if any(e.name in known for e in m.exercises)]
    wanted = list(names) or begun
    if not wanted:
        said = known.get("") or "No exercise of the book is in it."
        yield {**base, "passed": "no", "diagnosis": said}, None
    for m in wanted:
        for e in m.exercises:
            row = {**base, "module": m.name, "exercise": e.key}
            if e.name in known:
                yield row, (known[e.name], e.name)
            else:
                said = f"`{e.name}` is not in it. {known.get('', '')}".strip()
                yield {**row, "passed": "missing", "diagnosis": said}, None


def _defined(path):
    """The exercises that a file defines, with the file; what is amiss under the empty name."""
    found = pieces(path)
    known = {
        e.name: path
        for m in modules().values()
        for e in m.exercises
        if written(found, e.name) is not None
    }
    troubles = [p.trouble for p in found if p.trouble]
    return known | ({"": "; ".join(troubles)} if troubles else {})


def _exported(path, scratch):
    """The exercises of an exported record, each written to a file of its own."""
    from .folder import read_json

    read = record.checked(read_json(path), path.name)
    known = {}
    place = Path(tempfile.mkdtemp(dir=scratch))
    for m in modules().values():
        for e in m.exercises:
            chapter = read["chapters"].get(record.page(e), {})
            code = chapter.get("edits", {}).get(e.cell, {}).get("code")
            passed = chapter.get("exercises", {}).get(e.key, {}).get("passed", {})
            code = code or passed.get("code")
            if code:
                file = place / f"{e.name}.py"
                lines = [*e.imports, "from tinytorch.exercises import check", e.given, code]
                file.write_text("\n".join(lines), encoding="utf8")
                known[e.name] = file
    return known


def _harmless(text):
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
