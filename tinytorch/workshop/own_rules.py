"""The commands that put a reader's own rules to use: engine, milestone."""

import contextlib
import os
import time
from collections import Counter
from importlib import import_module

import click
import numpy as np

from .. import autograd
from ..core.engine.using import fitted
from ..exercises import RULES
from ..milestones import MILESTONES
from ..milestones.__main__ import main as run_with_the_package
from . import show
from .bench import SECONDS
from .catalog import exercises, modules
from .command import Group, example, tito
from .errors import Refusal
from .exercising import judged
from .files import chosen, is_stub, paths, pieces, written
from .folder import Folder
from .names import one_of
from .stand_in import OTHERS, checking


def rules_of(folder, seconds):
    """The reader's rules: the classes that pass, with their files, and what is said of the others.

    Stubs are left out; what is written is judged, each in a process of its own.
    """
    passed, wrong = {}, {}
    for m in modules().values():
        if not any(p.exists() for p in paths(folder.root, m)):
            continue
        begun = [e for e in m.exercises if e.key in RULES and _is_written(folder, m, e)]
        for e, path, verdict in judged(folder.root, m, begun, seconds):
            if verdict.passed:
                passed[e.key] = path
            else:
                wrong[e.key] = verdict
    return passed, wrong


def _is_written(folder, m, e):
    path, _ = chosen(folder.root, m, e)
    return path is not None and not is_stub(written(pieces(path), e.name), e)


def loaded(passed):
    """The reader's classes by the name of the package's class, out of the files that passed."""
    from .examine import load

    known = exercises()
    found = {}
    for key, path in passed.items():
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            work, trouble = load(path, known[key].name)
        if work is None:
            raise Refusal(
                f"{path.name} passed its check, and now {known[key].name} is gone: {trouble}"
            )
        found[key] = work
    return found


@tito.command()
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one check.")
@example("tito engine")
def engine(seconds):
    """Say which rules are your own.

    What is written and not right is named; the rest is the package's.
    """
    folder = Folder.find()
    passed, wrong = rules_of(folder, seconds)
    known = exercises()
    for m in modules().values():
        keys = [e.key for e in m.exercises if e.key in RULES]
        if not keys:
            continue
        mine = [key for key in keys if key in passed]
        click.echo(f"{click.style(m.name, bold=True)}: {len(mine)} of {len(keys)} yours")
        for key in keys:
            if key in passed:
                click.echo(
                    f"  {click.style('yours'.ljust(9), fg='green')} {key} ({passed[key].name})"
                )
            elif key in wrong:
                click.echo(f"  {click.style('not right'.ljust(9), fg='red')} {known[key].name}")
        rest = [key.removesuffix("Backward") for key in keys if key not in passed]
        if rest:
            show.say(f"the package's: {', '.join(rest)}", indent=2)
    total = sum(e.key in RULES for e in known.values())
    click.echo(f"{len(passed)} of {total} rules are yours.")


@tito.group(cls=Group)
@example("tito milestone list", "tito milestone run xor --mine")
def milestone():
    """Train the networks of the milestones.

    They train on the package's rules, or on yours.
    """


@milestone.command("list")
@example("tito milestone list")
def list_milestones():
    """List the milestones."""
    show.table([(click.style(name, bold=True), title) for name, title in MILESTONES.items()])


class MilestoneName(click.ParamType):
    """The name of a milestone, or its beginning."""

    name = "name"

    def convert(self, value, param, ctx):
        return one_of(value, MILESTONES, "milestone")

    def shell_complete(self, ctx, param, incomplete):
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in MILESTONES if name.startswith(incomplete)]


@milestone.command()
@click.argument("name", type=MilestoneName())
@click.option("--mine", is_flag=True, help="Train on all of your rules that pass their checks.")
@click.option("--seeds", type=click.IntRange(1), help="How many runs; 1 with --mine.")
@click.option("--gradcheck", is_flag=True, help="Check your rules by differences while it trains.")
@click.option("--seconds", default=SECONDS, show_default=True, help="Time for one check.")
@example("tito milestone run xor", "tito milestone run mlp --mine")
def run(name, mine, seeds, gradcheck, seconds):
    """Train milestone NAME.

    With --mine, your rules stand in for the package's in every layer, loss and step. A table says
    whose rule did what, and how the loss compares with the package's from the same seed.
    """
    if not mine:
        run_with_the_package([name, *(["--seeds", str(seeds)] if seeds else [])])
        return
    folder = Folder.find()
    passed, wrong = rules_of(folder, seconds)
    known = exercises()
    for key, verdict in wrong.items():
        click.echo(f"{show.state('not yet')}: {known[key].name} is left out.")
        show.say(verdict.message, indent=4)
    if not passed:
        raise Refusal(
            "None of your rules passes its check yet, so there is nothing of yours to train on."
            " See: tito module status"
        )
    own = loaded({key: path for key, path in passed.items() if key not in OTHERS})
    click.echo(f"{name}, {MILESTONES[name]}: {_yours(len(own))}.")
    experiments = import_module(f"...milestones.{name}", __name__).EXPERIMENTS
    for experiment in experiments:
        for seed in range(seeds or 1):
            compare(experiment, seed, own, passed, gradcheck)


def _yours(n):
    return "1 rule is yours" if n == 1 else f"{n} rules are yours"


def compare(experiment, seed, own, passed, gradcheck):
    """Train once on the package's rules, once on the reader's, and show both."""
    click.echo(f"\n{click.style(experiment.title, bold=True)}, seed {seed}")
    theirs, seconds, _ = timed(experiment, seed, ())
    click.echo(f"  on the package's rules: {seconds:.1f} s")
    checks = Counter()
    classes = [fitted(cls, RULES[key].reference) for key, cls in own.items()]
    if gradcheck:
        classes = [checking(cls, checks) for cls in classes]
    mine, seconds, counts = timed(experiment, seed, classes)
    click.echo(f"  on yours: {seconds:.1f} s\n")
    rows = [("operation", "backward", "whose rule")]
    for operation, n in counts.most_common():
        key = next((k for k, c in own.items() if operation.__name__ == c.__name__), None)
        whose = "the package's" if key is None else click.style("yours", fg="green")
        if key:
            whose += f" ({passed[key].name})"
            if gradcheck:
                name = own[key].__name__
                whose += (
                    f", {checks[name, True]} of {checks[name, True] + checks[name, False]} agree"
                )
        rows.append((key or operation.__name__, f"{n:,} times", whose))
    show.table(rows, indent=2)
    here = {operation.__name__ for operation in counts}
    if absent := sum(cls.__name__ not in here for cls in own.values()):
        rules = "1 other rule" if absent == 1 else f"{absent} other rules"
        click.echo(f"  {rules} of yours {'is' if absent == 1 else 'are'} not needed here.")
    measured = [("", "yours", "the package's")]
    for measure, value in mine.measures.items():
        measured.append((measure, f"{value:.6g}", f"{theirs.measures[measure]:.6g}"))
    click.echo()
    show.table(measured, indent=2)
    apart = max(
        (
            float(np.abs(np.subtract(mine.history[k], theirs.history[k])).max(initial=0))
            for k in mine.history
            if "loss" in k
        ),
        default=0.0,
    )
    click.echo(f"  largest difference of the losses along the way: {apart:.1e}")


def timed(experiment, seed, classes):
    """One run: its result, its seconds, and how often each operation's rule ran."""
    counts = Counter()

    def count(kind, node, *rest):
        if kind == "backward":
            counts[type(node)] += 1

    start = time.perf_counter()
    with contextlib.ExitStack() as stack:
        if classes:
            stack.enter_context(autograd.using(*classes))
            stack.enter_context(autograd.watch(count))
        result = experiment.train(seed)
    return result, time.perf_counter() - start, counts
