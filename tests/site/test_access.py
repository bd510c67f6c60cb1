"""Every reader gets at everything: axe-core in both themes, and three browsers, by key and pointer.

In the suite, a sample of pages; all of them with `--all-pages`, as a job of its own does.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import drivers
import pytest
from test_pages import DRAWN, chapters

SAMPLE = ["book/start/introduction", "book/arithmetic/mul", "book/layers/attention"]
OTHERS = ["search", "404", "genindex", "book/reference/bibliography"]  # pages of another form
RIGHT, DOWN = "\ue014", "\ue015"  # the arrow keys, as WebDriver names them

# What moves each figure of a page, and what its readout says.
FIGURES = """() => [...document.querySelectorAll(".tt-figure")]
  .filter((figure) => !figure.querySelector(".tt-message")?.checkVisibility())
  .map((figure) => [...document.querySelectorAll(".tt-figure")].indexOf(figure))"""
FOCUS = """(i) => {
  const figure = document.querySelectorAll(".tt-figure")[i];
  const control = figure.querySelector("input, select, button, [tabindex='0']");
  figure.scrollIntoView({ block: "center", behavior: "instant" });
  control.focus();
  return document.activeElement === control && control.tagName;
}"""
READOUT = """(i) => document.querySelectorAll(".tt-figure")[i].querySelector(".tt-readout")
  .textContent"""
SLIDER = """(i) => {
  const figure = document.querySelectorAll(".tt-figure")[i];
  const slider = [...figure.querySelectorAll("input[type=range]")].find((e) => e.checkVisibility());
  if (!slider) return null;
  slider.scrollIntoView({ block: "center", behavior: "instant" });
  const at = slider.getBoundingClientRect();
  const right = (slider.value - slider.min) / (slider.max - slider.min) < 0.5;
  return [at.x + at.width * (right ? 0.9 : 0.1), at.y + at.height / 2].map(Math.round);
}"""
BARE = """(controls) => controls
  .filter((e) => getComputedStyle(e).borderStyle === "none").map((e) => e.outerHTML)"""


def pages(request):
    """Return the pages to look at."""
    return chapters() if request.config.getoption("--all-pages") else SAMPLE


@pytest.mark.slow(minutes=3)  # with the site, which it builds
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(request, site, visit, scheme):
    axe = Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js")
    found = []
    for name in [*pages(request), *OTHERS]:
        page = visit.open(site.html / f"{name}.html", color_scheme=scheme)
        page.wait_for_function(DRAWN)
        page.add_script_tag(path=axe)
        answer = page.evaluate("axe.run(document, { resultTypes: ['violations'], preload: false })")
        found += [
            f"{name}: {violation['id']}: {node['html'][:200]}"
            for violation in answer["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert page.locator("[tabindex]").evaluate_all("a => a.every((e) => e.tabIndex <= 0)")
        visit.close(page)
    assert found == []


class Chromium(drivers.Browser):
    """A page of Chromium, as the other browsers are driven."""

    KEYS: ClassVar = {RIGHT: "ArrowRight", DOWN: "ArrowDown"}

    def __init__(self, page):
        self.page, self.goto, self.call = page, page.goto, page.evaluate

    def press(self, key):
        self.page.keyboard.press(self.KEYS[key])

    def click(self, x, y):
        self.page.mouse.click(x, y)


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkit"])
def browser(request, tmp_path_factory):
    """Return a page of one of three browsers."""
    if request.param == "chromium":
        context = request.getfixturevalue("chromium").new_context()
        yield Chromium(context.new_page())
        context.close()
        return
    folder = tmp_path_factory.mktemp(request.param)
    with getattr(drivers, request.param)(folder) as page:
        if page is None:
            pytest.skip(f"no {request.param} on this machine")
        yield page


@pytest.mark.slow
def test_key_and_pointer_move_every_figure(request, site, browser):
    moved = 0
    for name in pages(request):
        browser.goto((site.html / f"{name}.html").as_uri())
        browser.wait(DRAWN, name)
        for i in browser.call(FIGURES):
            focused = browser.call(FOCUS, i)
            assert focused, f"{name}: figure {i} takes no focus"
            before = json.dumps(browser.call(READOUT, i))
            browser.press(RIGHT)
            if focused == "g":  # a cell, perhaps of a column
                browser.press(DOWN)
            browser.wait(f"() => ({READOUT})({i}) !== {before}", f"{name}: {i} by key")
            if at := browser.call(SLIDER, i):
                before = json.dumps(browser.call(READOUT, i))
                browser.click(*at)
                browser.wait(f"() => ({READOUT})({i}) !== {before}", f"{name}: {i} by pointer")
            moved += 1
    print(f"{moved} figures moved")
    assert moved


@pytest.mark.slow
def test_a_page_holds_at_twice_the_size_and_with_the_colors_of_the_system(request, site, visit):
    """At 200 %, a window of 1280 pixels has 640; forced colors leave every control a border."""
    for name in pages(request):
        page = visit.open(site.html / f"{name}.html", width=640, forced_colors="active")
        page.wait_for_function(DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        bare = page.locator(".tt-figure :is(button, select):visible").evaluate_all(BARE)
        assert bare == [], name
        visit.close(page)


@pytest.mark.slow
def test_nothing_moves_where_motion_is_not_wanted(request, site, visit):
    for name in pages(request):
        page = visit.open(site.html / f"{name}.html", reduced_motion="reduce")
        page.wait_for_function(DRAWN)
        moving = page.evaluate(
            "() => document.getAnimations().filter((a) => a.playState === 'running').length"
        )
        assert moving == 0, name
        visit.close(page)


def test_the_sample_has_a_figure_of_its_own_and_is_of_the_book(site):
    assert set(SAMPLE) <= set(chapters())
    for name in SAMPLE:
        html = (site.html / f"{name}.html").read_text(encoding="utf8")
        assert re.search(r'class="tt-place"', html), name
