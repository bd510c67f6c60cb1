"""The browser's side of a figure: one text of the modules it is made of, and one style sheet.

A kind imports what it shares by its place, ``import { label } from "../frame/shapes.js"``, and the
shared modules import each other. `bundle` puts the texts one after another.
"""

import re
from functools import cache
from importlib.resources import files
from posixpath import dirname, join, normpath

ROOM = files("tinytorch.widgets")

_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+\.js)";\n', re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b.*|export (?!default \{).*)", re.MULTILINE)
_MEANING = re.compile(
    r"^(?:async )?(?:function\*?|const|let|var|class) (\w+|\[[^\]]*\]|\{[^}]*\})", re.MULTILINE
)


def text(name: str) -> str:
    """Return the text of one of the files here, such as ``"frame/axes.js"``."""
    return ROOM.joinpath(name).read_text(encoding="utf-8")


@cache
def bundle(kind: str) -> str:
    """Return the ES module of one kind of figure: what it imports at any depth, then its own.

    One text and no imports, so that it runs wherever text can become a module: JupyterLab, a
    notebook on Binder, a page opened from a file.

    Raises
    ------
    ValueError
        If a module imports what the other does not export, or if a name has two meanings: in one
        text the second would be a syntax error, or the first lost.
    """
    return join_modules(f"figures/{kind}.js", text)


def join_modules(name: str, read) -> str:
    """Return the module `name` and all that it imports as one text; `read` gives a file's text."""
    bodies: dict[str, str] = {}
    exported: dict[str, set[str]] = {}
    meanings: dict[str, str] = {}
    under_way: list[str] = []

    def add(name: str) -> None:
        if name in bodies:
            return
        if name in under_way:
            raise ValueError(f"{name} imports itself, by way of {', '.join(under_way)}")
        under_way.append(name)
        source = read(name)
        for names, place in _IMPORT.findall(source):
            other = normpath(join(dirname(name), place))
            add(other)
            wanted = {word.strip() for word in names.split(",")} - {""}
            if missing := sorted(wanted - exported[other]):
                raise ValueError(f"{name} imports {', '.join(missing)}; {other} has no such name")
        body = _IMPORT.sub("", source)
        exported[name] = _declared(_EXPORT.sub("", line) for line in _exports(body))
        body = _EXPORT.sub("", body)
        if odd := _OTHER.search(body):
            raise ValueError(f"{name}: {odd[0]!r} cannot become part of one text")
        for meaning in sorted(_declared([body])):
            if meaning in meanings:
                raise ValueError(
                    f"{meaning} means one thing in {meanings[meaning]}, and another in {name}"
                )
            meanings[meaning] = name
        bodies[name] = body
        under_way.pop()

    add(name)
    return "\n".join(body.strip("\n") + "\n" for body in bodies.values())


def _exports(body: str) -> list[str]:
    """Return the beginning of every exported declaration, up to its end of names."""
    return [body[found.start() : found.start() + 200] for found in _EXPORT.finditer(body)]


def _declared(texts) -> set[str]:
    """Return the names that the declarations at the first column of `texts` give a meaning."""
    found = set()
    for body in texts:
        for names in _MEANING.findall(body):
            found.update(re.findall(r"\w+", names))
    return found


@cache
def style() -> str:
    """Return the style sheet that all figures share: the palette, and the frame."""
    return text("frame/palette.css") + text("frame/frame.css")
