"""Clipping gradients to a norm, all together."""

import numpy as np

from ..answer import NotWritten, Wrong, nothing
from ..task import Mistake, Task, all_close, numbers


def _length(gradients):
    return np.sqrt(sum((g**2).sum() for g in gradients))


def clip(gradients, limit):
    norm = _length(gradients)
    return [g * (limit / norm if norm > limit else 1.0) for g in gradients]


def _by(norm):
    def clipped(gradients, limit):
        n = norm(gradients)
        return [g * (limit / n if n > limit else 1.0) for g in gradients]

    return clipped


def _lengthened(gradients, limit):
    norm = _length(gradients)
    return [g * (limit / norm if norm else 1.0) for g in gradients]


CLIP_MISTAKES = (
    Mistake("nothing was clipped.", lambda gradients, limit: list(gradients)),
    Mistake(
        "each gradient is clipped for itself, which turns the direction of the step: one norm for"
        " all together.",
        lambda gradients, limit: [clip([g], limit)[0] for g in gradients],
    ),
    Mistake(
        "numbers are cut off at ±limit, which turns the direction: scale all by one factor.",
        lambda gradients, limit: [np.clip(g, -limit, limit) for g in gradients],
    ),
    Mistake("they were lengthened: a gradient within the limit stays as it is.", _lengthened),
    Mistake(
        "the norms were added; the norm of all is the root of the sum of their squares.",
        _by(lambda gradients: sum(np.linalg.norm(g) for g in gradients)),
    ),
    Mistake(
        "the root is missing: that is the squared norm.",
        _by(lambda gradients: sum((g**2).sum() for g in gradients)),
    ),
    Mistake(
        "the longest gradient's norm is not that of all together.",
        _by(lambda gradients: max(np.linalg.norm(g) for g in gradients)),
    ),
    Mistake(
        "that is the root of a mean of squares: the norm is the root of their sum.",
        _by(
            lambda gradients: np.sqrt(np.mean(np.concatenate([g.ravel() for g in gradients]) ** 2))
        ),
    ),
    Mistake(
        "that is the root of a mean of squares: the norm is the root of their sum.",
        _by(lambda gradients: np.sqrt(np.mean([(g**2).mean() for g in gradients]))),
    ),
    Mistake(
        "the largest entry is not the length of all together.",
        _by(lambda gradients: max(np.abs(g).max() for g in gradients)),
    ),
    Mistake(
        "they were divided by their norm, and are of length 1: multiply by `limit` too.",
        lambda gradients, limit: clip(gradients, 1.0) if _length(gradients) > limit else gradients,
    ),
    Mistake(
        "the sizes of all numbers were added; the norm is the root of the sum of their squares.",
        _by(lambda gradients: sum(np.abs(g).sum() for g in gradients)),
    ),
    Mistake(
        "the factor is turned over: it is `limit` / norm, which is below 1 for what is too long.",
        lambda gradients, limit: [g * max(_length(gradients) / limit, 1.0) for g in gradients],
    ),
    Mistake(
        "they were thrown away: what is too long is shortened to `limit`.",
        lambda gradients, limit: [g * (_length(gradients) <= limit) for g in gradients],
    ),
)


def clip_cases(seed):
    rng = np.random.default_rng(seed)
    long = [rng.normal(size=(3, 4)), rng.normal(size=4), np.array(2.0)]
    yield "long gradients", long, 0.9
    yield "long gradients and a large limit", [10 * g for g in long], 7.5
    yield "short gradients", [g / 100 for g in long], 1.0
    yield "one long and one short", [np.array([30.0, 40.0]), np.array([0.01])], 5.0
    yield "two gradients of length 0.8", [np.array([0.8]), np.array([[0.0, -0.8]])], 1.0
    yield "one alone", [np.array([3.0, 4.0])], 1.0
    yield "zero gradients", [np.zeros(3), np.zeros((2, 2))], 1.0


def clip_trial(mine, seed=0):
    """Long, short, lopsided and zero gradients."""
    for name, gradients, limit in clip_cases(seed):
        given = [g.copy() for g in gradients]
        found = mine(given, limit)
        if nothing(found):
            raise NotWritten("It returns nothing yet: return a list of gradients.")
        if not isinstance(found, list | tuple) or len(found) != len(gradients):
            raise Wrong("Return a list with one gradient for each given one.")
        if not all(map(np.array_equal, given, gradients)):
            raise Wrong("It changes the gradients in place: return new ones.")
        found = [numbers(g, f"For {name}, a gradient that comes back") for g in found]
        if any(a.shape != b.shape for a, b in zip(found, gradients, strict=True)):
            raise Wrong(f"For {name}, a gradient changed its shape.")
        right = clip(gradients, limit)
        if all(np.allclose(a, b, 1e-4, 1e-10) for a, b in zip(found, right, strict=True)):
            continue
        if not all(np.isfinite(g).all() for g in found):
            raise Wrong(f"For {name}, there is a division by zero: a norm of 0 needs no clipping.")
        for mistake in CLIP_MISTAKES:
            if all_close(found, [np.asarray(g) for g in mistake.work(gradients, limit)]):
                raise Wrong(f"For {name}, {mistake.says}")
        total, length = map(_length, (gradients, found))
        shared = sum((a * b).sum() for a, b in zip(found, gradients, strict=True))
        direction = "in the right direction"
        if not np.isclose(abs(shared), total * length):
            direction = "in another direction: multiply all of them by one number"
        elif shared < 0:
            direction = "in the opposite direction"
        raise Wrong(
            f"For {name}, of length {total:.3g} with limit {limit:g}, yours are {length:.3g} long,"
            f" and should be {min(total, limit):.3g}; they lie {direction}."
        )
    return "Long, short, lopsided and zero: never longer than the limit, never turned."


TASKS = (Task("clip", "my_clip(gradients, limit)", clip_trial, CLIP_MISTAKES),)
