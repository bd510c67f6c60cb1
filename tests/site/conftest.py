"""A built site, small books to build, and a Chromium whose network is closed."""

import json
import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from books import BOOK, FRONT, HERE, PRODUCT, ROOT, SITE, WORDS, jupyter_book
from filelock import FileLock

try:
    import resource
except ImportError:  # Windows
    resource = None
from pages import LivePage
from serving import serve


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a function that fills a folder once for all workers: one does it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # where all workers are

    def filled(name, fill):
        folder, whole = base / name, base / f"{name}.whole"
        with FileLock(base / f"{name}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                whole.touch()
        return folder

    return filled


@pytest.fixture(scope="session")
def site(request, once):
    """Return the built site, and what an edit of its prose cost; None if built before."""
    if built := request.config.getoption("--site"):
        return SimpleNamespace(html=Path(built).resolve(), edit=None)

    def fill(folder):
        build(folder / "tinytorch")
        (folder / "edit.json").write_text(json.dumps(change_a_sentence(folder / "tinytorch")))

    folder = once("site", fill)
    html = folder / "tinytorch" / "_build" / "html"
    return SimpleNamespace(html=html, edit=json.loads((folder / "edit.json").read_text()))


def build(source):
    """Build the book in a copy, as strict as can be."""
    source.mkdir()
    for name in BOOK:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    done = jupyter_book(source, "-W", "-n", "--keep-going")
    assert done.returncode == 0, done.stdout[-5000:]


def change_a_sentence(source):
    """Build again after an edit of prose: what was said, and the seconds of work."""
    with (source / "book" / "arithmetic" / "mul.md").open("a", encoding="utf8") as page:
        page.write("\nOne more sentence.\n")
    before = work_of_children()
    done = jupyter_book(source)
    after = work_of_children()
    assert done.returncode == 0, done.stdout[-5000:]
    return {"said": done.stdout, "work": after - before}


def work_of_children():
    """Return the seconds that ended processes have worked; 0 where the system does not tell."""
    if resource is None:
        return 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write_book(folder, text, front=FRONT):
    """Write a book with the real settings and one page into an empty folder."""
    (folder / "book").mkdir()
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copy(ROOT / "book" / "references.bib", folder / "book")
    shutil.copy(HERE / "minimal.py", folder)
    (folder / "book" / "_ext").symlink_to(ROOT / "book" / "_ext")
    (folder / "tinytorch").symlink_to(ROOT / "tinytorch")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    (folder / "page.md").write_text(front + text, encoding="utf8")


@pytest.fixture(scope="session")
def make_book(tmp_path_factory):
    """Return a function that writes a book with the real settings and one page."""

    def make(text, front=FRONT):
        folder = tmp_path_factory.mktemp("book")
        write_book(folder, text, front)
        return folder

    return make


@pytest.fixture(scope="session")
def sink(once):
    """Return the built page that uses all a chapter may use."""

    def fill(folder):
        write_book(folder, (HERE / "sink.md").read_text(encoding="utf8"), front="")
        done = jupyter_book(folder)
        assert done.returncode == 0, done.stdout[-5000:]

    return once("sink", fill) / "_build" / "html" / "page.html"


@pytest.fixture(scope="session")
def edition(once):
    """Return a built book of two parts that knows where it will stand."""

    def fill(folder):
        write_book(folder, WORDS, front="")
        (folder / "page.md").rename(folder / "words.md")
        (folder / "book" / "product.md").write_text(FRONT + PRODUCT, encoding="utf8")
        shutil.copy(folder / "minimal.py", folder / "book")
        shutil.copy(ROOT / "pyproject.toml", folder)
        parts = [{"caption": "Words", "chapters": [{"file": "book/product"}]}]
        toc = {"format": "jb-book", "root": "words", "parts": parts}
        (folder / "_toc.yml").write_text(yaml.safe_dump(toc))
        done = jupyter_book(folder, SITE_URL=SITE)
        assert done.returncode == 0, done.stdout[-5000:]

    return once("edition", fill) / "_build" / "html"


@pytest.fixture
def extension(monkeypatch):
    """Let a test import the book's extension."""
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")


@pytest.fixture
def visit(new_page):
    """Return a function that opens a page from disk, and fail on what no page may do."""
    pages, sins, loaded = [], [], []

    def open_page(path, query="", width=1280, height=900, **options):
        page = new_page(width, height, **options)
        pages.append(page)
        page.on("pageerror", lambda error: sins.append(f"throws {error}"))
        page.on(
            "console",
            lambda m: sins.append(f"says {m.text}") if m.type in ("error", "warning") else None,
        )
        page.on("request", lambda request: loaded.append(request.url))
        page.goto(path.as_uri() + query, wait_until="load")
        return page

    def close(page):
        page.evaluate("localStorage.clear()")  # what a reader chose stays for the next page
        page.close()
        pages.remove(page)

    yield SimpleNamespace(open=open_page, close=close, sins=sins, loaded=loaded, pages=pages)
    for page in [*pages]:
        close(page)
    sins += [f"asks for {url}" for url in loaded if not re.match("file:|blob:|data:", url)]
    assert not sins


@pytest.fixture(scope="session")
def live_book(once):
    """Return a function that builds the page for tests of Python, with its files or without."""

    def build_page(files):
        def fill(folder):
            write_book(folder, (HERE / "live.md").read_text(encoding="utf8"))
            done = jupyter_book(folder, TINYTORCH_PYODIDE=str(files or folder / "nothing"))
            assert done.returncode == 0, done.stdout[-5000:]

        return once("live" if files else "live without its files", fill) / "_build" / "html"

    return build_page


@pytest.fixture
def live(chromium):
    """Return a function that serves a site and opens one of its pages; no other host answers."""
    with ExitStack() as stack:
        contexts, sins = [], []

        def open_page(html, page="page.html", faults=(), headers=(), before=None, **options):
            server = stack.enter_context(serve(html))
            server.faults.update(faults)
            server.headers.update(headers)
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
            contexts.append(context)
            context.route(
                re.compile(r"^https?://(?!127\.0\.0\.1)"),
                lambda route: (sins.append(route.request.url), route.abort()),
            )
            tab = context.new_page()
            tab.on("pageerror", lambda error: sins.append(f"throws {error}"))
            if before:
                tab.add_init_script(before)
            tab.goto(f"{server.address}/{page}", wait_until="load")
            live_page = LivePage(tab)
            live_page.server, live_page.context, live_page.sins = server, context, sins
            return live_page

        yield open_page
        for context in contexts:
            context.close()
    assert not sins
