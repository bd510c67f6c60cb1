"""Chapters run against the package beside the book, and run anew when it changes."""

import hashlib
import importlib
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

RUN_BY = ("anywidget", "ipykernel", "ipywidgets", "matplotlib", "myst-nb", "numpy")


def put_package_on_path(root):
    """Let kernels, which start in the chapter's folder, import the package from the root.

    The API pages import it into this process.
    """
    sys.path.insert(0, str(root))
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def digest(folder):
    """Return a short name for the files in a folder and the versions that run them."""
    state = hashlib.sha256(sys.version.encode())
    for name in RUN_BY:
        state.update(f"{name}={version(name)};".encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            state.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:16]


def name_cache(app, config):
    """Keep outputs in a folder named after the package; jupyter-cache sees the chapter only."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    current = caches / digest(Path(app.srcdir) / "tinytorch")
    for old in caches.glob("*"):
        if old != current:
            shutil.rmtree(old)
    config.nb_execution_cache_path = str(current)


def find_fonts():
    """List the fonts of this machine once, as matplotlib's first import does.

    On a new machine that may take long enough for a remark on stderr: in a cell, an error.
    """
    importlib.import_module("matplotlib.font_manager")


def configure_kernels(outdir):
    """Let kernels draw plots at twice the resolution, and be silent on how they are connected."""
    folder = outdir.parent / ".ipython"
    settings = folder / "profile_default" / "ipython_kernel_config.py"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        'c.InlineBackend.figure_formats = {"retina"}\nc.IPKernelApp.log_level = "ERROR"\n',
        encoding="utf8",
    )
    os.environ["IPYTHONDIR"] = str(folder)
    os.environ["TINYTORCH_BOOK"] = "1"  # what is shown may refer to the book's labels


def setup(app):
    """Set the kernels' path at once and the cache's folder when the settings are known."""
    put_package_on_path(app.srcdir)
    find_fonts()
    configure_kernels(Path(app.outdir))
    app.connect("config-inited", name_cache, priority=100)
