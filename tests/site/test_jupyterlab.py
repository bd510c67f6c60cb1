"""Binder, rehearsed: on its base, the repository's files, and what its rocket opens."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from books import BOOK, ROOT

pytestmark = pytest.mark.xdist_group("lab")  # one environment for all

# What Binder installs before a repository's own files, for Python 3.11, on 2025-10-16. For today's:
# https://github.com/jupyterhub/repo2docker/blob/main/repo2docker/buildpacks/conda/environment.py-3.11-linux-64.lock
BASE = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.*")
CHAPTER = "notebooks/arithmetic/mul"
OTHERS = [
    "start/introduction",
    "engine/backward",
    "shape/slice",
    "reductions/max",
    "matmul/matmul",
    "activations/softmax",
    "losses/cross_entropy",
    "milestones/cnn",
    "reference/rules",
]
RAW = re.compile(r"\{(term|cite:\w|eq|numref)\}|:::|\]\(#|^\(\w+\)=$", re.M)
WATCH = """
import gc, anywidget
seen = []
for figure in gc.get_objects():
    if isinstance(figure, anywidget.AnyWidget):
        figure.observe(lambda change: seen.append((change.owner.name, change.name, change.new)))
"""

SCROLL = """(e) => e.scrollTop + e.clientHeight < e.scrollHeight - 1
  ? e.scrollBy(0, 300) : e.scrollTo(0, 0)"""


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """Return a copy of the repository and the variables of the environment made by its files."""
    home = tmp_path_factory.mktemp("binder")
    repository = home / "tinytorch"
    files = [*BOOK, "requirements.txt", "postBuild", "pyproject.toml", "README.md", "LICENSE"]
    for name in files:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        repository.mkdir(exist_ok=True)
        copy(ROOT / name, repository / name)
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    env = {key: os.environ[key] for key in os.environ if not key.startswith(("PYTHON", "JUPYTER"))}
    env |= {"HOME": str(home), "PATH": f"{home / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for variable in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        env[f"JUPYTER_{variable}"] = str(home / variable)
    install = ["pip", "install", "--quiet"]
    for step in (
        [*install, *BASE],
        [*install, "-r", "requirements.txt"],
        [*install, "--no-deps", "."],
        ["./postBuild"],
        ["pip", "check"],
    ):
        done = subprocess.run(step, cwd=repository, env=env, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return repository, env


@pytest.fixture(scope="module")
def lab(binder):
    """Return the address of a running JupyterLab."""
    repository, env = binder
    command = ["jupyter", "lab", "--no-browser", "--port=0", "--ServerApp.root_dir=."]
    options = ["--IdentityProvider.token=rehearsal", "--LabApp.news_url=None"]
    options.append("--ServerApp.base_url=/user/jovyan/")
    if os.geteuid() == 0:
        options.append("--allow-root")
    log = Path(env["HOME"]) / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen([*command, *options], cwd=repository, env=env, stderr=out)
    try:
        for _ in range(240):
            time.sleep(0.25)
            found = re.search(
                r"(http://(?:localhost|127\.0\.0\.1):\d+/user/jovyan)/lab", log.read_text()
            )
            if found and answers(f"{found.group(1)}/api"):
                break
            assert server.poll() is None, log.read_text()
        yield found.group(1)
    finally:
        server.terminate()
        server.wait(20)


def answers(url):
    """Say whether a server answers."""
    try:
        with urllib.request.urlopen(url):
            return True
    except urllib.error.URLError:
        return False


def run(env, code):
    """Run code in the kernel of the only open notebook, and return what it prints."""
    client = pytest.importorskip("jupyter_client").BlockingKernelClient()
    (connection,) = Path(env["JUPYTER_RUNTIME_DIR"]).glob("kernel-*.json")
    client.load_connection_file(connection)
    client.start_channels(hb=False)  # its thread, stopped before it has begun, never ends
    printed = []
    try:
        client.execute_interactive(
            code, timeout=30, output_hook=lambda m: printed.append(m["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
    return "".join(printed)


@pytest.mark.slow
def test_a_chapter_runs_in_jupyterlab(binder, lab, chromium):
    _, env = binder
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    # the path that the chapter's launch link asks Binder for: see test_downloads
    page.goto(f"{lab}/lab/tree/{CHAPTER}.ipynb?token=rehearsal")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # the status bar
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    figure = page.locator(".tt-figure").first
    for _ in range(120):  # JupyterLab may draw only the cells in view
        if figure.count():
            break
        page.locator(".jp-WindowedPanel-outer").first.evaluate(SCROLL)
        page.wait_for_timeout(500)
    figure.scroll_into_view_if_needed()
    run(env, WATCH)  # waits its turn behind the chapter's own cells
    before = figure.locator(".tt-readout").inner_text()
    control = figure.locator("input, select, button").first
    control.focus()
    control.press("ArrowRight")
    page.wait_for_timeout(1000)
    assert figure.locator(".tt-readout").inner_text() != before
    seen = run(env, "print(seen)")
    assert re.search(r"\('[\w-]+', '\w+', .+\)", seen), seen
    errors = page.locator(".jp-OutputArea-output[data-mime-type*='error']")
    assert errors.count() == 0, errors.first.inner_text()
    page.locator(".jp-Notebook a[href*='glossary.ipynb']").first.evaluate("(e) => e.click()")
    page.locator(".lm-TabBar-tabLabel", has_text="glossary.ipynb").wait_for()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "chapter"),
    [("notebooks", OTHERS[0]), *(("lab/tree", chapter) for chapter in OTHERS)],
)
def test_other_chapters_open_as_notebooks(lab, chromium, program, chapter):
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/{program}/notebooks/{chapter}.ipynb?token=rehearsal")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator(".jp-Notebook h1").first.wait_for()
    shown = page.locator(".jp-Notebook").inner_text()
    assert "Run All" in shown
    assert not RAW.search(shown), shown
    page.close()
