"""The browser's side of a figure: its ES module, and the style all figures share."""

import re
from functools import cache
from importlib.resources import files

_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def bundle(kind: str) -> str:
    """Return the ES module of one kind of figure: what it imports, the frame first, then its own.

    One text and no imports, so that it runs wherever text can become a module: JupyterLab, a
    notebook on Binder, a page opened from a file.
    """
    own = _text(f"{kind}.js")
    modules = [_EXPORT.sub("", _text(f"{name}.js")) for name in _IMPORT.findall(own)]
    return "\n".join(_IMPORT.sub("", text) for text in [*modules, own])


@cache
def style() -> str:
    """Return the style sheet that all figures share."""
    return _text("frame.css")
