"""The files of the Python that runs in a page: which they are, and how they get here.

    python book/_ext/tinytorch_book/pyodide.py

fetches them into `.pyodide` and compares each with its digest in `pyodide.json`, which pins one
release. A book that is built then holds them, and its pages ask no other host. Without them, a
page names the release's own address on the button and asks it when the button is pressed.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

PINNED = Path(__file__).with_suffix(".json")
FOLDER = ".pyodide"
VARIABLE = "TINYTORCH_PYODIDE"  # names another folder; one with a pyodide.json of its own is a copy


class Unfit(Exception):
    """A file that is missing or is not the pinned one; the message says which and what to do."""


def folder(root):
    """Return the folder that holds the files, be it there or not."""
    return Path(os.environ.get(VARIABLE) or Path(root) / FOLDER).resolve()


def pinned(place=None):
    """Return what is pinned: release, address, core files, lock; a copy's own, if it has one."""
    own = Path(place) / PINNED.name if place else PINNED
    return json.loads((own if own.exists() else PINNED).read_text(encoding="utf8"))


def digests(pins):
    """Return the name and the SHA-256 of each file."""
    core = {name: about["sha256"] for name, about in pins["core"].items()}
    packages = pins["lock"]["packages"].values()
    return core | {package["file_name"]: package["sha256"] for package in packages}


def digest(path):
    """Return the SHA-256 of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(place):
    """Return the names of the files that `place` lacks or holds in another form."""
    place = Path(place)
    return [
        name
        for name, expected in digests(pinned(place)).items()
        if not (place / name).is_file() or digest(place / name) != expected
    ]


def fetch(place, sources, say=print):
    """Put into `place` what it lacks, from the first source that has the pinned file.

    Parameters
    ----------
    place : path
        Made if it is not there. A file in it that is right stays; no other file is touched.
    sources : sequence of str
        Addresses or folders that hold files by their names.

    Raises
    ------
    Unfit
        When no source has a file as it is pinned.
    """
    place = Path(place)
    place.mkdir(parents=True, exist_ok=True)
    expected = digests(pinned(place))
    for name in missing(place):
        reasons = []
        part = place / f"{name}.part"
        for source in sources:
            try:
                _copy(source, name, part)
            except (OSError, urllib.error.URLError) as error:
                reasons.append(f"{source}: {error}")
                continue
            if digest(part) == expected[name]:
                part.replace(place / name)
                say(f"{name}  {(place / name).stat().st_size / 1e6:.1f} MB")
                break
            reasons.append(f"{source}: its SHA-256 is not {expected[name]}")
            part.unlink()
        else:
            part.unlink(missing_ok=True)
            raise Unfit(f"{name} could not be had. " + "; ".join(reasons))


def _copy(source, name, to):
    if "://" not in source:
        shutil.copy(Path(source) / name, to)
        return
    with urllib.request.urlopen(f"{source.rstrip('/')}/{name}", timeout=60) as answer:
        with to.open("wb") as file:
            shutil.copyfileobj(answer, file)


def main(arguments=None):
    """Fetch the files and say what was done."""
    parser = argparse.ArgumentParser(description="Fetch and verify the files of the page's Python.")
    parser.add_argument("folder", nargs="?", default=folder(Path.cwd()), help=f"else ./{FOLDER}")
    parser.add_argument(
        "--from",
        dest="sources",
        action="append",
        metavar="PLACE",
        help="an address or a folder to take files from; may be given several times",
    )
    asked = parser.parse_args(arguments)
    try:
        fetch(asked.folder, asked.sources or [pinned(asked.folder)["address"]])
    except Unfit as reason:
        print(f"pyodide: {reason}", file=sys.stderr)
        return 1
    print(f"{asked.folder} is complete: Pyodide {pinned(asked.folder)['release']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
