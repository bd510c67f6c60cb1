"""An exercise on the engine or on learning: a function of the reader's, tried on cases.

A `Task` is a trial, which tries a reader's work and raises `Wrong` at the first thing amiss, and
the mistakes that it can name, each written out as a reader would write it.
"""

import inspect
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from .answer import Answer, NotWritten, Wrong, nothing
from .diagnosis import readers_line


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer, whole, and what is said of it.

    Parameters
    ----------
    says : str
        What a teacher says to whoever wrote it, or the part of it that tells it from others.
    work : callable
        The wrong answer.
    """

    says: str
    work: Callable


@dataclass(frozen=True)
class Task:
    """Write a function, or a class that is no rule.

    Parameters
    ----------
    name : str
        What it is called after "my_": "clip" for `my_clip`.
    call : str
        How it is called, as in "my_clip(gradients, limit)".
    trial : callable
        Gets the reader's work, and perhaps a seed for other numbers. Returns what was right, or
        raises `Wrong` or `NotWritten`.
    mistakes : sequence of Mistake
    """

    name: str
    call: str
    trial: Callable
    mistakes: Sequence[Mistake] = ()

    def judge(self, work, seed=None) -> Answer:
        """Try the reader's work, with other numbers if a seed is given; explain what is amiss."""
        if not callable(work):
            return Answer(False, f"Give `check` the function itself, `{self.called}`.")
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return Answer(True, self.trial(work) if seed is None else self.trial(work, seed))
        except NotWritten as missing:
            return Answer(None, str(missing))
        except Wrong as wrong:
            return Answer(False, str(wrong))
        except NotImplementedError:
            return Answer(None, f"Fill in `{self.called}`, then run the cell again.")
        except Exception as error:
            return Answer(False, self.raised(error))

    @property
    def called(self):
        return self.call.partition("(")[0]

    def raised(self, error):
        """What to say of an exception in the reader's code; one of the checker's own goes on."""
        line = readers_line(error)
        what = f"{type(error).__name__}: {error}".splitlines()[0].strip()
        if line:
            return f"It raises `{what}` in the line\n\n```python\n{line}\n```"
        if isinstance(error, TypeError) and "argument" in what:
            return f"It is called as `{self.call}`, and that raises `{what}`."
        if isinstance(error, RecursionError):
            return f"It raises `{what}`."
        raise error


@dataclass(frozen=True)
class Compared:
    """A trial by comparison: a function of arrays, compared with the right one case by case.

    Parameters
    ----------
    cases : sequence of (str, tuple)
        What is tried, as in "a batch of one", and the arguments.
    right : callable
        The right function.
    mistakes : sequence of Mistake
        A wrong result that is a mistake's result is named after it.
    results : tuple of str
        The names of what is returned; one name for a single result.
    hint : callable, optional
        From the case's arguments, what is expected there, to be said where nothing else fits.
    says : str
        What is said of a right answer.
    start : callable, optional
        From the case's arguments, what a step begins at: the step is then compared with the right
        one, to say how many times as long it is.
    """

    cases: Sequence[tuple[str, tuple]]
    right: Callable
    mistakes: Sequence[Mistake] = ()
    results: tuple[str, ...] = ("result",)
    hint: Callable | None = None
    says: str = "All cases agree."
    start: Callable | None = None

    def __call__(self, work, seed=None):
        rng = np.random.default_rng(seed)
        for about, arguments in self.cases:
            other = arguments if seed is None else tuple(_other(x, rng) for x in arguments)
            self.compare(work, about if seed is None else f"{about}, or a case like it", other)
        return self.says

    def compare(self, work, about, arguments):
        """Try one case."""
        given = deepcopy(arguments)
        found = work(*given)
        if nothing(found):
            raise NotWritten("It returns nothing yet. End it with `return`.")
        for name, before, after in zip(names(self.right), arguments, given, strict=False):
            if not equal(before, after):
                raise Wrong(f"For {about}, it changes `{name}` in place: make a new array.")
        right = self.right(*deepcopy(arguments))
        found, right = self.listed(found), self.listed(right)
        if found is None or len(found) != len(right):
            raise Wrong(f"Return {', '.join(self.results)}, in this order.")
        for name, mine, due in zip(self.results, found, right, strict=True):
            said = f"For {about}, the {name} "
            if mine.dtype.kind not in "fiub":
                raise Wrong(f"{said}is no array of numbers.")
            if mine.shape == due.shape and np.allclose(mine, due, rtol=1e-6, atol=1e-12):
                continue
            if mistake := self.made(work, arguments, found, right):
                raise Wrong(f"For {about}: {mistake}")
            due_here = f" {self.hint(*arguments)}" if self.hint else ""
            if mine.shape != due.shape:
                raise Wrong(f"{said}has shape {mine.shape}, and should have {due.shape}.{due_here}")
            start = self.start(*arguments) if self.start else 0.0
            what = "The step" if self.start else "It"
            times = multiple(mine - start, due - start)
            times = f" {what} is {times} what it should be." if times else ""
            raise Wrong(f"{said}is {short(mine)}, and should be {short(due)}.{times}{due_here}")

    def made(self, work, arguments, found, right):
        """What is said of the mistake that returns just this, and does so in most cases."""
        fitting = [m for m in self.mistakes if self.agrees(m.work, arguments, found)]
        fitting = [m for m in fitting if not self.agrees(m.work, arguments, right)]

        def alike(mistake):
            return sum(
                self.agrees(mistake.work, case, self.returned(work, case)) for _, case in self.cases
            )

        return max(fitting, key=alike).says if fitting else None

    def agrees(self, function, arguments, found):
        """Whether a function returns `found`."""
        other = self.returned(function, arguments)
        return found is not None and other is not None and all_close(found, other)

    def returned(self, function, arguments):
        """The results of a function as arrays; None where it does not fit the case."""
        try:
            return self.listed(function(*deepcopy(arguments)))
        except Exception:  # a mistaken function may do anything
            return None

    def listed(self, found):
        """The results as a list of arrays; None where they are no such thing."""
        if len(self.results) == 1:
            found = (found,)
        try:
            return [np.asarray(x) for x in found]
        except (TypeError, ValueError):
            return None


def _other(argument, rng):
    """Another array of the same shape, or another number; sizes and counts stay."""
    if isinstance(argument, np.ndarray):
        return argument * rng.uniform(0.5, 1.5, argument.shape)
    return argument * rng.uniform(0.5, 1.5) if isinstance(argument, float) else argument


def numbers(value, what) -> np.ndarray:
    """What a reader returned, as an array of numbers; `what` says what it should have been."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # lists of different lengths
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise Wrong(f"{what} is no array of numbers.")
    return array


def all_close(some, others):
    """Whether two lists of arrays agree in shapes and numbers."""
    return len(some) == len(others) and all(
        a.shape == b.shape and a.dtype.kind in "fiub" and np.allclose(a, b, rtol=1e-6, atol=1e-12)
        for a, b in zip(some, others, strict=True)
    )


def multiple(found, due):
    """How many times the right numbers the wrong ones are, as in "minus" or "2 times"; else ""."""
    with np.errstate(all="ignore"):
        factors = np.unique(np.round(found[due != 0] / due[due != 0], 6))
    if found.shape != due.shape or len(factors) != 1 or np.any(found[due == 0]):
        return ""
    (factor,) = factors
    if np.count_nonzero(due) == 1 and factor not in (-1, 0, 0.5, 2):  # of one number, any is some
        return ""
    return {-1.0: "minus", 0.0: "0 times"}.get(factor, f"{factor:.4g} times")


def equal(before, after):
    """Whether an argument is as it was."""
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=True)
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(equal, before, after))
    return True


def names(function):
    """The names of a function's parameters."""
    return list(inspect.signature(function).parameters)


def short(array):
    """An array in a sentence."""
    if array.ndim == 0:
        return f"{array.item():.6g}"
    return np.array2string(array, precision=4, threshold=8, separator=", ").replace("\n", "")
