"""Run chapters' notebooks as their readers do, from the first cell, with no repository beside them.

    pip install -r requirements.txt
    python .ci/run_notebooks.py                        # all of them, in a new environment
    python .ci/run_notebooks.py --colab arithmetic/mul # one, with what Colab has: .ci/colab.txt

The set is made from the files that git has here, and put into an empty folder. The environment has
a kernel, and at Colab what Colab brings; the library comes from the notebook's own first cell. Only
its address differs: it is that of an archive here, because this commit may not be published yet.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLAB = ROOT / ".ci" / "colab.txt"
ADDRESS = re.compile(r"(tinytorch-book\[notebooks\] @ )[^\"\\]+")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("chapters", nargs="*", help="such as arithmetic/mul; all, if none is named")
    parser.add_argument("--colab", action="store_true", help="with the versions that Colab has")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        notebooks = make(home)
        programs = environment(home, ["-r", COLAB] if asked.colab else ["ipykernel"])
        chapters = [f"{name}.ipynb" for name in asked.chapters] or [
            path.relative_to(notebooks).as_posix() for path in sorted(notebooks.rglob("*.ipynb"))
        ]
        failed = [name for name in chapters if not runs(notebooks / name, name, home, programs)]
        if asked.colab and (moved := [*pinned(COLAB) - freeze(programs)]):
            sys.exit(f"what Colab has was replaced: {moved}")
    print(f"{len(chapters) - len(failed)} of {len(chapters)} notebooks run", *failed, sep="\n  ")
    sys.exit(bool(failed))


def make(home):
    """Make the set in a new folder, and an archive of the repository for its first cells."""
    archive, source = home / "tinytorch.zip", home / "tinytorch"
    pack = ["git", "archive", "--prefix=tinytorch/", f"--output={archive}", "HEAD"]
    subprocess.run(pack, cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", archive, home], check=True)
    build = ["jupyter-book", "build", source, "--quiet", "--path-output", home]
    custom = ["--builder", "custom", "--custom-builder", "notebooks"]
    subprocess.run([*build, *custom], check=True)
    notebooks = home / "reader"
    (home / "_build" / "notebooks").rename(notebooks)
    source.rename(home / "elsewhere")
    for path in notebooks.rglob("*.ipynb"):
        text = path.read_text(encoding="utf8")
        path.write_text(ADDRESS.sub(rf"\g<1>{archive.as_uri()}", text), encoding="utf8")
    return notebooks


def environment(home, packages):
    """Return the folder of the programs of a new environment with a kernel."""
    venv.create(home / "venv", with_pip=True)
    programs = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    install = [programs / "python", "-m", "pip", "install", "--quiet", "nbclient", *packages]
    subprocess.run(install, check=True)
    return programs


def pinned(file):
    """Return the lines of a file of requirements that ask for one version."""
    return {line for line in file.read_text().splitlines() if "==" in line}


def freeze(programs):
    """Return what an environment has, as such lines."""
    command = [programs / "python", "-m", "pip", "freeze"]
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
    return {*done.stdout.splitlines()}


def runs(path, name, home, programs):
    """Run a notebook in its folder, and say whether no cell failed and how long it took."""
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    if not any(cell["cell_type"] == "code" for cell in cells):
        print(f"{name}: no code", flush=True)
        return True
    env = {key: os.environ[key] for key in os.environ if not key.startswith(("PYTHON", "JUPYTER"))}
    env |= {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    began = time.perf_counter()
    command = [programs / "jupyter-execute", "--timeout=900", path]
    done = subprocess.run(command, cwd=path.parent, env=env, text=True, capture_output=True)
    print(f"{name}: {time.perf_counter() - began:.1f} s", flush=True)
    if done.returncode:
        print(done.stderr[-3000:], flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
