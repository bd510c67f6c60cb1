"""The commands around the exercises: JupyterLab, the book, the doctor."""

import os
import signal
import sys
import urllib.error
import urllib.request

import pytest
from desks import ROOT

from tinytorch.workshop import around


@pytest.fixture
def clone(desk):
    """A folder that looks like a clone with a built book."""
    site = desk.root / "_build" / "html"
    site.mkdir(parents=True)
    (desk.root / "book").mkdir()
    (desk.root / "tinytorch").mkdir()
    desk.write("_toc.yml", "")
    desk.write("_build/html/index.html", "<html><body><p>The book</p></body></html>")
    desk.write("_build/html/a.mjs", "export {}")
    return desk


def get(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def test_the_book_is_served_on_this_machine_and_reloads(clone):
    run = clone.process("book", "serve", "--port", "0", "--no-open", "--no-build")
    said = run.stdout.readline().decode()
    address = said.split(" at ")[1].split()[0]
    assert address.startswith("http://127.0.0.1:")
    page, kind = get(address)
    assert "The book" in page and "/.tito-version" in page and kind.startswith("text/html")
    assert get(address + "a.mjs")[1] == "text/javascript"
    before = get(address + ".tito-version")[0]
    os.utime(clone.root / "_build" / "html" / "index.html", (1e9, 1e9))
    assert get(address + ".tito-version")[0] != before
    with pytest.raises(urllib.error.HTTPError):
        get(address + "../../_toc.yml")
    run.send_signal(signal.SIGINT)
    assert b"Ended." in run.communicate(timeout=300)[0]
    assert run.returncode == 0


def test_a_port_that_is_taken(clone):
    run = clone.process("book", "serve", "--port", "0", "--no-open", "--no-build")
    port = run.stdout.readline().decode().split("127.0.0.1:")[1].split("/")[0]
    said = clone.tito("book", "serve", "--port", port, "--no-open", "--no-build", code=1)
    assert f"Port {port} is not free" in said and "--port 0" in said
    run.kill()
    run.communicate()


def test_a_change_of_a_source_is_seen(clone):
    before = around.newest(clone.root)
    clone.write("book/page.md", "# A page")
    os.utime(clone.root / "book" / "page.md", (4e9, 4e9))
    assert around.newest(clone.root) > before


def test_the_build_s_failure_is_told(clone, monkeypatch):
    calls = []
    monkeypatch.setattr(around, "ended", lambda run, root: calls.append(run) or (3, False))
    monkeypatch.setattr(around, "find_spec", lambda name: name)
    assert "ended with exit code 3" in clone.tito("book", "build", code=1)
    assert str(clone.root) in calls[0]


def test_jupyter_opens_the_folder_in_this_environment(desk, monkeypatch):
    calls = []
    monkeypatch.setattr(around, "ended", lambda run: calls.append(run) or (0, False))
    monkeypatch.setattr(around, "find_spec", lambda name: name)
    desk.tito("jupyter", "--no-browser")
    assert calls == [[sys.executable, "-m", "jupyterlab", "--no-browser", str(desk.root)]]


LINGERING = """
import signal, sys, time

def asked(*ignored):
    time.sleep(1)
    print("ended by itself", flush=True)
    sys.exit(7)

signal.signal(signal.SIGINT, asked)
print("ready", flush=True)
while True:
    time.sleep(60)
"""


def test_ctrl_c_leaves_jupyter_the_time_to_end(desk, tmp_path):
    """It has kernels to end, and a question to ask."""
    (tmp_path / "jupyterlab").mkdir()
    (tmp_path / "jupyterlab" / "__init__.py").touch()
    (tmp_path / "jupyterlab" / "__main__.py").write_text(LINGERING, encoding="utf8")
    both = os.pathsep.join([str(tmp_path), str(ROOT)])
    run = desk.process("jupyter", PYTHONPATH=both, alone=True)
    assert run.stdout.readline() == b"ready\n"
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    assert b"ended by itself" in run.communicate(timeout=300)[0]
    assert run.returncode == 7


def test_what_is_not_installed_is_said(desk, monkeypatch):
    monkeypatch.setattr(around, "find_spec", lambda name: None)
    said = desk.tito("jupyter", code=1)
    assert "JupyterLab is not installed here" in said and "pip install" in said


def test_the_doctor_names_what_is_missing(desk, monkeypatch):
    versions = around._version
    monkeypatch.setattr(around, "_version", lambda n: None if n == "nbgrader" else versions(n))
    said = desk.tito("doctor")
    assert "nbgrader" in said and "missing" in said and "pip install" in said
    assert str(desk.root) in said
