"""The exercises of the chapters, and `check`, which judges a reader's own solution.

>>> from tinytorch.core.autograd import Function
>>> from tinytorch.exercises import check
>>> class MyAddBackward(Function):
...     def forward(self, a, b):
...         raise NotImplementedError
>>> check(MyAddBackward)
Not written yet. Fill in `forward` and `apply`, then run the cell again.
"""

import re
from difflib import get_close_matches

from .answer import Answer
from .rules import EXERCISES as RULES
from .tasks import TASKS

EXERCISES = RULES | TASKS

__all__ = ["EXERCISES", "RULES", "TASKS", "Answer", "check"]


def check(work, exercise=None, *, seed=None) -> Answer:
    """Judge a reader's own class or function.

    Parameters
    ----------
    work : type or function
        What the reader wrote, such as ``MyMulBackward`` or ``my_clip``.
    exercise : str, optional
        What it stands for, such as ``"MulBackward"``. By default its name tells: ``MyMulBackward``
        and ``MulSolution`` both contain "Mul", ``my_clip`` and ``clip_solution`` are "clip".
    seed : int, optional
        Try other numbers, and other sizes where they are free, than the ones a reader can see. What
        is graded is judged so.

    Returns
    -------
    Answer
        Wrong work is an answer, not an exception.

    Raises
    ------
    ValueError
        When no exercise fits the name.
    """
    if exercise is None:
        name = getattr(work, "__name__", type(work).__name__)
        whole = re.sub(r"^[Mm]y_?|_?[Ss]olution$", "", name)
        if whole in TASKS:
            return TASKS[whole].judge(work, seed)
        fitting = [key for key in RULES if re.search(_word(key), name)]
        if not fitting:
            raise ValueError(
                f"check: the name {name} tells of no exercise; say which it is, as in"
                f' check({name}, "MulBackward")'
            )
        exercise = max(fitting, key=len)  # LogSoftmax is neither Log nor Softmax
    elif exercise not in EXERCISES:
        near = get_close_matches(exercise, EXERCISES) or EXERCISES
        raise ValueError(f"check: no exercise {exercise!r}; is it {' or '.join(near)}?")
    return EXERCISES[exercise].judge(work, seed)


def _word(name):
    """A pattern for an operation as a word of its own: MyMin and min_rule name it, Mine doesn't."""
    return rf"(?i:{name.removesuffix('Backward')})(?=[^a-z]|backward|$)"
