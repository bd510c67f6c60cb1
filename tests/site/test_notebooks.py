"""Chapters as notebooks: what is in them, where they lead, and that nothing in them changes."""

import ast
import posixpath
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from books import BOOK, HERE, ROOT, jupyter_book
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

SINK = (HERE / "sink.md").read_text(encoding="utf8")
OTHER = (
    SINK.partition("(Mul")[0]
    + r"""(other)=
# Another chapter

See [the first](../../page.md), [its rule](#MulBackward), {eq}`eq-mul`, {numref}`fig-one`,
[](#second).

(second)=
## A second part, `with code` and $x^2$

Signs: 2 * 3 * 4, a_b, \_c\_, \<tag>, <kbd>Tab</kbd>, 5 \$ and \$ 6, [brackets], a | b,
`` a ` b ``, 1 < 2 &amp;lt; 3.

- one

  more of one, $|x|$
- two
  1. inner

| a | b |
| --- | --- |
| `x \| y` | $\lvert x \rvert$ |

> a quotation

\+ no list

\# no heading

:::{note}
A word.
:::

:::{seealso}
Another.
:::

```{code-cell} python
:tags: [remove-input]

from IPython.display import Markdown

Markdown("See [`MulBackward`](#MulBackward).")
```

:::{dropdown} The name of `apply`
Folded, with {eq}`eq-other`.

$$ x \\ y $$ (eq-other)
:::
"""
)
PLAIN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
ANY_LINK = re.compile(r"\]\(([^)\s]+)\)")


def make(folder, builder="notebooks"):
    """Make a set of notebooks and return its folder."""
    done = jupyter_book(folder, "--builder", "custom", "--custom-builder", builder)
    assert done.returncode == 0, done.stdout[-5000:]
    return folder / "_build" / builder


def text(notebook):
    """Return all words of a notebook."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def cell(notebook, name):
    """Return a cell by its id."""
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.fixture(scope="module")
def folder(make_book):
    """Return a book of two chapters, in folders of their own."""
    folder = make_book(SINK, front="")
    (folder / "book" / "part").mkdir()
    (folder / "book" / "part" / "other.md").write_text(OTHER, encoding="utf8")
    toc = "format: jb-book\nroot: page\nchapters: [{file: book/part/other}]\n"
    (folder / "_toc.yml").write_text(toc)
    return folder


@pytest.fixture(scope="module")
def notebooks(folder):
    """Return the two notebooks by their places in the set."""
    made = make(folder)
    return {
        path.relative_to(made).as_posix(): nbformat.read(path, as_version=4)
        for path in made.rglob("*.ipynb")
    }


def dead_ends(notebooks):
    """Yield the links within a set that lead to no notebook, or to no cell of it."""
    for place, notebook in notebooks.items():
        for link in ANY_LINK.findall(text(notebook)):
            if re.match("https?://", link):
                continue
            path, _, name = link.partition("#cell-id=")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(place), path))
            cells = [cell.id for cell in notebooks[there].cells] if there in notebooks else []
            if not cells or (name and name not in cells):
                yield f"{place}: {link}"


def test_links_lead_to_cells_of_the_set(notebooks):
    assert notebooks.keys() == {"page.ipynb", "part/other.ipynb"}
    assert list(dead_ends(notebooks)) == []
    said = text(notebooks["part/other.ipynb"])
    assert "[the first](../page.ipynb)" in said
    assert "[its rule](../page.ipynb#cell-id=mulbackward)" in said
    assert "[Figure 1](../page.ipynb#cell-id=fig-one)" in said
    assert "[(1)](../page.ipynb#cell-id=equation-eq-mul)" in said
    assert "](other.ipynb#cell-id=second)" in said


def test_words_are_those_of_the_page(notebooks):
    for notebook in notebooks.values():
        nbformat.validate(notebook)
        said = text(notebook)
        assert not re.search(r"\{\w+(:\w+)?\}`|^ *:::|^\(.+\)=$|\]\(#|\[\]\(", said, re.M), said
    said = text(notebooks["page.ipynb"])
    assert r"Rumelhart *et al.* \[[1986](page.ipynb#cell-id=rumelhart1986)\]" in said
    assert "[upstream gradient](page.ipynb#cell-id=term-upstream-gradient)" in said
    assert r"\tag{1}" in cell(notebooks["page.ipynb"], "equation-eq-mul").source
    assert "> <details><summary>Answer</summary>" in said
    assert "**Show the solution**: unfold the next cell." in said
    assert r"\tag{2}" in text(notebooks["part/other.ipynb"])
    assert "<summary>The name of <code>apply</code></summary>" in text(
        notebooks["part/other.ipynb"]
    )


def test_a_sign_stays_the_sign_it_is(notebooks):
    html = PLAIN.render(cell(notebooks["part/other.ipynb"], "second").source)
    assert "<h2>A second part, <code>with code</code> and " in html
    assert (
        "2 * 3 * 4, a_b, _c_, &lt;tag&gt;, <kbd>Tab</kbd>, 5 $ and $ 6, [brackets], a | b" in html
    )
    assert "<code>a ` b</code>, 1 &lt; 2 &amp;lt; 3." in html
    assert "<td><code>x | y</code></td>" in html
    assert r"\lvert x \rvert" in html
    assert html.count("<li>") == 3
    assert "<p>more of one, " in html
    assert "<p>+ no list</p>" in html
    assert "<p># no heading</p>" in html
    assert "<blockquote>\n<p>a quotation</p>" in html
    assert "<blockquote>\n<p><strong>Note</strong></p>\n<p>A word.</p>" in html
    assert "<p><strong>See also</strong></p>\n<p>Another.</p>" in html


def test_code_is_the_chapter_s_and_folds_as_on_the_page(notebooks, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    from tinytorch_book.cells import cell_ids

    sources = re.findall(r"```\{code-cell\} python\n(?::[^\n]*\n)*\n?(.*?)```", SINK, re.S)
    code = [c for c in notebooks["page.ipynb"].cells if c.cell_type == "code"][1:]
    assert [c.source.strip() for c in code] == [source.strip() for source in sources]
    assert [c.id for c in code] == cell_ids(sources)
    folded = [c.metadata.get("jupyter", {}) for c in code]
    assert folded[0] == folded[1] == {"source_hidden": True}
    assert folded[2] == {}
    assert folded[-1] == {"source_hidden": True, "outputs_hidden": True}
    assert not any(c.outputs or c.execution_count for c in code)


def test_a_notebook_made_twice_is_the_same(folder, notebooks):
    made = folder / "_build" / "notebooks"
    first = {path: path.read_bytes() for path in made.rglob("*.ipynb")}
    shutil.rmtree(folder / "_build")
    make(folder)
    assert {path: path.read_bytes() for path in made.rglob("*.ipynb")} == first


def test_cells_keep_their_names_when_others_come(folder, notebooks):
    page = folder / "book" / "part" / "other.md"
    page.write_text(
        OTHER.replace("See [the", "## New\n\nText.\n\n{eq}`eq-mul`\n\n## See\n\nSee [the")
    )
    try:
        changed = nbformat.read(make(folder) / "part" / "other.ipynb", as_version=4)
    finally:
        page.write_text(OTHER)
    before = [c.id for c in notebooks["part/other.ipynb"].cells]
    after = [c.id for c in changed.cells]
    assert [name for name in after if name in before] == before
    assert len(after) == len(before) + 2


def test_executed_for_colab(folder):
    done = jupyter_book(folder)
    assert done.returncode == 0, done.stdout[-5000:]
    page = make(folder, "colab") / "page.ipynb"
    notebook = nbformat.read(page, as_version=4)
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"][1:]
    assert all(c.execution_count for c in code)
    assert "(3.0, 2.0)" in code[-1].outputs[-1]["data"]["text/plain"]
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    shown = re.findall(r'"model_id": "(\w+)"', page.read_text(encoding="utf8"))
    assert shown and models.keys() >= {*shown}
    links = [link for link in ANY_LINK.findall(text(notebook)) if "colab" in link]
    assert all(
        re.fullmatch(r"https://colab\.research\.google\.com/github/[\w-]+/[\w.-]+/blob/notebooks/"
                     r"(page|part/other)\.ipynb(#scrollTo=[\w-]+)?", link) for link in links
    )  # fmt: skip
    assert len(links) > 5
    other = nbformat.read(page.parent / "part" / "other.ipynb", as_version=4)
    shown = other.cells[-2].outputs[0]["data"]["text/markdown"]
    assert re.search(r"\]\(https://colab\.\S+/page\.ipynb#scrollTo=mulbackward\)", shown), shown
    first = page.read_bytes()
    shutil.rmtree(folder / "_build" / "colab")
    assert (make(folder, "colab") / "page.ipynb").read_bytes() == first

    download = folder / "_build" / "html" / "_sources" / "page.ipynb"
    downloaded = nbformat.read(download, as_version=4)
    assert [c.id for c in downloaded.cells] == [c.id for c in notebook.cells]
    assert all(link.startswith("http") for link in ANY_LINK.findall(text(downloaded)))


SHELL = """
import sys
sys.path.insert(0, {folder!r})
class Shell:
    def run_line_magic(self, *asked):
        print(*asked)
def get_ipython():
    return Shell()
"""


@pytest.mark.parametrize(
    ("files", "asks", "says"),
    [
        ((), r'pip install --quiet "tinytorch-book\[notebooks\] @ https://\S+/\w+/\S+\.zip"', ""),
        (("__init__", "book"), "", ""),
        (("__init__",), "", "another package is called tinytorch here: %pip uninstall"),
    ],
    ids=["missing", "there", "a stranger's"],
)
def test_the_library_is_installed_where_it_is_missing(notebooks, tmp_path, files, asks, says):
    (tmp_path / "tinytorch").mkdir()
    for name in files:
        (tmp_path / "tinytorch" / f"{name}.py").touch()
    if not files:
        (tmp_path / "tinytorch").rmdir()
    setup = cell(notebooks["page.ipynb"], "setup").source
    code = SHELL.format(folder=str(tmp_path)) + TransformerManager().transform_cell(setup)
    alone = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(alone, text=True, capture_output=True, cwd=tmp_path)
    assert re.fullmatch(asks, done.stdout.strip()), done.stdout
    assert says in done.stderr
    assert bool(done.returncode) == bool(says)


def captions(chapter):
    """Yield the captions that a chapter gives to its figures."""
    for code in re.findall(
        r"```\{code-cell\} python\n(?::[^\n]*\n)*(.*?)```", chapter.read_text("utf8"), re.S
    ):
        for call in ast.walk(ast.parse(code)):
            for given in call.keywords if isinstance(call, ast.Call) else []:
                if given.arg == "caption":
                    yield ast.literal_eval(given.value)


def test_captions_have_signs_that_a_figure_knows_without_mathjax():
    script = (ROOT / "tinytorch" / "widgets" / "frame" / "text.js").read_text(encoding="utf8")
    known = {*re.findall(r"^    (\w+): \"", script, re.M), ",", ";", " "}
    for chapter in (ROOT / "book").rglob("*.md"):
        for caption in captions(chapter):
            math = " ".join(re.findall(r"\$[^$]+\$", caption))
            math = re.sub(r"\\frac\d\d", "", math)
            assert {*re.findall(r"\\([A-Za-z]+|.)", math)} <= known, (chapter.name, caption)


@pytest.mark.slow(minutes=1)
def test_every_chapter_is_a_notebook_with_the_numbers_of_its_page(site, tmp_path):
    """Nothing is run for the notebooks; the site has run all."""
    for name in BOOK:
        (tmp_path / name).symlink_to(ROOT / name)
    made = make(tmp_path)
    notebooks = {
        path.relative_to(made).as_posix(): nbformat.read(path, as_version=4)
        for path in made.rglob("*.ipynb")
    }
    assert list(dead_ends(notebooks)) == []
    with_code = 0
    for place, notebook in notebooks.items():
        nbformat.validate(notebook)
        source = (ROOT / "book" / place).with_suffix(".md").read_text(encoding="utf8")
        with_code += "kernelspec" in source
        said = text(notebook)
        assert not re.search(r"\{\w+(:\w+)?\}`|^ *:::|\]\(#|\[\]\(", said, re.M), place
        html = (site.html / "book" / place).with_suffix(".html").read_text(encoding="utf8")
        for ours, theirs in [
            (r"^\*\*(Figure [\d.]+?)\.?\*\*", r'"caption-number">(Figure [\d.]+) ?<'),
            (r"\\tag\{([\d.]+)\}", r'"eqno">\(([\d.]+)\)'),
        ]:
            assert re.findall(ours, said, re.M) == re.findall(theirs, html), place
        download = site.html / "_sources" / "book" / place
        if "kernelspec" in source:
            downloaded = nbformat.read(download, as_version=4)
            assert [c.id for c in downloaded.cells] == [c.id for c in notebook.cells]
    assert with_code == len(list((site.html / "_sources").rglob("*.ipynb"))) > 70


def test_the_branch_for_colab_holds_the_set_alone(tmp_path):
    def git(*command, folder=tmp_path / "book"):
        done = subprocess.run(["git", "-C", folder, *command], text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    (tmp_path / "book" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "notebooks", tmp_path / "book" / ".ci")
    (tmp_path / "book" / ".gitignore").write_text("*.ipynb\n")
    git("init", "--quiet", "--bare", tmp_path / "origin", folder=tmp_path)
    git("init", "--quiet", "--initial-branch=main")
    git("remote", "add", "origin", str(tmp_path / "origin"))
    git("add", ".")
    git("-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "--message=book")
    for name in ("old", "new"):
        made = tmp_path / name / "part"
        made.mkdir(parents=True)
        (made / f"{name}.ipynb").write_text("{}")
        done = subprocess.run(
            [tmp_path / "book" / ".ci" / "notebooks", tmp_path / name],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        held = git("ls-tree", "-r", "--name-only", "notebooks", folder=tmp_path / "origin")
        assert held == f"part/{name}.ipynb"
    assert git("rev-list", "--count", "notebooks", folder=tmp_path / "origin") == "1"
    assert git("status", "--porcelain") == ""
