"""A gradient check of one's own: it has to pass right rules, and catch wrong ones."""

import numpy as np

from ...core.autograd import Function, backward
from ...core.tensor import Tensor
from ..answer import NotWritten, Wrong, nothing
from ..task import Mistake, Task

X = np.array([[0.5, -1.0, 0.2], [1.5, 0.3, -0.7]])
WEIGHTS = np.random.default_rng(2).normal(size=X.shape)


def _rule(name, forward, slope, change=lambda d: d):
    """An operation with its own formula and rule, right or wrong."""

    def apply(self, g):
        return (change(g * slope(self.saved_tensors[0])),)

    def formula(self, x):
        return forward(x)

    body = {"saves": ("x",), "forward": formula, "apply": apply}
    return type(f"{name}Backward", (Function,), body).run


def _tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def _last(x, factor):
    slope = _tanh_slope(x)
    slope[..., -1] *= factor
    return slope


def _one(x, factor, at=-1):
    slope = _tanh_slope(x)
    slope.flat[at] *= factor
    return slope


def trials():
    """What is tried: whether it is right, what it is, its rule and the point."""
    return (
        (True, "tanh, which is right (print both slopes)", _rule("Tanh", np.tanh, _tanh_slope), X),
        (
            False,
            "slopes that are twice as large (compare numbers, not signs or directions)",
            _rule("Twice", np.tanh, lambda x: 2 * _tanh_slope(x)),
            X,
        ),
        (
            False,
            "the sigmoid's slope in tanh",
            _rule("A", np.tanh, lambda x: np.tanh(x) * (1 - np.tanh(x))),
            X,
        ),
        (
            False,
            "a gradient of the wrong sign (compare entry by entry, and absolute values)",
            _rule("B", np.tanh, lambda x: -_tanh_slope(x)),
            X,
        ),
        (
            False,
            "gradients that are too small everywhere (take the absolute value of the difference)",
            _rule("C", np.tanh, lambda x: _tanh_slope(x) - 3 * np.sign(WEIGHTS)),
            X,
        ),
        (
            False,
            "gradients that are too large everywhere (take the absolute value of the difference)",
            _rule("D", np.tanh, lambda x: _tanh_slope(x) + 3 * np.sign(WEIGHTS)),
            X,
        ),
        (
            False,
            "the right numbers in the wrong entries (each entry has to agree with its own)",
            _rule("E", np.tanh, _tanh_slope, lambda d: d[..., ::-1]),
            X,
        ),
        (
            False,
            "a last column 1 % too large (nudge every entry)",
            _rule("F", np.tanh, lambda x: _last(x, 1.01)),
            X,
        ),
        (
            False,
            "a single entry 1 % too small (nudge every entry)",
            _rule("G", np.tanh, lambda x: _one(x, 0.99)),
            X,
        ),
        (
            False,
            "a first entry that is wrong, with the others right (one wrong entry is enough for"
            " False: don't overwrite the verdict with that of the next entry)",
            _rule("J", np.tanh, lambda x: _one(x, 0.99, 0)),
            X,
        ),
        (
            False,
            "an entry wrong by a ten-thousandth (the tolerance is too loose)",
            _rule("H", np.tanh, lambda x: _one(x, 1.0001)),
            X,
        ),
        (
            False,
            "a gradient of zero where there is a slope (the gradient counts as well)",
            _rule("I", np.tanh, lambda x: 0 * x),
            X,
        ),
        (
            True,
            "exp with slopes of a million (compare relative to them)",
            _rule("Exp", np.exp, np.exp),
            0 * X + 14,
        ),
        (
            True,
            "slopes of zero (a relative tolerance alone can't help)",
            _rule("Square", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1)),
            0 * X + 1,
        ),
    )


def trial(function, seed=None):
    """Try `function(f, x)` on right rules and on wrong ones."""
    rng, tried = np.random.default_rng(seed), trials()
    for right, name, rule, point in tried:
        if seed is not None and point is X:
            point = X * rng.uniform(0.8, 1.2, X.shape)
        kept, seen = point.copy(), []

        def f(t, rule=rule, seen=seen):
            seen.append(np.array(t.data))
            return (rule(t) * WEIGHTS).sum()

        verdict = function(f, point)
        if not (point == kept).all():
            point[...] = kept
            raise Wrong("It changes `x`: nudge a copy.")
        if nothing(verdict):
            raise NotWritten("It returns nothing yet: return True or False.")
        if not isinstance(verdict, bool | np.bool_):
            raise Wrong(
                f"Given {name}, it returns a `{type(verdict).__name__}`, and should return True"
                " or False."
            )
        if bool(verdict) != right:
            why = _refused(function, tried) if right else ""
            raise Wrong(f"It {'refuses' if right else 'passes'} {name}.{why}")
        if right:
            every_entry(seen, kept)
    wrong = sum(not right for right, *_ in tried)
    return f"It tried {len(tried)} rules and caught the {wrong} wrong ones."


def _refused(function, tried):
    """Why a check refuses what is right: it refuses all, or doubles the differences."""
    passed = [
        name
        for _, name, rule, point in tried
        if function(lambda t, rule=rule: (rule(t) * WEIGHTS).sum(), point.copy())
    ]
    if not passed:
        return " It refuses every other rule too."
    if any("twice as large" in name for name in passed):
        return (
            " And it passes slopes that are twice as large: f(x + h) − f(x − h) spans 2h, so divide"
            " it by 2h."
        )
    return ""


def every_entry(seen, x):
    """Refuse a check that did not nudge each entry by itself, up and down."""
    for i in np.ndindex(x.shape):
        nudged = set()
        for point in seen:
            moved = point - x
            if np.shape(moved) == x.shape and moved[i] and np.count_nonzero(moved) == 1:
                nudged.add(bool(moved[i] > 0))
        if not nudged:
            raise Wrong(
                f"It never nudges the entry {list(i)} by itself. Along one random direction errors"
                " can cancel; the difference of every entry is asked for."
            )
        if len(nudged) == 1:
            raise Wrong(
                f"It nudges the entry {list(i)} to one side only. Central differences, up and down,"
                " are a million times as accurate."
            )


# ----------------------------------------------------------------------------- wrong ways to do it


def both(f, x, h=1e-6):
    """The gradient by a backward pass and by central differences."""
    t = Tensor(x.copy(), True)
    backward(f(t))
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        n[i] = (f(Tensor(up)).item() - f(Tensor(down)).item()) / (2 * h)
    return t.grad.data, n


def _by(compare):
    return lambda f, x, h=1e-6: bool(compare(*both(f, x)))


def one_direction(f, x, h=1e-6):
    t = Tensor(x.copy(), True)
    backward(f(t))
    d = np.random.default_rng(0).normal(size=x.shape)
    n = (f(Tensor(x + h * d)).item() - f(Tensor(x - h * d)).item()) / (2 * h)
    return bool(abs((t.grad.data * d).sum() - n) <= 1e-6 * (1 + abs(n)))


def one_sided(f, x, h=1e-7):
    t = Tensor(x.copy(), True)
    backward(f(t))
    at = f(Tensor(x)).item()
    for i in np.ndindex(x.shape):
        up = x.copy()
        up[i] += h
        n = (f(Tensor(up)).item() - at) / h
        if abs(t.grad.data[i] - n) > 1e-5 * (1 + abs(n)):
            return False
    return True


def first_entry(f, x, h=1e-6):
    a, n = both(f, x)
    return bool(abs(a.flat[0] - n.flat[0]) <= 1e-6 * (1 + abs(n.flat[0])))


def last_verdict(f, x, h=1e-6):
    a, n = both(f, x)
    return bool(abs(a.flat[-1] - n.flat[-1]) <= 1e-6 * (1 + abs(n.flat[-1])))


def in_place(f, x, h=1e-6):
    t = Tensor(x.copy(), True)
    backward(f(t))
    x[0, 0] += h
    return True


TASKS = (
    Task(
        "gradcheck",
        "my_gradcheck(f, x, h=1e-6)",
        trial,
        (
            Mistake(
                "take the absolute value", _by(lambda a, n: (a - n < 1e-5 * (1 + abs(n))).all())
            ),
            Mistake(
                "take the absolute value", _by(lambda a, n: (n - a < 1e-5 * (1 + abs(n))).all())
            ),
            Mistake(
                "a relative tolerance alone", _by(lambda a, n: (abs(a - n) <= 1e-6 * abs(n)).all())
            ),
            Mistake("compare relative", _by(lambda a, n: (abs(a - n) <= 1e-6).all())),
            Mistake("never nudges the entry", one_direction),
            Mistake("don't overwrite the verdict", last_verdict),
            Mistake("to one side only", one_sided),
            Mistake("passes", first_entry),
            Mistake("passes", _by(lambda a, n: np.allclose(abs(a), abs(n), 1e-6, 1e-6))),
            Mistake(
                "passes", _by(lambda a, n: np.allclose(np.sort(a.ravel()), np.sort(n.ravel())))
            ),
            Mistake("the tolerance is too loose", _by(lambda a, n: np.allclose(a, n, 1e-3, 1e-3))),
            Mistake("never nudges the entry", lambda f, x, h=1e-6: True),
            Mistake("refuses every other rule too", lambda f, x, h=1e-6: False),
            Mistake("divide it by 2h", _by(lambda a, n: np.allclose(a, 2 * n, 1e-5, 1e-6))),
            Mistake("not signs or directions", _by(lambda a, n: (np.sign(a) == np.sign(n)).all())),
            Mistake("nudge a copy", in_place),
        ),
    ),
)
