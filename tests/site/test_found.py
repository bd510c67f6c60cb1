"""Pages are found: by search engines, by who was sent a wrong address, by the name of a class."""

import functools
import json
import re
import threading
import tomllib
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from books import ROOT, SITE


@pytest.fixture(scope="session")
def served(edition):
    """Return the address of the book under a sub-path, with its page for what is not there."""

    class Pages(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/tt"))

        def send_error(self, code, message=None, explain=None):
            self.send_response(code)
            self.end_headers()
            self.wfile.write((edition / "404.html").read_bytes())

        def log_message(self, *args):
            pass

    handler = functools.partial(Pages, directory=edition)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/tt"
        server.shutdown()


def test_a_page_says_what_it_is(edition):
    html = (edition / "book" / "product.html").read_text(encoding="utf8")
    said = "A product sends each factor the other, times the upstream gradient; see x."
    for tag in (
        f'<meta name="description" content="{said}">',
        f'<meta property="og:description" content="{said}">',
        '<meta property="og:title" content="Multiplication: MulBackward">',
        f'<meta property="og:url" content="{SITE}/book/product.html">',
        f'<meta property="og:image" content="{SITE}/_static/pictures/book/product.png">',
        f'<link rel="canonical" href="{SITE}/book/product.html" />',
    ):
        assert tag in html
    assert "og:image" not in (edition / "words.html").read_text(encoding="utf8")
    assert re.search(r'href="[^"]+/edit/main/book/product\.md"', html), "the edit button"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"CC BY 4\.0\. Version {re.escape(version)}( \([0-9a-f]{{7}}\))?\.", html)


def test_the_map_names_every_page(edition):
    text = (edition / "sitemap.xml").read_text(encoding="utf8")
    pages = re.findall(r"<loc>(.*?)</loc>", text)
    assert pages == [f"{SITE}/book/product.html", f"{SITE}/words.html"]
    assert f"Sitemap: {SITE}/sitemap.xml" in (edition / "robots.txt").read_text()


def test_a_site_that_stands_nowhere_yet_has_no_addresses(sink):
    assert not (sink.parent / "sitemap.xml").exists()
    html = sink.read_text(encoding="utf8")
    assert "canonical" not in html
    assert "og:image" not in html
    assert "og:title" in html


@pytest.mark.parametrize(
    "path", ["/multiplicaton.html", "/book/deep/down/product", "/Mul_Backward"]
)
def test_a_wrong_address_finds_what_was_meant(chromium, served, path):
    context = chromium.new_context()
    page = context.new_page()
    missing = []
    page.on("response", lambda r: missing.append(r.url) if r.status != 200 else None)
    answer = page.goto(served + path)
    assert answer.status == 404
    assert missing == [served + path], "styles or scripts are not found"
    page.locator("#tt-nearest a").first.click()
    page.wait_for_url("**/tt/book/product.html")
    context.close()


def test_an_address_like_nothing_offers_the_search(chromium, served):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served}/zzzz/qqqq")
    assert page.locator("#tt-nearest a").count() == 0
    page.get_by_role("link", name="the search").click()
    page.wait_for_url("**/tt/search.html")
    context.close()


@pytest.mark.parametrize("query", ["MulBackward", "mulbackward"])
def test_the_search_finds_a_class_by_its_name_first(edition, visit, query):
    page = visit.open(edition / "search.html", query=f"?q={query}")
    first = page.locator("#search-results li a").first
    first.wait_for()
    assert first.get_attribute("href").startswith("book/product.html")


@pytest.mark.parametrize("query", ["Linear", "Conv2d", "CrossEntropyLoss", "SGD", "Tensor"])
def test_the_search_finds_a_class_before_a_function_of_its_name(site, visit, query):
    page = visit.open(site.html / "search.html", query=f"?q={query}")
    first = page.locator("#search-results li a").first
    first.wait_for()
    assert first.inner_text().split(".")[-1] == query


def test_a_term_explains_itself(edition, visit):
    page = visit.open(edition / "book" / "product.html")
    term, box = page.locator("a:has(> .std-term)"), page.get_by_role("tooltip")
    term.focus()
    box.wait_for()
    assert box.inner_text().startswith("upstream gradient The gradient of the loss")
    assert "See" not in box.inner_text()
    box.locator("mjx-container").wait_for(state="attached")
    assert term.get_attribute("aria-describedby") == box.get_attribute("id")
    page.keyboard.press("Escape")
    box.wait_for(state="detached")
    assert term.get_attribute("aria-describedby") is None
    term.hover()
    box.wait_for()
    box.hover()  # it stays, so that it can be read at any zoom
    assert box.is_visible()
    page.mouse.move(0, 0)
    box.wait_for(state="detached")


def test_a_term_explains_itself_to_a_finger(edition, visit):
    page = visit.open(edition / "book" / "product.html", width=390, has_touch=True)
    term, box = page.locator("a:has(> .std-term)"), page.get_by_role("tooltip")
    term.tap()
    box.wait_for()
    at = box.bounding_box()
    assert at["x"] >= 0
    assert at["x"] + at["width"] <= 390
    box.get_by_role("link", name="Glossary").tap()
    page.wait_for_url("**/words.html#term-upstream-gradient")


def test_every_term_of_the_glossary_has_its_meaning(site):
    text = (site.html / "_static" / "glossary.js").read_text(encoding="utf8")
    terms = json.loads(text.partition("=")[2].rstrip(";\n"))
    ids = re.findall(
        r'<dt id="(term-[^"]+)"', (site.html / "book/reference/glossary.html").read_text()
    )
    assert sorted(terms) == sorted(ids)
    assert all(len(meaning) > 10 for _, meaning in terms.values())


def test_what_is_cited_is_the_version_at_hand():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf8"))
    assert cited["version"] == project["version"]
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    changes = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf8"), re.M)
    assert project["version"] in changes
