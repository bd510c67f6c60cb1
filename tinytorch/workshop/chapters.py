"""The exercises as the chapters state them: task, hints, stub, solution.

The chapters are the one place where an exercise is written down. This module reads them, with the
standard library alone, since the build of a wheel runs it too, to take the result along.
"""

import ast
import builtins
import os
import re
import symtable
from pathlib import Path

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<body>.*?)^```$", re.M | re.S)
OPTION = re.compile(r"^:[\w-]+:.*\n", re.M)
HINT = re.compile(r"^:::\{dropdown\} (?P<title>Hint[^\n]*)\n(?P<body>.*?)^:::$", re.M | re.S)
DIRECTIVE = re.compile(r"^(:{3,}|`{3,})\{.*?^\1$\n?", re.M | re.S)
ROLE = re.compile(r"\{(?:term|doc|ref|numref|cite:\w)\}`([^`<]+)(?:<[^`]*>)?`")
TASK = "Write the class: its formula in `forward`, its rule in `apply`."
OWN = re.compile(r"[Mm]y(_|[A-Z])")  # MyMulBackward, my_clip
EQUATION = re.compile(r"\{eq\}`[^`]*`")


def modules(root: Path) -> list[dict]:
    """Read every part of the book that has exercises, in the order of the contents.

    Each is ``{"name", "title", "chapters": [{"page", "title", "exercises": [...]}]}``; an exercise
    is ``{"name", "page", "task", "hints", "given", "stub", "solution"}``, all text.
    """
    found = []
    for title, pages in parts(root / "_toc.yml"):
        name = pages[0].split("/")[1]
        chapters = [chapter(root, page) for page in pages]
        if any(c["exercises"] for c in chapters):
            found.append({"name": name, "title": title, "chapters": chapters})
    return found


def site(root: Path) -> str:
    """The address where the book is published: GitHub's pages of the repository."""
    name = os.environ.get("GITHUB_REPOSITORY")
    if not name:
        config = (root / "_config.yml").read_text(encoding="utf8")
        name = re.search(r"url: https://github\.com/(\S+)", config)[1]
    owner, _, repository = name.partition("/")
    return f"https://{owner.lower()}.github.io/{repository}/book/"


def parts(contents: Path):
    """Yield each part's caption and pages from the table of contents."""
    caption, pages = None, []
    for line in contents.read_text(encoding="utf8").splitlines():
        if m := re.match(r"\s*- caption: (.*)", line):
            if pages:
                yield caption, pages
            caption, pages = m[1].strip(), []
        elif (m := re.match(r"\s*- file: (\S+)", line)) and caption:
            pages.append(m[1])
    if pages:
        yield caption, pages


def chapter(root: Path, page: str) -> dict:
    """Read one chapter and its exercises."""
    text = (root / f"{page}.md").read_text(encoding="utf8")
    title = re.search(r"^# (.*)$", text, re.M)[1]
    try:
        exercises = list(_exercises(text))
    except (SyntaxError, LookupError) as error:
        raise ValueError(f"{page}: its exercises cannot be read: {error}") from error
    page = page.removeprefix("book/")
    for exercise in exercises:
        exercise["page"] = page
    return {"page": page, "title": plain(title), "exercises": exercises}


def _exercises(text):
    cells = [(m.start(), m.end(), OPTION.sub("", m["body"]).strip()) for m in CELL.finditer(text)]
    trees = [(start, end, code, ast.parse(_without_magics(code))) for start, end, code in cells]
    asked, solved = [], {}
    for start, end, code, tree in trees:
        for name in _checked(tree):
            if re.search("solution", name, re.I):
                solved[_core(name)] = (name, code, tree)
            elif OWN.match(name) and (definition := _definition(tree, name)):
                asked.append((name, start, end, code, tree, definition))
    building = text.find("\n## Build it")
    if building < 0:
        return
    hints = [(m.start(), m["title"], m["body"]) for m in HINT.finditer(text)]
    before, task = text.find("\n", building + 1), TASK
    for i, (name, start, end, code, tree, definition) in enumerate(asked):
        if start < building:  # shown before its turn, as on the page about reading
            continue
        solution, solution_source, solution_tree = solved[_core(name)]
        stub = source(code, definition)
        answer = _answer(solution_source, solution_tree, solution, name, solved)
        known = [t for s, _, _, t in trees if s < start]
        following = asked[i + 1][1] if i + 1 < len(asked) else len(text)
        mine = [(t, b) for at, t, b in hints if end < at < following]
        if not mine:  # hints that stand together, after the last of several stubs
            mine = [(t, b) for at, t, b in hints if at > end]
        imports, given = _needed(f"{stub}\n\n{answer}", [*known, tree, solution_tree])
        if i and asked[i - 1][1] > building:  # what was run between two exercises is no task
            before = max(e for _, e, *_ in cells if e <= start)
        task = plain(text[before:start]) or task  # several stubs below one task
        yield {
            "name": name,
            "task": task,
            "hints": [f"{t}: {plain(b)}" for t, b in mine],
            "imports": imports,
            "given": given,
            "stub": stub,
            "solution": answer,
        }
        before = end


def _without_magics(code):
    return re.sub(r"^[%!].*$", "pass", code, flags=re.M)


def _checked(tree):
    """The names that a cell hands to `check`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check" and node.args:
            if isinstance(node.args[0], ast.Name):
                yield node.args[0].id


def _core(name):
    """What is common to an exercise's stub and its solution: "mul" of both MyMulBackward and
    MulSolution."""
    return re.sub(r"^my_?|_?solution$|backward$", "", re.sub("_solution$", "", name.lower()))


def _definition(tree, name):
    for node in tree.body:
        if getattr(node, "name", None) == name:
            return node
    return None


def source(code, *nodes):
    """The lines of the nodes, with the comments between their first and last line."""
    lines = code.splitlines()
    first = min(d.lineno for n in nodes for d in (n, *getattr(n, "decorator_list", ())))
    last = max(n.end_lineno for n in nodes)
    while last < len(lines) and lines[last].startswith(" ") and lines[last].strip():
        last += 1  # a comment at the end of a stub
    return "\n".join(lines[first - 1 : last])


def _answer(cell, tree, solution, name, solved):
    """The solution under the exercise's own name, with what else its cell defines."""
    others = {other for other, _, _ in solved.values()} - {solution}
    nodes = [
        n
        for n in tree.body
        if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.Assign))
        and getattr(n, "name", None) not in others
    ]
    used, queue = [], [n for n in nodes if getattr(n, "name", None) == solution]
    while queue:  # what the solution needs of its cell
        node = queue.pop()
        used.append(node)
        wanted = {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
        queue += [n for n in nodes if n not in used and n not in queue and wanted & set(binds(n))]
    code = "\n\n\n".join(source(cell, n) for n in sorted(used, key=lambda n: n.lineno))
    return re.sub(rf"\b{solution}\b", name, code)


def binds(node):
    """The names that a statement defines."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(a.asname or a.name.split(".")[0]) for a in node.names]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [
            x.id
            for target in node.targets
            for x in ast.walk(target)
            if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
        ]
    return []


def _needed(code, cells):
    """The imports and definitions of the chapter that an exercise's code uses, as source."""
    statements = [node for cell in cells for node in cell.body]
    where = {name: node for node in statements for name in binds(node)}  # the last one counts
    wanted, used = free(code), {}
    while wanted:
        name = wanted.pop()
        node = where.get(name)
        if node is None or name in used:
            continue
        used[name] = node
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            wanted |= free(ast.unparse(node)) - set(used)
    imports, given = set(), {}
    for name, node in used.items():
        if isinstance(node, ast.ImportFrom):
            alias = next(a for a in node.names if (a.asname or a.name) == name)
            imports.add(f"from {node.module} import {_aliased(alias)}")
        elif isinstance(node, ast.Import):
            alias = next(a for a in node.names if (a.asname or a.name.split(".")[0]) == name)
            imports.add(f"import {_aliased(alias)}")
        else:
            given[statements.index(node)] = ast.unparse(node)
    return sorted(imports), "\n\n\n".join(given[i] for i in sorted(given))


def _aliased(alias):
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def free(code):
    """The names that code uses and does not define itself."""
    top = symtable.symtable(code, "exercise", "exec")
    free, tables = set(), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            local = symbol.is_assigned() or symbol.is_imported()
            if symbol.is_referenced() and (symbol.is_global() or (table is top and not local)):
                free.add(symbol.get_name())
    own = {name for node in ast.parse(code).body for name in binds(node)}
    return free - own - set(dir(builtins))


def plain(text: str) -> str:
    """The prose of a chapter as Markdown that stands alone: no roles, directives or cells."""
    text = CELL.sub("", text)
    text = DIRECTIVE.sub("", text)
    text = EQUATION.sub("the equation in the chapter", text)
    text = ROLE.sub(r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\((?!https?:)[^)]*\)", lambda m: m[1] or "the chapter", text)
    text = re.sub(r"^\([\w-]+\)=\n", "", text, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
