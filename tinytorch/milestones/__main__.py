"""``python -m tinytorch.milestones NAME``: train a milestone in the shell."""

import argparse
import time
from importlib import import_module

from . import MILESTONES
from .results import Summary


def main(arguments: list[str] | None = None) -> None:
    """List the milestones, or train one: progress as it goes, a table at the end."""
    parser = argparse.ArgumentParser(
        prog="python -m tinytorch.milestones",
        description="Train one of the book's milestones. Without a name, list them.",
    )
    parser.add_argument("name", nargs="?", choices=MILESTONES)
    parser.add_argument("--seeds", type=_count, help="how many runs (by default as in the book)")
    chosen = parser.parse_args(arguments)
    if chosen.name is None:
        for name, title in MILESTONES.items():
            print(f"{name:12}{title}")
        return
    print(f"{chosen.name}, {MILESTONES[chosen.name]}", flush=True)
    experiments = import_module(f"{__package__}.{chosen.name}").EXPERIMENTS
    try:
        tables = [_table(e, chosen.seeds or e.seeds) for e in experiments]
    except FileNotFoundError as error:  # the book's text, where only the package is installed
        raise SystemExit(str(error)) from error
    print("\n" + "\n\n".join(map(str, tables)))


def _table(experiment, seeds):
    """Train `seeds` times, telling how it goes."""
    runs = []
    for seed in range(seeds):
        start = time.perf_counter()

        def watch(step, model, numbers, seed=seed):
            told = ", ".join(f"{name} {value:.4g}" for name, value in numbers.items())
            print(f"{experiment.title}, seed {seed}, {step}: {told}", flush=True)

        runs.append(experiment.train(seed, watch=watch))
        print(f"{experiment.title}, seed {seed}: {time.perf_counter() - start:.1f} s", flush=True)
    return Summary({experiment.title: runs})


def _count(text):
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one seed")
    return count


if __name__ == "__main__":
    main()
