"""What the terminal shows: wrapped to its width, in color where that is wanted."""

import os
import re
import shutil
import textwrap

import click

STYLES = {"right": "green", "not yet": "red", "not written": "yellow", "missing": "red"}


def width() -> int:
    """Columns to fill: the terminal's, but no more than one can read along."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 92))


JOINED = "\N{NO-BREAK SPACE}"
COMMAND = re.compile(r"`tito [^`]+`|(?<=: )tito( [\w.-]+)+")  # not to be broken into lines


def whole(path) -> str:
    """A path, with its blanks, as text that is not broken into lines."""
    return str(path).replace(" ", JOINED)


def say(text: str = "", indent: int = 0, err: bool = False) -> None:
    """Print light Markdown: paragraphs are wrapped, code is not."""
    pad = " " * indent
    for part in re.split(r"(```\w*\n.*?```)", text, flags=re.S):
        if part.startswith("```"):
            code = part.split("\n", 1)[1].removesuffix("```").rstrip("\n")
            click.echo(textwrap.indent(code, pad + "    "), err=err)
            continue
        for paragraph in part.strip("\n").split("\n\n") if part.strip() else ():
            for line in paragraph.split("\n"):
                line = COMMAND.sub(lambda m: m[0].replace(" ", JOINED), line)
                filled = textwrap.fill(
                    line,
                    width(),
                    initial_indent=pad,
                    subsequent_indent=pad,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                click.echo(filled.replace(JOINED, " "), err=err)
    if not text:
        click.echo(err=err)


def next_step(said: str, *commands: str, err: bool = False) -> None:
    """Print a sentence, and below it the commands that it ends in, each on a line of its own."""
    say(said, err=err)
    for command in commands:
        click.echo(f"    {command}", err=err)


def state(word: str, padded: int = 0) -> str:
    """A verdict's word in its color."""
    return click.style(word.ljust(padded), fg=STYLES.get(word))


def table(rows, indent: int = 0) -> None:
    """Columns as wide as they need to be; the last is wrapped."""
    rows = [[str(cell) for cell in row] for row in rows]
    if not rows:
        return
    widths = [max(len(plain(row[i])) for row in rows) for i in range(len(rows[0]) - 1)]
    start = indent + sum(widths) + 2 * len(widths)
    for row in rows:
        head = "  ".join(
            cell + " " * (n - len(plain(cell))) for cell, n in zip(row, widths, strict=False)
        )
        last = row[-1]
        if len(plain(last)) > width() - start and "\x1b" not in last:
            last = textwrap.fill(last, max(20, width() - start), break_on_hyphens=False)
            last = last.replace("\n", "\n" + " " * start)
        click.echo(f"{' ' * indent}{head}  {last}".rstrip())


def plain(text: str) -> str:
    """The text without the codes of its colors."""
    return click.unstyle(text)


def colors() -> bool | None:
    """What click is to do about color: nothing where NO_COLOR is set; else as it sees fit."""
    return False if os.environ.get("NO_COLOR") else None
