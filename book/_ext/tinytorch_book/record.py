"""What each chapter holds, for the reader's record: one table, made when the book is built.

A page's Predict boxes, exercises and code cells are noted as it is read, with their names; the
table goes into one script that all pages share. Marks, "Your work" and "Go on with" are derived
from it and from the reader's record, `static/record.js`.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import create_nb_reader
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms import SphinxTransform

from .cells import cell_ids

TABLE = "tinytorch-table.js"
SCRIPTS = [TABLE, "record.js", "predict.js", "progress.js"]
NAMED = re.compile(r"^check(?:_\w+)?\((\w+)(?:, *[\"'](\w+)[\"'])?", re.M)


def code_cells(env, docname):
    """Return the id of each code cell of a page, by its place among all cells, and its source."""
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf8")
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
    if reader is None:  # a page without code
        return {}
    cells = enumerate(reader.read(text).cells)
    code = [(index, cell.source) for index, cell in cells if cell.cell_type == "code"]
    names = cell_ids([source for _, source in code])
    return {index: (name, source) for (index, source), name in zip(code, names, strict=True)}


def exercise(source):
    """Return the name of the exercise that a cell checks, as `tinytorch.exercises` has it.

    >>> exercise("check(MyMulBackward)"), exercise('check(mine, "MulBackward")')
    ('MulBackward', 'MulBackward')
    """
    work, named = NAMED.search(source).groups()
    return named or re.sub(r"^[Mm]y_?", "", work)


def is_built(cell):
    """Say whether a cell is to be filled: not so the one that shows what `check` answers."""
    sections = []
    while cell := cell.parent:
        sections.append(cell)
    titles = [node[0].astext() for node in sections if isinstance(node, nodes.section)]
    return any(title.startswith("Build it") for title in titles)


class NameCells(SphinxTransform):
    """Give each code cell its name as an anchor, so that it can be linked to."""

    default_priority = 405

    def apply(self):
        """Name the page's cells, and note the exercises among them."""
        cells = code_cells(self.env, self.env.docname)
        exercises = []
        for node in self.document.findall(nodes.container):
            if node.get("nb_element") == "cell_code":
                name, source = cells[node["cell_index"]]
                node["ids"].append(name)
                if name.startswith("exercise-") and is_built(node):
                    exercises.append({"name": exercise(source), "cell": name})
        Holdings.of(self.env).setdefault(self.env.docname, {})["exercises"] = exercises


class Holdings(EnvironmentCollector):
    """What each page holds, kept with Sphinx's own record of the page."""

    @staticmethod
    def of(env):
        """Return the record: page, then kind, then names."""
        if not hasattr(env, "tinytorch_holdings"):
            env.tinytorch_holdings = {}
        return env.tinytorch_holdings

    def clear_doc(self, app, env, docname):
        """Forget a page that is read anew."""
        self.of(env).pop(docname, None)

    def merge_other(self, app, env, docnames, other):
        """Take over the pages that another process has read."""
        self.of(env).update({k: v for k, v in self.of(other).items() if k in docnames})

    def process_doc(self, app, doctree):
        """Note the page's Predict boxes, by name."""
        boxes = [n for n in doctree.findall(nodes.admonition) if "predict" in n["classes"]]
        predicts = [box["ids"][0] for box in boxes if box["ids"]]
        self.of(app.env).setdefault(app.env.docname, {})["predicts"] = predicts


def in_reading_order(env, docname):
    """Yield a page and those below it in the table of contents."""
    yield docname
    for below in env.toctree_includes.get(docname, []):
        yield from in_reading_order(env, below)


def table(env):
    """Return what each page holds that has a question or an exercise, in reading order."""
    held = Holdings.of(env)
    pages = [
        {"name": name, "title": env.titles[name].astext(), **held[name]}
        for name in in_reading_order(env, env.config.root_doc)
        if any(held.get(name, {}).values())
    ]
    return {"root": env.config.root_doc, "pages": pages}


def write_table(app, env):
    """Write the table before the pages are written, which load it."""
    if app.builder.format == "html":
        text = json.dumps(table(env), ensure_ascii=False, separators=(",", ":"))
        path = Path(app.outdir) / "_static" / TABLE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"self.ttTable = {text};\n", encoding="utf8")


def load_scripts(app, pagename, templatename, context, doctree):
    """Let each page load the record, and "Your work" what lists it."""
    for name in SCRIPTS + ["work.js"] * pagename.endswith("/your_work"):
        app.add_js_file(name, loading_method="defer", priority=300)  # before MathJax


def configure(app, config):
    """Add the style sheet."""
    config.html_css_files.append("record.css")


def setup(app):
    """Register the transform, the record, and what pages load."""
    app.add_transform(NameCells)
    app.add_env_collector(Holdings)
    app.connect("config-inited", configure, priority=110)  # after book.css
    app.connect("env-updated", write_table)
    app.connect("html-page-context", load_scripts)
