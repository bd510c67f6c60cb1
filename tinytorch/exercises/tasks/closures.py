"""A quotient for the engine of closures."""

import numpy as np

from ..answer import NotWritten, Wrong, nothing
from ..diagnosis import readers_line
from ..given.closures import Value
from ..task import Mistake, Task


def right(a, b):
    """a / b and its two slopes."""
    return a / b, 1 / b, -a / (b * b)


def down(g, x):
    """g summed down to the shape of x."""
    front = tuple(range(g.ndim - x.ndim))
    g = g.sum(front)
    return g.sum(tuple(i for i, n in enumerate(x.shape) if n == 1), keepdims=True).reshape(x.shape)


ROWS = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 4.0])
CASES = (  # name, graph, numbers, gradients
    ("two numbers", lambda d, a, b: d(a, b), (3.0, 4.0), lambda a, b: (1 / b, -a / b**2)),
    (
        "a / b times a",
        lambda d, a, b: d(a, b) * a,
        (3.0, 2.0),
        lambda a, b: (2 * a / b, -((a / b) ** 2)),
    ),
    ("a / a", lambda d, a, b: d(a, a) + b, (3.0, 2.0), lambda a, b: (0.0, 1.0)),
    (
        "(a / b) / a",
        lambda d, a, b: d(d(a, b), a) + d(a, b),
        (3.0, 2.0),
        lambda a, b: (1 / b, -1 / b**2 - a / b**2),
    ),
    (
        "a row shared by a batch",
        lambda d, a, b: (d(a, b) * d(a, b)).sum(),
        ROWS,
        lambda a, b: (2 * a / b**2, down(-2 * a**2 / b**3, b)),
    ),
    (
        "a batch below a row",
        lambda d, a, b: d(b, a + Value(1.0)).sum(),
        ROWS,
        lambda a, b: (-b / (a + 1) ** 2, down(1 / (a + 1) + 0 * b, b)),
    ),
)


def trial(mine, seed=0):
    """Run the quotient in small graphs, and say what is wrong."""
    for about, graph, numbers, gradients in CASES:
        numbers = [(1 + seed % 5 / 8) * np.asarray(n) for n in numbers]
        a, b = (Value(n) for n in numbers)
        made = mine(a, b)
        if nothing(made):
            raise NotWritten("It returns nothing yet.")
        if not isinstance(made, Value):
            raise Wrong(f"It returns a `{type(made).__name__}`, no `Value`.")
        if not callable(made.send):
            raise Wrong(
                "`send` was called instead of attached: `out.send = send`, without parentheses."
            )
        if made.data.shape != (a.data / b.data).shape or not np.allclose(
            made.data, a.data / b.data
        ):
            raise Wrong(f"The quotient is wrong ({about}).{_other(made, a, b)}")
        if not reaches(made, a) or not reaches(made, b):
            raise Wrong(
                "`a` and `b` must both be parents of the result, or the pass stops there:"
                " `Value(…, (a, b))`."
            )
        a, b = (Value(n) for n in numbers)
        try:
            graph(mine, a, b).backward()
        except ValueError as error:
            if "broadcast" not in str(error):
                raise
            line = readers_line(error)
            raise Wrong(
                f"It raises `ValueError: {error}` ({about}) in the line\n\n```python\n{line}\n"
                "```\n\nA gradient larger than its Value is to be summed: `collect` does it."
            ) from error
        for name, value, due in zip("ab", (a, b), gradients(a.data, b.data), strict=True):
            compared(about, name, value, np.asarray(due), numbers)
    return "Two numbers, a Value used twice, a / a and a shared row agree."


def reaches(value, goal):
    """Whether a Value was computed from another, directly or by the way of others."""
    stack, seen = [value], set()
    while stack:
        at = stack.pop()
        if at is goal:
            return True
        if id(at) not in seen:
            seen.add(id(at))
            stack += at.parents
    return False


def _other(made, a, b):
    """What the wrong quotient is."""
    for says, result in (
        ("It is b / a.", b.data / a.data),
        ("It is a product.", a.data * b.data),
        ("`//` rounds down; divide with `/`.", a.data // b.data),
    ):
        if made.data.shape == result.shape and np.allclose(made.data, result):
            return f" {says}"
    return ""


SLOPES = {  # what is said of a wrong slope along a or b, with g = 1
    "a": (
        ("g is to be divided by b, not multiplied.", lambda a, b: b),
        ("That is the gradient of the other: ā = g / b, b̄ = −g a / b².", lambda a, b: -a / b**2),
        ("g is to be divided by b, not by its square.", lambda a, b: 1 / b**2),
        ("It is g alone: divide it by b.", lambda a, b: 1.0),
        ("a has no place in its own gradient: ā = g / b.", lambda a, b: a / b),
    ),
    "b": (
        ("g a is to be divided by b², not by b.", lambda a, b: -a / b),
        ("The factor a is missing: b̄ = −g a / b².", lambda a, b: -1 / b**2),
        ("That is the gradient of the other: ā = g / b, b̄ = −g a / b².", lambda a, b: 1 / b),
        ("a enters once, not squared: b̄ = −g a / b².", lambda a, b: -(a**2) / b**2),
        ("b is to be squared, not doubled: b̄ = −g a / b².", lambda a, b: -a / (2 * b)),
        ("b is to be squared, not cubed: b̄ = −g a / b².", lambda a, b: -a / b**3),
        ("b̄ = −g a / b²: the denominator is missing.", lambda a, b: -a),
        ("g a is to be divided by b², not multiplied.", lambda a, b: -a * b**2),
    ),
}


def compared(about, name, value, due, numbers):
    if np.shape(value.grad) != due.shape:
        raise Wrong(
            f"The gradient of `{name}` has shape {np.shape(value.grad)}, `{name}` has {due.shape}"
            f" ({about}): `collect` sums what was broadcast."
        )
    if np.allclose(value.grad, due):
        return
    why = ""
    if not np.any(value.grad):
        why = " Nothing arrived: is `send` attached to the result?"
    elif np.allclose(value.grad, -due):
        why = " The sign is wrong."
    elif about == "two numbers":
        for says, slope in SLOPES[name]:
            if np.allclose(value.grad, slope(*numbers)):
                why = f" {says}"
                break
    elif about in ("a / b times a", "a / a", "(a / b) / a"):
        why = (
            " The Value is used twice: add to its gradient with `collect`, don't assign it, and let"
            " g be `out.grad`."
        )
    if not why:
        why = {"a": " ā = g / b.", "b": " b̄ = −g a / b²."}[name]
    raise Wrong(f"The gradient of `{name}` is {value.grad}, and should be {due} ({about}).{why}")


def quotient(to_a=None, to_b=None, parents=None, attach=True, assign=False, g=None):
    """A quotient, right but for what is given."""

    def divide(a, b):
        out = Value(a.data / b.data, parents(a, b) if parents else (a, b))

        def send():
            g_out = g(out) if g else out.grad
            da = to_a(g_out, a.data, b.data) if to_a else g_out / b.data
            db = to_b(g_out, a.data, b.data) if to_b else -g_out * a.data / b.data**2
            if assign:
                a.grad, b.grad = down(np.asarray(da), a.data), down(np.asarray(db), b.data)
            else:
                a.collect(da)
                b.collect(db)

        if attach:
            out.send = send
        return out

    return divide


def _called(a, b):
    out = Value(a.data / b.data, (a, b))
    out.send = (lambda: None)()
    return out


def _no_sum(a, b):
    out = Value(a.data / b.data, (a, b))

    def send():
        a.grad = a.grad + out.grad / b.data
        b.grad = b.grad - out.grad * a.data / b.data**2

    out.send = send
    return out


TASKS = (
    Task(
        "divide",
        "my_divide(a, b)",
        trial,
        (
            Mistake("The sign is wrong", quotient(to_b=lambda g, a, b: g * a / b**2)),
            Mistake("by b², not by b", quotient(to_b=lambda g, a, b: -g * a / b)),
            Mistake("divided by b, not multiplied", quotient(to_a=lambda g, a, b: g * b)),
            Mistake("must both be parents", quotient(parents=lambda a, b: (a,))),
            Mistake("is `send` attached", quotient(attach=False)),
            Mistake("was called instead of attached", _called),
            Mistake("The Value is used twice", quotient(assign=True)),
            Mistake("The Value is used twice", quotient(g=lambda out: np.ones_like(out.data))),
            Mistake("`collect` sums what was broadcast", _no_sum),
            Mistake("no `Value`", lambda a, b: a.data / b.data),
        ),
    ),
)
