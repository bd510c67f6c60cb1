"""The build is strict, and never shows the output of code that has changed."""

import os
import re

import pytest
from books import ROOT, jupyter_book

CELL = "```{{code-cell}} python\n{}\n```\n\n"
FIGURE = "from minimal import Minimal\nMinimal({})"


def fails(folder, *flags):
    """Build, expect a failure, and return what was said."""
    done = jupyter_book(folder, *flags)
    assert done.returncode != 0, done.stdout
    return re.sub(r"\x1b\[[\d;]*m", "", done.stdout)


@pytest.mark.parametrize("flags", [(), ("-W", "-n", "--keep-going")])
def test_an_error_in_a_cell_fails(make_book, flags):
    said = fails(make_book("# Page\n\n" + CELL.format("1 / 0")), *flags)
    assert "ZeroDivisionError" in said
    assert "page.md" in said


def test_warnings_fail_and_fail_again(make_book):
    page = "# Page\n\n[nobody](#nobody), {term}`nothing`, {cite:p}`nowhere`\n\n"
    page += CELL.format("import warnings\nwarnings.warn('careful')")
    folder = make_book(page)
    for _ in range(2):  # the second build has nothing to read, and must not forget
        said = fails(folder)
        for reason in ("'nobody'", "term not in glossary", "nowhere", "stderr"):
            assert reason in said, said


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
    with (folder / "page.md").open("a") as page:
        page.write("One more sentence.\n")
    done = jupyter_book(folder)
    assert "running chapters" not in done.stdout
    assert "One more sentence." in html.read_text(encoding="utf8")


@pytest.mark.slow
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
def test_launch_links_follow_the_repository(monkeypatch, tmp_path, github, remote, expected):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    from tinytorch_book.site import repository

    monkeypatch.setenv("GITHUB_REPOSITORY", github)
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if remote:
        git = f"git -C {tmp_path} init -q && git -C {tmp_path} remote add origin {remote}"
        assert os.system(git) == 0
    assert repository(tmp_path, "https://example.org/a/b") == expected


def test_a_line_printed_in_pieces_stays_one_line(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    from tinytorch_book.kernel import join_pieces

    pieces = [{"output_type": "stream", "name": "stdout", "text": text} for text in "ab"]
    outputs = [*pieces, {"output_type": "display_data", "data": {}}, pieces[0]]
    joined = join_pieces(outputs)
    assert [output.get("text") for output in joined] == ["ab", None, "a"]
    assert join_pieces(outputs) == joined, "the notebook itself has changed"
