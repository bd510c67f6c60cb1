"""The reader's record: the same object as the page's "Your work" (`record.schema.json`)."""

import ast
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import fastjsonschema

from .bench import Verdict
from .catalog import Exercise
from .chapters import binds, source
from .errors import Refusal
from .files import chosen, code_of
from .folder import Folder, read_json

VERSION = 1
EMPTY = {"format": "tinytorch-record", "version": VERSION, "chapters": {}}
LONGEST = 20_000  # characters of a message


@cache
def schema() -> dict:
    """The schema that page and workshop share."""
    path = Path(__file__).with_name("record.schema.json")
    return json.loads(path.read_text(encoding="utf8"))


@cache
def validator():
    """The schema as a function. (To import jsonschema can take seconds, for each command.)"""
    return fastjsonschema.compile(schema())


def checked(record, said: str) -> dict:
    """The record, if it is one that this version can read; else a sentence about `said`."""
    if not isinstance(record, dict) or record.get("format") != EMPTY["format"]:
        raise Refusal(f"{said} is no record of TinyTorch. It was left as it is.")
    version = record.get("version")
    if isinstance(version, int) and version > VERSION:
        raise Refusal(
            f"{said} is of version {version}, and this tito reads up to {VERSION}. It was left as"
            " it is; install a newer tinytorch."
        )
    try:
        validator()(record)
    except fastjsonschema.JsonSchemaValueException as error:
        where = "/".join(map(str, error.path[1:])) or "the top"
        reason = error.message.removeprefix(f"{error.name} ")
        reason = reason if len(reason) < 200 else f"{reason[:200]}…"
        raise Refusal(f"{said} is damaged: {where} {reason}. It was left as it is.") from None
    return record


def path_of(folder: Folder) -> Path:
    """Where the folder's record is."""
    return folder.own / "record.json"


def read(folder: Folder) -> dict:
    """The folder's record; an empty one where there is none yet."""
    path = path_of(folder)
    if not path.exists():
        return json.loads(json.dumps(EMPTY))
    return checked(read_json(path), str(path))


def write(folder: Folder, record: dict) -> None:
    """Write the record. To be called alone, with what was read in the same block."""
    checked(record, "The new record")
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    folder.write(path_of(folder), text, keep=False)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(exercise: Exercise) -> str:
    """The exercise's chapter as the record calls it."""
    return f"book/{exercise.page}"


def note(record: dict, exercise: Exercise, verdict: Verdict, code: str | None) -> None:
    """Enter what a check has said of `code`, the reader's definition."""
    entry = _entry(record, exercise, "exercises", exercise.key)
    when = now()
    entry["tried"] = {"passed": verdict.passed, "message": verdict.message[:LONGEST], "when": when}
    if verdict.passed and code is not None:
        entry["passed"] = {"code": cell(exercise, code), "when": when}


def passed(record: dict, exercise: Exercise, root: Path, module) -> bool:
    """Whether the reader's code of an exercise is still the code that passed."""
    entry = record["chapters"].get(page(exercise), {}).get("exercises", {}).get(exercise.key, {})
    if "passed" not in entry:
        return False
    path, _ = chosen(root, module, exercise)
    code = path and code_of(path, module, exercise)
    return bool(code) and same(code, body(entry["passed"]["code"], exercise))


def cell(exercise: Exercise, code: str) -> str:
    """The reader's definition as a cell of the page: it imports its check and calls it."""
    return f"from tinytorch.exercises import check\n\n{code}\n\ncheck({exercise.name})"


def body(code: str, exercise: Exercise) -> str | None:
    """The code of a cell without the check of it; None where the exercise is not in it."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return None
    if exercise.name not in {name for node in tree.body for name in binds(node)}:
        return None
    brought = {alias for line in exercise.imports for alias in binds(ast.parse(line).body[0])}
    kept = [
        node
        for node in tree.body
        if not isinstance(node, ast.Expr) and not (set(binds(node)) <= {"check"} | brought)
    ]
    return "\n\n\n".join(source(code, node) for node in kept)


def same(one: str | None, other: str | None) -> bool:
    """Whether two definitions are the same but for comments and blanks."""
    if one is None or other is None:
        return False
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return one == other


def with_work(record: dict, exercise: Exercise, code: str) -> None:
    """Enter the reader's code as an edit of the exercise's cell, if it is another one."""
    edits = _chapter(record, exercise).setdefault("edits", {})
    before = edits.get(exercise.cell, {}).get("code")
    if not (before and same(body(before, exercise), code)):
        edits[exercise.cell] = {"code": cell(exercise, code), "when": now()}


def joined(mine: dict, other: dict) -> dict:
    """Two records entry by entry: of each, the later one."""
    result = json.loads(json.dumps({**other, **mine}))
    if "at" in mine and "at" in other:
        result["at"] = max(mine["at"], other["at"], key=lambda at: at["when"])
    for name, theirs in other["chapters"].items():
        ours = result["chapters"].setdefault(name, {})
        if "finished" in theirs:
            ours["finished"] = max(theirs["finished"], ours.get("finished", ""))
        for kind in ("predicts", "edits"):
            for key, entry in theirs.get(kind, {}).items():
                mine_now = ours.setdefault(kind, {}).get(key)
                if mine_now is None or entry["when"] > mine_now["when"]:
                    ours[kind][key] = entry
        for key, entry in theirs.get("exercises", {}).items():
            into = ours.setdefault("exercises", {}).setdefault(key, {})
            for part, value in entry.items():
                if part not in into or value["when"] > into[part]["when"]:
                    into[part] = value
    return result


def _chapter(record, exercise):
    return record["chapters"].setdefault(page(exercise), {})


def _entry(record, exercise, kind, key):
    return _chapter(record, exercise).setdefault(kind, {}).setdefault(key, {})
