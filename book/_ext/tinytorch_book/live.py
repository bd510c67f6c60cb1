"""Cells that run in the page, in a Python that comes with the site.

Each code cell gets its name (`cells`) into the page, with the sources that the page doesn't show;
`static/live/live.js` puts the buttons there. Once the pages are written, the Python they start
follows: the files of `pyodide`, where this machine has them, the wheel of the very package that ran
the chapters, and what the page's kernel is made of. Until a button is pressed, a page asks for none
of it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import create_nb_reader
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from . import cells, pyodide

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
EXPLAINED = "fails-loudly"  # where the book says what a failing cell means
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of files in archives, so that these depend on contents alone
SIZE = "10 MB"  # of the first run, compressed, at most: a test weighs it


class LiveCell(nodes.container):
    """A code cell that says in the page which one it is."""


def visit_live_cell(self, node):
    """Open the cell as any container, with its name and its state."""
    named = {"data-tt-cell": node["tt_cell"], "data-tt-state": "idle"}
    self.body.append(self.starttag(node, "div", CLASS="docutils container", **named))


def depart_live_cell(self, node):
    """Close the cell."""
    self.body.append("</div>\n")


class LiveCells(SphinxTransform):
    """Name the code cells of a chapter, and keep the sources that the page would not show."""

    default_priority = 390  # before figures take outputs apart

    def apply(self):
        """Replace each cell's container, and leave the list of cells at the end of the page."""
        places = [
            node
            for node in self.document.findall(nodes.container)
            if node.get("nb_element") == "cell_code"
        ]
        if not places:
            return
        path = Path(self.env.doc2path(self.env.docname))
        text = path.read_text(encoding="utf8")
        reader = create_nb_reader(path, self.env.myst_config, self.env.mystnb_config, text)
        code = {
            index: cell.source
            for index, cell in enumerate(reader.read(text).cells)
            if cell.cell_type == "code"
        }
        names = dict(zip(code, cells.cell_ids(code.values()), strict=True))
        shown = set()
        for place in places:
            cell = LiveCell("", *place.children, **place.attributes)
            cell["tt_cell"] = names[place["cell_index"]]
            if any(child.get("nb_element") == "cell_code_source" for child in place):
                shown.add(place["cell_index"])
            place.replace_self(cell)
        listed = [
            {"id": name} if index in shown else {"id": name, "code": code[index]}
            for index, name in names.items()
        ]
        text = json.dumps(listed, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
        script = f'<script type="application/json" id="tt-cells">{text}</script>'
        self.document.append(nodes.raw("", script, format="html"))


def package(app):
    """Return the folder of the project whose package the chapters run, or None if it is no project.

    In a book for tests, the package may be linked into the book's folder.
    """
    root = (Path(app.srcdir) / "tinytorch").resolve().parent
    return root if (root / "pyproject.toml").exists() else None


def choose(app, config):
    """Decide where a page's Python comes from: the site, the release's address, or nowhere."""
    folder = pyodide.folder(app.srcdir)
    pins = pyodide.pinned(folder)
    lacking = pyodide.missing(folder)
    if package(app) is None:
        config.tinytorch_python = ""
    elif not lacking:
        config.tinytorch_python = "site"
    else:
        if len(lacking) < len(pyodide.digests(pins)):
            logger.info("the page's Python: %s lacks %s", folder, ", ".join(lacking))
        config.tinytorch_python = pins["address"]


def explanation(app, pagename):
    """Return the address, from a page, of what the book says about failing cells."""
    labels = app.env.get_domain("std").labels
    if EXPLAINED not in labels:
        return ""
    docname, anchor, _ = labels[EXPLAINED]
    return f"{app.builder.get_relative_uri(pagename, docname)}#{anchor}"


def add_scripts(app, pagename, templatename, context, doctree):
    """Tell the page its name, and give one with cells its buttons."""
    facts = {"ttChapter": pagename, "ttPython": "off"}
    with_cells = doctree is not None and next(doctree.findall(LiveCell), None) is not None
    if with_cells and app.config.tinytorch_python:
        facts |= {
            "ttFrom": app.config.tinytorch_python,
            "ttSize": SIZE,
            "ttExplained": explanation(app, pagename),
        }
        app.add_css_file("live/live.css")
        app.add_js_file("live/live.js", loading_method="defer", priority=290)
    body = f"Object.assign(document.documentElement.dataset, {json.dumps(facts)});"
    app.add_js_file(None, body=body, priority=100)


def wheel(root, to):
    """Build the wheel of the package in `root` into `to`: the same bytes from the same sources."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / name, copy)
        shutil.copytree(
            root / "tinytorch", Path(copy) / "tinytorch", ignore=shutil.ignore_patterns("*.pyc")
        )
        build = "import sys; from setuptools import build_meta as b; b.build_wheel(sys.argv[1])"
        done = subprocess.run(
            [sys.executable, "-c", build, str(to)],
            cwd=copy,
            env=os.environ | {"SOURCE_DATE_EPOCH": "315532800"},
            text=True,
            capture_output=True,
        )
    if done.returncode:
        raise ExtensionError(f"the wheel for the page's Python was not built:\n{done.stderr}")
    return next(Path(to).glob("tinytorch*.whl"))


def kernel(to):
    """Pack the page's kernel into one archive."""
    files = {path.name: path for path in (HERE / "page_kernel").glob("*.py")}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), files[name].read_bytes())
    return to


def about(path):
    """Return what the page compares a file with."""
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def write_python(app, error):
    """Put beside the pages what their Python is made of, and the list of it."""
    root = package(app)
    if error or app.builder.format != "html" or root is None:
        return
    target = Path(app.outdir) / "_static" / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    own = [wheel(root, target), kernel(target / "kernel.zip")]
    place = pyodide.folder(app.srcdir)
    pins = pyodide.pinned(place)
    if app.config.tinytorch_python == "site":
        for name in pyodide.digests(pins):
            shutil.copy(place / name, target / name)
    files = {
        "version": 1,
        "address": "" if app.config.tinytorch_python == "site" else pins["address"],
        "core": pins["core"],
        "lock": pins["lock"],
        "own": {path.name: about(path) for path in own},
    }
    (target / "files.json").write_text(json.dumps(files), encoding="utf8")


def setup(app):
    """Register the transform, the page's scripts and the files behind them."""
    app.add_config_value("tinytorch_python", "", "html", types=str)
    app.add_node(LiveCell, html=(visit_live_cell, depart_live_cell))
    app.add_transform(LiveCells)
    app.connect("config-inited", choose, priority=100)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_python)
