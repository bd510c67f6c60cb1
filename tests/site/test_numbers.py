"""Every number of a sentence is printed on its page, or it is a given that is listed here.

Counted are decimals, and whole numbers above a dozen; the small ones count lines, axes and steps.
Questions are left out, whose answers are to be found in the head.
"""

import re

import pytest
from bs4 import BeautifulSoup
from test_pages import chapters

NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e[−+-]?\d+)?(?![\w])")
LEFT_OUT = (
    ".cell, script, style, cite, .reference, .math, pre, code, .caption-number, .section-number,"
    " .predict, .headerlink, dt"
)
YEAR = re.compile(r"(?:1[89]|20)\d\d")
REFERENCE = ("api", "bibliography", "rules", "benchmarks")
# What no cell of the page prints: limits of a dtype, an example's size, a section of a source.
GIVEN = {
    "activations/gelu": {256, 1000},  # beyond which float16 has no square; asked of the reader
    "activations/log_softmax": {64},
    "activations/reflect": {30_000},
    "activations/relu": {0.01},  # PyTorch's slope
    "arithmetic/exp_log": {128},  # of a fraction
    "arithmetic/pow": {30},  # 1² + 2² + 5²
    "engine/backward": {13},  # nodes of the ring network: nine operations, four leaves
    "engine/broadcasting": {24, 300},  # units and points of the ring network
    "engine/chain_rule": {2_001},  # the steps of the first page
    "engine/function": {300},
    "engine/gradcheck": {8.1, 194},  # of Nocedal and Wright; two for each of 97 weights
    "engine/gradient": {97, 194, 300},
    "engine/tensor": {300},
    "layers/conv2d": {676},  # 26 · 26
    "layers/layer_norm": {256, 10_000},
    "layers/pooling": {255, 2_048},  # the largest of a byte
    "losses/bce": {27},  # where to move
    "losses/cross_entropy": {50_000},
    "losses/mse": {400},  # 20²
    "losses/reflect": {10_000},
    "milestones/perceptron": {4.1},  # of Bishop
    "milestones/transformer": {13, 24, 120},  # positions 0 to 12; the window; steps
    "milestones/xor": {400},  # steps of a run
    "reductions/cumsum": {13},  # of Sutton and Barto
    "reductions/reflect": {13},  # hours, of the sum's page
    "reductions/sum": {24},  # 2 · 4 · 3
    "reductions/var": {25, 150, 768},  # of fractions
    "reference/glossary": {16, 32, 64},
    "shape/cast": {3e-9, 1030, 40_000},
    "shape/cat": {48},
    "shape/reshape": {16, 64},
    "start/how_to_read": {3.11},
    "start/notation": {16},
    "two_engines/reflect": {2_001},
    "two_engines/two_engines": {97},
    "workshop/teach": {64},
    "workshop/workshop": {3.11},
}


def value(text):
    return abs(float(text.replace("−", "-").replace(",", "")))


def printed(number, text, shown):
    """Whether a page shows this number, perhaps with more digits or as a share."""
    digits = len(text.partition(".")[2]) if "e" not in text else 0
    return any(
        seen == number
        or (digits and round(seen, digits) == number)
        or (seen <= 1 and round(100 * seen, digits) == number)
        for seen in shown
    )


def strange(html, given):
    """The numbers in the sentences of a page that nothing on it shows."""
    html = re.sub(r"<(script|svg).*?</\1>", "", html, flags=re.S)  # most of a page, and no text
    page = BeautifulSoup(html, "html.parser").select_one("article.bd-article")
    cells = " ".join(cell.get_text(" ") for cell in page.select(".cell"))
    shown = {value(n) for n in NUMBER.findall(cells)}
    for part in page.select(LEFT_OUT):
        part.decompose()
    return [
        text
        for text in NUMBER.findall(page.get_text(" "))
        if not (value(text) <= 12 and value(text).is_integer())
        and not YEAR.fullmatch(text)
        and value(text) not in given
        and not printed(value(text), text, shown)
    ]


@pytest.mark.parametrize("chapter", chapters())
def test_every_number_is_shown_or_given(site, chapter):
    name = chapter.removeprefix("book/")
    if name.partition("/")[2].startswith(REFERENCE):
        return  # tables that are made while the book is built, and titles of papers
    html = (site.html / f"{chapter}.html").read_text(encoding="utf8")
    assert strange(html, GIVEN.get(name, set())) == []


def test_no_given_is_listed_in_vain(site):
    """So that the list stays short."""
    for name, given in GIVEN.items():
        html = (site.html / f"book/{name}.html").read_text(encoding="utf8")
        found = {value(text) for text in strange(html, set())}
        assert given <= found, f"{name}: {given - found}"


def test_a_number_that_nothing_prints_is_found():
    page = (
        '<article class="bd-article"><p>It took {} steps.</p>'
        '<div class="cell"><pre>17.254 of 0.913</pre></div></article>'
    )
    assert strange(page.format("17.3"), set()) == []
    assert strange(page.format("91.3"), set()) == []
    assert strange(page.format("18.3"), set()) == ["18.3"]
    assert strange(page.format("18.3"), {18.3}) == []
