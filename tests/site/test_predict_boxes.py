"""The Predict boxes of the whole book: as the site has them, and all of them on one page."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from books import FRONT, ROOT, jupyter_book
from bs4 import BeautifulSoup

pytestmark = pytest.mark.slow(minutes=1)

SOURCES = sorted(
    page
    for page in (ROOT / "book").glob("*/*.md")
    if "{admonition} Predict" in page.read_text(encoding="utf8")
)
BOX = re.compile(r"^::::\{admonition\} Predict\n.*?^:name: (?P<name>\S+)$.*?^::::$", re.M | re.S)
BOXES = [box for page in SOURCES for box in BOX.finditer(page.read_text(encoding="utf8"))]
LINK, TERM = re.compile(r"\]\(#([\w-]+)\)"), re.compile(r"\{term\}`(?:[^`]*<)?([^`>]*)>?`")
DECIDES = "\n```{{code-cell}} python\nprint('decides {name}')\n```\n"
AXE = Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js"

ANSWERS = "JSON.parse(document.getElementById('tt-predicts').textContent)"
# Gives each answer of a box; returns what each was told.
ANSWER = f"""(box) => {{
  const said = [];
  const {{ right, numbers, choices }} = {ANSWERS}[box.id];
  for (const [index, expected] of (numbers ?? choices).entries()) {{
    if (numbers) box.querySelector("input").value = String(expected[0]);
    else box.querySelectorAll("input")[index].click();
    box.querySelector(".tt-commit").click();
    const reason = box.querySelector(".tt-verdict .tt-reason");
    said.push([index === right, reason.textContent.includes("Right"),
      box.querySelector(".tt-check").checkVisibility()]);
    box.querySelector(".tt-again").click();
  }}
  return said;
}}"""
# Where formulas are set, and how many there are at least.
FORMULAS = "document.querySelectorAll('.predict mjx-container').length > 50"
# Boxes whose answer is not folded, or not a press away, or which hold what needs a script.
FOLDED = """() => {
  const boxes = [...document.querySelectorAll(".admonition.predict")];
  return [boxes.filter((box) => {
    const parts = [...box.querySelectorAll(".tt-reasons > li, .tt-check")];
    const folded = parts.every((part) => !part.checkVisibility());
    box.querySelector("summary").click();
    const all = [...parts, ...box.querySelectorAll(":scope > p, .tt-choices > li")];
    const shown = all.every((part) => part.checkVisibility());
    return !folded || !shown || box.querySelector("input, button");
  }).map((box) => box.id), boxes.length];
}"""
# Where the keyboard is: in which box, and at which part of it.
FOCUS = """() => {
  const at = document.activeElement;
  const part = ["input", ".tt-commit", ".tt-again", "summary", ".tt-check a"].find((of) =>
    at.matches(of));
  return [at.closest(".admonition.predict")?.id ?? null, part ?? null];
}"""
# Parts of the boxes that reach over their edge.
OVER_THE_EDGE = """() => [...document.querySelectorAll(".admonition.predict *")].filter((part) =>
  part.checkVisibility() && !part.closest(".tt-unseen, mjx-assistive-mml") &&
  part.getBoundingClientRect().right > part.closest(".predict").getBoundingClientRect().right + 1
).map((part) => part.closest(".predict").id + ": " + part.outerHTML.slice(0, 100))"""
# What paper lacks of a box: a question, a choice, a reason, the answer; and buttons, which it can't
# use.
NOT_ON_PAPER = f"""() => {{
  const flat = (part) => !part.checkVisibility() || part.getBoundingClientRect().height < 5;
  return [...document.querySelectorAll(".admonition.predict")].flatMap((box) => {{
    const {{ numbers, choices }} = {ANSWERS}[box.id];
    const count = (parts) => [...box.querySelectorAll(parts)].filter((e) => !flat(e)).length;
    const words = [...box.querySelectorAll("p:not(.tt-problem), .tt-check")].filter(flat);
    const wanted = [[".tt-choices > li", choices?.length ?? 0], ["button", 0],
      [".tt-reasons > li, .tt-verdict > .tt-reason", (choices ?? numbers).length]];
    return [...words.map((part) => part.textContent), ...wanted.flatMap(([parts, n]) =>
      count(parts) === n ? [] : [`${{count(parts)}} of ${{parts}}`])].map((is) => [box.id, is]);
  }});
}}"""


def test_each_box_of_the_book_has_all_its_parts(site):
    counted = 0
    for source in SOURCES:
        path = (site.html / source.relative_to(ROOT)).with_suffix(".html")
        page = BeautifulSoup(path.read_text(encoding="utf8"), "html.parser")
        answers = json.loads(page.find(id="tt-predicts").string)
        boxes = page.select(".admonition.predict")
        assert [box["id"] for box in boxes] == list(answers), source
        for box in boxes:
            answer = answers[box["id"]]
            expected = answer.get("choices") or answer["numbers"]
            reasons = box.select(".tt-reasons > li")
            assert len(reasons) == len(expected) >= 2, box["id"]
            assert "Right" in reasons[answer["right"]].text
            assert len(box.select(".tt-choices > li")) == len(answer.get("choices", []))
            assert len(set(map(str, expected))) == len(expected), "two answers alike"
            link = box.select_one(".tt-check a")["href"]
            file, _, anchor = link.partition("#")
            target = page
            if file:
                other = (path.parent / file).read_text(encoding="utf8")
                target = BeautifulSoup(other, "html.parser")
            assert target.find(id=anchor), f"{box['id']} is decided by {link}, which is not there"
            counted += 1
    assert counted == len(BOXES)


@pytest.fixture(scope="module")
def boxes(make_book):
    """Return a built page that holds every box of the book, and what they link to."""
    page = "# All boxes\n\n" + "\n\n".join(
        box[0] + DECIDES.format(name=box["name"]) * ("the cell below" in box[0]) for box in BOXES
    )
    for label in sorted(set(LINK.findall(page))):
        page += f"\n\n({label})=\n## {label}\n\nHere."
    terms = "\n\n".join(f"{term}\n  A term." for term in sorted(set(TERM.findall(page))))
    page += f"\n\n```{{glossary}}\n{terms}\n```\n\n```{{bibliography}}\n```\n"
    unrun = FRONT.removesuffix("---\n\n") + "mystnb: {execution_mode: 'off'}\n---\n\n"
    folder = make_book(page, front=unrun)
    done = jupyter_book(folder)
    assert done.returncode == 0, done.stdout[-3000:]
    return folder / "_build" / "html" / "page.html"


def answer_all(page):
    """Answer every box, wrong where there are an odd number of boxes before it."""
    return page.evaluate(
        f"""() => Object.entries({ANSWERS}).map(([id, {{ right, numbers, choices }}], i) => {{
          const box = document.getElementById(id);
          const n = (numbers ?? choices).length;
          const index = i % 2 ? (right + 1) % n : right;
          if (numbers) box.querySelector("input").value = String(numbers[index][0]);
          else box.querySelectorAll("input")[index].click();
          box.querySelector(".tt-commit").click();
          return id;
        }})"""
    )


def axe(page):
    """What axe-core finds in the boxes."""
    found = page.evaluate("axe.run('.admonition.predict', { preload: false })")["violations"]
    return [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]


def test_each_answer_gets_its_reason(boxes, visit):
    page = visit.open(boxes)
    every = page.locator(".admonition.predict").all()
    assert len(every) == len(BOXES) >= 78
    for box in every:
        for is_right, says_so, link_is_there in box.evaluate(ANSWER):
            assert is_right == says_so
            assert link_is_there


def test_each_box_by_keyboard_alone(boxes, visit):
    page = visit.open(boxes, width=390)
    answers = page.evaluate(ANSWERS)
    keys = page.keyboard

    def tab(to):
        for _ in range(30):
            keys.press("Tab")
            if page.evaluate(FOCUS) == to:
                return
        raise AssertionError(f"no Tab leads to {to}")

    page.get_by_role("heading", name="All boxes").click()
    for i, (name, answer) in enumerate(answers.items()):
        given = answer.get("choices") or answer["numbers"]
        index = (answer["right"] + i % 2) % len(given)
        tab([name, "input"])
        if "choices" in answer:
            keys.press("Space")
            for _ in range(index):
                keys.press("ArrowDown")
        else:
            keys.type(f"{given[index][0]:.9g}")
        keys.press("Enter")
        assert page.evaluate(FOCUS) == [name, ".tt-again"]
        box = page.locator(f"#{name}")
        assert box.locator(".tt-said").inner_text().startswith("You predicted: ")
        assert ("Right" in box.locator(".tt-reason").inner_text()) == (index == answer["right"])
        tab([name, "summary"])
        tab([name, ".tt-check a"])
    kept = page.evaluate("ttRecord.record.chapters.page.predicts")
    assert list(kept) == list(answers)
    assert [one["right"] for one in kept.values()] == [i % 2 == 0 for i in range(len(answers))]
    page.reload()
    assert page.locator(".tt-said").count() == len(answers), "what was predicted is said again"


def test_each_box_by_the_roles_of_its_parts(boxes, visit):
    page = visit.open(boxes)
    page.wait_for_function(FORMULAS)
    page.add_script_tag(path=AXE)
    assert axe(page) == []
    session = page.context.new_cdp_session(page)

    def parts():
        """What Chromium tells a screen reader: the names by role, and the words."""
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        told = [(n["role"]["value"], n["name"]["value"]) for n in tree if n.get("name")]
        roles = "group", "radio", "textbox", "button"
        named = {r: [" ".join(name.split()) for role, name in told if role == r] for r in roles}
        return named, [name for role, name in told if role == "StaticText"]

    answers = page.evaluate(ANSWERS).values()
    units = [one["numbers"][one["right"]][2] for one in answers if "numbers" in one]
    choices = [text for one in answers for text in one.get("choices", [])]
    named, words = parts()
    assert [name.replace("’", "'") for name in named["radio"]] == choices
    assert named["textbox"] == [
        f"Your prediction ({unit})" if unit else "Your prediction, a number" for unit in units
    ]
    assert named["group"].count("Your prediction") == len(BOXES) - len(units)
    assert named["button"].count("Commit") == len(BOXES)
    assert "Check it" not in words, "the answers wait"
    answer_all(page)
    named, words = parts()
    assert named["button"].count("Answer again") == len(BOXES)
    assert "Commit" not in named["button"]
    assert words.count("You predicted: ") == words.count("Check it") == len(BOXES)


def test_each_box_on_a_phone(boxes, visit):
    page = visit.open(boxes, width=390, color_scheme="dark")
    page.wait_for_function(FORMULAS)
    assert page.evaluate(OVER_THE_EDGE) == []
    answer_all(page)
    assert page.evaluate(OVER_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.locator(".predict :is(label, button):visible").evaluate_all(
        "(all) => all.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"
    )
    assert small == [], "too small for a finger"
    page.add_script_tag(path=AXE)
    assert axe(page) == []


def test_each_box_in_print(boxes, visit):
    page = visit.open(boxes, width=700)
    page.emulate_media(media="print")
    assert page.evaluate(NOT_ON_PAPER) == []
    answer_all(page)
    assert page.evaluate(NOT_ON_PAPER) == []
    assert page.locator(".tt-said").first.is_visible()


def test_each_box_without_javascript(boxes, visit):
    page = visit.open(boxes, width=390, java_script_enabled=False)
    folded, count = page.evaluate(FOLDED)
    assert (folded, count) == ([], len(BOXES))


GOOD = """::::{admonition} Predict
:class: predict
:name: predict-good

How much is $1 + 1$?

1. one
2. two

:::{dropdown} Answer
1. That is one of the two summands.
2. **Right**: each of the two counts.

It is two.

**Check it**: `1 + 1 == 2` in the cell below.
:::
::::
"""
TYPED = GOOD.replace("1. one\n2. two\n\n", "").replace("\n2. ", "\n- **2**: ")
MISTAKES = {  # what is wrong with a box: such a box
    "it does not end with a dropdown that answers it": GOOD[: -len("::::\n")] + "Well?\n::::\n",
    "it has no name": GOOD.replace(":name: predict-good\n", ""),
    "its answer does not begin with a list of reasons": GOOD.replace("1. That", "Well.\n\n1. That"),
    "3 answers to choose from, and 2 reasons": GOOD.replace("2. two\n", "2. two\n3. three\n"),
    "0 of its 2 reasons begin with **Right**": GOOD.replace("**Right**: each", "Each"),
    "an answer to choose from has a TeX command": GOOD.replace("2. two", "2. $\\frac42$"),
    "does not end with **Check it**": GOOD.replace("**Check it**: ", ""),
    "**Check it** has no link": GOOD.replace(" in the cell below", ""),
    "reasons and no answer of the book's own": GOOD.replace("It is two.\n\n", ""),
    "no list to choose from, and a reason that begins with no number": TYPED.replace("1. T", "- T"),
}


def test_a_box_that_lacks_a_part_fails_the_build_and_says_which(make_book):
    boxes = [GOOD, TYPED.replace("1. T", "- **1**: T"), *MISTAKES.values()]
    cell = "\n```{code-cell} python\n1 + 1\n```\n"
    named = [box.replace("predict-good", f"predict-{i}") for i, box in enumerate(boxes)]
    done = jupyter_book(make_book("# Boxes\n\n" + cell.join([*named, ""])))
    assert done.returncode != 0
    said = [line for line in done.stdout.splitlines() if "Predict: " in line]
    assert len(said) == len(MISTAKES), said
    for mistake, line in zip(MISTAKES, said, strict=True):
        assert mistake in line
