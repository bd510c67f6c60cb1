"""Chapters saved by JupyterLab, written again as they are kept here.

    python book/_ext/tinytorch_book/tidy.py

restores all chapters after an edit in JupyterLab: a save changes no text and no code, but every
fence, every option of a cell and the header. With `-` it reads one chapter and prints it, so that
git can do the same when a file is added (`.gitattributes` names the filter):

    git config filter.chapter.clean "python book/_ext/tinytorch_book/tidy.py -"
"""

import json
import re
import sys
from pathlib import Path

import yaml

BOOK = Path(__file__).parents[2]
VOLATILE = re.compile(
    r"^    (?:format_version|jupytext_version): .*\n|^language_info:\n(?: .*\n)+", re.M
)
KERNEL = re.compile(r"^kernelspec:\n(?: .*\n)+", re.M)
PYTHON = "kernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n"
CELL = re.compile(
    r"^(?P<fence>`{3,})\{code-cell\}.*\n"
    r"(?:---\n(?P<block>(?:.*\n)*?)---\n|(?P<lines>(?::.*\n)*))\n*",
    re.M,
)
ORDER = (
    *("tags", "mystnb", "jupyter", "figure", "image", "name", "caption", "alt"),
    *("code_prompt_show", "code_prompt_hide", "source_hidden", "outputs_hidden"),
)
SENTENCES = "caption", "alt"  # in quotes, whatever is in them


def tidy(text):
    """Return a chapter with its header, its fences and its cells' options as they are kept.

    Parameters
    ----------
    text : str
        A chapter, saved by anybody.

    Returns
    -------
    str
        The same text and code. A chapter that is tidy stays as it is; a page without code too.
    """
    header, end, body = text.partition("\n---\n")
    if not re.match(r"---\n(?s:.*)^kernelspec:", header + "\n", re.M):
        return text
    header = KERNEL.sub(PYTHON, VOLATILE.sub("", header + "\n"))
    return header.removesuffix("\n") + end + CELL.sub(opening, body)


def opening(found):
    """Return the fence and the options that a cell begins with."""
    block = found["block"] or re.sub("^:", "", found["lines"] or "", flags=re.M)
    options = yaml.safe_load(block) or {}
    lines = "".join(f":{flow(key)}: {flow(value, key)}\n" for key, value in ordered(options))
    return f"{found['fence']}{{code-cell}} python\n{lines}" + ("\n" if lines else "")


def ordered(options):
    """Return options in the order in which chapters have them; others come last."""
    place = {key: i for i, key in enumerate(ORDER)}
    return sorted(options.items(), key=lambda item: place.get(item[0], len(ORDER)))


def flow(value, key=""):
    """Return a value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(v, k)}" for k, v in ordered(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w .-]*", value)
    if plain and key not in SENTENCES and yaml.safe_load(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def main(arguments):
    """Tidy all chapters, those named, or what comes in."""
    if arguments == ["-"]:
        sys.stdin.reconfigure(encoding="utf8", newline="")
        sys.stdout.reconfigure(encoding="utf8", newline="")
        sys.stdout.write(tidy(sys.stdin.read()))
        return
    for path in map(Path, arguments or sorted(BOOK.glob("*/*.md"))):
        before = path.read_text(encoding="utf8")
        if (after := tidy(before)) != before:
            path.write_text(after, encoding="utf8", newline="\n")
            print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
