"""The exercises on columns: what windows see, and images put together of it."""

import numpy as np

from ...core.spatial import folded, unfolded
from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .windows import NO_IMAGES, OVERWRITTEN, Shown, overwritten, seen, window_by_window


def _columns_of(about, *windows, hint="", **options):
    """The same for columns, which are put together to images of shape `windows[0]`."""
    shown = Shown(*windows)
    n, c = shown.shape[:2]
    shape = (n, c * shown.kernel[0] * shown.kernel[1], shown.out[0] * shown.out[1])
    return Sample(about, (shape,), hint, {"windows": shown}, **options)


def _visits(windows):
    """How many windows each pixel lies in, at least 1."""
    return np.maximum(folded(unfolded(np.ones(windows.shape), windows), windows), 1)


def _by_place_first(columns, windows):
    """Columns whose rows count places first and channels second."""
    n, rows, positions = columns.shape
    c = windows.shape[1]
    swapped = columns.reshape(n, rows // c, c, positions).swapaxes(1, 2)
    return swapped.reshape(columns.shape)


ORDER = (
    "The rows of a column are (channel, place): all places of the first channel, then those of the"
    " next."
)
SIDES = (
    ((1, 1, 3, 3), 2),
    ((2, 3, 4, 5), (2, 3)),
    ((1, 2, 4, 4), 2, 2),
    ((1, 1, 5, 5), 2, 2),
    ((1, 1, 4, 4), 3, 2, 1),
    ((1, 1, 5, 5), 2, 1, 0, 2),
    ((0, 1, 3, 3), 2),
)
NAMES = (
    "windows that overlap",
    "a batch with channels",
    "windows side by side",
    "pixels that no window touches",
    "stride and padding",
    "windows with gaps",
    "no images",
)
HINTS = ("", ORDER, "", "", "", "", NO_IMAGES)
UNFOLD = RuleExercise(
    "UnfoldBackward",
    (
        *(seen(n, *side, hint=hint) for n, side, hint in zip(NAMES, SIDES, HINTS, strict=True)),
        seen("float32", (2, 1, 3, 3), 2, dtype=np.float32),
    ),
    (
        Mistake(
            OVERWRITTEN,
            lambda g, x, *, windows: (overwritten(windows, g),),
        ),
        Mistake(
            OVERWRITTEN,
            lambda g, x, *, windows: (window_by_window(windows, g),),
        ),
        Mistake(
            "the mean over the windows that a pixel lies in: each of its copies counts, so it is"
            " the sum.",
            lambda g, x, *, windows: (folded(g, windows) / _visits(windows),),
        ),
        Mistake(
            "made with the rows of g in another order: they are (channel, place), as `forward`"
            " wrote them.",
            lambda g, x, *, windows: (folded(_by_place_first(g, windows), windows),),
        ),
    ),
)
FOLD = RuleExercise(
    "FoldBackward",
    (
        *(
            _columns_of(n, *side, hint=hint)
            for n, side, hint in zip(NAMES, SIDES, HINTS, strict=True)
        ),
        _columns_of("float32", (2, 1, 3, 3), 2, dtype=np.float32),
    ),
    (
        Mistake(
            "divided by the number of windows that a pixel lies in: every entry was added to its"
            " pixel once, so it gets all of that pixel's g.",
            lambda g, x, *, windows: (unfolded(g / _visits(windows), windows),),
        ),
        Mistake(
            "made with its rows in another order: they are (channel, place), as they came in.",
            lambda g, x, *, windows: (
                unfolded(g, windows)
                .reshape(len(x), windows.shape[1], -1, x.shape[2])
                .swapaxes(1, 2)
                .reshape(x.shape)
                if x.size
                else None,
            ),
        ),
    ),
    (
        Mistake(OVERWRITTEN, lambda x, *, windows: overwritten(windows, x)),
        Mistake(
            "divided by the number of windows that a pixel lies in: folding adds.",
            lambda x, *, windows: folded(x, windows) / _visits(windows),
        ),
    ),
)

EXERCISES = UNFOLD, FOLD
