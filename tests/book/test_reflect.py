"""Each part ends with questions to think over, and each answer rests on a cell that measures it."""

import re

import pytest
import yaml
from chapters import ROOT, Chapter

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
PARTS = [part for part in TOC["parts"] if part.get("numbered")]
LAST = [Chapter(ROOT / f"{part['chapters'][-1]['file']}.md") for part in PARTS]
QUESTION = re.compile(
    r"^## (?P<head>.*)\n\n(?P<question>(?:.+\n)+)\n"
    r":::\{dropdown\} Answer\n(?P<answer>(?:.+\n)+?):::\n\n"
    r"```\{code-cell\} python\n(?P<cell>(?:(?!```).*\n)+)```$",
    re.M,
)


@pytest.mark.parametrize("page", LAST, ids=str)
def test_a_part_ends_with_questions_whose_answers_are_measured(page):
    assert page.path.name == "reflect.md"
    questions = list(QUESTION.finditer(page.text))
    assert len(questions) == len(page.headings) >= 3, "all that is in it are questions"
    for question in questions:
        assert "?" in question["head"] + question["question"]
        assert len(question["answer"].split()) >= 25, question["head"]
        assert ":tags: [hide-cell]" in question["cell"], "the result would tell the answer"
        assert "Show the measurement" in question["cell"]
        assert "print(" in question["cell"], question["head"]


def test_what_every_engineer_is_asked_is_asked():
    text = " ".join(page.text for page in LAST)
    for words in (
        "the weights or the graph?",
        "accumulating gradients save, and what does it change?",
        "cost about twice the way forward?",
        "set to zero?",
        "ask for its gradient?",
    ):
        assert words in text
