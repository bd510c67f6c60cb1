"""The exercises on choosing between values."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise_pair


def _extremum(name, wins, word):
    """The exercise of the larger or the smaller of two; `wins(a, b)` is where a is chosen."""
    return RuleExercise(
        name,
        elementwise_pair(
            Sample(
                "ties",
                ([[1.0, 2.0, 0.0], [3.0, -1.0, 5.0]], [[1.0, 1.0, -0.0], [4.0, -1.0, 5.0]]),
                "Where both are equal, each gets half of g.",
            ),
            Sample("one tensor and a number", ([-1.0, 0.0, 2.0], 0.0)),
            Sample(
                "infinities",
                ([np.inf, -np.inf, np.inf, 1e300], [1.0, 1.0, np.inf, -1e300]),
                "Compare `a` with `b`; their difference is nan where both are infinite.",
            ),
        ),
        (
            Mistake(
                f"g where the *other* one is chosen: it belongs to the {word}.",
                lambda g, a, b: (g * wins(b, a), g * wins(a, b)),
            ),
            Mistake(
                "all of g where both are equal: together they can get no more than g, and it is"
                " shared half and half.",
                lambda g, a, b: (g * ~wins(b, a), g * ~wins(a, b)),
            ),
            Mistake(
                "0 where both are equal: somebody has to get g there, and it is shared half and"
                " half.",
                lambda g, a, b: (g * wins(a, b), g * wins(b, a)),
            ),
            Mistake(
                f"g everywhere: what was not chosen has no part in z. Only the {word} gets g.",
                lambda g, a, b: (g + 0 * a, g + 0 * b),
            ),
            Mistake(
                "half of g everywhere: it is shared only where both are equal.",
                lambda g, a, b: (g / 2, g / 2),
            ),
            Mistake(
                f"g times `{{x}}` where it is the {word}; the slope there is 1.",
                lambda g, a, b: (g * a * wins(a, b), g * b * wins(b, a)),
            ),
            Mistake(
                "the gate alone, 0 or 1: multiply by the upstream gradient g.",
                lambda g, a, b: (0 * g + wins(a, b), 0 * g + wins(b, a)),
            ),
        ),
        broadcasts=True,
    )


MAXIMUM = _extremum("MaximumBackward", lambda a, b: a > b, "larger")
MINIMUM = _extremum("MinimumBackward", lambda a, b: a < b, "smaller")

EXERCISES = MAXIMUM, MINIMUM
