"""The files of a module: a notebook and a plain `.py` with the same exercises."""

import ast
import json
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from .catalog import Exercise, Module
from .chapters import binds, free, source

KINDS = (".ipynb", ".py")
MAGIC = re.compile(r"^(\s*)[%!?].*$|^(\s*)\S+\?{1,2}\s*$", re.M)


def paths(root: Path, module: Module) -> list[Path]:
    """Where the module's files are, or would be."""
    return [root / f"{module.name}{kind}" for kind in KINDS]


def stubs(module: Module, kind: str, work: dict[str, str] | None = None) -> str:
    """The text of a fresh file; `work` holds code to put in place of stubs, by cell."""
    return (notebook if kind == ".ipynb" else script)(module, work or {})


def script(module: Module, work: dict[str, str]) -> str:
    """The module as Python: the task in comments, the stub, and all checks when it is run."""
    imports, given = shared(module)
    pieces = [
        f'"""{module.title}: the exercises of the book\'s part of this name.\n\n'
        f"Check them with: tito test --module {module.name}\n"
        '"""\n\n' + imports
    ]
    pieces += given
    for e in module.exercises:
        head = f"# --- {e.name} " + "-" * max(0, 70 - len(e.name))
        about = "\n".join(_commented(line) for line in [e.title, e.link, "", *e.task.splitlines()])
        pieces.append(f"{head}\n{about}\n\n\n{work.get(e.cell, e.stub)}")
    names = "".join(f"        {e.name},\n" for e in module.exercises)
    pieces.append(
        f'if __name__ == "__main__":\n    for work in (\n{names}    ):\n'
        '        print(f"{work.__name__}: {check(work)}\\n")'
    )
    return "\n\n\n".join(pieces) + "\n"


def notebook(module: Module, work: dict[str, str]) -> str:
    """The module as a notebook: one cell per exercise, which ends with its check."""
    import nbformat
    from nbformat import v4

    imports, given = shared(module)
    cells = [
        v4.new_markdown_cell(
            f"# {module.title}\n\nEach cell ends with its check: run it. All at once, in a"
            f" terminal: `tito test --module {module.name}`.",
            id="about",
        ),
        v4.new_code_cell(imports, id="imports"),
    ]
    if given:
        cells.append(v4.new_code_cell("\n\n\n".join(given), id="given"))
    for e in module.exercises:
        hints = "".join(
            f"\n\n<details><summary>{title}</summary>\n\n{text}\n\n</details>"
            for title, text in map(hint_parts, e.hints)
        )
        said = f"## {e.name}\n\n[{e.title}]({e.link})\n\n{e.task}{hints}"
        cells.append(v4.new_markdown_cell(said, id=f"about-{e.name}"))
        code = f"{work.get(e.cell, e.stub)}\n\n\ncheck({e.name})"
        cells.append(v4.new_code_cell(code, id=e.cell))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    return nbformat.writes(made) + "\n"


def hint_parts(hint: str) -> tuple[str, str]:
    """A hint's title and its text: "Hint 1: shapes" and the rest."""
    number, what, text = hint.split(": ", 2)
    return f"{number}: {what}", text


def shared(module: Module) -> tuple[str, list[str]]:
    """The imports of all exercises of a module, and what is given in them."""
    lines = {line for e in module.exercises for line in e.imports}
    names: dict[str, set] = {"tinytorch.exercises": {"check"}}
    plain = set()
    for line in lines:
        if found := re.match(r"from (\S+) import (.*)", line):
            names.setdefault(found[1], set()).add(found[2])
        else:
            plain.add(line)
    both = [f"from {source} import {', '.join(sorted(n))}" for source, n in sorted(names.items())]
    given = list(dict.fromkeys(e.given for e in module.exercises if e.given))
    return "\n".join([*sorted(plain), *both]), given


def _commented(line):
    wrapped = textwrap.wrap(line, 88, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(f"# {part}".rstrip() for part in wrapped)


# ------------------------------------------------------------------- reading what a reader wrote


@dataclass(frozen=True)
class Piece:
    """A stretch of code to be run by itself: a cell of a notebook, or a whole script."""

    name: str  # what tracebacks call it
    source: str
    tree: ast.Module | None  # None where it is not Python
    trouble: str = ""  # and why not


def pieces(path: Path) -> list[Piece]:
    """The code of a file, whatever state it is in.

    Raises
    ------
    ValueError
        Where the file is no notebook at all, or no text.
    """
    try:
        text = path.read_text(encoding="utf8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8 text: {error.reason}") from error
    if path.suffix != ".ipynb":
        return [_piece(str(path), text, path.name)]
    try:
        cells = json.loads(text)["cells"]
        sources = [
            (n, c["source"] if isinstance(c["source"], str) else "".join(c["source"]))
            for n, c in enumerate(cells, 1)
            if c["cell_type"] == "code"
        ]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no notebook: {error!r}") from error
    named = [(f"{path.name}, cell {n}", source) for n, source in sources]
    return [_piece(name, MAGIC.sub(r"\1\2pass", source), name) for name, source in named]


def _piece(name, source, said):
    try:
        return Piece(name, source, ast.parse(source, name))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" in line {error.lineno}" if getattr(error, "lineno", None) else ""
        reason = getattr(error, "msg", None) or str(error)
        return Piece(name, source, None, f"{said} is not Python: {reason}{where}")


def written(found: list[Piece], name: str) -> ast.AST | None:
    """The last definition of `name` at the top level of a file, or None."""
    last = None
    for piece in found:
        for node in piece.tree.body if piece.tree else ():
            if name in binds(node):
                last = node
    return last


def code_of(path: Path, module: Module, exercise: Exercise) -> str | None:
    """The reader's code of an exercise with all of the file that it uses; None where it has none.

    What the fresh file brings along, its imports and what is given, is left out.
    """
    found = [p for p in pieces(path) if p.tree]
    statements = [(p, node) for p in found for node in p.tree.body]
    where = {name: at for at, (_, node) in enumerate(statements) for name in binds(node)}
    if exercise.name not in where:
        return None
    brought = ast.parse("\n".join([*exercise.imports, exercise.given])).body
    leave = {name for node in brought for name in binds(node)} | {"check"}
    leave |= {e.name for e in module.exercises} - {exercise.name}
    used, names = set(), [exercise.name]
    while names:
        at = where.get(names.pop())
        if at is None or at in used:
            continue
        used.add(at)
        piece, node = statements[at]
        names += sorted(free(source(piece.source, node)) - leave)
    return "\n\n\n".join(source(statements[at][0].source, statements[at][1]) for at in sorted(used))


def is_stub(node: ast.AST, exercise: Exercise) -> bool:
    """Whether a definition is still the stub, but for comments and blanks."""
    return ast.dump(node) == ast.dump(ast.parse(exercise.stub).body[-1])


def chosen(root: Path, module: Module, exercise: Exercise) -> tuple[Path | None, str]:
    """The file that holds the reader's work on an exercise, and what is amiss where none does.

    A notebook and a script may both have it: what is written goes before a stub, and of two that
    are written, the file that was saved last.
    """
    candidates, troubles = [], []
    for path in paths(root, module):
        if not path.exists():
            continue
        try:
            found = pieces(path)
        except ValueError as error:
            troubles.append(str(error))
            continue
        node = written(found, exercise.name)
        if node is not None:
            candidates.append((not is_stub(node, exercise), path.stat().st_mtime_ns, path))
        else:
            troubles += [p.trouble for p in found if p.trouble and exercise.name in p.source]
    if candidates:
        return max(candidates)[2], ""
    return None, "; ".join(troubles)
