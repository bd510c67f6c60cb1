"""The locked packages are what pyproject.toml asks for, whole, with hashes, and from no one's disk.

Where a test here fails after a change of pyproject.toml: `pip install uv && python .ci/lock.py`.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = {"requirements.txt": ("book",), "tests/requirements.txt": ("book", "test")}
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?P<pin>==[^\\\n]+)(?P<hashes>(?:\\\n +--hash=\S+ ?)*)\n"
    r"(?P<why>(?: +#.*\n)*)",
    re.M,
)
PYTHONS = "3.11.0", "3.12.0", "3.13.0", "3.14.0"
SYSTEMS = (
    {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
)


def project():
    """What pyproject.toml says of the package."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]


def asked(*extras):
    """What the package asks for with these extras, those that they name in turn included."""
    declared, wanted = project(), []
    lines = [*declared["dependencies"]]
    for extra in extras:
        lines += declared["optional-dependencies"][extra]
    for requirement in map(Requirement, lines):
        if requirement.name == declared["name"]:
            wanted += asked(*requirement.extras)
        else:
            wanted.append(requirement)
    return wanted


def read(text):
    """The locked packages: each one's pins, as requirements of one version."""
    pins = {}
    for entry in ENTRY.finditer(text):
        pins.setdefault(entry["name"], []).append(Requirement(entry["name"] + entry["pin"].strip()))
    return pins


def machines():
    """Every Python on every system, as markers see them."""
    for python, system in product(PYTHONS, SYSTEMS):
        version = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
        yield default_environment() | version | system | {"extra": ""}


def version(pins, machine):
    """The one version that a machine is given, or None."""
    fitting = [p for p in pins if p.marker is None or p.marker.evaluate(machine)]
    assert len(fitting) <= 1, f"two versions for one machine: {fitting}"
    return next(iter(fitting[0].specifier)).version if fitting else None


def disagreements(text, extras):
    """What pyproject.toml asks for and the lock does not hold, a sentence each."""
    pins, found = read(text), set()
    for wanted, machine in product(asked(*extras), machines()):
        if wanted.marker is not None and not wanted.marker.evaluate(machine):
            continue
        locked = version(pins.get(canonicalize_name(wanted.name), []), machine)
        if locked is None:
            found.add(f"{wanted.name} is not locked")
        elif not wanted.specifier.contains(locked, prereleases=True):
            found.add(f"{wanted} is locked at {locked}")
    direct = {e["name"] for e in ENTRY.finditer(text) if "(pyproject.toml)" in e["why"]}
    for name in direct - {canonicalize_name(wanted.name) for wanted in asked(*extras)}:
        found.add(f"{name} is locked, and pyproject.toml no longer asks for it")
    return sorted(found)


@pytest.mark.parametrize(("path", "extras"), LOCKS.items(), ids=LOCKS)
def test_the_lock_holds_what_pyproject_asks_for(path, extras):
    text = (ROOT / path).read_text(encoding="utf8")
    assert disagreements(text, extras) == []
    # and it would say so:
    older = re.sub(r"^anywidget==\S+", "anywidget==0.8.0", text, flags=re.M)
    assert disagreements(older, extras) == ["anywidget>=0.9 is locked at 0.8.0"]
    without = re.sub(r"^jupytext==(?:.*\\\n)+.*\n(?: +#.*\n)*", "", text, flags=re.M)
    assert disagreements(without, extras) == ["jupytext is not locked"]
    more = text.replace("tornado==", "more==1.0\n    # via tinytorch (pyproject.toml)\ntornado==")
    assert disagreements(more, extras) == [
        "more is locked, and pyproject.toml no longer asks for it"
    ]


@pytest.mark.parametrize("path", LOCKS)
def test_the_lock_is_whole(path):
    """What the locked packages ask for is locked too, as far as this machine has them."""
    pins = read((ROOT / path).read_text(encoding="utf8"))
    here, looked_at = default_environment() | {"extra": ""}, 0
    for name, choices in pins.items():
        try:
            package = distribution(name)
        except PackageNotFoundError:  # of another system
            continue
        if package.version != version(choices, here):  # of an environment that is not locked
            continue
        looked_at += 1
        for needed in map(Requirement, package.requires or []):
            if needed.marker is None or needed.marker.evaluate(here):
                locked = version(pins.get(canonicalize_name(needed.name), []), here)
                assert locked, f"{name} asks for {needed}, which is not locked"
                assert needed.specifier.contains(locked, prereleases=True), f"{name}: {needed}"
    assert looked_at


@pytest.mark.parametrize("path", LOCKS)
def test_every_file_has_a_hash_and_none_an_address(path):
    text = (ROOT / path).read_text(encoding="utf8")
    for entry in ENTRY.finditer(text):
        assert "--hash=sha256:" in entry["hashes"], entry["name"]
    lines = [line for line in ENTRY.sub("", text).splitlines() if not line.lstrip().startswith("#")]
    assert lines == [], "only locked packages"
    assert not re.search(r"://|\bfile:|index-url|find-links|(?<!\w)/\w", text), "an address"


def test_both_locks_hold_the_same_versions():
    book, tests = (read((ROOT / path).read_text(encoding="utf8")) for path in LOCKS)
    for name, machine in product(book, machines()):
        if wanted := version(book[name], machine):
            assert version(tests[name], machine) == wanted, name


def test_torch_is_in_no_lock():
    """PyTorch is too large for the README's commands: what is held against it is held in CI."""
    for path in LOCKS:
        assert "torch" not in read((ROOT / path).read_text(encoding="utf8"))


def test_python_is_the_one_that_is_locked_for():
    assert project()["requires-python"] == f">={PYTHONS[0].removesuffix('.0')}"
