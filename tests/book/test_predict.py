"""Each Predict box has one right answer, and the page's own run says so."""

import re

import numpy as np
import pytest
from chapters import ROOT, chapters


@pytest.fixture(scope="module", autouse=True)
def extension():
    """Let the book's own extension be imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "book" / "_ext")
        yield


BOX = re.compile(
    r"^::::\{admonition\} Predict\n:class: predict\n(?::name: (?P<name>\S+)\n)?\n(?P<question>.*?)"
    r"^:::\{dropdown\} Answer\n(?P<answer>.*?)^:::\n::::$",
    re.M | re.S,
)
ITEM = re.compile(r"^(?:\d+\.|-) (.*(?:\n(?!\d+\.|-|\n).*)*)", re.M)
CHECK = re.compile(r"^\*\*Check it\*\*: (.*)\Z", re.M | re.S)
NUMBER = re.compile(r"(?<!\w)\d|\b(?:two|three|four|six|eight|ten|hundred|thousand|million)", re.I)
BOXES = [(chapter, box) for chapter in chapters() for box in BOX.finditer(chapter.text)]
every = pytest.mark.parametrize(
    ("chapter", "box"), BOXES, ids=[box["name"] or "?" for _, box in BOXES]
)


def reasons(box):
    """The list that the answer begins with."""
    return ITEM.findall(box["answer"].split("\n\n")[0])


def expression(box):
    """The expression in the last line of the answer, or nothing."""
    found = re.match(r"`([^`]+)`", CHECK.search(box["answer"])[1])
    return found and found[1]


def test_no_box_is_written_otherwise():
    texts = [chapter.text for chapter in chapters()]
    assert len(BOXES) == sum(text.count("{admonition} Predict") for text in texts) >= 78


def test_names_are_unique():
    names = [box["name"] for _, box in BOXES]
    assert sorted(set(names)) == sorted(names)


@every
def test_a_reason_says_more_than_wrong(chapter, box):
    for reason in reasons(box):
        reason = re.sub(r"^\*\*[^*]*\d[^*]*\*\*: ", "", reason)
        assert len(reason.split()) >= 6, reason
        assert not re.match(r"(?:wrong|incorrect|no|false)\.?$", reason, re.I)


def right_answer(box):
    """The answer that is right: what is chosen, or the number that is typed with its unit."""
    found = reasons(box)
    index = next(i for i, reason in enumerate(found) if "**Right**" in reason)
    if choices := ITEM.findall(box["question"]):
        return choices[index]
    return re.match(r"\*\*(.+?)\*\*", found[index])[1]


def run_until(chapter, box, code):
    """Run the page as far as the cell that decides, and return what the expression is worth."""
    check, place, space = CHECK.search(box["answer"])[1], box.end(), {}
    label = "the cell below" not in check and re.search(r"\]\(#([\w-]+)\)", check)
    if label:
        found = re.search(rf"^\({label[1]}\)=$|name=\"{label[1]}\"", chapter.text, re.M)
        in_cell = chapter.text.rfind("```{code-cell}", 0, found.start())
        place = found.start() if found[0].startswith("(") else in_cell
    for cell in chapter.cells:
        exec(cell.code, space)
        if cell.start >= place:
            try:
                return eval(code, space)
            except NameError:
                assert label, "the very next cell decides"
    raise AssertionError(f"no cell gives {code} a value")


@every
def test_a_number_is_what_the_run_gives(chapter, box):
    """Run the page as far as the cell that decides, and evaluate what the box names."""
    from tinytorch_book.predict import number

    code, right = expression(box), right_answer(box)
    typed = None if ITEM.search(box["question"]) else number(right)
    if code is None:
        assert not typed and not NUMBER.search(right), "a number comes with what gives it"
        return
    found = run_until(chapter, box, code)
    found = np.asarray(getattr(found, "data", found)).item()
    if typed:
        value, tolerance, _ = typed
        assert abs(found - value) <= max(tolerance, 1e-9)
    else:
        assert found is True


def test_every_exercise_has_the_name_that_its_check_uses():
    """So that the page's record and the command line speak of the same exercise."""
    from tinytorch_book.cells import EXERCISE
    from tinytorch_book.record import exercise

    from tinytorch.exercises import EXERCISES

    named = []
    for chapter in chapters():
        for cell in chapter.cells_in("Build it") if "## Build it" in chapter.text else []:
            found = EXERCISE.search(cell.code)
            if found and "olution" not in found[1]:
                name = exercise(cell.code)
                own = "check" in "".join(re.findall(r"^def (check\w*)\(", chapter.text, re.M))
                assert name in EXERCISES or own or "check_" in found[0], (chapter, name)
                named.append(name)
    assert len(set(named) & EXERCISES.keys()) == len(EXERCISES)
