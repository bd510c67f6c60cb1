"""A book for e-readers (EPUB 3), made of the pages as Chromium shows them.

Formulas become MathML, which MathJax has put beside each of them for screen readers; live
figures become pictures with their readout; answers, hints and solutions stay folded where the
reader's device can fold.
"""

import uuid
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from browser import chromium
from chapters import NOT_ON_PAPER, about, contents

HERE = Path(__file__).resolve().parent
SHARP = 2  # dots of a picture per pixel of the page
WIDTH = 720
HTML = "application/xhtml+xml"
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en"
  xml:lang="en" data-theme="light">
<head><title>{title}</title><link rel="stylesheet" href="pygments.css"/>
<link rel="stylesheet" href="book.css"/></head>
<body>{body}</body></html>"""
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{uuid}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en</dc:language>
<dc:rights>Text: CC BY 4.0. Code: MIT.</dc:rights>
<dc:description>{description}</dc:description>
<meta property="dcterms:modified">{modified}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>{manifest}</manifest>
<spine>{spine}</spine>
</package>"""

# What a page becomes: its article, as XML, with links among the chapters of this book.
TAKE = """({ names, unwanted, root, pictures }) => {
  const article = document.querySelector("article.bd-article");
  for (const [i, place] of [...article.querySelectorAll(".tt-place")].entries()) {
    const said = place.querySelector(".tt-readout")?.textContent.trim() ?? "";
    const drawn = place.querySelector(".tt-drawing")?.getAttribute("aria-label") ?? "";
    const image = document.createElement("img");
    image.src = pictures[i];
    image.alt = [drawn, said].filter(Boolean).join(" ");
    place.replaceWith(image);
  }
  for (const formula of article.querySelectorAll("mjx-container")) {
    const math = formula.querySelector("mjx-assistive-mml > math");
    if (formula.hasAttribute("display")) math.setAttribute("display", "block");
    formula.replaceWith(math);
  }
  for (const e of article.querySelectorAll(unwanted)) e.remove();
  for (const line of article.querySelectorAll("summary p")) line.replaceWith(...line.childNodes);
  for (const link of article.querySelectorAll("a[href]")) {
    if (!link.href.startsWith(root)) continue;
    const [path, fragment] = decodeURI(link.href.slice(root.length)).split("#");
    const name = names[path.replace(/\\.html$/, "")];
    if (!name) link.replaceWith(...link.childNodes);
    else link.setAttribute("href", fragment ? `${name}#${fragment}` : name);
  }
  const images = {};
  for (const image of article.querySelectorAll("img")) {
    if (image.src.startsWith(root) && !pictures.includes(image.getAttribute("src"))) {
      const path = decodeURI(image.src.slice(root.length)).split("?")[0];
      images[path] = `images/${path.split("/").at(-1)}`;
      image.setAttribute("src", images[path]);
    }
    if (!image.hasAttribute("alt")) image.setAttribute("alt", "");
  }
  for (const e of article.querySelectorAll("*")) {
    for (const { name } of [...e.attributes]) {
      if (/^data-|^(tabindex|align|border|valign|width|height|start)$/.test(name)) {
        e.removeAttribute(name);
      }
    }
  }
  const xml = [...article.children].map((e) => new XMLSerializer().serializeToString(e)).join("");
  return { xml, images, math: Boolean(article.querySelector("math")),
           title: article.querySelector("h1").textContent.replace(/\\s+/g, " ").trim() };
}"""


def make(site, output):
    """Make the book of a built site; return what was made in words."""
    pages = contents(site)
    names = {page: f"{page.removeprefix('book/').replace('/', '-')}.xhtml" for page, _ in pages}
    files, items, listing = {}, [], {}
    with chromium(scale=SHARP) as open_page:
        for name, part in pages:
            page = open_page(site / f"{name}.html", width=WIDTH)
            page.emulate_media(media="print")  # without controls
            pictures = []
            for place in page.locator(".tt-place").all():
                pictures.append(f"images/{names[name][:-6]}-{len(pictures)}.png")
                files[pictures[-1]] = place.screenshot(animations="disabled")
            taken = page.evaluate(
                TAKE,
                {
                    "names": names,
                    "unwanted": NOT_ON_PAPER,
                    "root": f"{site.as_uri()}/",
                    "pictures": pictures,
                },
            )
            page.close()
            for path, image in taken["images"].items():
                files[image] = (site / path).read_bytes()
            title = taken["title"]
            files[names[name]] = PAGE.format(title=escape(title), body=taken["xml"])
            items.append((names[name], HTML, "mathml" if taken["math"] else ""))
            listing.setdefault(part, []).append((names[name], title))
    files["nav.xhtml"] = PAGE.format(title="Contents", body=navigation(listing))
    files["pygments.css"] = (site / "_static" / "pygments.css").read_bytes()
    files["book.css"] = (HERE / "epub.css").read_bytes()
    images = [name for name in files if name.startswith("images/")]
    items += [("nav.xhtml", HTML, "nav"), ("pygments.css", "text/css", "")]
    items += [("book.css", "text/css", "")]
    items += [(name, f"image/{kind(name)}", "") for name in sorted(images)]
    files["book.opf"] = package(items)
    write(output, files)
    return f"{output}: {output.stat().st_size / 1e6:.1f} MB, {len(pages)} chapters"


def kind(name):
    """Return the kind of a picture, as media types name it."""
    suffix = name.rpartition(".")[2].lower()
    return {"jpg": "jpeg", "svg": "svg+xml"}.get(suffix, suffix)


def navigation(listing):
    """Return the contents: parts, and in them chapters."""
    rows = ""
    for part, chapters in listing.items():
        links = "".join(
            f'<li><a href="{name}">{escape(title)}</a></li>' for name, title in chapters
        )
        rows += f"<li><span>{escape(part)}</span><ol>{links}</ol></li>" if part else links
    return f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{rows}</ol></nav>'


def package(items):
    """Return the list of the book's files and what the book is."""
    manifest = spine = ""
    for number, (name, media, properties) in enumerate(items):
        extra = f' properties="{properties}"' if properties else ""
        manifest += f'<item id="i{number}" href="{name}" media-type="{media}"{extra}/>'
        if media == HTML and properties != "nav":
            spine += f'<itemref idref="i{number}"/>'
    book = about()
    return PACKAGE.format(
        uuid=uuid.uuid5(uuid.NAMESPACE_URL, f"{book['title']} {book['version']}"),
        title=escape(book["title"]),
        author=escape(book["author"]),
        description=escape(book["description"]),
        modified=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        manifest=manifest,
        spine=spine,
    )


def write(output, files):
    """Write the archive; its first entry says what it is and is not compressed."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", compress_type=zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        for name, content in files.items():
            archive.writestr(f"book/{name}", content)
