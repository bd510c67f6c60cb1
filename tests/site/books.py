"""Books to build, and how a reader builds them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BOOK = ["_config.yml", "_toc.yml", "benchmarks", "book", "tinytorch"]
BOOK += ["pyproject.toml", "README.md", "LICENSE"]  # of the wheel for the page's Python
FRONT = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""


def jupyter_book(folder, *flags, **variables):
    """Build a book as a reader does; return the finished process."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", *flags]
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "GITHUB_REPOSITORY")}
    return subprocess.run(
        command,
        cwd=folder,
        env=clean | variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf8",
    )
