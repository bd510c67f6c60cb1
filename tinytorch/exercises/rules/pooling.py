"""The exercises on pooling."""

import math

import numpy as np

from ...core.spatial import folded
from ..rule import Mistake, RuleExercise
from ..samples import Sample, infinite_upstream
from .windows import NO_IMAGES, OVERWRITTEN, Shown, overwritten, seen, window_by_window


def _spread(share, together=folded):
    """A rule that gives each place of a window its `share` of g."""

    def rule(g, x, *, windows):
        padded = windows.padded(x, -np.inf)
        seen = np.stack([padded[place] for place in windows.places()], 2)
        n, c, k, h, w = seen.shape
        columns = share(seen) * g[:, :, None]
        return (together(windows, columns.reshape(n, c * k, h * w)),)

    return rule


def _folded(windows, columns):
    return folded(columns, windows)


def _sums(x, windows):
    """The sum of each window."""
    padded = windows.padded(x, 0)
    return sum(padded[place] for place in windows.places())


def _largest(seen):
    return seen == seen.max(2, keepdims=True, initial=-np.inf)


def _first(seen):
    return _largest(seen) & (np.cumsum(_largest(seen), 2) == 1)


def _last(seen):
    return _first(seen[:, :, ::-1])[:, :, ::-1]


def _even(seen):
    return np.ones(seen.shape) / seen.shape[2]


def _at_the_first_place(seen):
    return np.ones(seen.shape) * (np.arange(seen.shape[2]) == 0)[:, None, None]


PADS_LOW = "The padding must never win: it is −∞, not 0, or negative pixels at the edge lose to it."
MAXPOOL = RuleExercise(
    "MaxPool2dBackward",
    (
        seen("windows side by side", (1, 1, 4, 4), 2, 2),
        seen("a batch with channels", (2, 3, 6, 4), (3, 2), (3, 2)),
        seen("windows that overlap", (1, 2, 5, 5), 3, 2),
        Sample(
            "ties",
            (np.array([[[[1.0, 1, 0, 2], [1, 1, 2, 0], [0, 0, 3, 3], [0, 0, 3, 3]]]]),),
            "Where several pixels are largest, the first one wins, row by row.",
            {"windows": Shown((1, 1, 4, 4), 2, 2)},
        ),
        seen(
            "padding around negative pixels",
            (1, 1, 4, 4),
            3,
            2,
            1,
            hint=PADS_LOW,
            within=(-2.0, -1.0),
        ),
        seen("windows with gaps", (1, 1, 5, 5), 2, 1, 0, 2),
        seen("one window for all", (2, 1, 3, 3), 3),
        seen("no images", (0, 1, 4, 4), 2, 2, hint=NO_IMAGES),
        seen("float32", (2, 1, 4, 4), 2, 2, dtype=np.float32),
        infinite_upstream((1, 1, 4, 4), params={"windows": Shown((1, 1, 4, 4), 2, 2)}, extra=True),
    ),
    (
        Mistake(
            "g divided evenly among the pixels of a window, the rule of the mean. In a maximum"
            " only the winner matters.",
            _spread(_even, _folded),
        ),
        Mistake(OVERWRITTEN, _spread(_first, overwritten)),
        Mistake(OVERWRITTEN, _spread(_first, window_by_window)),
        Mistake(
            "g at *every* pixel that equals the maximum. One of them wins, the first of the window;"
            " else a window of four equal pixels passes on 4 g.",
            _spread(_largest, _folded),
        ),
        Mistake(
            "g at the last of the pixels that tie; the first one wins, row by row, as with"
            " `argmax`.",
            _spread(_last, _folded),
        ),
        Mistake(
            "g divided among the pixels that tie; here the first one gets all of it, as"
            " in PyTorch.",
            _spread(lambda seen: _largest(seen) / _largest(seen).sum(2, keepdims=True), _folded),
        ),
        Mistake(
            "g at the smallest pixel of the window; it belongs to the largest.",
            _spread(lambda seen: _first(-seen) & np.isfinite(seen), _folded),
        ),
        Mistake(
            "g at every pixel of the window: only the largest made the result, and gets it.",
            _spread(lambda seen: np.ones(seen.shape), _folded),
        ),
    ),
    (
        Mistake(
            "the mean of each window, which is the other pooling.",
            lambda x, *, windows: _sums(x, windows) / math.prod(windows.kernel),
        ),
    ),
)
AVGPOOL = RuleExercise(
    "AvgPool2dBackward",
    (
        seen("windows side by side", (1, 1, 4, 4), 2, 2),
        seen("a batch with channels", (2, 3, 6, 4), (3, 2), (3, 2)),
        seen("windows that overlap", (1, 2, 5, 5), 3, 2),
        seen(
            "padding",
            (1, 1, 4, 4),
            3,
            2,
            1,
            hint="Padding counts as zeros: every window is divided by all of its places.",
        ),
        seen("pixels that no window touches", (1, 1, 5, 5), 2, 2),
        seen("one window for all", (2, 1, 3, 3), 3),
        seen("no images", (0, 1, 4, 4), 2, 2, hint=NO_IMAGES),
        seen("float32", (2, 1, 4, 4), 2, 2, dtype=np.float32),
    ),
    (
        Mistake(
            "g in full at every pixel: the mean divides by the number of places in a window, and so"
            " does its slope.",
            _spread(lambda seen: np.ones(seen.shape), _folded),
        ),
        Mistake(
            "divided by the side of the window; a window of K × K has K² places, and the mean"
            " divides by all of them.",
            _spread(lambda seen: np.ones(seen.shape) / math.isqrt(seen.shape[2]), _folded),
        ),
        Mistake(OVERWRITTEN, _spread(_even, overwritten)),
        Mistake(OVERWRITTEN, _spread(_even, window_by_window)),
        Mistake(
            "g at the largest pixel, the rule of the maximum. In a mean all pixels have the same"
            " part.",
            _spread(_first, _folded),
        ),
        Mistake(
            "g at the first pixel of each window alone: the mean shares it among all of them.",
            _spread(_at_the_first_place, _folded),
        ),
    ),
    (
        Mistake(
            "divided by the side of the window; a window of K × K has K² places, and the mean"
            " divides by all of them.",
            lambda x, *, windows: _sums(x, windows) / windows.kernel[0],
        ),
        Mistake(
            "the sum of each window: the mean divides it by the number of places.",
            lambda x, *, windows: _sums(x, windows),
        ),
        Mistake(
            "the largest of each window, which is the other pooling.",
            lambda x, *, windows: np.max(
                [windows.padded(x, -np.inf)[place] for place in windows.places()], axis=0
            ),
        ),
    ),
)

EXERCISES = MAXPOOL, AVGPOOL
