"""No message, page or notebook tells anyone to install a stranger's package.

`tinytorch` on PyPI is somebody else's, and `tinytorch-book`, our distribution, is not there at all:
it comes from a folder or from the repository's archive.
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import InvalidRequirement, Requirement

ROOT = Path(__file__).parents[1]
FOLDERS = ".ci", ".github", "benchmarks", "book", "tinytorch"
KINDS = {".md", ".py", ".toml", ".yml", ".js", ".json", ".html", ""}
COMMAND = re.compile(r"(?:pip|uv pip) install((?: +(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s`&|;\"')]+))*)")
TAKES_A_VALUE = {"-r", "-e", "--editable", "--requirement", "--resolution", "--python"}


def commands():
    """Yield what the project's files tell pip to install, and where they do."""
    files = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.is_file()]
    for path in [*files, *(p for p in ROOT.iterdir() if p.is_file())]:
        if path.suffix not in KINDS or "__pycache__" in path.parts or path.name.startswith(".git"):
            continue
        if path.name == "requirements.txt":
            continue
        text = re.sub(r"\$\{\{.*?\}\}", "{}", path.read_text(encoding="utf8"))  # a workflow's
        for found in COMMAND.finditer(text):
            yield str(path.relative_to(ROOT)), found[1]


def wanted(arguments):
    """Yield the packages that the arguments of `pip install` ask an index for."""
    words = iter(shlex.split(arguments, comments=False))
    for word in words:
        if word in TAKES_A_VALUE:
            next(words, None)
        elif not word.startswith(("-", ".", "/", "{", "$", "<")):
            yield word.rstrip(".,:")


def known():
    """The names that pyproject.toml asks for, and the tools that are asked for by hand."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    by_hand = {"uv", "autograd", "nbgitpuller"}  # nbgitpuller: Jupyter's, for a hub's own server
    return {Requirement(line).name for line in lines} - {project["name"]} | by_hand


def strange(arguments):
    """Yield what the arguments would get from an index and is not ours to recommend."""
    for word in wanted(arguments):
        try:
            requirement = Requirement(word)
        except InvalidRequirement:
            yield word
            continue
        if requirement.url is None and requirement.name not in known():
            yield word


def test_commands_name_what_really_gets_a_package():
    told = list(commands())
    assert len(told) > 10
    assert [(place, word) for place, line in told for word in strange(line)] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (" 'tinytorch[widgets]'", ["tinytorch[widgets]"]),
        (" tinytorch", ["tinytorch"]),
        (" --quiet tinytorch-book", ["tinytorch-book"]),
        (' "tinytorch-book[notebooks] @ https://example.org/a.zip"', []),
        (" -r requirements.txt -e .", []),
        (" anywidget numpy>=2", []),
        (" nunpy", ["nunpy"]),
    ],
)
def test_a_stranger_is_seen(line, found):
    assert list(strange(line)) == found
