"""What all tests share: options, one Chromium, and no silent skips in CI."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

# Before NumPy is imported: its matrices here are too small to share, and threads that wait for one
# another on busy cores slow a test down tenfold.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shell lets what it starts in the background ignore Ctrl+C, and whatever that starts in turn.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NO_PYTHON = "no Python for pages: "  # how the one skip begins that CI=true lets pass
CHROMIUMS = "chromium", "chromium-browser", "google-chrome"
PATIENCE = 300_000  # ms that a test waits for a page; only a fault or a busy machine takes them
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_addoption(parser):
    parser.addoption(
        "--site", metavar="DIR", help="test this built site instead of building one (_build/html)"
    )
    parser.addoption(
        "--all-pages",
        action="store_true",
        help="not a sample: all pages in other browsers and with axe-core, Run All in JupyterLab",
    )


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest: each goes to one worker, and none is left last."""
    minutes = {}
    for item in items:
        for mark in item.iter_markers("slow"):
            minutes[item.path] = max(minutes.get(item.path, 0), mark.kwargs.get("minutes", 0.5))
    items.sort(key=lambda item: -minutes.get(item.path, 0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail instead of skipping a test when CI=true: there, every tool has to be there.

    What needs the files of a page's Python may be skipped even there; the skip names the files.
    """
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Fail instead of skipping a whole file when CI=true."""
    return _no_skip_in_ci((yield))


def _no_skip_in_ci(report):
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        if NO_PYTHON in str(report.longrepr[-1]):
            return report  # its files come from one address, which a machine may not reach
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr[-1]}"
    return report


@pytest.fixture(autouse=True)
def the_same_numbers():
    """Begin each test with the same random numbers, so that what fails once fails again."""
    for library in ("tinytorch", "torch"):
        if library in sys.modules:
            sys.modules[library].manual_seed(0)


@pytest.fixture(scope="session")
def chromium():
    """Return the one running Chromium: two drivers in one process would be in each other's way."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("no Chromium or Chrome on this machine")
    with playwright.sync_playwright() as p:
        flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
        browser = p.chromium.launch(executable_path=path, args=flags)
        make = browser.new_context

        def patient(**options):
            context = make(**options)
            context.set_default_timeout(PATIENCE)
            return context

        browser.new_context = patient  # which takes no default for all its contexts
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def new_page(chromium):
    """Return a function that opens a page, offline: pages of the same options share a context.

    A context for each page takes twice the work: all scripts are compiled anew. A blank page stays
    open in each, to keep its process.
    """
    contexts = {}

    def open_page(width, height, **options):
        key = json.dumps(options, sort_keys=True)
        if key not in contexts:
            contexts[key] = chromium.new_context(**options)
            contexts[key].set_offline(True)
            contexts[key].new_page()
        page = contexts[key].new_page()
        page.set_viewport_size({"width": width, "height": height})
        return page

    return open_page


@pytest.fixture(scope="session")
def pyodide_files():
    """Return the folder with the files of the page's Python, or skip and say what is missing."""
    folder = os.environ.get("TINYTORCH_PYODIDE", "")
    if not folder:
        pytest.skip(f"{NO_PYTHON}TINYTORCH_PYODIDE names no folder with its files")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "book" / "_ext")
        from tinytorch_book import pyodide
    if lacking := pyodide.missing(folder):
        pytest.skip(f"{NO_PYTHON}{folder} lacks {', '.join(lacking)}")
    return Path(folder)
