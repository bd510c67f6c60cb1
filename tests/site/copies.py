"""A cache folder for tests, made of copies where the release itself is out of reach.

    python tests/site/copies.py TO FROM...

`pyodide`'s npm package holds the core; a copy of NumPy's wheel for it may be another build than the
release's own. What is found in the folders FROM is put into TO under the names that are pinned,
with a list that pins these very files instead: `TINYTORCH_PYODIDE=TO` makes it the cache. For
matplotlib, if there is no wheel, a stand-in is made that draws white images: with it, everything
about plots is tested but what they show. Nothing of this is ever committed.
"""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))
from tinytorch_book import pyodide

STAND_IN = Path(__file__).with_name("stand_in")


def find(name, folders):
    """Return the file that stands for a pinned one: the same name, or project and version."""
    project = re.match(r"[^-]+-[^-]+-(?=.*\.whl$)", name)
    for folder in folders:
        for path in sorted(Path(folder).iterdir()):
            if path.name == name or (project and path.name.startswith(project[0])):
                return path
    return None


def stand_in(path, version):
    """Write a wheel of the stand-in for matplotlib."""
    about = f"matplotlib-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for file in sorted(STAND_IN.rglob("*.py")):
            wheel.write(file, file.relative_to(STAND_IN))
        wheel.writestr(f"{about}/METADATA", f"Name: matplotlib\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        wheel.writestr(f"{about}/RECORD", "")


def gather(to, folders):
    """Fill the folder `to`, and return the names of the files that are not to be had."""
    to.mkdir(parents=True, exist_ok=True)
    pins = pyodide.pinned()
    lacking = []
    for name, pin in pins["core"].items():
        if path := find(name, folders):
            shutil.copy(path, to / name)
            pin.update(bytes=path.stat().st_size, sha256=pyodide.digest(path))
        else:
            lacking.append(name)
    packages = pins["lock"]["packages"]
    plots = packages["matplotlib"]
    if not find(plots["file_name"], folders):
        stand_in(to / plots["file_name"], plots["version"])
        plots["depends"] = ["numpy"]
        folders = [*folders, to]
        for name in set(packages) - {"numpy", "traitlets", "matplotlib"}:
            del packages[name]
    for package in packages.values():
        name = package["file_name"]
        if path := find(name, folders):
            if path != to / name:
                shutil.copy(path, to / name)
            package["sha256"] = pyodide.digest(to / name)
        else:
            lacking.append(name)
    (to / pyodide.PINNED.name).write_text(json.dumps(pins, indent=1), encoding="utf8")
    return lacking


if __name__ == "__main__":
    absent = gather(Path(sys.argv[1]), sys.argv[2:])
    print("absent: " + ", ".join(absent) if absent else f"{sys.argv[1]} is complete.")
    sys.exit(bool(absent))
