"""The chapters of the book as data: front matter, code cells, prose."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CELL = re.compile(r"^```\{code-cell\}(?P<language>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)
OPTION = re.compile(r"^:(?P<name>[\w-]+): *(?P<value>.*)\n", re.M)


@dataclass(frozen=True)
class Cell:
    """One code cell: where it starts in the text, its options, its code."""

    start: int
    language: str
    options: dict
    code: str

    @property
    def tags(self):
        return yaml.safe_load(self.options.get("tags", "[]"))

    @cached_property
    def tree(self):
        return ast.parse(self.code)

    def calls(self, *names):
        """The calls of functions with these names, as syntax trees."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", None)) in names
        ]

    @property
    def classes(self):
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]


@dataclass(frozen=True)
class Chapter:
    path: Path

    @cached_property
    def text(self):
        return self.path.read_text(encoding="utf8")

    @cached_property
    def front_matter(self):
        found = re.match(r"---\n(.*?)\n---\n", self.text, re.S)
        return yaml.safe_load(found[1]) if found else None

    @cached_property
    def cells(self):
        return [
            Cell(m.start(), m["language"].strip(), *_options(m["body"]))
            for m in CELL.finditer(self.text)
        ]

    @cached_property
    def prose(self):
        """The sentences: blanks for front matter, code, formulas, roles and addresses."""
        return blank(
            self.text,
            r"\A---\n(?s:.*?)\n---\n",
            r"^(`{3,})(?!\{admonition|\{glossary)(?s:.*?)^\1$",
            r"\$\$(?s:.*?)\$\$",
            r"\$[^$]*\$",
            r"\{[\w:]+\}`[^`]*`",
            r"`[^`]*`",
            r"(?<=\])\([^)]*\)",
        )

    @cached_property
    def running_text(self):
        """The prose without headings, directives, labels, links and what is bold."""
        return blank(
            self.prose,
            r"^#+ .*$",
            r"^:::.*$",
            r"^:class:.*$",
            r"^\([\w-]+\)=$",
            r"^\*Before this:.*$",
            r"\[[^\]]*\](?= )",
            r"\*\*[^*]*\*\*",
        )

    @property
    def part(self):
        """The folder that it is in."""
        return self.path.parent.name

    @cached_property
    def headings(self):
        """Its second-level headings, and where each starts."""
        outside = CELL.sub(lambda m: " " * len(m[0]), self.text)
        return {m[1]: m.start() for m in re.finditer(r"^## (.*)$", outside, re.M)}

    def section(self, name):
        """Where the section starts and ends whose heading begins with `name`."""
        starts = [*self.headings.values(), len(self.text)]
        for heading, start in self.headings.items():
            if heading.startswith(name):
                return start, starts[starts.index(start) + 1]
        raise AssertionError(f"{self}: no section '## {name}'")

    def cells_in(self, name):
        start, end = self.section(name)
        return [cell for cell in self.cells if start < cell.start < end]

    @property
    def classes(self):
        """The Backward classes it is about, which label its title; none for other chapters."""
        labels = re.search(r"^((?:\(\w+Backward\)=\n)+)# ", self.text, re.M)
        return re.findall(r"\w+", labels[1]) if labels else []

    def __str__(self):
        return str(self.path.relative_to(ROOT))


def chapters():
    """Every page in the table of contents, in reading order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    pages = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    return [Chapter(ROOT / f"{page}.md") for page in pages]


def cells(page):
    """The code of the cells of a page, such as "engine/backward"."""
    return [cell.code for cell in Chapter(ROOT / "book" / f"{page}.md").cells]


def names(page, *wanted):
    """What the page's first cell and the cells that define `wanted` define."""
    first, *others = cells(page)
    space = {}
    exec(first, space)
    for code in others:
        if any(f"def {name}(" in code for name in wanted):
            exec(code, space)
    return space


def glossary():
    """The terms that the glossary defines, in the order it has them."""
    text = (ROOT / "book" / "reference" / "glossary.md").read_text(encoding="utf8")
    entries = re.search(r"^```\{glossary\}\n(.*?)^```$", text, re.M | re.S)[1]
    return re.findall(r"^(\S.*)$", entries, re.M)


def blank(text, *patterns):
    """Blanks for what matches, so that everything else stays where it is."""
    for pattern in patterns:
        text = re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.M)
    return text


def _options(body):
    options = {}
    while found := OPTION.match(body):
        options[found["name"]] = found["value"]
        body = body[found.end() :]
    return options, body
