"""The Predict boxes of the whole book, as the site has them."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from books import ROOT
from bs4 import BeautifulSoup

SOURCES = sorted(
    page
    for page in (ROOT / "book").glob("*/*.md")
    if "{admonition} Predict" in page.read_text(encoding="utf8")
)
ANSWER = """(box) => {
  const said = [];
  const choices = box.querySelectorAll(".tt-choices input").length;
  const right = JSON.parse(document.getElementById("tt-predicts").textContent)[box.id];
  for (const [index, number] of (right.numbers ?? [...Array(choices)]).entries()) {
    if (number) box.querySelector("input").value = String(number[0]);
    else box.querySelectorAll("input")[index].click();
    box.querySelector(".tt-commit").click();
    const reason = box.querySelector(".tt-verdict .tt-reason");
    said.push([index === right.right, reason.textContent.includes("Right"),
      box.querySelector(".tt-check").checkVisibility()]);
    box.querySelector(".tt-again").click();
  }
  return said;
}"""


@pytest.mark.slow
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
    assert counted >= 78


@pytest.mark.slow
@pytest.mark.parametrize(
    "chapter", ["arithmetic/mul", "shape/expand", "matmul/einsum", "losses/mse", "learning/memory"]
)
def test_each_answer_gets_its_reason(site, visit, chapter):
    path = site.html / "book" / f"{chapter}.html"
    page = visit.open(path, width=390, color_scheme="dark")
    for box in page.locator(".admonition.predict").all():
        for is_right, says_so, link_is_there in box.evaluate(ANSWER):
            assert is_right == says_so
            assert link_is_there
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.add_script_tag(path=Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js")
    found = page.evaluate("axe.run('.admonition.predict', { preload: false })")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
