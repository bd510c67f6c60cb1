"""Lock what builds and tests the book: `pip install uv && python .ci/lock.py`.

Writes requirements.txt (the extra `book`) and tests/requirements.txt (`book` and `test`) from what
pyproject.toml asks for: one version of each package and the hashes of its files, for every Python
from 3.11 on and every system. What is locked stays as it is where it still fits; with --upgrade,
all of it moves to the newest releases, with --upgrade-package NAME one package.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOK = "requirements.txt"
TESTS = "tests/requirements.txt"
COMPILE = [
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
    "--custom-compile-command=pip install uv && python .ci/lock.py",
    "pyproject.toml",
]


def lock(*flags):
    """Write both files; the tests' versions of the book's packages are the book's."""
    environment = ["--extra=book", f"--output-file={BOOK}"]
    subprocess.run([*COMPILE, *flags, *environment], cwd=ROOT, check=True)
    environment = ["--extra=book", "--extra=test", f"--constraint={BOOK}"]
    environment.append(f"--output-file={TESTS}")
    subprocess.run([*COMPILE, *flags, *environment], cwd=ROOT, check=True)


if __name__ == "__main__":
    lock(*sys.argv[1:])
