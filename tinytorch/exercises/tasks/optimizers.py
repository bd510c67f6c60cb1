"""Steps of optimizers, on arrays, against the formulas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..answer import NotWritten, Wrong, nothing
from ..task import Compared, Mistake, Task, multiple, numbers, short

# ---------------------------------------------------------------------------------- plain descent


def sgd(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * (g + weight_decay * p)


def _unit(g):
    return g / np.linalg.norm(g)


SGD_CASES = [
    (f"{about}, lr {lr:g} and weight decay {decay:g}", (p, g, lr, decay))
    for about, shape in [("a vector", (4,)), ("a matrix", (2, 3)), ("a single number", ())]
    for lr, decay in [(0.1, 0.0), (0.5, 0.0), (0.5, 0.2)]
    for p, g in [np.random.default_rng(len(shape)).normal(size=(2, *shape))]
]
SGD_MISTAKES = (
    Mistake(
        "The gradient enters once, with its sign, and not as its square.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g * g + weight_decay * p),
    ),
    Mistake(
        "Multiply by the rate: the smaller it is, the shorter the step.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - (g + weight_decay * p) / lr,
    ),
    Mistake(
        "It goes uphill: subtract the step.",
        lambda p, g, lr=0.1, weight_decay=0.0: p + lr * (g + weight_decay * p),
    ),
    Mistake(
        "The rate is missing: it is how much of the gradient a step takes.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - (g + weight_decay * p),
    ),
    Mistake(
        "That is the step alone: return the weight after it.",
        lambda p, g, lr=0.1, weight_decay=0.0: -lr * (g + weight_decay * p),
    ),
    Mistake(
        "The weights do not decay: add `weight_decay * p` to the gradient.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * g,
    ),
    Mistake(
        "The weights grow: the decay has the sign of the gradient, whose step is subtracted.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g - weight_decay * p),
    ),
    Mistake(
        "The decay is part of the gradient here, so the rate multiplies it too.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * g - weight_decay * p,
    ),
    Mistake(
        "Half of the decay is missing: the ½ belongs to the loss, and differentiating removes it.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g + weight_decay * p / 2),
    ),
    Mistake(
        "The decay takes the weight itself, not its square.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g + weight_decay * p * p),
    ),
    Mistake(
        "The decay takes the weight, not the gradient.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g + weight_decay * g),
    ),
    Mistake(
        "The decay takes the weight with its sign, not its size.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * (g + weight_decay * np.abs(p)),
    ),
    Mistake(
        "The decay takes the weight as it was before the step: both are in one sum.",
        lambda p, g, lr=0.1, weight_decay=0.0: (p - lr * g) * (1 - lr * weight_decay),
    ),
    Mistake(
        "`lr` is an argument: yours takes 0.1 whatever it is given.",
        lambda p, g, lr=0.1, weight_decay=0.0: sgd(p, g, 0.1, weight_decay),
    ),
    Mistake(
        "The gradient enters with its size, not with its sign alone.",
        lambda p, g, lr=0.1, weight_decay=0.0: p - lr * np.sign(g + weight_decay * p),
    ),
    Mistake(
        "The gradient enters as long as it is: do not divide by its length.",
        lambda p, g, lr=0.1, weight_decay=0.0: sgd(p, _unit(g + weight_decay * p), lr),
    ),
)

# ------------------------------------------------------------------------------ steps that remember


@dataclass(frozen=True)
class Steps:
    """A trial of a step with memories: several steps, with the reader's own memories.

    Parameters
    ----------
    right : callable
        ``step(p, g, *memories, t, **options)``, which returns the new p and memories.
    kept : sequence of str
        The names of the memories.
    options : sequence of (str, dict, float)
        Runs: what they are, the options, and the size of the gradients.
    mistakes : sequence of Mistake
    """

    right: Callable
    kept: Sequence[str]
    options: Sequence[tuple[str, dict, float]]
    mistakes: Sequence[Mistake]

    def __call__(self, mine, seed=1):
        remark = ""
        for about, options, size in self.options:
            for shape in ((4,), (2, 3), ()):
                remark = self.run(mine, about, options, size, shape, seed) or remark
        return f"Six steps with random gradients, for {len(self.options)} settings.{remark}"

    def run(self, mine, about, options, size, shape, seed):
        """Six steps; what differs is named after the mistake that differs in the same way."""
        rng = np.random.default_rng(seed)
        start = size * rng.normal(size=shape)
        tracks = {None: self.begun(start)} | {m: self.begun(start) for m in self.mistakes}
        p, memories = self.begun(start)
        names = ["p", *self.kept]
        listed = ", ".join(names)
        first, apart = None, dict.fromkeys(self.mistakes, 0.0)
        for t in range(1, 7):
            g = size * rng.normal(size=shape)
            given = [np.array(x) for x in (p, g, *memories)]
            found = mine(*given, t, **options)
            if nothing(found):
                raise NotWritten(f"It returns nothing yet: return {listed}.")
            if not isinstance(found, tuple | list) or len(found) != 1 + len(self.kept):
                raise Wrong(f"Return {listed}, as a tuple.")
            for name, before, after in zip(
                ["p", "g", *self.kept], (p, g, *memories), given, strict=True
            ):
                if not np.array_equal(before, after):
                    raise Wrong(f"It changes `{name}` in place: make a new array.")
            found = [numbers(x, f"`{name}`") for name, x in zip(names, found, strict=True)]
            before, (p, *memories) = p, found
            for name, array in zip(names, found, strict=True):
                if array.shape != shape:
                    raise Wrong(f"`{name}` has shape {array.shape}, and should have {shape}.")
            if not np.isfinite(p).all():
                raise Wrong(f"In step {t} p is no number. {self.no_number(t, memories)}")
            for mistake in list(tracks):
                step = self.right if mistake is None else mistake.work
                q, *own = step(tracks[mistake][0], g, *tracks[mistake][1], t, **options)
                tracks[mistake] = q, own
                if mistake:
                    apart[mistake] += np.abs(p - q).sum()
                    if not _close(p, q):
                        del tracks[mistake]
            due = tracks[None][0]
            if first is None and not _close(p, due):
                if _close(p - before, before - due):
                    raise Wrong("It goes uphill: the sign of the step is wrong.")
                first = f"For {about}, in step {t} {self.differs(before, found, tracks[None])}"
        if first:
            named = [m for m in tracks if m is not None]
            raise Wrong(min(named, key=apart.get).says if named else first)
        if self.kept and not _close(memories[-1], tracks[None][1][-1]):
            return (
                f" But your {self.kept[-1]} has the rate in it, and would follow a schedule late:"
                " keep it free of the rate."
            )
        return ""

    def differs(self, before, found, right):
        """Which of p and the memories is wrong, and by how much; with memories, p follows them."""
        due, memories = right
        due = [due, *memories]
        listed = ["p", *self.kept]
        if all(any(_close(mine, one) for one in due) for mine in found):
            return f"the right numbers come back, in another order: return {', '.join(listed)}."
        off = [i for i in range(1, len(due)) if not _close(found[i], due[i])]
        i = off[0] if off else 0
        start = 0.0 if off else before
        times = multiple(found[i] - start, due[i] - start)
        what = "It" if off else "The step"
        return (
            f"{listed[i]} should become {short(due[i])}, yours is {short(found[i])}."
            + (f" {what} is {times} what it should be." if times else "")
            + ("" if off else f" {' and '.join(self.kept)} came back right: look at the step.")
        )

    def begun(self, start):
        return start.copy(), [np.zeros_like(start) for _ in self.kept]

    def no_number(self, t, memories):
        if t == 1 and np.min(memories[-1]) >= 0:
            return "t counts from 1: is there a division by 1 − β⁰, which is 0?"
        return (
            "Is there a root of a negative number? v is a mean of squares: is g squared, and are m"
            " and v returned in this order?"
        )


def _close(a, b):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6, atol=1e-18)


def momentum(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return p - lr * v, v


def _damped(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + (1 - mu) * g
    return p - lr * v, v


def _rate_twice(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + lr * g
    return p - lr * v, v


def _nesterov(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return p - lr * (g + mu * v), v


def _fixed(step, **own):
    return lambda *arrays, **options: step(*arrays, **(options | own))


def _corrected(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + (1 - mu) * g
    return p - lr * v / (1 - mu**t), v


def _exchanged(p, g, v, t, lr=0.05, mu=0.9):
    v = v + mu * g
    return p - lr * v, v


MOMENTUM_MISTAKES = (
    Mistake(
        "v has no effect: put the new v into the step, and return it.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * g, v),
    ),
    Mistake("Your v is a mean, with (1 − μ) g added; here it is a sum, with g added.", _damped),
    Mistake(
        "Your v is a mean, and corrected as in Adam; here it is a sum, and enters as it is.",
        _corrected,
    ),
    Mistake(
        "μ multiplies the old v, and g is added as it is; yours has them exchanged.", _exchanged
    ),
    Mistake(
        "The gradient takes part twice: it is in the new v, and the step goes along v alone.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * (mu * v + g + g), mu * v + g),
    ),
    Mistake(
        "The step uses the v of before: update v first.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * v, mu * v + g),
    ),
    Mistake("The learning rate is in v and in the step: once is enough.", _rate_twice),
    Mistake("That is Nesterov's step; the one asked for goes along v alone.", _nesterov),
    Mistake(
        "`lr` is an argument: yours takes 0.05 whatever it is given.", _fixed(momentum, lr=0.05)
    ),
    Mistake("`mu` is an argument: yours takes 0.9 whatever it is given.", _fixed(momentum, mu=0.9)),
    Mistake(
        "v forgets nothing: the old v is multiplied by μ.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * (v + g), v + g),
    ),
    Mistake(
        "The rate is missing: the step is `lr` times v.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - (mu * v + g), mu * v + g),
    ),
    Mistake(
        "v is a sum, μ v + g: yours takes (1 − μ) of the old v and μ of g.",
        lambda p, g, v, t, lr=0.05, mu=0.9: (
            p - lr * ((1 - mu) * v + mu * g),
            (1 - mu) * v + mu * g,
        ),
    ),
)


def _adam(
    unbias="mv",
    square=True,
    mean="mv",
    second=False,
    root=True,
    inside=False,
    keep=True,
    later=0,
    old=1,
    exchanged=False,
    late=False,
):
    """Adam's step, right but for what is said."""

    def step(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
        if exchanged:
            m = (1 - beta1) * m + beta1 * g
        else:
            m = old * beta1 * m + (1 - beta1 if "m" in mean else 1) * g
        v = beta2 * v + (1 - beta2 if "v" in mean else 1) * (g * g if square else abs(g))
        m_hat = m / (1 - beta1 ** (t + later)) if "m" in unbias else m
        v_hat = v / (1 - (beta1 if second else beta2) ** (t + later)) if "v" in unbias else v
        if inside:
            return p - lr * m_hat / np.sqrt(v_hat + eps), m, v
        if late:
            return p - lr * m_hat / (np.sqrt(v) + eps) * np.sqrt(1 - beta2**t), m, v
        below = (np.sqrt(v_hat) if root else v_hat) + eps
        if not keep:
            return p - lr * m_hat / below, m_hat, v_hat
        return p - lr * m_hat / below, m, v

    return step


adam = _adam()


def _hats(m_hat, v_hat, lr=None):
    """Adam's step with other corrections, or with a rate of its own."""

    def step(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8, rate=lr):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        below = np.sqrt(v_hat(v, beta2, t)) + eps
        return p - (lr if rate is None else rate) * m_hat(m, beta1, t) / below, m, v

    return step


def _unbiased(mean, beta, t):
    return mean / (1 - beta**t)


def _once(mean, beta, t):
    return mean / (1 - beta)


ADAM_MISTAKES = (
    Mistake("The bias is not corrected: divide by 1 − β₁ᵗ and 1 − β₂ᵗ.", _adam(unbias="")),
    Mistake("The bias of v is not corrected: v̂ is v divided by 1 − β₂ᵗ.", _adam(unbias="m")),
    Mistake("The bias of m is not corrected: m̂ is m divided by 1 − β₁ᵗ.", _adam(unbias="v")),
    Mistake("t counts from 1 already: the exponents are t, not t + 1.", _adam(later=1)),
    Mistake("v has to hold the mean of g squared, not of |g|.", _adam(square=False)),
    Mistake("m is a mean: it takes (1 − β₁) g, not g.", _adam(mean="v")),
    Mistake("v is a mean: it takes (1 − β₂) g², not g².", _adam(mean="m")),
    Mistake("m and v are means: they take (1 − β₁) g and (1 − β₂) g².", _adam(mean="")),
    Mistake("m has to remember: β₁ times the old m is missing.", _adam(old=0)),
    Mistake(
        "β₁ belongs to the old m, and 1 − β₁ to g; yours has them exchanged.",
        _adam(exchanged=True),
    ),
    Mistake("v̂ is corrected with β₂: divide v by 1 − β₂ᵗ.", _adam(second=True)),
    Mistake("Divide by the square root of v̂, not by v̂.", _adam(root=False)),
    Mistake(
        "The rate is missing: the step is `lr` times m̂ / (√v̂ + ε).",
        _hats(_unbiased, _unbiased, lr=1),
    ),
    Mistake(
        "m̂ is m *divided* by 1 − β₁ᵗ: early means are too small, and are to grow.",
        _hats(lambda m, beta, t: m * (1 - beta**t), _unbiased),
    ),
    Mistake(
        "m̂ and v̂ are m and v *divided* by 1 − β₁ᵗ and 1 − β₂ᵗ: early means are too small, and are"
        " to grow.",
        _hats(lambda m, beta, t: m * (1 - beta**t), lambda v, beta, t: v * (1 - beta**t)),
    ),
    Mistake(
        "The corrections change from step to step: 1 − β₁ᵗ and 1 − β₂ᵗ, with the power t.",
        _hats(_once, _once),
    ),
    Mistake("m̂ and v̂ are for this step alone: return m and v uncorrected.", _adam(keep=False)),
    Mistake("ε is added to the root, and is not under it: √v̂ + ε.", _adam(inside=True)),
    Mistake(
        "ε is added to √v̂, after the correction; added to √v it is divided along with it.",
        _adam(late=True),
    ),
    Mistake("`lr` is an argument: yours takes 0.05 whatever it is given.", _fixed(adam, lr=0.05)),
    Mistake(
        "β₁ and β₂ are arguments: yours takes 0.9 and 0.999 whatever it is given.",
        _fixed(adam, beta1=0.9, beta2=0.999),
    ),
    Mistake(
        "ε is missing or too small: where gradients are tiny, it keeps the step from growing.",
        _fixed(adam, eps=1e-300),
    ),
)

TASKS = (
    Task(
        "sgd",
        "my_sgd(p, g, lr, weight_decay)",
        Compared(
            SGD_CASES,
            sgd,
            SGD_MISTAKES,
            ("weight",),
            start=lambda p, *rest: p,
            says="The step is right for vectors, matrices and numbers, with decay and without.",
        ),
        SGD_MISTAKES,
    ),
    Task(
        "momentum",
        "my_momentum(p, g, v, t, lr, mu)",
        Steps(
            momentum,
            ["v"],
            [
                ("the default settings", {}, 1.0),
                ("lr 0.3", {"lr": 0.3}, 1.0),
                ("mu 0.5", {"lr": 0.1, "mu": 0.5}, 1.0),
            ],
            MOMENTUM_MISTAKES,
        ),
        MOMENTUM_MISTAKES,
    ),
    Task(
        "adam",
        "my_adam(p, g, m, v, t, lr, beta1, beta2, eps)",
        Steps(
            adam,
            ["m", "v"],
            [
                ("the default settings", {}, 1.0),
                ("lr 0.3", {"lr": 0.3}, 1.0),
                ("other means", {"beta1": 0.5, "beta2": 0.8}, 1.0),
                ("tiny gradients", {}, 1e-8),
            ],
            ADAM_MISTAKES,
        ),
        ADAM_MISTAKES,
    ),
)
