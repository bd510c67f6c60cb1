"""Predict boxes that a reader commits to.

A box is written so that it reads as a question and a folded answer wherever it is read: an
admonition with a name, the question, the answers to choose from as a list, and a dropdown with a
reason for each of them in the same order, the right one marked, then the book's own answer, and
where to see it:

    ::::{admonition} Predict
    :class: predict
    :name: predict-mul-gate

    What gradient does $x$ receive?

    1. 10
    2. 0

    :::{dropdown} Answer
    1. So it would be if each factor received its own value.
    2. **Right**: the gate is shut.

    While the gate is shut, changing $x$ changes nothing.

    **Check it**: `to_x == 0` in the cell below.
    :::
    ::::

An answer to choose from is also what the reader's record keeps and what is read aloud: a formula in
it does without commands of TeX.

Where a number is to be typed there is no list to choose from, and the answer's list begins each
item with a number, its tolerance and its unit: `- **0.45 ± 0.005 m**: **Right**, ...`. Any other
number gets the reason of the item it fits. In the last paragraph code is an expression of Python
that holds once the cell has run, or the number itself; "the cell below" becomes a link to it. A
right answer with a number in it needs such an expression, which the tests evaluate.

Here the parts get the classes by which `static/predict.js` finds them. A box that lacks one is a
warning, so it fails the build.
"""

import json
import re
from itertools import dropwhile, islice

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

NUMBER = re.compile(
    r"(?P<value>[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−]?\d+)?)(?:/(?P<over>\d+))?"
    r"(?: ± (?P<tolerance>\d+(?:\.\d+)?(?:e[-−]?\d+)?))?(?: (?P<unit>\D.*))?"
)
BELOW = "the cell below"


def number(text):
    """Return the value, tolerance and unit that begin an answer, or None.

    >>> number("−1/64 ± 0.0005")
    (-0.015625, 0.0005, '')
    >>> number("12,000 bytes")
    (12000.0, 0.0, 'bytes')
    """
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    value, tolerance = (
        float((found[part] or "0").replace("−", "-").replace(",", ""))
        for part in ("value", "tolerance")
    )
    return value / float(found["over"] or 1), tolerance, found["unit"] or ""


class Predict(SphinxTransform):
    """Name the parts of each box, and link its last line to the cell that decides it."""

    default_priority = 410  # after `record.NameCells`

    def apply(self):
        """Mark the boxes of the page, and tell its scripts their answers."""
        self.answers = {}
        for box in self.document.findall(nodes.admonition):
            if "predict" in box["classes"]:
                self.mark(box)
        if self.answers:
            text = json.dumps(self.answers, ensure_ascii=False).replace("<", "\\u003c")
            script = f'<script type="application/json" id="tt-predicts">{text}</script>'
            self.document.append(nodes.raw("", script, format="html"))

    def mark(self, box):
        """Give the parts of one box their classes, or warn of what is missing."""
        answer = box[-1]
        if answer.get("design_component") != "dropdown":
            return self.warn(box, "it does not end with a dropdown that answers it")
        if not box["names"]:
            return self.warn(box, "it has no name")
        choices = box[-2] if is_list(box[-2]) else None
        reasons = next(filter(is_list, answer), None)
        if reasons is None or reasons is not answer[1]:
            return self.warn(box, "its answer does not begin with a list of reasons")
        if choices is not None:
            if len(choices) != len(reasons):
                n, m = len(choices), len(reasons)
                self.warn(box, f"{n} answers to choose from, and {m} reasons")
            choices["classes"].append("tt-choices")
            expected = {"choices": [item.astext() for item in choices]}
            if any("\\" in text for text in expected["choices"]):
                self.warn(box, "an answer to choose from has a TeX command, which is no word")
        else:
            numbers = [number(first_bold(item)) for item in reasons]
            if None in numbers:
                self.warn(box, "no list to choose from, and a reason that begins with no number")
            expected = {"numbers": numbers}
        reasons["classes"].append("tt-reasons")
        right = [item for item in reasons if is_right(item)]
        if len(right) != 1 or not 2 <= len(reasons) <= 5:
            self.warn(box, f"{len(right)} of its {len(reasons)} reasons begin with **Right**")
        for item in right:
            self.answers[box["ids"][0]] = {"right": reasons.index(item), **expected}
        last = answer[-1]
        if not isinstance(last, nodes.paragraph) or first_bold(last) != "Check it":
            return self.warn(box, "its answer does not end with **Check it**")
        last["classes"].append("tt-check")
        if not isinstance(answer[2], nodes.paragraph) or answer[2] is last:
            self.warn(box, "reasons and no answer of the book's own")
        self.link(box, last)

    def link(self, box, last):
        """Turn "the cell below" into a link to the next cell; take a link that is there."""
        if any(last.findall(addnodes.pending_xref)) or any(last.findall(nodes.reference)):
            return
        in_order = self.document.findall(lambda node: node is box or is_cell(node))
        after = next(islice(dropwhile(lambda node: node is not box, in_order), 1, None), None)
        text = next((t for t in last.findall(nodes.Text) if BELOW in t), None)
        if text is None or after is None:
            return self.warn(box, f"**Check it** has no link, and not the words {BELOW!r}")
        before, _, rest = text.partition(BELOW)
        link = nodes.reference("", BELOW, internal=True, refid=after["ids"][0])
        text.parent.replace(text, [nodes.Text(before), link, nodes.Text(rest)])

    def warn(self, box, text):
        """Name the page and the line in a warning, which fails the build."""
        logger.warning("Predict: " + text, location=box, type="tinytorch", subtype="predict")


def is_cell(node):
    """Say whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def is_list(node):
    """Say whether a node is a list, numbered or not."""
    return isinstance(node, nodes.bullet_list | nodes.enumerated_list)


def first_bold(node):
    """Return the bold words that a node begins with, or nothing."""
    while not isinstance(node, nodes.strong):
        node = next((child for child in node.children if child.astext()), None)
        if node is None:
            return ""
    return node.astext()


def is_right(item):
    """Say whether a reason is the one of the right answer."""
    bold = [strong.astext() for strong in item[0].findall(nodes.strong)]
    return "Right" in bold[:2]


def setup(app):
    """Register the transform."""
    app.add_transform(Predict)
