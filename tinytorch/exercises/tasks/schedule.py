"""A schedule of the rate: up along a line, down along half a cosine."""

import numpy as np

from ..task import Compared, Mistake, Task


def schedule(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return 0.0
    return peak * (1 + np.cos(np.pi * (step - warmup) / (total - warmup))) / 2


def _where(step, peak, warmup, total):
    if step < warmup:
        return "This step is one of the warm-up."
    return "This step is after the end." if step > total else "This step is on the way down."


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
    for peak, warmup, total in [(0.4, 10, 100), (2.0, 3, 11), (0.5, 0, 8)]
    for step in sorted(
        {0, 1, warmup - 1, warmup, warmup + 1, total // 2, total - 1, total, 3 * total}
    )
    if step >= 0
]
SCHEDULE_MISTAKES = (
    Mistake(
        "At the end the rate is 0: from step `total` on, yours is `peak`.",
        lambda step, peak, warmup, total: (
            peak if step >= total else schedule(step, peak, warmup, total)
        ),
    ),
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
        "The fall takes total − warmup steps: divide by that, not by `total`.",
        lambda step, peak, warmup, total: (
            peak * (1 + np.cos(np.pi * (step - warmup) / total)) / 2
            if warmup <= step < total
            else schedule(step, peak, warmup, total)
        ),
    ),
    Mistake(
        "The fall begins at `peak`, in step `warmup`: yours is a step ahead.",
        lambda step, peak, warmup, total: (
            schedule(step + 1, peak, warmup, total)
            if step >= warmup
            else schedule(step, peak, warmup, total)
        ),
    ),
    Mistake(
        "Step `warmup` is on the way down already: the warm-up has the steps 0 to warmup − 1.",
        lambda step, peak, warmup, total: (
            peak * (step + 1) / warmup
            if 0 < step == warmup
            else schedule(step, peak, warmup, total)
        ),
    ),
    Mistake(
        "A sine rises first: it is the cosine that falls from 1 to −1.",
        _scheduled(shape=lambda s: (1 + np.sin(np.pi * s)) / 2),
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
    Mistake(
        "The largest rate is `peak`: yours is 1 there, whatever it is given.",
        lambda step, peak, warmup, total: schedule(step, 1.0, warmup, total),
    ),
    Mistake(
        "1 + cos goes from 2 to 0: take half of it.",
        lambda step, peak, warmup, total: (
            schedule(step, peak, warmup, total) * (1 if step < warmup else 2)
        ),
    ),
    Mistake(
        "After the warm-up it stays at `peak`, and has to fall.",
        lambda step, peak, warmup, total: schedule(min(step, warmup), peak, warmup, total),
    ),
    Mistake(
        "After the warm-up it rises from 0; 1 + cos falls, 1 − cos rises.",
        _scheduled(shape=lambda s: (1 - np.cos(np.pi * s)) / 2),
    ),
    Mistake(
        "That is a whole wave, down and up again: half of one goes from cos 0 to cos π.",
        _scheduled(shape=lambda s: (1 + np.cos(2 * np.pi * s)) / 2),
    ),
    Mistake(
        "The fall takes total − warmup steps, from step `warmup` to step `total`: yours is one"
        " short.",
        lambda step, peak, warmup, total: schedule(step, peak, warmup, total - 1),
    ),
    Mistake(
        "The warm-up has `warmup` steps, the last of which is warmup − 1: yours has one more.",
        lambda step, peak, warmup, total: (
            peak * (step + 1) / (warmup + 1)
            if step <= warmup
            else schedule(step, peak, warmup, total)
        ),
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
            hint=_where,
            says="Up along a line, down along half a cosine, and 0 after the end.",
        ),
        SCHEDULE_MISTAKES,
    ),
)
