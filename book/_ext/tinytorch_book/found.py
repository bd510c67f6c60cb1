"""A book that is found, cited and come back to.

Each page says what it is about to search engines and to who shares a link; the site has a map,
and a page for addresses that lead nowhere, which finds what was meant; the footer says which
version one reads. Where the site will stand, `SITE_URL` or `html: baseurl` in `_config.yml` says:
without it, there are no canonical addresses, no map and no pictures, which all need it.
"""

import json
import os
import re
import subprocess
import tomllib
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx import addnodes

LONGEST = 200  # characters of a description
LOST = "404"
PICTURES = "_static/pictures"  # put there by `python book/press pictures`


def configure(app, config):
    """Say where the site will stand, and let a class be found by its name first."""
    address = os.environ.get("SITE_URL") or config.html_baseurl
    config.html_baseurl = address.rstrip("/") + "/" if address else ""
    config.html_search_scorer = str(Path(__file__).with_name("scorer.js"))
    config.html_css_files.append("found.css")
    config.html_js_files.append(("terms.js", {"loading_method": "defer"}))


def version(srcdir):
    """Return the version of the book, and its commit where there is one."""
    declared = Path(srcdir) / "pyproject.toml"
    if not declared.is_file():  # a part of the book, built on its own
        return ""
    project = tomllib.loads(declared.read_text(encoding="utf8"))["project"]
    commit = os.environ.get("GITHUB_SHA", "")[:7]
    if not commit:
        git = ["git", "-C", str(srcdir), "rev-parse", "--short=7", "HEAD"]
        try:
            commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
        except FileNotFoundError:  # no git on this machine
            commit = ""
    return f"Version {project['version']}" + (f" ({commit})" if commit else "")


def description(doctree):
    """Return the first sentences of a page, without formulas and what it builds on."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.section):
            continue
        if all(isinstance(child, nodes.emphasis) for child in paragraph.children):
            continue  # "Before this: ..."
        text = " ".join(re.sub(r"\$", "", paragraph.astext()).split())
        if len(text) <= LONGEST:
            return text
        end = max(text.rfind(mark, 0, LONGEST) for mark in (". ", "? "))
        return text[: end + 1] if end > 0 else text[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def describe(app, pagename, templatename, context, doctree):
    """Put into a page's head what it is about."""
    if stands := version(app.srcdir):
        context["theme_extra_footer"] = f"{context.get('theme_extra_footer', '')} {stands}."
    if pagename == LOST:
        context["metatags"] = base(app.config.html_baseurl) + context.get("metatags", "")
        app.add_js_file("lost.js", loading_method="defer")
    if doctree is None:
        return
    title = " ".join(app.env.titles[pagename].astext().split())
    said = description(doctree)
    tags = {
        "og:title": title,
        "og:type": "article",
        "og:site_name": app.config.html_title or app.config.project,
        "og:description": said,
    }
    if address := app.config.html_baseurl:
        tags["og:url"] = f"{address}{pagename}.html"
        if any("tt-live" in figure["classes"] for figure in doctree.findall(nodes.figure)):
            tags["og:image"] = f"{address}{PICTURES}/{quote(pagename)}.png"
            tags["twitter:card"] = "summary_large_image"
    metas = [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items()]
    if said:
        metas.append(f'<meta name="description" content="{escape(said)}">')
    context["metatags"] = context.get("metatags", "") + "\n".join(metas)


def lost(app):
    """Make the page for addresses that lead nowhere."""
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    pages = json.dumps(titles).replace("</", "<\\/")
    body = f"""<section><h1>There is no such page</h1>
<p>It may have moved. <span id="tt-meant"></span></p><ul id="tt-nearest"></ul>
<p>Begin at <a href="{app.config.root_doc}.html">the first page</a>, or use
<a href="search.html">the search</a>.</p>
<script type="application/json" id="tt-pages">{pages}</script></section>"""
    yield LOST, {"title": "There is no such page", "body": body}, "page.html"


def base(address):
    """Return where the links of that page start: it is served under any address."""
    if address:
        return f'<base href="{escape(urlsplit(address).path)}">'
    return """<script>{
  const [site, inside] = location.pathname.split("/book/");
  if (inside) document.write(`<base href="${site}/">`);
}</script>"""


def write_map(app, error):
    """List all pages for search engines, and put the glossary where pages can show it."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    (out / "_static" / "glossary.js").write_text(
        f"self.ttGlossary = {json.dumps(definitions(app), ensure_ascii=False)};\n", encoding="utf8"
    )
    base = app.config.html_baseurl
    if not base:
        return
    pages = sorted(app.env.found_docs)
    addresses = (f"{base}{quote(page)}.html" for page in pages)
    urls = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    sitemap = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    (out / "sitemap.xml").write_text(sitemap, encoding="utf8")
    (out / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf8"
    )


def definitions(app):
    """Return what the glossary says of each term, as it is shown over a link to it."""
    found = {}
    objects = app.env.get_domain("std").get_objects()
    for page in sorted({page for _, _, kind, page, _, _ in objects if kind == "term"}):
        doctree = app.env.get_doctree(page)
        for glossary in doctree.findall(addnodes.glossary):
            for item in glossary.findall(nodes.definition_list_item):
                (meaning,) = item.findall(nodes.definition)
                text = plain(meaning)
                for term in item.findall(nodes.term):
                    for name in term["ids"]:
                        found[name] = [term.astext(), text]
    return found


def plain(meaning):
    """Return a definition as text, with formulas between the marks that MathJax looks for."""
    copy = meaning.deepcopy()
    for formula in [*copy.findall(nodes.math)]:
        formula.replace_self(nodes.Text(rf"\({formula.astext()}\)"))
    return " ".join(copy.astext().split()).partition(" See ")[0]


def setup(app):
    """Register what each page, and the site as a whole, says of itself."""
    app.connect("config-inited", configure)
    app.connect("html-page-context", describe)
    app.connect("html-collect-pages", lost)
    app.connect("build-finished", write_map)
