"""The build is strict, and never shows the output of code that has changed."""

import os
import re

import pytest
from books import FRONT, jupyter_book

CELL = "```{{code-cell}} python\n{}\n```\n\n"
FIGURE = "from minimal import Minimal\nMinimal({})"


def fails(folder, *flags):
    """Build, expect a failure, and return what was said."""
    done = jupyter_book(folder, *flags)
    assert done.returncode != 0, done.stdout
    return re.sub(r"\x1b\[[\d;]*m", "", done.stdout)


@pytest.mark.parametrize("flags", [(), ("-W", "-n", "--keep-going")])
def test_a_failing_cell_is_named_in_ten_lines(make_book, flags):
    text = "# Page\n\n" + CELL.format("x = 1")
    text += CELL.format(":tags: [hide-input]\n\nimport tinytorch as tt\ntt.ones(3) @ tt.ones(4)")
    folder = make_book(text)
    at = (folder / "page.md").read_text().splitlines().index("tt.ones(3) @ tt.ones(4)") + 1
    last = fails(folder, *flags).rstrip().splitlines()[-9:]
    source = last[5].rpartition(":")[0]
    assert "matmul" in source, last
    assert last[:5] == [
        "",
        f"page.md:{at}: code cell 2 of 2 fails",
        "    import tinytorch as tt",
        "  > tt.ones(3) @ tt.ones(4)",
        "ValueError: matmul: (3,) @ (4,): inner dimensions 3 and 4 differ",
    ]
    assert last[6:] == [
        f"  more in {os.path.join('_build', 'reports', 'page.log')}",
        "",
        "The book is not built: a chapter fails.",
    ]
    report = (folder / "_build" / "reports" / "page.log").read_text()
    assert "CellExecutionError" in report
    assert "\x1b" not in report, "colors of a terminal"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os\nos._exit(3)", "ends its kernel (exit code 3)"),
        ("import os\nos.abort()", "ends its kernel (SIGABRT)"),
        (
            "import os\nos.kill(os.getpid(), 9)",
            "has its kernel killed, as happens where memory runs out",
        ),
        ("x = (1", "fails"),
    ],
    ids=["exit", "abort", "kill", "syntax"],
)
def test_a_cell_that_ends_badly_is_named(tmp_path, chapter, code, said):
    failing = chapter("# Page\n\n" + CELL.format("x = 1") + CELL.format(code)).run(timeout=120)
    first, *others = failing.explain(tmp_path)
    line = failing.path.read_text().splitlines().index(code.splitlines()[0]) + 1
    assert first == f"page.md:{line}: code cell 2 of 2 {said}"
    assert code.splitlines()[0] in others[0]
    assert len(others) < 9


def test_what_a_cell_prints_in_pieces_is_kept_in_one(chapter):
    code = "import sys\nfor piece in 'abc':\n    print(piece, end='')\n    sys.stdout.flush()"
    done = chapter("# Page\n\n" + CELL.format(code)).run(timeout=120)
    (output,) = done.notebook.cells[-1].outputs
    assert output.text == "abc"


@pytest.fixture
def kernels_end(tmp_path, monkeypatch):
    """Return a function that lets the next kernels end as they start, as one does without ports."""

    def ends(times):
        profile = tmp_path / "profile_default"
        profile.mkdir()
        (profile / "ipython_kernel_config.py").write_text(
            "import os, pathlib\n"
            f"starts = pathlib.Path({str(tmp_path / 'starts')!r})\n"
            "with starts.open('a') as file:\n    file.write('.')\n"
            f"if starts.stat().st_size <= {times}:\n    os._exit(1)\n"
        )
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path))

    return ends


def test_a_kernel_that_does_not_come_up_is_started_again(chapter, kernels_end):
    kernels_end(1)
    done = chapter("# Page\n\n" + CELL.format("1 + 1")).run(timeout=120)
    assert done.error is None
    assert done.notebook.cells[-1].outputs[0].data["text/plain"] == "2"


def test_a_chapter_for_which_no_kernel_starts_is_named(tmp_path, chapter, kernels_end):
    kernels_end(99)
    failing = chapter("# Page\n\n" + CELL.format("1 + 1")).run(timeout=120)
    (said,) = failing.explain(tmp_path)
    assert said.startswith("page.md: no kernel starts for this chapter, at 3 attempts: Kernel died")
    assert (tmp_path / "starts").stat().st_size == 3


def test_an_endless_cell_is_named(tmp_path, chapter):
    failing = chapter("# Page\n\n" + CELL.format("while True:\n    pass")).run(timeout=2)
    said = "code cell 1 of 1 takes longer than execute: timeout in _config.yml allows"
    assert said in next(failing.explain(tmp_path))


def test_a_long_message_is_cut(tmp_path, chapter):
    code = "\n".join(f"a{i} = {i}" for i in range(20)) + "\nraise ValueError('one\\n' * 50)"
    said = [*chapter("# Page\n\n" + CELL.format(code)).run(timeout=120).explain(tmp_path)]
    assert len(said) <= 9
    assert "  > raise ValueError('one\\n' * 50)" in said
    assert "ValueError: one" in said


@pytest.fixture
def chapter(tmp_path, extension):
    """Return a function that makes a chapter to run."""
    import nbformat
    from myst_nb.core.read import read_myst_markdown_notebook
    from tinytorch_book.execution import Chapter

    def make(text):
        path = tmp_path / "page.md"
        path.write_text(FRONT + text, encoding="utf8")
        notebook = read_myst_markdown_notebook(FRONT + text, add_source_map=True)
        nbformat.validate(notebook)
        return Chapter("page", path, notebook)

    return make


def test_warnings_fail_and_fail_again(make_book):
    page = "# Page\n\n[nobody](#nobody), {term}`nothing`, {cite:p}`nowhere`\n\n"
    page += CELL.format("import warnings\nwarnings.warn('careful')")
    folder = make_book(page)
    for _ in range(2):  # the second build has nothing to read, and must not forget
        said = fails(folder)
        for reason in ("'nobody'", "term not in glossary", "nowhere", "stderr"):
            assert reason in said, said


@pytest.mark.parametrize("builder", ["latex", "pdfhtml"])
def test_a_builder_that_cannot_make_the_book_says_what_can(make_book, builder):
    said = fails(make_book("# Page\n"), "--builder", builder)
    name = "singlehtml" if builder == "pdfhtml" else builder
    assert f"The builder {name} can't make this book" in said
    assert "python book/press pdf" in said.rstrip().splitlines()[-1]


def test_dead_widgets_fail(make_book):
    cells = [
        "from ipywidgets import IntSlider\nIntSlider()",
        "from ipywidgets import interact\ninteract(lambda x: x, x=3);",
        FIGURE.format("name='fig-a', caption='A.'"),
        FIGURE.format("name='fig-b', alt='B.'"),
        FIGURE.format("caption='C.', alt='C.'"),
        FIGURE.format("name='fig-d', caption='D.', alt='D.'"),
        FIGURE.format("name='fig-d', caption='D.', alt='D.'"),
    ]
    said = fails(make_book("# Page\n\n" + "".join(map(CELL.format, cells))))
    assert re.search(r"page\.md:\d+: WARNING: IntSlider needs a running kernel", said), said
    assert "Output needs a running kernel" in said
    assert "the figure 'fig-a' has no alt" in said
    assert "the figure 'fig-b' has no caption" in said
    assert "the figure 'minimal' has no name" in said
    assert "two figures are named 'fig-d'" in said


def test_outputs_follow_the_package(make_book):
    folder = make_book("# Page\n\n" + CELL.format("import tinytorch\ntinytorch.answer"))
    (folder / "tinytorch").unlink()
    package = folder / "tinytorch" / "__init__.py"
    package.parent.mkdir()
    html = folder / "_build" / "html" / "page.html"
    for answer in ("'first'", "'second'"):
        package.write_text(f"answer = {answer}\n")
        done = jupyter_book(folder)
        assert done.returncode == 0, done.stdout
        assert answer in html.read_text(encoding="utf8")
        assert "running chapters" in done.stdout
        assert "Executing notebook" not in done.stdout, "myst-nb has run a chapter once more"
    with (folder / "page.md").open("a") as page:
        page.write("One more sentence.\n")
    done = jupyter_book(folder)
    assert "running chapters" not in done.stdout
    assert "One more sentence." in html.read_text(encoding="utf8")


@pytest.mark.slow(minutes=1)
def test_prose_edit_is_quick(site):
    if site.edit is None:
        pytest.skip("the site was built elsewhere")
    assert "running chapters" not in site.edit["said"]
    assert site.edit["work"] < 10  # seconds, which a busy machine doesn't stretch


@pytest.mark.parametrize(
    ("github", "remote", "expected"),
    [
        ("reader/fork", "https://github.com/other/clone.git", "https://github.com/reader/fork"),
        ("", "git@github.com:other/clone.git", "https://github.com/other/clone"),
        ("", "https://token@github.com/other/clone", "https://github.com/other/clone"),
        ("", "/srv/git/clone.git", "https://example.org/a/b"),
        ("", "", "https://example.org/a/b"),
    ],
)
def test_launch_links_follow_the_repository(
    monkeypatch, extension, tmp_path, github, remote, expected
):
    from tinytorch_book.site import repository

    monkeypatch.setenv("GITHUB_REPOSITORY", github)
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if remote:
        git = f"git -C {tmp_path} init -q && git -C {tmp_path} remote add origin {remote}"
        assert os.system(git) == 0
    assert repository(tmp_path, "https://example.org/a/b") == expected


def test_a_line_printed_in_pieces_stays_one_line(extension):
    from tinytorch_book.execution import join_pieces

    pieces = [{"output_type": "stream", "name": "stdout", "text": text} for text in "ab"]
    outputs = [*pieces, {"output_type": "display_data", "data": {}}, pieces[0]]
    joined = join_pieces(outputs)
    assert [output.get("text") for output in joined] == ["ab", None, "a"]
    assert join_pieces(outputs) == joined, "the notebook itself has changed"
