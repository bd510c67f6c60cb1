"""The chapters of a built site, in reading order, as trees of HTML that can be put together."""

import json
import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urldefrag, urljoin

import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
NOT_ON_PAPER = (
    "script, noscript, .headerlink, .sd-summary-state-marker, button, summary .expanded, "
    "[data-tt-screen], .tt-alone"
)


@dataclass
class Chapter:
    """One page of the book."""

    name: str  # such as "book/arithmetic/mul"
    title: str  # with its number
    part: str  # the caption above it in the contents
    article: BeautifulSoup
    head: list  # the style sheets and scripts of its figures
    figures: dict | None  # their state

    @property
    def anchor(self):
        """Its name among the identifiers of a document that holds all chapters."""
        return self.name.removeprefix("book/").replace("/", "-")


def contents(site):
    """Return the pages of a built site, each with its part's caption, as the sidebar has them."""
    start = (site / "index.html").read_text(encoding="utf8")
    root = re.search(r'url=([^"]+)\.html"', start)[1]  # the first chapter, to which it redirects
    soup = BeautifulSoup((site / f"{root}.html").read_text(encoding="utf8"), "html.parser")
    sidebar, part = soup.select_one("nav.bd-links"), ""
    pages = []
    for tag in sidebar.select("p.caption, a.reference.internal"):
        if tag.name == "p":
            part = tag.get_text(strip=True)
            continue
        path = urldefrag(tag["href"])[0]
        page = normpath(urljoin(f"{root}.html", path)) if path else f"{root}.html"
        pages.append((page.removesuffix(".html"), part))
    first = next((part for _, part in pages if part), "")
    return [(page, part or first) for page, part in pages]


def read(site, name, part=""):
    """Read one page of a built site."""
    text = (site / f"{name}.html").read_text(encoding="utf8")
    soup = BeautifulSoup(text, "html.parser")
    state = soup.find(id="tt-page")
    figures = json.loads(state.string) if state else None
    head = [
        normpath(urljoin(f"{name}.html", urldefrag(tag.get("href") or tag.get("src"))[0]))
        for tag in soup.select("link[rel=stylesheet], script[src]")
    ]
    article = soup.select_one("article.bd-article").extract()
    for tag in article.select(NOT_ON_PAPER):
        tag.decompose()
    title = " ".join(article.h1.get_text().split())
    return Chapter(
        name, title, part, article, [re.sub(r"\?.*", "", path) for path in head], figures
    )


def book(site):
    """Read all chapters."""
    return [read(site, name, part) for name, part in contents(site)]


def targets(chapter, href):
    """Return the page that a link of a chapter leads to, and the place on it; None for the web."""
    if re.match(r"[a-z][a-z0-9+.-]*:", href):
        return None
    path, fragment = urldefrag(href)
    page = normpath(urljoin(f"{chapter.name}.html", unquote(path))) if path else chapter.name
    return page.removesuffix(".html"), unquote(fragment)


def solution_of(details):
    """Say whether a folded block holds the solution of an exercise."""
    summary = details.find("summary")
    return summary is not None and "solution" in summary.get_text().lower()


def about():
    """Return what the book is called, by whom, of which version and commit."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
    return {
        "title": "TinyTorch: back-propagation, taken apart",
        "author": config["author"],
        "description": project["description"],
        "version": project["version"],
        "commit": commit(),
    }


def commit():
    """Return the short name of the commit at hand, or nothing where there is none."""
    if sha := os.environ.get("GITHUB_SHA"):
        return sha[:7]
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(git, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:  # no git on this machine
        return ""
