"""The commands around the exercises: jupyter, book, doctor."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import threading
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import click

from . import show
from .catalog import ROOT
from .command import Group, example, tito
from .errors import Refusal
from .folder import Folder

PORT = 8765
INSTALL = f"{Path(sys.executable).name} -m pip install"


@tito.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@example("tito jupyter", "tito jupyter --no-browser")
def jupyter(options):
    """Open JupyterLab on your folder.

    It runs in the environment that has the package. OPTIONS are JupyterLab's own.
    """
    folder = Folder.find()
    _needs("jupyterlab", "JupyterLab", "jupyterlab")
    code, _ = ended([sys.executable, "-m", "jupyterlab", *options, str(folder.root)])
    raise SystemExit(code)


def ended(command, folder=None) -> tuple[int, bool]:
    """Run a program to its end: its exit code, and whether Ctrl+C was pressed meanwhile.

    The program gets the Ctrl+C too, and ends as it does: with its kernels, after a question.
    """
    process, stopped = subprocess.Popen(command, cwd=folder), False
    while True:
        try:
            return process.wait(), stopped
        except KeyboardInterrupt:
            stopped = True


@tito.group(cls=Group)
@example("tito book build", "tito book serve")
def book():
    """Build the book, and serve it to read."""


def source(start=None) -> Path:
    """The checkout that holds the book: around the current folder, else around the package."""
    here = (start or Path.cwd()).resolve()
    for place in (here, *here.parents, ROOT):
        if (place / "_toc.yml").is_file() and (place / "book").is_dir():
            return place
    raise Refusal(
        "The book's sources are not here: an installed package does not have them. Run this inside"
        " a clone of the repository."
    )


@book.command()
@click.option("--all", "everything", is_flag=True, help="Build every page anew.")
@example("tito book build")
def build(everything):
    """Build the book into _build/html."""
    root = source()
    built(root, everything)
    show.next_step(
        f"The book is in {show.whole(root / '_build' / 'html')}. To read it:", "tito book serve"
    )


def built(root: Path, everything=False):
    """Build, and stop with the tool's own exit code where that fails."""
    _needs("jupyter_book", "Jupyter Book", f"-r {root / 'requirements.txt'}")
    tool = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", tool, "build", str(root)]
    code, stopped = ended([*command, *(["--all"] if everything else [])], root)
    if stopped:
        raise KeyboardInterrupt
    if code:
        raise Refusal(
            f"The build ended with exit code {code}; the messages above say what is wrong."
        )


RELOAD = b"""<script>
(async () => {
  let seen;
  for (;;) {
    try {
      const now = await (await fetch("/.tito-version", { cache: "no-store" })).text();
      if (seen !== undefined && now !== seen) return location.reload();
      seen = now;
    } catch {}
    await new Promise((again) => setTimeout(again, 1000));
  }
})();
</script>"""


class Handler(SimpleHTTPRequestHandler):
    """Files of the site; pages reload when the site was built again."""

    def do_GET(self):
        if self.path == "/.tito-version":
            return self._send(str(version(Path(self.directory))).encode(), "text/plain")
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if path.suffix == ".html" and path.is_file():
            page = path.read_bytes().replace(b"</body>", RELOAD + b"</body>", 1)
            return self._send(page, "text/html; charset=utf-8")
        return super().do_GET()

    def _send(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Say nothing of each file."""


Handler.extensions_map |= {".mjs": "text/javascript", ".wasm": "application/wasm"}


def version(site: Path) -> int:
    """When the site was last built."""
    index = site / "index.html"
    return index.stat().st_mtime_ns if index.exists() else 0


def newest(root: Path) -> int:
    """When a source of the book was last changed."""
    files = [root / "_config.yml", root / "_toc.yml"]
    for folder in ("book", "tinytorch"):
        files += [p for p in (root / folder).rglob("*") if "__pycache__" not in p.parts]
    return max((p.stat().st_mtime_ns for p in files if p.is_file()), default=0)


@book.command()
@click.option("--port", default=PORT, show_default=True, help="Where on this machine; 0 for any.")
@click.option("--open/--no-open", "browse", default=True, help="Open a browser.")
@click.option("--build/--no-build", "rebuild", default=True, help="Build again on every change.")
@example("tito book serve", "tito book serve --port 9000 --no-open")
def serve(port, browse, rebuild):
    """Serve the book on this machine alone.

    Served, pages run Python; opened from disk they cannot. When a source changes, the book is built
    again, and the page reloads.
    """
    root = source()
    site = root / "_build" / "html"
    if not (site / "index.html").exists():
        if not rebuild:
            raise Refusal(f"There is no built book in {site}. Build it: tito book build")
        built(root)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(site)))
    except OSError as error:
        raise Refusal(
            f"Port {port} is not free ({error.strerror}). Choose another: tito book serve --port 0"
        ) from error
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    click.echo(f"The book is at {address} (Ctrl+C ends it)")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if browse:
        webbrowser.open(address)
    seen = newest(root)
    waiting = threading.Event()
    try:
        while not waiting.wait(1):
            if rebuild and (now := newest(root)) != seen:
                seen = now
                try:
                    built(root)
                except Refusal as refusal:
                    show.say(str(refusal), err=True)
    except KeyboardInterrupt:
        click.echo("Ended.")
    finally:
        server.shutdown()
        server.server_close()


WANTED = (  # package, what for
    ("numpy", "the library itself"),
    ("click", "tito"),
    ("nbformat", "notebooks of the modules"),
    ("filelock", "two tito at once"),
    ("fastjsonschema", "reading records"),
    ("jupyterlab", "tito jupyter"),
    ("anywidget", "live figures"),
    ("matplotlib", "plots of the chapters"),
    ("jupyter-book", "tito book build"),
    ("tqdm", "progress bars"),
    ("nbgrader", "tito class build"),
)


@tito.command()
@example("tito doctor")
def doctor():
    """Say what is installed and what is missing.

    The last lines tell how to get what is missing.
    """
    click.echo(f"Python {platform.python_version()} on {platform.system()}, {sys.executable}")
    click.echo(
        f"tinytorch {_version('tinytorch-book') or 'not installed'}, {Path(__file__).parents[1]}"
    )
    missing = []
    rows = []
    for name, what in WANTED:
        found = _version(name)
        rows.append((name, found or show.state("missing"), what))
        if not found:
            missing.append(name)
    show.table(rows, indent=2)
    try:
        folder = Folder.find()
        writable = os.access(folder.own, os.W_OK)
        click.echo(f"Your folder: {folder.root}{'' if writable else ' (cannot be written)'}")
    except Refusal as refusal:
        show.say(str(refusal))
    script = shutil.which("tito")
    if script is None:
        show.next_step("tito is not on the PATH; this works everywhere:", "python -m tinytorch")
    if missing:
        wanted = " ".join("'jupyter-book<2'" if n == "jupyter-book" else n for n in missing)
        show.next_step("For what is missing:", f"{sys.executable} -m pip install {wanted}")
    else:
        click.echo("Nothing is missing.")


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _needs(module, name, wanted):
    if find_spec(module) is None:
        raise Refusal(f"{name} is not installed here. Run:\n\n{INSTALL} {wanted}")
