"""Chapters as notebooks: for Binder and JupyterLab, for Colab, and to download.

One maker for all of them. A notebook has the chapter's cells, and its text as plain Markdown, in
which links, citations and numbers are those of the page. Only where links lead differs: within
the set (`notebooks`), within the set at Colab (`colab`), to the site (the download of a page).

    jupyter-book build . --builder custom --custom-builder notebooks

makes the set and runs nothing; `colab` runs the chapters and keeps their outputs. There is no set
for JupyterLite: the pages themselves run every cell in the browser, and a JupyterLite beside them
would weigh several times what the whole site does.
"""

import ast
import hashlib
import os
import posixpath
import re
import subprocess
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urljoin, urlparse

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx import addnodes
from sphinx.builders import Builder

from .cells import cell_ids
from .figures import LiveFigures
from .markdown import Writer, folded, label

COLAB = "https://colab.research.google.com/github"
BRANCH = "notebooks"  # where the publishing workflow keeps the executed set, for Colab
FOLDER = "notebooks"  # where `postBuild` puts the set, for Binder
ABOUT = """\
*This is a chapter of [TinyTorch]({site}) as a notebook; on the web it is [this page]({page}).*

- **Run it.** Choose *Run All* (menu *Run*; in Colab, *Runtime*). Then move the figures, change the
  code and run it again. Folded code unfolds with a click.
- **Keep your work.** Binder ends a session that has been idle for about ten minutes, and its files
  are gone: download the notebook (menu *File*) before you leave. In Colab, save a copy in Drive.
- **After a restart of the kernel**, the figures on the page are no longer linked to Python. Run
  their cells again."""
SETUP = """\
# Gets the library where it is missing, as in Colab or on your machine.
from importlib.util import find_spec

if find_spec("tinytorch") is None:
    %pip install --quiet "{requirement}"
elif find_spec("tinytorch.book") is None:
    raise ImportError(
        "another package is called tinytorch here: %pip uninstall --yes tinytorch, "
        "restart the kernel and run this cell again"
    )"""
ANONYMOUS = re.compile(r"id\d+")  # Sphinx counts these: they change with their neighbors
FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
OUTPUT_FOLDED = {"hide-output", "remove-output", "hide-cell", "remove-cell"}
SHOWN = "image/png image/svg+xml image/jpeg text/html text/latex text/markdown text/plain"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass
class Text:
    """A cell of text: its blocks, the ids of what it begins with, and the level of its heading."""

    blocks: list
    ids: list = field(default_factory=list)
    level: int = 0


@dataclass
class Code:
    """A cell of code: its place among the cells of the source, and its ids."""

    index: int
    ids: list


def flat(node, level=0):
    """Yield what a page consists of: each node, its ids, and its level if it is a heading."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from flat(child, level + 1)
        elif isinstance(child, nodes.title):
            yield child, node["ids"], level
        elif any(isinstance(entry, nodes.citation) for entry in child.children):
            yield from flat(child, level)
        elif isinstance(child, addnodes.glossary):
            for item in child.findall(nodes.definition_list_item):
                yield item, item[0]["ids"], 0
        elif not isinstance(child, nodes.Invisible | nodes.raw) and not is_contents(child):
            yield child, child["ids"], 0


def is_contents(node):
    """Say whether a node is the site's table of contents."""
    return "toctree-wrapper" in node["classes"]


def is_code(node):
    """Say whether a node is a cell of code, with what it shows."""
    return node.get("nb_element") == "cell_code"


def place(node):
    """Return the place of the cell that a node is in."""
    while not is_code(node):
        node = node.parent
    return node["cell_index"]


def divide(document):
    """Return the cells of a page. A heading, a figure and a labeled block begin a new one."""
    cells, after_code = [], True
    for node, ids, level in flat(document):
        if is_code(node):
            cells += [Text([figure], figure["ids"]) for figure in node.findall(nodes.figure)]
            cells.append(Code(node["cell_index"], node["ids"]))
        elif ids or level or after_code:
            cells.append(Text([node], ids, level))
        else:
            cells[-1].blocks.append(node)
        after_code = is_code(node)
    return cells


def citations(env):
    """Return the key of each entry of the bibliography by its id."""
    return {entry.citation_id: entry.key for entry in env.get_domain("cite").citations}


def name_cells(cells, code, keys):
    """Return an id for each cell, which stays when its neighbors change."""
    named = dict(zip(code, cell_ids([cell.source for cell in code.values()]), strict=True))
    taken, names = set(named.values()), []
    for cell in cells:
        if isinstance(cell, Code):
            names.append(named[cell.index])
            continue
        lasting = [keys.get(i, i) for i in all_ids(cell) if i in keys or not ANONYMOUS.fullmatch(i)]
        stem = lasting[0] if lasting else f"t-{digest(cell.blocks)}"
        stem = re.sub(r"[^\w-]", "-", stem, flags=re.ASCII)[:60]
        variants = (f"{stem}-{i}" if i > 1 else stem for i in count(1))
        names.append(next(name for name in variants if name not in taken))
        taken.add(names[-1])
    return names


def digest(blocks):
    """Return a short name for the words of blocks, whichever builder has turned them into what."""
    texts = (text for block in blocks for text in block.findall(nodes.Text))
    texts = (
        text for text in texts if not (isinstance(text.parent, nodes.raw) or label(text.parent))
    )
    said = " ".join(text.astext() for text in texts)
    return hashlib.sha256(" ".join(said.split()).encode()).hexdigest()[:8]


def all_ids(cell):
    """Return the ids that lead to a cell: the name that the author gave comes first."""
    blocks = cell.blocks if isinstance(cell, Text) else []
    inner = [i for block in blocks for node in block.findall(nodes.Element) for i in node["ids"]]
    return [*reversed(cell.ids), *inner]


def read_source(env, docname):
    """Return the notebook that a page is written as, or None for a page without code."""
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf8")
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
    return reader and reader.read(text)


def code_cells(notebook):
    """Return the cells of code by their place among all cells."""
    cells = enumerate(notebook.cells if notebook else [])
    return {i: cell for i, cell in cells if cell.cell_type == "code"}


class Page(Writer):
    """A page, resolved, to be written as a notebook; `address` says where a reference leads."""

    def __init__(self, env, docname, document, address):
        self.env, self.docname, self.address = env, docname, address
        self.source = read_source(env, docname)
        self.code = code_cells(self.source)
        self.cells = divide(document)

    def notebook(self, first, run=None):
        """Return the notebook: the cells of `first`, then the page's.

        The outputs are those of `run`, the same chapter executed, if there is one.
        """
        cells, outputs = list(first), code_cells(run)
        for cell, name in zip(
            self.cells, name_cells(self.cells, self.code, citations(self.env)), strict=True
        ):
            if isinstance(cell, Code):
                cells += self.code_cell(cell, name, outputs.get(cell.index))
            elif text := self.blocks(cell.blocks):
                text = f"{'#' * cell.level} {text}" if cell.level else text
                cells.append(new_markdown_cell(text, id=name))
        metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
        if run and "widgets" in run.metadata:
            metadata["widgets"] = run.metadata.widgets
        return new_notebook(cells=cells, metadata=metadata)

    def code_cell(self, cell, name, run):
        """Yield a cell of code, after a word on what unfolds."""
        source = self.code[cell.index]
        tags, book = source.metadata.get("tags", []), source.metadata.get("mystnb", {})
        if prompt := book.get("code_prompt_show"):
            yield new_markdown_cell(f"**{prompt}**: unfold the next cell.", id=f"{name}-prompt")
        metadata = {"tags": tags} if tags else {}
        fold = {"source_hidden": FOLDED & {*tags}, "outputs_hidden": OUTPUT_FOLDED & {*tags}}
        if fold := dict.fromkeys([key for key, tag in fold.items() if tag], True):
            metadata["jupyter"] = fold
        made = new_code_cell(source.source, id=name, metadata=metadata)
        if run:
            made.update(outputs=run.outputs, execution_count=run.execution_count)
        yield made

    # where a page and a notebook differ

    def write_reference(self, node):
        url = node.get("refuri", "")
        if node.get("internal") or not url:
            path, _, anchor = url.partition("#")
            folder = posixpath.dirname(self.docname)
            there = posixpath.normpath(posixpath.join(folder, path)).removesuffix(".html")
            there, anchor = there if path else self.docname, anchor or node.get("refid", "")
            url = self.address(self.docname, there, anchor)
        return f"[{self.inline(node)}]({url})"

    def equation_number(self, node):
        """Return the number of a displayed formula, as on the page."""
        return self.number("displaymath", node) if node["number"] else ""

    def number(self, kind, node):
        """Return the number that Sphinx has given to a figure or formula."""
        numbers = self.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        return ".".join(map(str, numbers.get(next(iter(node["ids"]), ""), ())))

    def write_figure(self, node):
        """Return a figure's number, caption and description; a live one has the last two itself."""
        words = self.env.config.numfig_format["figure"] % self.number("figure", node)
        if "tt-live" in node["classes"]:
            return f"**{words}**"
        caption = next(node.findall(nodes.caption))
        words = f"**{words}.** {self.inline(caption)}"
        alt = self.code[place(node)].metadata.mystnb.get("image", {}).get("alt")
        return f"{words}\n\n{folded('The figure in words', alt)}" if alt else words


class UnrunFigures(LiveFigures):
    """Count the figures of chapters that are not run, from the code that would make them."""

    def apply(self):
        """Give each cell that makes figures a figure with that name."""
        if self.config.nb_execution_mode != "off":
            return
        code = code_cells(read_source(self.env, self.env.docname))
        for node in self.document.findall(nodes.container):
            if is_code(node):
                node += self.figures(code[node["cell_index"]])

    def figures(self, cell):
        """Yield the figures that a cell will make."""
        made = cell.metadata.get("mystnb", {})
        if "figure" in made:
            figure = nodes.figure("", *self.caption(made["figure"]["caption"]))
            yield self.named(figure, made["figure"]["name"])
        for call in ast.walk(ast.parse(cell.source)):
            if isinstance(call, ast.Call):
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                if {"name", "caption"} <= given.keys():
                    name = ast.literal_eval(given["name"])
                    figure = nodes.figure("", nodes.caption("", name), classes=["tt-live"])
                    yield self.named(figure, name)

    def named(self, figure, name):
        """Let a figure be counted and referred to."""
        figure["names"].append(nodes.fully_normalize_name(name))
        self.document.note_explicit_target(figure, figure)
        return figure


class NotebookSet(Builder):
    """The chapters as notebooks that lead to one another. Nothing is run."""

    name = "notebooks"
    format = "ipynb"
    epilog = "The notebooks are in %(outdir)s."
    allow_parallel = True
    runs = False

    def get_outdated_docs(self):
        """Write all of them: each may lead to any other."""
        return self.env.found_docs

    def get_target_uri(self, docname, typ=None):
        """Return what the site calls a page."""
        return f"{docname}.html"

    def prepare_writing(self, docnames):
        """Find out where each id of each page will be."""
        self.makings = Makings(self.app)
        self.places = {}
        for docname in sorted(self.env.found_docs):
            document = self.env.get_doctree(docname)
            if any(document.findall(addnodes.desc)):
                continue  # the API's pages are the site's alone
            cells = divide(document)
            names = name_cells(cells, code_cells(read_source(self.env, docname)), {})
            pairs = zip(cells, names, strict=True)
            self.places[docname] = {i: name for cell, name in pairs for i in all_ids(cell)}
        for entry in self.env.get_domain("cite").citations:  # no part of the page until resolved
            self.places[entry.bibliography_key.docname][entry.citation_id] = entry.key

    def write_doc(self, docname, doctree):
        """Write a page as a notebook."""
        if docname not in self.places:
            return
        page = Page(self.env, docname, doctree, self.address)
        path = Path(self.outdir) / f"{file_name(docname)}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        run = self.executed(page) if self.runs and page.code else None
        nbformat.write(page.notebook(self.makings.first(page), run), path)

    def address(self, here, there, anchor):
        """Return the way from one notebook to a cell of another, or to the site."""
        if there not in self.places:
            return self.makings.page(there, anchor)
        return self.way(here, there, self.places[there][anchor] if anchor else "")

    def way(self, here, there, cell):
        """Return a relative path: JupyterLab and Notebook follow it."""
        here, there = file_name(here), file_name(there)
        path = posixpath.relpath(f"{there}.ipynb", posixpath.dirname(here) or ".")
        return f"{path}#cell-id={cell}" if cell else path


class ColabSet(NotebookSet):
    """The chapters executed, as notebooks that lead to one another at Colab."""

    name = "colab"
    runs = True

    def way(self, here, there, cell):
        """Return the address at Colab."""
        return self.makings.colab(there) + (f"#scrollTo={cell}" if cell else "")

    def executed(self, page):
        """Return the chapter as the build has run it; links in what it shows lead to Colab too."""
        runs = get_cache(self.env.mystnb_config.execution_cache_path)
        _, run = runs.merge_match_into_notebook(page.source)
        labels = self.env.get_domain("std").anonlabels

        def link(found):
            there, anchor = labels[found[1].lower()]
            return f"]({self.address(page.docname, there, anchor)})"

        for cell in code_cells(run).values():
            for output in cell.outputs:
                if "text/markdown" in (shown := output.get("data", {})):
                    shown["text/markdown"] = re.sub(
                        r"\]\(#([\w-]+)\)", link, shown["text/markdown"]
                    )
        return run


class Makings:
    """What a notebook says of the book it comes from: site, repository and commit."""

    def __init__(self, app):
        self.repository = app.config.html_theme_options["repository_url"].rstrip("/")
        self.site = site_address(app.config, self.repository)
        sha = os.environ.get("GITHUB_SHA") or git(app.srcdir, "rev-parse", "HEAD")
        self.commit = sha or app.config.html_theme_options["repository_branch"]

    def page(self, docname, anchor=""):
        """Return the address of a place on the site."""
        return urljoin(self.site, f"{docname}.html") + (f"#{anchor}" if anchor else "")

    def colab(self, docname):
        """Return the address of a chapter at Colab."""
        path = urlparse(self.repository).path.strip("/")
        return f"{COLAB}/{path}/blob/{BRANCH}/{file_name(docname)}.ipynb"

    def requirement(self):
        """Return what pip installs: the package of this very commit."""
        file = f"archive/{self.commit}.zip"
        if "gitlab" in self.repository:
            file = f"-/archive/{self.commit}/{posixpath.basename(self.repository)}.zip"
        return f"tinytorch-book[notebooks] @ {self.repository}/{file}"

    def first(self, page):
        """Return the cells that a notebook begins with."""
        about = ABOUT.format(site=self.site, page=self.page(page.docname))
        cells = [new_markdown_cell(about, id="about")]
        if page.code:
            fold = {"jupyter": {"source_hidden": True}}
            setup = SETUP.format(requirement=self.requirement())
            cells.append(new_code_cell(setup, id="setup", metadata=fold))
        return cells


def file_name(docname):
    """Return a page's place in the set."""
    return docname.removeprefix("book/")


def site_address(config, repository):
    """Return the site's address: as set, or where GitHub and GitLab publish a repository."""
    if config.html_baseurl:
        return config.html_baseurl.rstrip("/") + "/"
    at_host = re.fullmatch(r"https://(github|gitlab)\.com/([^/]+)/(.+)", repository)
    if not at_host:
        return f"{repository}/"
    host, owner, name = at_host.groups()
    pages = f"{owner.lower()}.{host}.io"
    return f"https://{pages}/" if name == pages else f"https://{pages}/{name}/"


@cache
def git(srcdir, *command):
    """Return what git says in the book's folder, or nothing."""
    call = ["git", "-C", str(srcdir), *command]
    try:
        return subprocess.run(call, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:  # no git on this machine
        return ""


def offer(app, pagename, templatename, context, doctree):
    """Let a page's download be its notebook, and its launch links lead to that of the set."""
    if not context.get("ipynb_source"):
        return
    book = Makings(app)
    page = Page(app.env, pagename, doctree, lambda here, there, anchor: book.page(there, anchor))
    download = Path(app.outdir) / "_sources" / context["ipynb_source"]
    nbformat.write(page.notebook(book.first(page)), download)
    launch = next(b for b in context["header_buttons"] if b.get("label") == "launch-buttons")
    for button in launch["buttons"]:
        path = f"{FOLDER}/{file_name(pagename)}.ipynb"
        button["url"] = button["url"].replace(f"/{pagename}.md", f"/{path}")
    if git(app.srcdir, "branch", "--remotes", "--list", f"origin/{BRANCH}"):
        launch["buttons"].append(
            {
                "type": "link",
                "text": "Colab",
                "tooltip": "Launch on Colab",
                "icon": "_static/images/logo_colab.png",
                "url": book.colab(pagename),
            }
        )


def run_nothing(app):
    """Leave chapters as they are written where the builder does not show what they print."""
    if isinstance(app.builder, NotebookSet) and not app.builder.runs:
        app.config.nb_execution_mode = "off"


def accept_outputs(app, config):
    """Let myst-nb choose among what a cell shows: a notebook keeps all of it."""
    kinds = enumerate(SHOWN.split())
    orders = [(builder.name, kind, i) for i, kind in kinds for builder in (NotebookSet, ColabSet)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *orders]


def setup(app):
    """Register the builders, what counts figures for them, and what pages offer."""
    app.add_builder(NotebookSet)
    app.add_builder(ColabSet)
    app.add_transform(UnrunFigures)
    app.connect("config-inited", accept_outputs)
    app.connect("builder-inited", run_nothing, priority=100)
    app.connect("html-page-context", offer, priority=600)  # after the theme's own links
