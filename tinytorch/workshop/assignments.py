"""Assignments for nbgrader, made of the same exercises as everything else."""

import json
import secrets
from pathlib import Path

from nbformat import v4, writes

from ..exercises import check
from .catalog import Module
from .files import hint_parts, shared

CHECKED, HIDDEN = 1, 2  # points for what the book checks, and for samples that are not shown
SEEDS = 100_000
NEW = "BEGIN SOLUTION", "END SOLUTION"

CONFIG = '''"""nbgrader's settings for this course: run its commands in this folder."""

c = get_config()
c.CourseDirectory.course_id = "tinytorch"
c.ClearSolutions.code_stub = {"python": ""}  # a cell holds its own stub above the solution
c.ExecutePreprocessor.timeout = 120  # seconds for a cell; a loop that never ends is cut off
c.ExecutePreprocessor.interrupt_on_timeout = True
c.ClearHiddenTests.enforce_metadata = True
'''

WEEKS = (  # what a week is about, its modules, and the milestone that it makes possible
    ("What a gradient is, and the chain rule on a graph", "engine", ""),
    ("Recording a graph, and the backward pass", "engine", ""),
    ("Undoing a broadcast; gradient checks", "engine", ""),
    ("Arithmetic, entry by entry", "arithmetic", "perceptron"),
    ("Shapes and indices", "shape", ""),
    ("Reductions", "reductions", ""),
    ("Matrix multiplication", "matmul", ""),
    ("Activations", "activations", "xor"),
    ("Losses", "losses", "mlp"),
    ("Convolution, pooling, embedding, normalization, attention", "layers", "cnn"),
    ("Optimizers and the training loop", "learning", "transformer"),
    ("An engine of one's own, in one file", "two_engines", ""),
)


def source(module: Module, seeds: dict[str, int]) -> str:
    """The instructor's notebook of a module; nbgrader makes the students' of it."""
    imports, given = shared(module)
    cells = [
        _cell(
            v4.new_markdown_cell(
                f"# {module.title}\n\nWrite each class or function in its cell. The cell below it"
                " checks your work, on samples like those that are graded."
            ),
            f"about-{module.name}",
            locked=True,
        ),
        _cell(v4.new_code_cell(imports), f"imports-{module.name}", locked=True),
    ]
    if given:
        cells.append(
            _cell(v4.new_code_cell("\n\n\n".join(given)), f"given-{module.name}", locked=True)
        )
    for e in module.exercises:
        hints = "".join(
            f"\n\n<details><summary>{title}</summary>\n\n{text}\n\n</details>"
            for title, text in map(hint_parts, e.hints)
        )
        about = f"## {e.name}\n\n[{e.title}]({e.link})\n\n{e.task}{hints}"
        cells.append(_cell(v4.new_markdown_cell(about), f"task-{e.name}", locked=True))
        begin, end = NEW
        both = f"{e.stub}\n\n### {begin}\n\n{e.solution}\n\n### {end}"
        cells.append(_cell(v4.new_code_cell(both), e.name, solution=True))
        seen = (
            "from tinytorch.exercises import check\n\n"
            f'answer = check({e.name}, "{e.key}")\nassert answer, answer\nprint(answer)'
        )
        cells.append(_cell(v4.new_code_cell(seen), f"check-{e.name}", points=CHECKED))
        hidden = (
            f"# Samples that are not shown: {HIDDEN} points\n"
            "### BEGIN HIDDEN TESTS\n"
            "from tinytorch.exercises import check\n\n"
            f'answer = check({e.name}, "{e.key}", seed={seeds[e.key]})\n'
            "assert answer, answer\n"
            "### END HIDDEN TESTS"
        )
        cells.append(_cell(v4.new_code_cell(hidden), f"hidden-{e.name}", points=HIDDEN))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return writes(v4.new_notebook(cells=cells, metadata={"kernelspec": spec})) + "\n"


def _cell(cell, name, points=None, solution=False, locked=False):
    """Mark a cell for nbgrader: a solution, a locked text, or a locked test with points."""
    cell["id"] = name[:64]
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": name,
        "grade": points is not None,
        "solution": solution,
        "locked": locked or points is not None,
        "task": False,
        **({"points": points} if points is not None else {}),
    }
    return cell


def seeds(module: Module, known: dict[str, int]) -> dict[str, int]:
    """A seed for each exercise, with which its solution passes; those that are known stay."""
    found = {}
    for e in module.exercises:
        found[e.key] = known.get(e.key) or _seed(e)
    return found


def _seed(exercise):
    space = {"__name__": "solution"}
    exec("\n".join([*exercise.imports, exercise.given, exercise.solution]), space)
    for _ in range(20):
        seed = secrets.randbelow(SEEDS) + 1
        if check(space[exercise.name], exercise.key, seed=seed):
            return seed
    raise RuntimeError(f"{exercise.name}: its solution fails on 20 sets of hidden samples")


def syllabus(modules: dict[str, Module]) -> str:
    """Twelve weeks, as Markdown."""
    lines = [
        "# TinyTorch: a course of twelve weeks",
        "",
        "Each week: the chapters as reading, the module as homework, the milestone in class.",
        "",
        "| week | about | module | chapters | milestone |",
        "| --- | --- | --- | --- | --- |",
    ]
    engine = iter([[0, 3], [3, 5], [5, None]])
    for week, (about, name, milestone) in enumerate(WEEKS, 1):
        pages = modules[name].pages
        if name == "engine":
            first, last = next(engine)
            pages = pages[first:last]
        chapters = ", ".join(page.split("/")[1] for page in pages)
        run = f"`tito milestone run {milestone}`" if milestone else ""
        lines.append(f"| {week} | {about} | {name} | {chapters} | {run} |")
    points = {name: len(m.exercises) * (CHECKED + HIDDEN) for name, m in modules.items()}
    lines += ["", "Points: " + ", ".join(f"{name} {n}" for name, n in points.items()) + "."]
    return "\n".join(lines) + "\n"


def read_seeds(path: Path) -> dict[str, int]:
    """The seeds of an earlier build, which a later one keeps."""
    return json.loads(path.read_text(encoding="utf8")) if path.exists() else {}
