"""A schedule of the rate: up along a line, down along half a cosine."""

import numpy as np

from ..task import Compared, Mistake, Task


def schedule(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return 0.0
    return peak * (1 + np.cos(np.pi * (step - warmup) / (total - warmup))) / 2


def _scheduled(late=True, start=1, over=None, shape=None, pi=np.pi):
    def rate(step, peak, warmup, total):
        if step < warmup:
            return peak * (step + start) / warmup
        if step >= total and late:
            return 0.0
        share = (step - warmup) / (total - warmup) if over is None else step / total
        if shape:
            return peak * shape(share)
        return peak * (1 + np.cos(pi * share)) / 2

    return rate


SCHEDULE_CASES = [
    (f"step {step} of {total} with {warmup} to warm up", (step, peak, warmup, total))
    for peak, warmup, total in [(0.1, 10, 100), (2.0, 3, 11), (0.5, 0, 8)]
    for step in sorted(
        {0, 1, warmup - 1, warmup, warmup + 1, total // 2, total - 1, total, 3 * total}
    )
    if step >= 0
]
SCHEDULE_MISTAKES = (
    Mistake(
        "The first step would do nothing: count it as 1, (step + 1) / warmup.", _scheduled(start=0)
    ),
    Mistake(
        "The warm-up is missing: the rate rises along a line first.",
        lambda step, peak, warmup, total: schedule(max(step, warmup), peak, warmup, total),
    ),
    Mistake(
        "The cosine begins when the warm-up ends: its share is (step − warmup) / (total − warmup).",
        _scheduled(over="all"),
    ),
    Mistake(
        "It falls along a line; half a cosine wave is asked for.", _scheduled(shape=lambda s: 1 - s)
    ),
    Mistake(
        "That is a quarter of a wave: half of one goes from cos 0 to cos π.",
        _scheduled(shape=lambda s: np.cos(np.pi * s / 2)),
    ),
    Mistake(
        "A cosine alone falls to −1, and a rate is never negative.",
        _scheduled(shape=lambda s: np.cos(np.pi * s)),
    ),
    Mistake("After the last step it rises again: the rate stays 0.", _scheduled(late=False)),
    Mistake("The cosine counts in radians: its half wave is π long, not 180.", _scheduled(pi=180)),
)

TASKS = (
    Task(
        "schedule",
        "my_schedule(step, peak, warmup, total)",
        Compared(
            SCHEDULE_CASES,
            schedule,
            SCHEDULE_MISTAKES,
            ("rate",),
            says="Up along a line, down along half a cosine, and 0 after the end.",
        ),
        SCHEDULE_MISTAKES,
    ),
)
