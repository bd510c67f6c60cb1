"""The commands export and import: the record with the work, as the page's "Your work" has it."""

import ast
import json
from pathlib import Path

import click

from . import record, show
from .catalog import modules
from .command import example, tito
from .errors import Refusal
from .files import chosen, code_of, is_stub, paths, pieces, stubs, written
from .folder import Folder, read_json


@tito.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@example("tito export my-work.json")
def export(file):
    """Write your record and work to FILE.

    The page "Your work" of the book reads it too.
    """
    folder = Folder.find()
    count = 0
    with folder.alone():
        folder.tidy()
        known = record.read(folder)
        for m, e, path in _written(folder):
            record.with_work(known, e, code_of(path, m, e))
            count += 1
        record.checked(known, "The export")
        copy = folder.write(file.resolve(), json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    if copy:
        show.say(f"What was in {show.whole(file)} is in {show.whole(copy)}.")
    exercises = "1 exercise" if count == 1 else f"{count} exercises"
    show.say(f"{show.whole(file)} holds your record and your work on {exercises}.")


@tito.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@example("tito import my-work.json")
def import_file(file, yes):
    """Take over the record and work in FILE.

    The record is joined with yours, and stubs are filled at once. Where your own work would be
    replaced, it asks first, and keeps a dated copy of your file.
    """
    folder = Folder.find()
    other = record.checked(read_json(file), str(file))
    with folder.alone():
        folder.tidy()
        known = record.read(folder)
        texts, filled, replacing = _taken(folder, other)
        if replacing and not yes:
            names = ", ".join(replacing)
            if not click.confirm(f"Replace your own {names}? A copy is kept."):
                texts, filled, replacing = _taken(folder, other, replace=False)
        for path, text in texts.items():
            if path.exists() and path.read_text(encoding="utf8") == text:
                continue
            if copy := folder.write(path, text):
                show.say(
                    f"{path.name} was changed; the old one is {copy.relative_to(folder.root)}."
                )
            else:
                show.say(f"{path.name} is new.")
        record.write(folder, record.joined(known, other))
    taken = [*filled, *replacing]
    show.say(f"The records are joined. Taken over: {', '.join(taken) or 'no work'}.")


def _written(folder):
    """The exercises that the reader has written something for, with their files."""
    for m in modules().values():
        for e in m.exercises:
            path, _ = chosen(folder.root, m, e)
            if path is not None and not is_stub(written(pieces(path), e.name), e):
                yield m, e, path


def _taken(folder, other, replace=True):
    """The new texts of files, and which exercises are filled and which replaced."""
    texts, filled, replacing = {}, [], []
    for m in modules().values():
        work = {}
        for e in m.exercises:
            edit = other["chapters"].get(record.page(e), {}).get("edits", {}).get(e.cell)
            passed = other["chapters"].get(record.page(e), {}).get("exercises", {}).get(e.key, {})
            code = (edit or {}).get("code") or passed.get("passed", {}).get("code")
            body = code and record.body(code, e)
            if body and not record.same(body, e.stub):
                work[e] = body
        if not work:
            continue
        there = [p for p in paths(folder.root, m) if p.exists()]
        if not there:
            for path in paths(folder.root, m):
                texts[path] = stubs(m, path.suffix, {e.cell: code for e, code in work.items()})
            filled += [e.name for e in work]
            continue
        for e, code in work.items():
            path, _ = chosen(folder.root, m, e)
            path = path or there[-1]
            node = written(pieces(path), e.name)
            mine = node is not None and not is_stub(node, e)
            if mine and (record.same(code_of(path, m, e), code) or not replace):
                continue
            (replacing if mine else filled).append(e.name)
            text = texts.get(path) or path.read_text(encoding="utf8")
            texts[path] = with_code(path, text, e, code)
    return texts, filled, replacing


def with_code(path, text, exercise, code):
    """The text of a file with another definition of an exercise in it."""
    if path.suffix == ".ipynb":
        book = json.loads(text)
        for cell in reversed(book["cells"]):
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and _defines(source, exercise.name):
                cell["source"] = _replaced(source, exercise.name, code)
                return json.dumps(book, indent=1, ensure_ascii=False) + "\n"
        raise Refusal(
            f"{exercise.name} is not in {path.name}, so there is no place for it. Get fresh stubs"
            f" first: tito module reset {exercise.module}"
        )
    if not _defines(text, exercise.name):
        return f"{text.rstrip()}\n\n\n{code}\n"
    return _replaced(text, exercise.name, code)


def _defines(source, name):
    try:
        return any(getattr(node, "name", None) == name for node in ast.parse(source).body)
    except SyntaxError:
        return False


def _replaced(source, name, code):
    node = [n for n in ast.parse(source).body if getattr(n, "name", None) == name][-1]
    lines = source.splitlines()
    first = min(d.lineno for d in (node, *node.decorator_list)) - 1
    end = node.end_lineno
    while end < len(lines) and lines[end].startswith(" ") and lines[end].strip():
        end += 1
    return "\n".join([*lines[:first], *code.splitlines(), *lines[end:]]) + (
        "\n" if source.endswith("\n") else ""
    )
