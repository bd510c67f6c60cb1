"""The book to carry: PDF, ePub, the zipped site and the pictures, each by its one command."""

import io
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from books import ROOT, SITE

EPUBCHECK = Path("/usr/share/java/epubcheck.jar")  # where Debian's and Ubuntu's package keeps it
XHTML = "{http://www.w3.org/1999/xhtml}"


def press(what, *flags):
    """Run one of the commands as a reader does; return the finished process."""
    command = [sys.executable, ROOT / "book" / "press", what, *flags]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf8")


def made(what, site, output, chromium):
    """Make one of the files of a built site; `chromium` says that a browser is there."""
    done = press(what, "--site", site, "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{output}: ")
    return output


@pytest.fixture(scope="module")
def pdf(edition, tmp_path_factory, chromium):
    pypdf = pytest.importorskip("pypdf")
    return pypdf.PdfReader(made("pdf", edition, tmp_path_factory.mktemp("pdf") / "b.pdf", chromium))


def links(pdf):
    """Yield the target of each link within the document, and the page it stands on."""
    for number, page in enumerate(pdf.pages, start=1):
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if link.get("/Subtype") == "/Link" and "/URI" not in link.get("/A", {}):
                yield number, link.get("/Dest") or link["/A"]["/D"]


def test_the_links_of_the_pdf_lead_somewhere(pdf):
    found = list(links(pdf))
    places = pdf.named_destinations
    assert [target for _, target in found if target not in places] == []
    pages = {target: pdf.get_destination_page_number(places[target]) + 1 for _, target in found}
    text = [page.extract_text() for page in pdf.pages]
    term = "/product--term-upstream-gradient"
    assert term not in places, "an identifier of another chapter"
    assert "upstream gradient" in text[pages["/words--term-upstream-gradient"] - 1]


def test_the_contents_of_the_pdf_tell_the_page(pdf):
    rows = re.findall(r"^(.+?)\s+(\d+)$", pdf.pages[1].extract_text(), re.M)
    assert [row[0] for row in rows][-2:] == ["Multiplication: MulBackward", "Solutions"]
    for title, number in rows:
        words = " ".join(pdf.pages[int(number) - 1].extract_text().split())
        assert title in words, f"{title} is not on page {number}"
        assert number in words.split(), "the number that is printed"


def test_the_pdf_has_figures_answers_and_solutions(pdf):
    text = [page.extract_text() for page in pdf.pages]
    begins = next(number for number, page in enumerate(text) if "A product sends" in page)
    chapter = "".join(text[begins:-1])
    assert "x = 2, x² = 4" in chapter, "the figure's readout"
    assert "Figure 1" in chapter
    assert "This is how it is solved." not in chapter
    assert "This is how it is solved." in text[-1]
    outline = [entry.title for entry in flat(pdf.outline)]
    assert "Solutions" in outline
    assert pdf.xmp_metadata.dc_title["x-default"] == "TinyTorch: back-propagation, taken apart"
    assert any("Multiplication" in title for title in outline)


def flat(outline):
    """Yield all entries of an outline."""
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


@pytest.fixture(scope="module")
def epub(edition, tmp_path_factory, chromium):
    pytest.importorskip("bs4")
    return made("epub", edition, tmp_path_factory.mktemp("epub") / "book.epub", chromium)


def test_the_epub_holds_together(epub):
    with zipfile.ZipFile(epub) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    trees = {
        name: ET.fromstring(files[name]) for name in files if name.endswith((".xhtml", ".opf"))
    }
    listed = {
        f"book/{item.get('href')}" for item in trees["book/book.opf"].iter() if item.get("href")
    }
    assert listed == {n for n in files if n.startswith("book/")} - {"book/book.opf"}
    ids = {name: {e.get("id") for e in tree.iter()} for name, tree in trees.items()}
    for name, tree in trees.items():
        for e in tree.iter():
            target = e.get("href") if e.tag == f"{XHTML}a" else e.get("src")
            if target is None or "://" in target:
                continue
            path, fragment = urldefrag(target)
            path = f"book/{path}" if path else name
            assert path in files, target
            assert not fragment or fragment in ids[path], target
    product = files["book/product.xhtml"].decode()
    assert "<math" in product
    assert 'alt="A bar. x = 2, x² = 4"' in product
    assert "<details" in product
    assert "script" not in product
    for left in ("<form", "<input", "<button", "loads Python"):
        assert left not in product, "nothing answers it"
    assert product.index("the other, ") < product.index("its share grows")


def test_epubcheck_finds_nothing(epub):
    if not (shutil.which("java") and EPUBCHECK.exists()):
        pytest.skip("no epubcheck on this machine")
    command = ["java", "-jar", EPUBCHECK, "--failonwarnings", epub]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_zipped_site_is_the_site(edition, tmp_path):
    output = made("zip", edition, tmp_path / "site.zip", None)
    again = made("zip", edition, tmp_path / "again.zip", None)
    assert output.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(output) as archive:
        archive.extractall(tmp_path)
    for path in edition.rglob("*"):
        if path.is_file() and path.name != ".buildinfo":
            assert (tmp_path / "tinytorch" / path.relative_to(edition)).exists()


def test_each_picture_that_a_page_names_is_made(edition, chromium):
    from PIL import Image

    done = press("pictures", "--site", edition)
    assert done.returncode == 0, done.stdout + done.stderr
    html = (edition / "book" / "product.html").read_text(encoding="utf8")
    named = re.search(rf'og:image" content="{SITE}/([^"]+)"', html)[1]
    picture = Image.open(io.BytesIO((edition / named).read_bytes()))
    assert picture.size == (1200, 630)
    assert len(picture.convert("RGB").getcolors(maxcolors=10**6)) > 2, "a picture of nothing"


def test_without_a_site_it_says_how_to_build_one(tmp_path):
    done = press("pdf", "--site", tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"{tmp_path} holds no built book: run `jupyter-book build .` first"
    )


def test_without_a_browser_it_says_so(edition, tmp_path):
    pytest.importorskip("playwright")
    command = [sys.executable, ROOT / "book" / "press", "pdf", "--site", edition]
    env = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if Path("/opt/google/chrome/chrome").exists():
        pytest.skip("Chrome is where Playwright looks for it")
    assert done.returncode == 1
    assert done.stderr.strip() == "no Chromium, Chrome or Edge on this machine"
    assert not (edition / "_press.html").exists()
