"""What the book's chapters use to show the package in itself."""

import ast
import inspect
import io
import os
import re
import textwrap
import time
import tokenize
from functools import cache
from pathlib import Path

import numpy as np

ORDINARY = 0.005  # seconds, at most, in which an ordinary machine multiplies two matrices of 256²


class Markdown:
    """Text that a notebook shows as Markdown, such as a table that a program has written."""

    def __init__(self, text):
        self.text = text

    def _repr_markdown_(self):
        return self.text


class Source:
    """A piece of the package's source, which a notebook shows as highlighted code."""

    def __init__(self, code):
        self.code = code

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/markdown": f"```python\n{self.code}```", "text/plain": self.code}


def source(thing):
    """Show the source of a class or function as it is in the installed package.

    Parameters
    ----------
    thing : class or function
        What to show, for example ``MulBackward``.

    Returns
    -------
    Source
        Displayed by Jupyter as highlighted Python.
    """
    return Source(fitted(textwrap.dedent(inspect.getsource(thing))))


COLUMNS = 79  # of a page


def fitted(code):
    """Return `code` with its docstrings wrapped for a page, and comments above too long lines.

    Parameters
    ----------
    code : str
        Python source.

    Returns
    -------
    str
        The same program: lines inside docstrings are broken at a space, and a comment that makes a
        line too long stands above it.
    """
    lines = comments_above(code).split("\n")
    code = "\n".join(lines)
    holders = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, holders) or ast.get_docstring(node, clean=False) is None:
            continue
        text = node.body[0]
        rest = ""  # what did not fit, and goes on in the next line
        for at in range(text.lineno - 1, text.end_lineno):
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            line = f"{indent}{rest} {lines[at].lstrip()}" if rest else lines[at]
            how = {"subsequent_indent": indent, "break_long_words": False}
            *full, last = textwrap.wrap(line, COLUMNS, break_on_hyphens=False, **how) or [line]
            rest = ""
            if full and at + 1 < text.end_lineno and same_paragraph(lines[at + 1], indent):
                last, rest = full.pop(), last.lstrip()
            lines[at] = "\n".join([*full, last])
    return "\n".join(lines)


def comments_above(code):
    """Put a comment at the end of a line that is too long with it into a line of its own."""
    lines = code.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    for token in (token for token in tokens[::-1] if token.type == tokenize.COMMENT):
        row, column = token.start
        line = lines[row - 1]
        before = line[:column].rstrip()
        if not before or len(line) <= COLUMNS:
            continue
        words = re.sub(r"# noqa: \w+ \((.*)\)", r"# \1", token.string)  # without the linter's
        indent = line[: len(line) - len(line.lstrip())]
        above = textwrap.wrap(f"{indent}{words}", COLUMNS, subsequent_indent=f"{indent}# ")
        lines[row - 1 : row] = [*above, before]
    return "\n".join(lines)


def same_paragraph(line, indent):
    """Tell whether a line of a docstring goes on with the sentence of the line before."""
    word = line.removeprefix(indent)
    return bool(word) and not word.startswith((" ", '"""', "-")) and ":" not in word.split()[0]


def plots():
    """Let matplotlib draw in the book's colors and in the font of its pages.

    The font, Source Sans 3 cut down to the Latin letters, is in the package; what it lacks comes
    from matplotlib's own.
    """
    from matplotlib import font_manager, pyplot

    for path in sorted(Path(__file__).with_name("fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    pyplot.style.use("tinytorch.tinytorch")
    pyplot.rcParams["font.family"] = ["TinyTorch Sans", "DejaVu Sans"]


class Rules:
    """A table of gradient rules, one row per class, made from the classes themselves."""

    def __init__(self, exercises):
        self.exercises = exercises

    def _repr_markdown_(self):
        head = ["class, PyTorch's node", "rule, shapes of an example", "keeps; cost"]
        rows = [head, ["---"] * len(head), *map(self._row, self.exercises)]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    @staticmethod
    def _row(exercise):
        cls, said = exercise.reference, rule(exercise.reference)
        name = f"`{cls.__name__}`"
        if "TINYTORCH_BOOK" in os.environ:  # built as a book, and not in a notebook: a link
            name = f"[{name}](#{cls.__name__})"
        inputs, result = exercise.shapes()
        nodes = f"`{said['PyTorch']}`".replace(", ", "`<br>`")
        cells = [
            f"{name}<br>{nodes}",
            f"{said['forward']}<br>{said['backward']}<br>{', '.join(map(str, inputs))} → {result}",
            f"{said['keeps']};<br>{said['cost']}",
        ]
        return [cell.replace("|", "\\|") for cell in cells]


def rules(*parts):
    """Show the gradient rules of a part of the book as a table.

    Parameters
    ----------
    *parts : module
        Of ``tinytorch.exercises.rules``, such as ``arithmetic``.

    Returns
    -------
    Rules
        Displayed by Jupyter as a table.
    """
    return Rules([exercise for part in parts for exercise in part.EXERCISES])


def rule(cls):
    """Take apart what the docstring of a Backward class says of its rule.

    Parameters
    ----------
    cls : type
        A class whose docstring begins with the formula and goes on with the gradients,
        ``∂L/∂x = …``, and what it "Keeps", its "Cost:" and its name in "PyTorch:".

    Returns
    -------
    dict of str
        With the keys forward, backward, keeps, cost and PyTorch; "" where nothing is said.
    """
    paragraphs = [" ".join(p.split()) for p in inspect.getdoc(cls).split("\n\n")]
    forward, _, rest = paragraphs[0].partition(" ∂L/")
    backward = f"∂L/{rest}" if rest else next((p for p in paragraphs if "∂L/" in p), "")
    sentences = re.split(r"(?<=\.) (?=[A-Z∞`]|∂L/∂weight)", backward)
    last = max((i for i, s in enumerate(sentences) if "∂L/" in s), default=-1)
    said = {"forward": forward, "backward": " ".join(sentences[: last + 1])}
    for key, start in ("keeps", "Keeps "), ("cost", "Cost: "), ("PyTorch", "PyTorch: "):
        found = re.search(rf"\b{start}(.*?)\.(?= [A-Z∞]|$)", " ".join(paragraphs))
        said[key] = found[1] if found else ""
    return said


@cache
def slowness() -> float:
    """Return how many times slower than an ordinary machine this one multiplies matrices.

    1 for any with an optimized BLAS, about 4 for Python in a browser, which has none.
    """
    a = np.ones((256, 256), np.float32)
    times = []
    for _ in range(8):
        for clock in (time.process_time, time.perf_counter):  # others may be busy; so may threads
            start = clock()
            a @ a
            times.append(clock() - start)
    return max(1.0, min(times) / ORDINARY)


def scaled(work: int, unit: str, least: int = 1) -> int:
    """Return how much of a heavy cell's work this machine can do in the time it should take.

    Parameters
    ----------
    work : int
        What an ordinary machine does: all of it.
    unit : str
        What is counted, in the plural, such as ``"steps"``.
    least : int
        Less than this would not show what the cell is for.

    Returns
    -------
    int
        `work` on an ordinary machine, in silence; less on a slow one, and then it is printed.

    Examples
    --------
    >>> from tinytorch.book import scaled
    >>> scaled(3, "runs", least=3)
    3
    """
    done = min(work, max(least, round(work / slowness())))
    if done < work:
        print(f"(matrix products are slow here: {done} of {work} {unit})")
    return done
