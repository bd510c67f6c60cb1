"""The commands for exercises: init, module, test."""

import contextlib
from pathlib import Path

import click

from ..exercises import RULES
from . import record, show
from .bench import SECONDS, Verdict, judge_all
from .catalog import Exercise, Module, exercises, modules
from .command import MODULE, Group, example, tito
from .errors import Refusal
from .files import chosen, code_of, paths, stubs
from .folder import Folder, saying
from .names import exercise as exercise_named
from .names import module as module_named

MISSING = "missing"


@tito.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@example("tito init my-tinytorch")
def init(folder):
    """Make FOLDER a folder of the workshop.

    Without FOLDER, the current one. What is in it stays.
    """
    made, new = Folder.make(folder)
    if new:
        click.echo(f"{made.root} is ready.")  # a path is not broken into lines
        show.next_step("Next, in it:", "tito module start arithmetic")
    else:
        show.say(
            f"{show.whole(made.root)} is a folder of the workshop already; nothing was changed."
        )


@tito.group(cls=Group)
@example("tito module list", "tito module start arithmetic")
def module():
    """Start, follow and complete a module."""


@module.command("list")
@example("tito module list")
def list_modules():
    """List the modules, and how far each is."""
    try:
        folder = Folder.find()
    except Refusal:
        folder = None
    known = record.read(folder) if folder else record.EMPTY
    for m in modules().values():
        n = len(m.exercises)
        begun = folder and any(p.exists() for p in paths(folder.root, m))
        done = sum(record.passed(known, e, folder.root, m) for e in m.exercises) if begun else 0
        how_far = f"{done} of {n} passed" if begun else f"{n} exercises" if n > 1 else "1 exercise"
        if done == n:
            how_far = click.style(f"complete ({n})", fg="green")
        click.echo(f"{click.style(m.name, bold=True)}: {m.title}, {how_far}")
        chapters = dict.fromkeys(page.split("/")[1] for page in m.pages)
        show.say(f"chapters: {', '.join(chapters)}", indent=4)
        names = (e.key.removesuffix("Backward") for e in m.exercises)
        show.say(f"exercises: {', '.join(names)}", indent=4)
    if folder is None:
        show.next_step("\nTo begin:", "tito init my-tinytorch")


@module.command()
@click.argument("name", type=MODULE)
@example("tito module start arithmetic", "tito module start 05_autograd")
def start(name):
    """Write the exercises of module NAME.

    They come as a notebook and as a plain .py. Files that exist are left as they are.
    """
    folder = Folder.find()
    with folder.alone():
        folder.tidy()
        for path in paths(folder.root, name):
            if path.exists():
                show.say(f"{path.name} exists already, and was left as it is.")
            else:
                folder.write(path, stubs(name, path.suffix))
                show.say(f"{path.name} has {_count(len(name.exercises), 'exercise')}.")
    show.next_step(
        "Work in the notebook (tito jupyter), or in the .py with any editor. Then:",
        f"tito test --module {name.name}",
    )


@module.command()
@click.argument("name", type=MODULE, required=False)
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one exercise.")
@example("tito module status", "tito module status arithmetic")
def status(name, seconds):
    """Say what is right in module NAME.

    The checks tell, and what is wrong, not written or missing as well. Without NAME, all modules
    that were started are checked.
    """
    folder = Folder.find()
    for m in [name] if name else _started(folder):
        _judged(folder, m, m.exercises, seconds, brief=True)


@module.command()
@click.argument("name", type=MODULE)
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one exercise.")
@example("tito module complete arithmetic")
def complete(name, seconds):
    """Check module NAME, and record it.

    It is complete when all of its exercises are right; otherwise it says what is missing.
    """
    folder = Folder.find()
    found = _judged(folder, name, name.exercises, seconds)
    wrong = [e for e, _, verdict in found if not verdict.passed]
    if wrong:
        which = ", ".join(e.name for e in wrong)
        raise Refusal(
            f"{name.name} is not complete: {_count(len(wrong), 'exercise')} to go, {which}."
        )
    done = click.style(f"{name.name} is complete", fg="green")
    click.echo(f"{done}: {_count(len(found), 'exercise')}, recorded.")
    if any(e.key in RULES for e in name.exercises):
        show.next_step("Train a network on your own rules:", "tito milestone run mlp --mine")
    else:
        show.next_step("There is more to build:", "tito module list")


@module.command()
@click.argument("name", type=MODULE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@example("tito module reset arithmetic")
def reset(name, yes):
    """Give module NAME fresh stubs.

    It asks first, and what was there stays as dated copies.
    """
    folder = Folder.find()
    there = [path for path in paths(folder.root, name) if path.exists()]
    if not there:
        raise Refusal(f"{name.name} was not started: tito module start {name.name}")
    files = " and ".join(path.name for path in there)
    if not yes and not click.confirm(f"Replace {files} by fresh stubs, and keep copies?"):
        show.say("Nothing was changed.")
        return
    with folder.alone():
        folder.tidy()
        for path in there:
            copy = folder.write(path, stubs(name, path.suffix))
            show.say(
                f"{path.name} has fresh stubs; the old one is {copy.relative_to(folder.root)}."
            )


def _typed(ctx, param, incomplete):
    return [e.name for e in exercises().values() if e.name.startswith(incomplete)]


@tito.command()
@click.option("--module", "name", type=MODULE, help="Check this module.")
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one exercise.")
@click.argument("exercise", nargs=-1, shell_complete=_typed)
@example("tito test --module arithmetic", "tito test mul add", "tito test")
def test(name, seconds, exercise):
    """Check your work.

    Name each EXERCISE, or a module, or nothing for all modules that were started. Every exercise
    runs in a process of its own. The exit code is 1 where something is not right.
    """
    folder = Folder.find()
    if exercise:
        wanted = {}
        for e in dict.fromkeys(e for typed in exercise for e in _asked(typed, name)):
            wanted.setdefault(modules()[e.module], []).append(e)
    else:
        wanted = {m: m.exercises for m in ([name] if name else _started(folder))}
    found = []
    for m, some in wanted.items():
        found += _judged(folder, m, some, seconds, printed=bool(exercise))
    for typed in exercise:
        if name is None and typed in modules() and len(wanted[modules()[typed]]) == 1:
            show.next_step(f"The other exercises of {typed}:", f"tito test --module {typed}")
    if not all(verdict.passed for _, _, verdict in found):
        raise SystemExit(1)


def _asked(typed, module):
    """The exercise that is meant, of this module if one is given; or all of a module's."""
    known = {e.key: e for e in module.exercises} if module else exercises()
    try:
        return [known[exercise_named(typed, known)]]
    except Refusal:
        if module is None:
            with contextlib.suppress(Refusal):
                return modules()[module_named(typed, modules())[0]].exercises
        raise


def _started(folder: Folder) -> list[Module]:
    found = [m for m in modules().values() if any(p.exists() for p in paths(folder.root, m))]
    if not found:
        raise Refusal("No module was started yet. For example: tito module start arithmetic")
    return found


def _judged(folder, m, some, seconds, brief=False, printed=False):
    """Judge exercises of a module, tell what was found, and record it."""
    files = [p.name for p in paths(folder.root, m) if p.exists()]
    if not files:
        raise Refusal(f"{m.name} was not started: tito module start {m.name}")
    click.echo(f"{click.style(m.name, bold=True)} ({', '.join(files)})")
    found = []
    for e, path, verdict in judged(folder.root, m, some, seconds):
        found.append((e, path, verdict))
        word = MISSING if path is None else verdict.word
        click.echo(f"  {show.state(word, 12)} {e.name}")
        if verdict.passed is False and not brief:
            show.say(verdict.message, indent=6)
        if verdict.note and not brief and not verdict.passed:
            show.say(f"Elsewhere in {path.name}: {verdict.note}", indent=6)
        if printed and verdict.printed:
            show.say("It printed:", indent=6)
            show.say(f"```\n{_last_lines(verdict.printed)}\n```", indent=2)
    with folder.alone():
        folder.tidy()
        known = record.read(folder)
        for e, path, verdict in found:
            record.note(known, e, verdict, path and code_of(path, m, e))
        record.write(folder, known)
    counts = {}
    for _, path, verdict in found:
        word = MISSING if path is None else verdict.word
        counts[word] = counts.get(word, 0) + 1
    click.echo("  " + ", ".join(f"{n} {show.state(word)}" for word, n in counts.items()))
    return found


def judged(root: Path, m: Module, some: list[Exercise], seconds: float):
    """Yield each exercise with the file that has it, or None, and what the check says."""
    with saying(root):
        places = [chosen(root, m, e) for e in some]
    verdicts = judge_all(
        [(path, e.name) for (path, _), e in zip(places, some, strict=True) if path], seconds
    )
    for e, (path, trouble) in zip(some, places, strict=True):
        if path:
            yield e, path, next(verdicts)
        else:
            yield e, None, Verdict(False, trouble or _missing(m, e))


def _missing(m, e):
    return (
        f"`{e.name}` is in none of the module's files. Write it again; `tito module reset"
        f" {m.name}` gives fresh stubs and keeps a copy of what is there."
    )


def _last_lines(text, most=20):
    lines = text.splitlines()
    return "\n".join(["…", *lines[-most:]] if len(lines) > most else lines)


def _count(n, what):
    return f"{n} {what}{'' if n == 1 else 's'}"
