"""The browser's side of a figure: its ES module, and the style all figures share."""

import re
from functools import cache
from importlib.resources import files

_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./frame\.js";\n', re.MULTILINE)


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def bundle(kind: str) -> str:
    """Return the ES module of one kind of figure: the shared frame, then ``<kind>.js``.

    One text and no imports, so that it runs wherever text can become a module: JupyterLab, a
    notebook on Binder, a page opened from a file.
    """
    return _EXPORT.sub("", _text("frame.js")) + "\n" + _IMPORT.sub("", _text(f"{kind}.js"))


@cache
def style() -> str:
    """Return the style sheet that all figures share."""
    return _text("frame.css")
