"""Binder, rehearsed: its base, then the repository's files, then what a reader does there.

One environment for all, in Binder's own order. First come JupyterLab and Notebook as Binder has
them, and the notebooks open in these; then the repository's files bring newer ones, and they open
there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from books import BOOK, ROOT, jupyter_book

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=300_000)  # ms, which only a fault or a busy machine takes
pytestmark = pytest.mark.slow(minutes=4)  # one environment for all

# What Binder installs before a repository's own files, for Python 3.11, on 2025-10-16. For today's:
# https://github.com/jupyterhub/repo2docker/blob/main/repo2docker/buildpacks/conda/environment.py-3.11-linux-64.lock
BASE = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.*")
TOKEN = "rehearsal"
CHAPTER = "arithmetic/mul"
CHAPTERS = [
    "start/introduction",
    "engine/backward",
    CHAPTER,
    "shape/slice",
    "reductions/max",
    "matmul/matmul",
    "activations/softmax",
    "losses/cross_entropy",
    "milestones/cnn",
    "layers/conv2d",
]
FILES = [*BOOK, "requirements.txt", "postBuild", "pyproject.toml", "README.md", "LICENSE"]
WATCH = """
import gc, anywidget
seen = []
for figure in gc.get_objects():
    if isinstance(figure, anywidget.AnyWidget):
        figure.observe(seen.append, [name for name in figure.trait_names() if name[0] != "_"])
"""
SAY = "print(*{(change.owner.name, change.name) for change in seen})"
UNDO = "first = seen[0]; setattr(first.owner, first.name, first.old)"
ANSWER = """
class MyMulBackward(Function):
    saves = ("a", "b")

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved_tensors
        return {}

check(MyMulBackward)
"""
WRONG, RIGHT = "g * a, g * b", "unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)"
# before there is a kernel, it looks idle too
READY = (
    "body:has(.jp-KernelName:has-text('Python 3')) "
    ".jp-Notebook-ExecutionIndicator[data-status='idle']"
)
# down by less than the height of the window, and up again from the end
SCROLL = """(e) => e.scrollTop + e.clientHeight < e.scrollHeight - 1
  ? e.scrollBy(0, 300) : e.scrollTo(0, 0)"""
RAW = re.compile(r"\{(term|cite:\w|eq|numref)\}|:::|\]\(#|^\(\w+\)=$", re.M)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home with a copy of the repository and an empty environment, and its variables."""
    home = tmp_path_factory.mktemp("jovyan")
    repository = home / "tinytorch"
    repository.mkdir()
    for name in FILES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, repository / name)
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    env = {key: os.environ[key] for key in os.environ if not key.startswith(("PYTHON", "JUPYTER"))}
    env |= {"HOME": str(home), "PATH": f"{home / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for variable in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        env[f"JUPYTER_{variable}"] = str(home / variable)
    return repository, env


def step(home, *command):
    """Run one of Binder's steps."""
    repository, env = home
    done = subprocess.run(command, cwd=repository, env=env, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module", params=["Binder's own programs", "those it installs"])
def server(home, request):
    """Return the address of a server: first Binder's own programs, then what they become."""
    (install_own if "own" in request.param else install_all)(home)
    with serving(home) as address:
        yield address


def install_own(home):
    """Put the notebooks and what they import beside Binder's own programs."""
    repository, _ = home
    step(home, "pip", "install", "--quiet", *BASE, ".[notebooks]")
    done = jupyter_book(repository, "--builder", "custom", "--custom-builder", "notebooks")
    assert done.returncode == 0, done.stdout[-5000:]
    (repository / "_build" / "notebooks").rename(repository / "notebooks")


def install_all(home):
    """Do what Binder does with a repository, in its order."""
    step(home, "pip", "install", "--quiet", *BASE)
    step(home, "pip", "install", "--quiet", "-r", "requirements.txt")
    step(home, "pip", "install", "--quiet", "--no-deps", ".")
    step(home, "./postBuild")
    step(home, "pip", "check")


@contextmanager
def serving(home):
    """Run a server as Binder does, under a path of its own."""
    repository, env = home
    command = ["jupyter", "lab", "--no-browser", "--port=0", "--ServerApp.root_dir=."]
    options = [f"--IdentityProvider.token={TOKEN}", "--LabApp.news_url=None"]
    options.append("--ServerApp.base_url=/user/jovyan/")
    if os.geteuid() == 0:
        options.append("--allow-root")
    log = Path(env["HOME"]) / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen([*command, *options], cwd=repository, env=env, stderr=out)
    try:
        while True:
            found = re.search(
                r"(http://(?:localhost|127\.0\.0\.1):\d+/user/jovyan)/", log.read_text()
            )
            if found and ask(f"{found.group(1)}/api"):
                break
            assert server.poll() is None, log.read_text()
            time.sleep(0.25)
        yield found.group(1)
    finally:
        server.terminate()
        server.wait(120)


def ask(url, method="GET"):
    """Ask the server, and return what it answers; None if it does not, or not yet."""
    request = urllib.request.Request(
        url, method=method, headers={"Authorization": f"token {TOKEN}"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")
    except urllib.error.URLError:
        return None


@pytest.fixture(scope="module")
def windows(chromium):
    """Return a function that opens a page of a server: its programs are loaded once."""
    contexts = {}

    def new_page(server):
        if server not in contexts:
            contexts[server] = chromium.new_context(viewport={"width": 1280, "height": 900})
        return contexts[server].new_page()

    yield new_page
    for context in contexts.values():
        context.close()


@pytest.fixture
def visit(windows):
    """Return a function that opens a notebook of a server; its kernel ends with the test."""
    with ExitStack() as stack:

        def open_page(server, path):
            page = windows(server)
            stack.callback(end_kernels, server)
            stack.callback(page.close)
            page.set_default_timeout(300_000)
            page.goto(f"{server}/{path}.ipynb?token={TOKEN}&reset")
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
            return page

        yield open_page


def end_kernels(server):
    """End all kernels of a server; while one starts, it refuses to list them."""
    for _ in range(3000):
        if (kernels := ask(f"{server}/api/kernels")) == []:
            return
        for kernel in kernels or []:
            ask(f"{server}/api/kernels/{kernel['id']}", "DELETE")
        time.sleep(0.1)
    raise AssertionError(f"kernels that do not end: {kernels}")


def scroll_to(page, found):
    """Scroll an open notebook until something is shown: it has the cells in view only."""
    panel = page.locator(".jp-NotebookPanel:visible .jp-WindowedPanel-outer").first
    shown = found.locator("visible=true").first
    for _ in range(400):
        if shown.count():
            shown.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
            return shown
        panel.evaluate(SCROLL)
        page.wait_for_timeout(150)
    raise AssertionError(f"not in this notebook: {found}")


def poll(page, ready, otherwise):
    """Ask again and again, for minutes: no kernel is that slow."""
    for _ in range(1500):
        if ready():
            return
        page.wait_for_timeout(200)
    raise AssertionError(otherwise)


def choose(page, menu, item):
    """Choose an item of a menu."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def run_all(page, home, chapter):
    """Run all cells, from the menu, and wait until the kernel has run them without an error."""
    repository, env = home
    path = repository / "notebooks" / f"{chapter}.ipynb"
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    code = sum(cell["cell_type"] == "code" for cell in cells)
    page.locator(READY).first.wait_for()
    choose(page, "Run", "Run All Cells")
    # after an error the rest is not run
    poll(page, lambda: int(run(env, "print(len(In))") or 0) > code, "not all cells have run")
    errors = page.locator(".jp-OutputArea-output[data-mime-type*='error']")
    assert errors.count() == 0, errors.first.inner_text()
    run(env, WATCH)


def run(env, code):
    """Run code in the kernel of the notebook opened last, and return what it prints."""
    client = pytest.importorskip("jupyter_client").BlockingKernelClient()
    connections = Path(env["JUPYTER_RUNTIME_DIR"]).glob("kernel-*.json")
    client.load_connection_file(max(connections, key=lambda path: path.stat().st_mtime))
    # No heartbeat: its thread, if it is stopped before it has begun, opens sockets without end.
    client.start_channels(hb=False)
    printed = []
    try:
        client.execute_interactive(
            code,
            store_history=False,
            timeout=300,
            output_hook=lambda m: printed.append(m["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
    return "".join(printed)


def move_both_ways(page, env):
    """Move a figure by hand and see Python follow, then the other way round; return the figure."""
    name = scroll_to(page, page.locator(".tt-figure:has(.tt-readout)")).get_attribute("data-name")
    figure = page.locator(f".tt-figure[data-name='{name}']")
    readout = figure.locator(".tt-readout")
    expect(readout).not_to_have_text("", use_inner_text=True)  # what is not yet shown has none
    before = readout.inner_text()
    slider = figure.locator("input.tt-range").first
    # One change alone: a second could reach Python after the first was undone there.
    slider.press(slider.evaluate("(e) => e.value === e.max ? 'ArrowLeft' : 'ArrowRight'"))
    expect(readout).not_to_have_text(before, use_inner_text=True)
    # this client's message may come before the page's
    poll(page, lambda: name in run(env, SAY), "Python has seen nothing")
    run(env, UNDO)
    expect(readout).to_have_text(before, use_inner_text=True)
    return figure


def restart(page, figure):
    """Restart the kernel: the figure says that it has lost it."""
    lost = figure.locator(".tt-unlinked")
    expect(lost).to_be_hidden()
    choose(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(lost).to_contain_text("no longer linked to Python")


def answer(page, exercise, returned):
    """Write what an exercise asks for, and run its cell."""
    exercise.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER.format(returned).strip())
    page.keyboard.press("Control+Enter")


@pytest.fixture
def read(request, home, visit):
    """Return a function that opens a chapter; with --all-pages it runs it and moves a figure."""

    def open_and_read(server, chapter):
        page = visit(server, f"lab/tree/notebooks/{chapter}")
        page.locator(".jp-Notebook h1").first.wait_for()
        shown = page.locator(".jp-Notebook").inner_text()
        assert "Run All" in shown
        assert not RAW.search(shown), shown
        if request.config.getoption("--all-pages"):
            run_all(page, home, chapter)
            move_both_ways(page, home[1])

    return open_and_read


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_rocket_opens_a_notebook(server, read, chapter):
    """The path is the one that the page's launch link asks Binder for: see test_pages."""
    read(server, chapter)


def test_a_reader_works_through_a_chapter(home, server, visit):
    page = visit(server, f"lab/tree/notebooks/{CHAPTER}")
    run_all(page, home, CHAPTER)
    figure = move_both_ways(page, home[1])

    exercise = scroll_to(page, page.locator(".jp-CodeCell", has_text="class MyMulBackward"))
    said = exercise.locator(".jp-OutputArea")
    expect(said).to_contain_text("Not written yet.")
    answer(page, exercise, WRONG)
    expect(said).to_contain_text("Not yet.")
    answer(page, exercise, RIGHT)
    expect(said).to_contain_text("Right.")

    scroll_to(page, figure)
    restart(page, figure)
    link = scroll_to(page, page.locator(".jp-Notebook a[href*='glossary.ipynb']"))
    term = link.get_attribute("href").rpartition("cell-id=term-")[2].replace("-", " ")
    link.click()
    page.locator(".lm-TabBar-tabLabel", has_text="glossary.ipynb").wait_for()
    page.locator(".jp-NotebookPanel:visible strong", has_text=term).first.wait_for()


def test_notebook_runs_it_too(home, server, visit):
    page = visit(server, f"notebooks/notebooks/{CHAPTER}")
    run_all(page, home, CHAPTER)
    restart(page, move_both_ways(page, home[1]))
