"""The static runtime: what a figure gets on a page with no kernel."""

import json
import re

import pytest


@pytest.fixture
def page(sink, visit):
    page = visit.open(sink)
    page.locator(".tt-failed").wait_for()
    yield page
    assert [sin for sin in visit.sins if "on purpose" in sin]
    visit.sins.clear()


def figure(page, name):
    return page.locator(f"figure#{name}")


def test_one_file_a_module(sink):
    html = sink.read_text(encoding="utf8")
    modules = re.findall(r'src="_static/figures/(\w+)\.js', html)
    assert len(modules) == 3  # Minimal once for four figures, the broken one, Bytes
    state = json.loads(re.search(r'id="tt-page">(.*?)</script>', html).group(1))
    assert len(state["models"]) == 6
    assert not any("_esm" in model["state"] for model in state["models"].values())
    assert "function render" not in html


def test_caption_name_and_words(page):
    one = figure(page, "fig-one")
    assert one.locator("figcaption").inner_text().startswith("Figure 1 Move ")
    assert one.locator("figcaption em").inner_text() == "see"
    assert one.locator("figcaption mjx-container").count() == 2
    assert page.get_by_role("link", name="Figure 1", exact=True).get_attribute("href") == "#fig-one"
    assert page.get_by_role("img", name="A bar as long as <x>.").count() == 1
    assert "second paragraph" in figure(page, "fig-right").locator(".legend").inner_text()


def test_links(page):
    left, right, after = (figure(page, f"fig-{name}") for name in ("left", "right", "after"))

    def numbers():
        return [f.locator(".tt-readout").inner_text() for f in (left, right, after)]

    assert numbers() == ["x = 3, x² = 9"] * 3
    left.locator("input").press("ArrowRight")
    assert numbers() == ["x = 4, x² = 16"] * 3
    right.locator("input").press("End")
    assert numbers() == ["x = 10, x² = 100"] * 3
    after.locator("input").press("Home")
    assert numbers() == ["x = 10, x² = 100"] * 2 + ["x = 0, x² = 0"]


def test_boxes(page):
    def place(name):
        return figure(page, f"fig-{name}").bounding_box()

    left = place("left")
    assert left["x"] + left["width"] <= place("right")["x"]
    assert left["y"] + left["height"] <= place("after")["y"]
    page.set_viewport_size({"width": 390, "height": 800})
    left = place("left")
    assert left["y"] + left["height"] <= place("right")["y"]


def test_bytes(page):
    assert page.locator(".tt-bytes").inner_text() == "1.5 -2"


def test_a_broken_module_says_so(page):
    broken = figure(page, "fig-broken")
    sentence = "This figure could not be drawn (on purpose). It shows:"
    assert broken.locator(".tt-failed").inner_text() == sentence
    assert broken.get_by_text("What it would have shown.").is_visible()
    assert broken.locator(".tt-alt").bounding_box()["height"] > 10


def test_copy_and_unfold(page):
    page.evaluate(
        """() => {
          self.copied = new Promise((done) => new MutationObserver(() => {
            if (document.querySelector(".copybtn.success")) done(true); // for two seconds
          }).observe(document.body, { attributeFilter: ["class"], subtree: true }));
        }"""
    )
    page.get_by_role("button", name="Copy").first.click()
    assert page.evaluate("copied")
    solution = page.locator("details", has=page.get_by_text("Show the solution"))
    assert not solution.locator(".cell_input").is_visible()
    solution.locator("summary").click()
    assert solution.locator(".cell_input").is_visible()
    assert solution.get_by_text("(3.0, 2.0)").is_visible()


def test_source_is_the_package_s_own(page):
    assert page.locator(".highlight-python .nc", has_text="Source").count() == 1


def test_punctuation_stays_with_its_formula(page):
    kept = page.locator(".tt-together").all_text_contents()
    assert any(text.endswith(",") for text in kept)


def test_without_javascript(sink, visit):
    page = visit.open(sink, java_script_enabled=False)
    one = page.locator("figure#fig-one")
    assert one.get_by_text("A bar as long as <x>.").bounding_box()["height"] > 10
    assert "<noscript><p" in sink.read_text(encoding="utf8")


def test_words_are_legible(page):
    """Every piece of text has a contrast of 4.5 : 1, or 3 : 1 when large."""
    for theme in ("light", "dark"):
        page.evaluate("(theme) => document.documentElement.dataset.theme = theme", theme)
        page.evaluate("document.getAnimations().forEach((fade) => fade.finish())")  # of colors
        poor = page.evaluate(
            """() => {
              const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
              const light = (color) => rgb(color).slice(0, 3).map((c) => c / 255)
                .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const behind = (e) => {
                for (; e; e = e.parentElement) {
                  const [r, g, b, a = 1] = rgb(getComputedStyle(e).backgroundColor);
                  if (a > 0.5) return `rgb(${r}, ${g}, ${b})`;
                }
                return "rgb(255, 255, 255)";
              };
              const poor = [];
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let text; (text = texts.nextNode());) {
                const e = text.parentElement;
                if (!text.data.trim() || !e.checkVisibility({ visibilityProperty: true })) continue;
                if (e.closest("script, style, .headerlink, .visually-hidden, .skip-link")) continue;
                const style = getComputedStyle(e);
                const [a, b] = [light(style.color), light(behind(e))].sort((x, y) => y - x);
                const large = parseFloat(style.fontSize) >= 24;
                if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) {
                  poor.push(`${text.data.trim().slice(0, 30)}: ${style.color} on ${behind(e)}`);
                }
              }
              return poor;
            }"""
        )
        assert not poor, theme
