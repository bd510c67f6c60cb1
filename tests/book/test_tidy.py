"""What JupyterLab makes of a chapter is undone by one command, which leaves a reader's words."""

import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "book" / "_ext" / "tinytorch_book" / "tidy.py"
CHAPTERS = sorted(p for p in ROOT.glob("book/**/*.md") if "\nkernelspec:" in p.read_text("utf8"))
MYST = {"extension": ".md", "format_name": "myst"}
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.11.7",
}


@pytest.fixture
def tidy(monkeypatch):
    monkeypatch.syspath_prepend(TOOL.parents[1])
    from tinytorch_book.tidy import tidy

    return tidy


def saved(text, change=lambda notebook: None):
    """Return a chapter as JupyterLab saves it, through jupytext."""
    notebook = jupytext.reads(text, fmt=MYST)
    notebook.metadata["kernelspec"] = KERNEL  # in the order in which JupyterLab sets it
    notebook.metadata["language_info"] = LANGUAGE
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata = dict(sorted({**cell.metadata, "trusted": True}.items()))
    change(notebook)
    return jupytext.writes(notebook, fmt=MYST)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_saved_chapter_comes_back(tidy, path):
    text = path.read_text(encoding="utf8")
    made = saved(text)
    assert made != text
    assert tidy(made) == text
    assert tidy(text) == text


def test_what_the_reader_wrote_stays(tidy):
    text = next(p for p in CHAPTERS if p.stem == "matmul").read_text(encoding="utf8")

    def change(notebook):
        notebook.cells[0].source = notebook.cells[0].source.replace("Matrix", "My matrix")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        code[0].source += "\nnew = 1"
        code[1].metadata["tags"] = ["hide-input", "my-tag"]
        code[2].metadata["mine"] = {"caption": 'a: "b", {c}', "n": 3, "yes": "true"}

    made = tidy(saved(text, change))
    assert tidy(made) == made
    was, now = text.splitlines(), made.splitlines()
    assert [line for line in now if line not in was] == [
        "# My matrix multiplication: `MatmulBackward`",
        "new = 1",
        ":tags: [hide-input, my-tag]",
        ':mine: {caption: "a: \\"b\\", {c}", n: 3, "yes": "true"}',
    ]
    assert len(now) == len(was) + 1 + 2 + 2
    again = [cell.metadata for cell in jupytext.reads(made, fmt=MYST).cells]
    assert {"mine": {"caption": 'a: "b", {c}', "n": 3, "yes": "true"}} in again


def test_as_a_command_and_as_git_s_filter(tmp_path):
    chapter = tmp_path / "mul.md"
    text = next(p for p in CHAPTERS if p.stem == "mul").read_text(encoding="utf8")
    chapter.write_text(saved(text), encoding="utf8")
    told = subprocess.run([sys.executable, TOOL, chapter], text=True, capture_output=True)
    assert (told.returncode, told.stdout) == (0, f"{chapter}\n")
    assert chapter.read_text(encoding="utf8") == text

    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-C", tmp_path]
    clean = f"filter.chapter.clean={sys.executable} {TOOL} -"
    (tmp_path / ".gitattributes").write_text("*.md filter=chapter\n")
    subprocess.run([*git, "init", "--quiet"], check=True)
    chapter.write_text(saved(text), encoding="utf8")
    subprocess.run([*git, "-c", clean, "add", "mul.md"], check=True, capture_output=True)
    kept = subprocess.run([*git, "show", ":mul.md"], text=True, capture_output=True, check=True)
    assert kept.stdout == text
