"""What there is to do: the modules of the workshop, their chapters and exercises."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import chapters
from .errors import Refusal
from .names import without_my

HERE = Path(__file__).parent
ROOT = HERE.parents[1]  # of a checkout; an installed package has the same as a file beside it
BUILT = HERE / "exercises.json"


@dataclass(frozen=True)
class Exercise:
    """An exercise as its chapter states it; how it is judged is `tinytorch.exercises`' business."""

    name: str
    module: str
    page: str
    title: str
    link: str
    task: str
    hints: tuple[str, ...]
    imports: tuple[str, ...]
    given: str
    stub: str
    solution: str

    @property
    def key(self) -> str:
        """Its name in `tinytorch.exercises`: MulBackward for MyMulBackward."""
        return without_my(self.name)

    @property
    def cell(self) -> str:
        """The id of its cell, in the page, in notebooks and in the record."""
        return f"exercise-{self.name}"


@dataclass(frozen=True)
class Module:
    """A part of the book."""

    name: str
    title: str
    pages: tuple[str, ...]
    exercises: tuple[Exercise, ...]


@cache
def modules() -> dict[str, Module]:
    """All modules by name, in the order of the book."""
    if BUILT.is_file():
        read = json.loads(BUILT.read_text(encoding="utf8"))
    elif (ROOT / "_toc.yml").is_file():
        read = book(ROOT)
    else:
        raise Refusal(
            f"The exercises are missing: neither {BUILT} nor the book's chapters are there."
            " Install tinytorch again."
        )
    return {m["name"]: _module(m, read["site"]) for m in read["modules"]}


def book(root: Path) -> dict:
    """What a checkout says of its exercises; the build of a wheel writes it to a file."""
    return {"site": chapters.site(root), "modules": chapters.modules(root)}


def exercises() -> dict[str, Exercise]:
    """All exercises by key."""
    return {e.key: e for m in modules().values() for e in m.exercises}


def _module(read, site):
    found = []
    for chapter in read["chapters"]:
        about = {
            "module": read["name"],
            "title": chapter["title"],
            "link": f"{site}{chapter['page']}.html",
        }
        found += [
            Exercise(
                **about,
                **{key: tuple(v) if isinstance(v, list) else v for key, v in exercise.items()},
            )
            for exercise in chapter["exercises"]
        ]
    pages = tuple(chapter["page"] for chapter in read["chapters"])
    return Module(read["name"], read["title"], pages, tuple(found))
