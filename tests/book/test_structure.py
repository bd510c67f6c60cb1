"""Every chapter keeps to the arc of the book, and no number in its prose is typed in."""

import ast
import inspect
import re

import pytest
from chapters import chapters
from terms import unlinked

from tinytorch.core import autograd
from tinytorch.exercises import EXERCISES, RULES, check

FRONT_MATTER = {
    "jupytext": {"text_representation": {"extension": ".md", "format_name": "myst"}},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
}
FIGURES = (
    "Curve",
    "Surface",
    "ArrayLens",
    "GraphStepper",
    "Check",
    "Training",
    "DigitPad",
    "Descent",
    "Attention",
)
HIDDEN = {"hide-input", "hide-cell", "hide-output", "remove-input", "remove-output", "remove-cell"}

ALL = chapters()
BACKWARD = [chapter for chapter in ALL if chapter.classes]
WITH_CODE = [chapter for chapter in ALL if chapter.cells]
every = pytest.mark.parametrize("chapter", ALL, ids=str)
every_with_code = pytest.mark.parametrize("chapter", WITH_CODE, ids=str)
every_backward = pytest.mark.parametrize("chapter", BACKWARD, ids=str)


def of_the_package(cls):
    """The subclasses that the package defines, at any depth."""
    for sub in cls.__subclasses__():
        if sub.__module__.startswith("tinytorch.core"):
            yield sub
        yield from of_the_package(sub)


def figures(chapter):
    return [call for cell in chapter.cells for call in cell.calls(*FIGURES)]


def arguments(call):
    """The keyword arguments of a call that are plain values."""
    found = {}
    for keyword in call.keywords:
        try:
            found[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:  # computed
            found[keyword.arg] = None
    return found


# --------------------------------------------------------------------------------- all chapters


def test_there_are_chapters_to_test():
    assert {"AddBackward", "MulBackward", "MatmulBackward", "ReLUBackward"} <= {
        cls for chapter in BACKWARD for cls in chapter.classes
    }


@every_with_code
def test_front_matter_makes_it_a_notebook(chapter):
    assert chapter.front_matter == FRONT_MATTER


@every_with_code
def test_cells_are_python_that_parses(chapter):
    for cell in chapter.cells:
        assert cell.language == "python"
        assert cell.tree
        assert cell.options.keys() <= {"tags", "mystnb", "jupyter"}


@every_with_code
def test_the_first_cell_does_something(chapter):
    """A page opens with its question; the imports come with the first thing that is computed."""
    first = next(
        (c for c in chapter.cells if not {"remove-input", "remove-cell"} & set(c.tags)), None
    )
    assert first is None or not all(
        isinstance(s, ast.Import | ast.ImportFrom) or ast.unparse(s) == "plots()"
        for s in first.tree.body
    )


@every
def test_one_title_and_a_label_above_it(chapter):
    assert (
        len(re.findall(r"^# ", re.sub(r"^```.*?^```$", "", chapter.text, flags=re.M | re.S), re.M))
        == 1
    )


@every_with_code
def test_a_live_figure_says_what_to_see(chapter):
    for call in figures(chapter):
        about = arguments(call)
        assert about.keys() >= {"name", "caption", "alt"}
        for text in ("name", "caption", "alt"):
            assert about[text] is None or about[text].strip()
        assert about["name"] is None or re.fullmatch(r"fig-[a-z0-9-]+", about["name"])


def test_figure_names_are_unique():
    names = [arguments(call)["name"] for chapter in ALL for call in figures(chapter)]
    names = [name for name in names if name is not None]
    assert sorted(names) == sorted(set(names))


@every
def test_the_prose_keeps_its_tone(chapter):
    assert not re.search(r"\bsimply\b|\bobviously\b|\btrivial", chapter.prose, re.I)
    assert not re.search(r"\w!(?!\w)", chapter.prose)
    assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", chapter.prose)


@every_with_code
def test_no_result_is_typed_in(chapter):
    """A decimal or a measured quantity in a sentence is a given: it stands in a cell, too.

    Not so in a question, whose answer is to be found in the head, nor for what other software does.
    """
    code = "".join(cell.code for cell in chapter.cells)
    prose = re.sub(r"^::::\{admonition\} Predict.*?^::::$", "", chapter.prose, flags=re.M | re.S)
    prose = re.sub(r"^- \*\*PyTorch\*\*:.*|Python 3\.\d+", "", prose, flags=re.M)
    for number in re.findall(r"(?<![\w.])\d+\.\d+(?:e-?\d+)?(?!\w|\.\d)", prose):
        assert number in code, f"{number}: print it in a cell, or glue it"
    measured = r"\d+ ?(?:ms|µs|ns|seconds|minutes|[kKMG]B|%|percent)(?!\w)"
    assert not re.findall(measured, prose)


# ---------------------------------------------------------------------------- Backward chapters


@every_backward
def test_its_label_is_a_class_and_its_title_names_it(chapter):
    title = re.search(
        r"^# (.*)$", re.sub(r"^```.*?^```$", "", chapter.text, flags=re.M | re.S), re.M
    )[1]
    assert re.findall(r"`(\w+)`", title) == chapter.classes
    for cls in chapter.classes:
        assert issubclass(getattr(autograd, cls), autograd.Function)


@every_backward
def test_the_arc_is_complete_and_in_order(chapter):
    arc = ["Forward", "Derive", "The class", "See it", "Prove it", "Break it", "Build it"]
    starts = [chapter.section(name)[0] for name in arc]
    assert starts == sorted(starts)
    keep = chapter.text.index(":::{admonition} Keep")
    assert keep > starts[-1]


@every_backward
def test_a_question_comes_before_any_formula(chapter):
    forward, _ = chapter.section("Forward")
    opening = chapter.text[:forward]
    box = re.search(
        r"^::::\{admonition\} Predict\n:class: predict\n(.*?)^::::$", opening, re.M | re.S
    )
    assert box, "no Predict box before Forward"
    question, answer = box[1].split(":::{dropdown} Answer\n")
    assert "?" in question
    assert len(answer.split()) > 10, "the answer comes with its reason"


@every_backward
def test_forward_has_a_formula_shapes_and_a_run(chapter):
    start, end = chapter.section("Forward")
    section = chapter.text[start:end]
    assert "$$" in section
    assert re.search(r"^\| --- \|", section, re.M) and "shape" in section
    assert chapter.cells_in("Forward")


@every_backward
def test_the_derivation_collects_with_g(chapter):
    start, end = chapter.section("Derive")
    section = chapter.text[start:end]
    assert "{term}`upstream gradient`" in chapter.text[:end]
    assert re.search(r"\\partial L.*?g", section, re.S)
    assert re.search(r"\$\$ \(eq-[\w-]+\)$", section, re.M), "no equation to refer to"
    assert "shape" in section


@every_backward
def test_the_class_is_shown_from_its_source(chapter):
    shown = [c for c in chapter.cells_in("The class") if c.calls("source")]
    assert all("remove-input" in cell.tags for cell in shown)
    calls = [ast.unparse(call) for cell in shown for call in cell.calls("source")]
    assert {f"source({cls})" for cls in chapter.classes} <= set(calls)
    pasted = [c.name for cell in chapter.cells for c in cell.classes if c.name in chapter.classes]
    assert not pasted, "the class is the package's, never a copy"
    start, end = chapter.section("The class")
    assert len(re.findall(r"^- ", chapter.text[start:end], re.M)) >= 2, "remark on its lines"


@every_backward
def test_a_remark_quotes_the_source_above_it(chapter):
    """Code that a remark on the class begins with is in the source shown; `…` leaves some out."""
    start, end = chapter.section("The class")
    shown = [
        call.args[0] for cell in chapter.cells_in("The class") for call in cell.calls("source")
    ]
    wanted = {node.id for tree in shown for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = dict(vars(autograd))
    for node in (node for cell in chapter.cells for node in cell.tree.body):
        if isinstance(node, ast.ImportFrom) and wanted & {alias.name for alias in node.names}:
            exec(ast.unparse(node), names)
    code = "".join(inspect.getsource(eval(ast.unparse(tree), names)) for tree in shown)
    code = " ".join(code.split())
    for quoted in re.findall(r"^- `([^`\n]+)`", chapter.text[start:end], re.M):
        assert re.search(re.escape(" ".join(quoted.split())).replace("…", ".*"), code), quoted


@every_backward
def test_it_has_a_live_figure_or_says_why_not(chapter):
    start, end = chapter.section("See it")
    live = any(cell.calls(*FIGURES) for cell in chapter.cells_in("See it"))
    assert live or "no live figure" in chapter.text[start:end]


@every_backward
def test_the_rule_is_proved_with_the_result_in_sight(chapter):
    """Long lists of cases are folded, one press away; what they found is not."""
    cells = chapter.cells_in("Prove it")
    proofs = [cell for cell in cells if re.search(r"assert .*\bgradcheck\(", cell.code)]
    assert proofs
    code = "".join(cell.code for cell in cells)
    assert [cls for cls in chapter.classes if cls not in code] == []
    for cell in cells:
        assert set(cell.tags) <= {"hide-input"}
        assert ("hide-input" in cell.tags) == (len(cell.code.splitlines()) > 14)


@every_backward
def test_a_wrong_version_is_run_and_caught(chapter):
    cells = chapter.cells_in("Break it")
    assert any(cell.classes for cell in cells), "no wrong class"
    assert any(isinstance(node, ast.Try) for cell in cells for node in ast.walk(cell.tree))
    assert not any("raises-exception" in cell.tags for cell in cells)


def exercises(chapter):
    """For each class the cell with the blanks, and the one with the solution."""
    cells = [cell for cell in chapter.cells_in("Build it") if cell.calls("check")]
    assert len(cells) == 2 * len(chapter.classes), "for each class one cell to fill, one solution"
    return list(zip(chapter.classes, cells[::2], cells[1::2], strict=True))


@every_backward
def test_hints_unfold_one_at_a_time_before_the_solution(chapter):
    for _, stub, solution in exercises(chapter):
        between = chapter.text[stub.start : solution.start]
        hints = re.findall(r"^:::\{dropdown\} Hint (\d)", between, re.M)
        assert len(hints) >= 2
        assert hints == [str(i + 1) for i in range(len(hints))]
        assert not stub.tags
        assert "hide-cell" in solution.tags
        assert "Show the solution" in solution.options["mystnb"]
        assert "source_hidden: true" in solution.options["jupyter"]


@every_backward
def test_the_stub_is_unwritten_and_the_solution_passes(chapter):
    first = chapter.cells[0].code
    for name, stub, solution in exercises(chapter):
        assert name in EXERCISES
        answers = []
        for cell in (stub, solution):
            cls = cell.classes[-1]
            names = {"check": check}
            exec(first + cell.code, names)
            answers.append(check(names[cls.name], name))
            shown = ast.unparse(cell.tree.body[-1])
            assert re.match(rf"check\({cls.name}\b", shown), "its answer is displayed"
        assert [answer.passed for answer in answers] == [None, True]
        assert stub.classes[-1].name == f"My{name}"
        assert solution.classes[-1].name != stub.classes[-1].name, "Run All would overwrite theirs"


@every_backward
def test_the_card_keeps_what_is_worth_keeping(chapter):
    card = re.search(
        r"^:::\{admonition\} Keep\n:class: keep\n(.*?)^:::$", chapter.text, re.M | re.S
    )
    entries = re.findall(r"^- \*\*(.+?)\*\*:", card[1], re.M)
    assert {"Rule", "Shapes", "Saved", "Cost", "PyTorch", "Sources"} <= set(entries)
    assert {"Next", "See also"} & set(entries)
    assert "](#" in card[1], "where it is used next is a link"


# ------------------------------------------------------------------------------ the book as a whole


def test_every_class_has_its_chapter_and_every_chapter_its_class():
    labels = [cls for chapter in BACKWARD for cls in chapter.classes]
    assert sorted(labels) == sorted(set(labels)), "two chapters on one class"
    assert set(labels) == {cls.__name__ for cls in of_the_package(autograd.Function)}


def test_every_class_has_its_exercise():
    assert RULES.keys() == {cls.__name__ for cls in of_the_package(autograd.Function)}


@every_with_code
def test_a_chapter_says_what_to_read_before_it_and_after_it(chapter):
    if chapter.part in ("start", "reference"):
        return
    assert re.search(r"^# .*\n\n\*Before this: .*\[.*\]\(.*\.\*$", chapter.text, re.M)
    card = chapter.text[chapter.text.index(":::{admonition} Keep") :]
    assert re.search(r"^- \*\*(Next|See also)\*\*: .*\]\(", card, re.M)


@every_with_code
def test_terms_are_linked_where_they_first_occur(chapter):
    assert unlinked(chapter) == []
