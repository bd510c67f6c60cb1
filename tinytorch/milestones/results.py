"""What a training run leaves, and several of them in one table."""

import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.autograd import AccumulateGrad
from ..core.gradients.graph import graph
from ..core.module import Module


@dataclass
class Run:
    """One training run.

    Attributes
    ----------
    seed : int
    model : Module
        Trained.
    measures : dict of str to float
        What goes into the table. Names that end in "%" are percentages.
    history : dict of str to list
        The course of the run, one number per step or per epoch.
    """

    seed: int
    model: Module
    measures: dict[str, float]
    history: dict[str, list] = field(default_factory=dict)

    def __getitem__(self, measure: str) -> float:
        return self.measures[measure]


@dataclass(frozen=True)
class Experiment:
    """A training run to repeat: `train(seed, watch=…)` returns a `Run`.

    `watch`, where given, is called now and then as ``watch(step, model, {"loss": 0.1, …})``.
    """

    title: str
    train: Callable[..., Run]
    seeds: int = 5


def carriers(loss) -> Counter:
    """Which Backward classes carry the gradient of `loss` to the parameters, and how often.

    In the order in which the backward pass first meets them.
    """
    nodes = graph(loss).nodes
    return Counter(type(n).__name__ for n in nodes if not isinstance(n, AccumulateGrad))


def median(runs: Sequence[Run], measure: str) -> float:
    """The median of one measure over the runs."""
    return statistics.median(run[measure] for run in runs)


class Summary:
    """A table: one row a measure, one column an experiment, median and range over the seeds.

    Parameters
    ----------
    runs : dict of str to sequence of Run
        By the title of the experiment.

    Examples
    --------
    >>> from tinytorch.milestones import Run, Summary
    >>> runs = [Run(seed, None, {"right, %": right}) for seed, right in enumerate([98.0, 100.0])]
    >>> print(Summary({"a model": runs}))
    median (least to most)  a model, 2 seeds
    right, %                99.00 (98.00 to 100.00)
    """

    def __init__(self, runs: Mapping[str, Sequence[Run]]):
        measures = dict.fromkeys(name for column in runs.values() for name in column[0].measures)
        self.head = [
            "median (least to most)",
            *(f"{title}, {_seeds(len(column))}" for title, column in runs.items()),
        ]
        self.rows = [
            [name, *(_cell(name, column) for column in runs.values())] for name in measures
        ]

    def __str__(self):
        rows = [self.head, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self):
        rows = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _cell(name: str, runs: Sequence[Run]) -> str:
    values: list[Any] = [run.measures[name] for run in runs if name in run.measures]
    if not values:
        return ""
    digits = 2 if name.endswith("%") else 0 if all(isinstance(v, int) for v in values) else 3
    middle, low, high = (
        f"{v:,.{digits}f}" for v in (statistics.median(values), min(values), max(values))
    )
    return middle if low == high else f"{middle} ({low} to {high})"
