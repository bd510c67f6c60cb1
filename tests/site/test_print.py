"""A page on paper: all that is folded or moved is there, and what only a screen needs is not."""

import pytest

SHOWN = "(e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })"


@pytest.fixture
def paper(edition, visit):
    """Return the page as it is printed."""
    page = visit.open(edition / "book" / "product.html", width=700, color_scheme="dark")
    page.locator(".tt-readout").wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    return page


def test_what_is_folded_is_printed(paper):
    solution = paper.get_by_text("This is how it is solved.").last
    assert solution.bounding_box()["height"] > 5


def test_figures_are_printed_with_their_readout(paper):
    assert paper.locator(".tt-readout").inner_text() == "x = 2, x² = 4"
    assert paper.locator(".tt-drawing").is_visible()
    assert paper.get_by_text("A square.", exact=True).is_visible()


def test_a_question_is_printed_with_its_answer_and_without_a_field(paper):
    for text in ("the other, b", "its share grows", "What is it at", "It is 3."):
        assert paper.get_by_text(text).first.bounding_box()["height"] > 5
    assert not paper.locator(".tt-field").is_visible()


def test_what_scrolls_on_a_screen_has_no_shadow(paper):
    for box in paper.locator(".bd-article :is(pre, div.math)").all():
        assert box.evaluate("(e) => getComputedStyle(e).backgroundImage") == "none"


def test_no_navigation_is_printed(paper):
    for what in (
        ".bd-header",
        ".bd-header-article",
        ".bd-sidebar-primary",
        ".bd-sidebar-secondary",
        "#jb-print-toc",
        ".prev-next-footer",
        ".headerlink",
        ".copybtn",
        "article button",
    ):
        shown = paper.locator(what).evaluate_all(f"(all) => all.filter({SHOWN}).length")
        assert shown == 0, what


def test_paper_is_light_and_as_wide_as_its_text(paper):
    assert paper.locator("html").get_attribute("data-theme") == "light"
    text = paper.locator("article").bounding_box()["width"]
    assert text > 0.8 * paper.evaluate("document.documentElement.clientWidth")
