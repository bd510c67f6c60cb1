"""An engine of one's own, in one file: tried on small graphs, then XOR and digits are learned."""

import sys

import numpy as np

from ...data import digits
from ..answer import NotWritten, Wrong, nothing
from ..diagnosis import readers_line
from ..task import Mistake, Task, multiple, numbers, short
from .small_engine import engine

A = np.array([[0.5, -1.2, 2.0], [1.5, 0.3, -0.7]])
B = np.array([0.4, 1.1, -0.6])
C = np.array([[1.0, -0.5], [0.2, 0.9], [-1.1, 0.3]])
COLUMN = np.array([[0.7], [-0.4]])
D = np.array([[0.8, -1.5], [-0.3, 1.2]])
ONE = np.array([0.6])

GRAPHS = {  # name: (what is computed, in the reader's tensors and in arrays; its inputs)
    "a.sum()": (lambda m, a: a.sum(), (A,)),
    "a + b": (lambda m, a, b: (a + b).sum(), (A, A + 1)),
    "a * b": (lambda m, a, b: (a * b).sum(), (A, A - 2)),
    "-a": (lambda m, a, w: (-a * w).sum(), (A, A)),
    "a - b": (lambda m, a, b, w: ((a - b) * w).sum(), (A, A - 2, A)),
    "2 * a + 1": (lambda m, a, w: ((2 * a + 1) * w).sum(), (A, A)),
    "a * 2 - 1": (lambda m, a, w: ((a * 2 - 1) * w).sum(), (A, A)),
    "1 - a": (lambda m, a, w: ((1 - a) * w).sum(), (A, A)),
    "a / b": (lambda m, a, b, w: (a / b * w).sum(), (A, A - 2.5, A)),
    "a / 2": (lambda m, a, w: (a / 2 * w).sum(), (A, A)),
    "a @ b": (lambda m, a, b, w: (a @ b * w).sum(), (A, C, D)),
    "a.relu()": (lambda m, a, w: (m.relu(a) * w).sum(), (A, A - 1)),
    "a.tanh()": (lambda m, a, w: (m.tanh(a) * w).sum(), (A, A)),
    "a.exp()": (lambda m, a, w: (m.exp(a) * w).sum(), (A, A)),
    "a.log()": (lambda m, a, w: (m.log(a) * w).sum(), (A**2 + 0.5, A)),
    "a.sum(1)": (lambda m, a, w: (m.sum(a, 1) * w).sum(), (A, COLUMN[:, 0])),
    "a.sum(1, keepdims=True)": (lambda m, a, w: (m.sum(a, 1, True) * w).sum(), (A, COLUMN)),
    "a.sum(0)": (lambda m, a, w: (m.sum(a, 0) * w).sum(), (A, B)),
    "a + b, where b is a row": (lambda m, a, b, w: ((a + b) * w).sum(), (A, B, A)),
    "a + b, where b is a column": (lambda m, a, b, w: ((a + b) * w).sum(), (A, COLUMN, A)),
    "a * b, where b is a row": (lambda m, a, b: (a * b).sum(), (A, B)),
    "a - b, where b is a single number": (lambda m, a, b, w: ((a - b) * w).sum(), (A, ONE, A)),
    "a / b, where a is a row": (lambda m, a, b: (a / b).sum(), (B, A + 3)),
}
SHARED = {  # the same, where a value is used more than once
    "a * a": (lambda m, a: (a * a).sum(), (A,)),
    "a*3*5 + a with a = x*x": (lambda m, x: chained(x * x), (A,)),
    "x*3 + x*x with x = a*a": (lambda m, a: square_twice(a * a), (A,)),
    "a value used three times": (lambda m, a: three_times(m.tanh(a)), (A,)),
    "two inputs that meet twice": (lambda m, a, b: meet(a * b, b), (A, B)),
}


def chained(a):
    return (a * 3 * 5 + a).sum()


def square_twice(x):
    return (x * 3 + x * x).sum()


def three_times(h):
    return (h * h + h).sum()


def meet(p, b):
    return (p * b + p).sum()


class Mine:
    """The functions on the reader's tensors."""

    relu, tanh, exp, log = (
        lambda a, name=name: getattr(a, name)() for name in ("relu", "tanh", "exp", "log")
    )
    relu, tanh, exp, log = map(staticmethod, (relu, tanh, exp, log))

    @staticmethod
    def sum(a, axis, keepdims=False):
        return a.sum(axis, keepdims=keepdims)


class Arrays:
    """The same functions on arrays."""

    tanh, exp, log = staticmethod(np.tanh), staticmethod(np.exp), staticmethod(np.log)

    @staticmethod
    def relu(a):
        return np.maximum(a, 0)

    @staticmethod
    def sum(a, axis, keepdims=False):
        return a.sum(axis, keepdims=keepdims)


def trial(cls, seed=None):
    """Every operation alone, graphs that share, depth; then two networks that have to learn."""
    if not isinstance(cls, type):
        raise Wrong("Give `check` the class itself: `check(MyTensor)`.")
    rng = np.random.default_rng(seed)
    for name, (graph, arrays) in (GRAPHS | SHARED).items():
        if seed is not None:
            arrays = [a * rng.uniform(0.8, 1.2, a.shape) for a in arrays]
        differentiated(cls, name, graph, arrays)
    used_again(cls)
    deep(cls)
    xor = learned_xor(cls)
    right = learned_digits(cls)
    return (
        f"{len(GRAPHS) + len(SHARED)} graphs agree with finite differences, and a long chain"
        f" works. It learns XOR (loss {xor:.2g}), and reads {right:.0%} of digits it has not seen."
    )


def differentiated(cls, name, graph, arrays):
    """Hold the gradients of one graph against central differences of the same on arrays."""
    inputs = [cls(a.copy()) for a in arrays]
    try:
        loss = graph(Mine, *inputs)
    except NotImplementedError:
        raise NotWritten(f"`{name}` is not written yet.") from None
    except Exception as error:
        if isinstance(error, AttributeError) and isinstance(error.obj, cls):
            raise NotWritten(f"`{name}`: `{error.name}` is not written yet.") from None
        line = readers_line(error)
        where = f" in the line\n\n```python\n{line}\n```" if line else "."
        raise Wrong(f"`{name}` raises `{type(error).__name__}: {error}`{where}") from error
    if nothing(loss):
        raise NotWritten(f"`{name}` returns nothing yet.")
    if not isinstance(loss, cls):
        raise Wrong(
            f"`{name}` gives a `{type(loss).__name__}`: every operation returns a `{cls.__name__}`."
        )
    value, due = numbers(loss.data, f"`{name}`: `.data`"), graph(Arrays, *arrays)
    if value.shape != () or not np.isclose(value, due):
        times = multiple(value, np.asarray(due)) if value.shape == () else ""
        times = f" It is {times} what it should be." if times else ""
        raise Wrong(f"`{name}`: the result is {short(value)}, and should be {due:.6g}.{times}")
    try:
        loss.backward()
    except NotImplementedError:
        raise NotWritten("The formulas are there. `backward` is not written yet.") from None
    for i, (x, a) in enumerate(zip(inputs, arrays, strict=True)):
        if x.grad is None:
            raise Wrong(f"`{name}`: after `backward()`, `.grad` of input {i + 1} is None.")
        g = numbers(x.grad, f"`{name}`: `.grad` of input {i + 1}")
        if g.shape != a.shape:
            raise Wrong(
                f"`{name}`: the gradient of input {i + 1} has shape {g.shape}, the input {a.shape}."
                " What was copied by broadcasting collects the sum."
            )
        n = differences(graph, arrays, i)
        if not np.allclose(g, n, 1e-4, 1e-6):
            at = tuple(int(k) for k in np.argwhere(~np.isclose(g, n, 1e-4, 1e-6))[0])
            raise Wrong(
                f"`{name}`: the gradient of input {i + 1} at {list(at)} is {g[at]:.5g}, and"
                f" differences say {n[at]:.5g}.{_why(name, g, n, due)}"
            )


def _why(name, g, n, result):
    if name in SHARED:
        return (
            " A value that is used several times adds up what comes back, before its own rule runs:"
            " is each node called once, after everything that used it?"
        )
    with np.errstate(all="ignore"):
        ratios = g[n != 0] / n[n != 0]
    if np.allclose(ratios, result, 1e-4):
        return " The pass begins with 1, not with the result."
    if np.allclose(ratios, -1, 1e-4):
        return " The sign is wrong."
    if not g.any():
        return " Nothing arrived there."
    if np.allclose(ratios, ratios[0], 1e-4) and np.allclose(g[n == 0], 0):
        return f" It is {ratios[0]:.4g} times what it should be, in every entry."
    return " Nothing is used twice here: look at the rule itself."


def differences(graph, arrays, i, h=1e-6):
    """The gradient of the i-th input by central differences."""
    n = np.zeros_like(arrays[i])
    for k in np.ndindex(n.shape):
        values = []
        for sign in (1, -1):
            moved = [a.copy() for a in arrays]
            moved[i][k] += sign * h
            values.append(graph(Arrays, *moved))
        n[k] = (values[0] - values[1]) / (2 * h)
    return n


def used_again(cls):
    """Two passes over two graphs: `.grad` adds up, and starts anew after None."""
    x = cls(A.copy())
    for _ in range(2):
        (x * x).sum().backward()
    if np.allclose(x.grad, 2 * A):
        raise Wrong("A second `backward()` replaces `.grad`: it adds to what is there.")
    if not np.allclose(x.grad, 4 * A):
        raise Wrong("After two passes over x*x, `.grad` of x should be 4x: each adds 2x.")
    x.grad = None
    (x * x).sum().backward()
    if not np.allclose(x.grad, 2 * A):
        raise Wrong("After `x.grad = None`, `backward()` should start anew.")


def deep(cls):
    n = sys.getrecursionlimit() + 200  # a browser's stack lets no much longer chain go
    x = cls(np.array([1.0]))
    y = x
    for _ in range(n):
        y = y * 1.0
    try:
        y.sum().backward()
    except RecursionError:
        raise Wrong(
            f"{n:,} operations in a row overflow `backward`. Find the order with a stack or a"
            " count instead of recursion."
        ) from None
    z = x = cls(np.array([0.001]))
    for _ in range(25):  # 2²⁵ paths
        z = z + z
    _within(lambda: z.sum().backward(), x)


def _within(run, x):
    """Run a pass that visits each node once: a pass over all paths would take hours."""
    import sys
    import time

    start, seconds = time.perf_counter(), 5

    def stop(frame, event, arg):
        if time.perf_counter() - start > seconds:
            raise Wrong(
                "25 doublings take too long: a node is called once, after everything that used it,"
                " not once for every path to it."
            )

    before = sys.getprofile()
    sys.setprofile(stop)
    try:
        run()
    finally:
        sys.setprofile(before)
    if not np.allclose(x.grad, 2.0**25):
        raise Wrong(f"After 25 doublings the slope is 2²⁵, yours {np.asarray(x.grad)}.")


def descend(parameters, rate):
    for p in parameters:
        p.data = p.data - rate * p.grad
        p.grad = None


def learned_xor(cls):
    """Train two layers on exclusive or, from a fixed start."""
    rng = np.random.default_rng(3)
    x = cls(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]))
    y = cls(np.array([[0.0], [1], [1], [0]]))
    W, b = cls(rng.normal(size=(2, 8))), cls(np.zeros(8))
    V, c = cls(rng.normal(size=(8, 1))), cls(np.zeros(1))
    for _ in range(500):
        error = (x @ W + b).tanh() @ V + c - y
        loss = (error * error).sum()
        loss.backward()
        x.grad = y.grad = None
        descend([W, b, V, c], 0.05)
    last = float(np.asarray(loss.data))
    if not last < 0.05:
        raise Wrong(f"XOR is not learned: after 500 steps the loss is {last:.3g}.")
    return last


def learned_digits(cls):
    """Train an MLP on handwritten digits, and read those that were held out."""
    (images, labels), (held, truths) = (
        (x.numpy().reshape(len(x), -1).astype(float), y.numpy())
        for x, y in (digits(train).tensors for train in (True, False))
    )
    rng = np.random.default_rng(0)
    W, b = cls(rng.normal(size=(64, 32)) * np.sqrt(2 / 64)), cls(np.zeros(32))
    V, c = cls(rng.normal(size=(32, 10)) * np.sqrt(2 / 32)), cls(np.zeros(10))

    def scores(x):
        return (x @ W + b).relu() @ V + c

    for _ in range(10):
        for batch in np.array_split(rng.permutation(len(images)), 29):
            z = scores(cls(images[batch]))
            truth = cls(np.eye(10)[labels[batch]])
            log_p = z - z.exp().sum(1, keepdims=True).log()
            ((truth * log_p).sum() * (-1 / len(batch))).backward()
            descend([W, b, V, c], 0.3)
    found = np.asarray(scores(cls(held)).data).argmax(1)
    right = float((found == truths).mean())
    if right < 0.85:
        raise Wrong(f"The MLP reads {right:.0%} of the held-out digits; 85% or more are due.")
    return right


TASKS = (
    Task(
        "Tensor",
        "MyTensor(data)",
        trial,
        (
            Mistake("is each node called once", engine("depth first")),
            Mistake("overflow `backward`", engine("recursive")),
            Mistake("and differences say", engine(accumulate=False)),
            Mistake("collects the sum", engine(sums=False)),
            Mistake("and differences say", engine(tanh=lambda g, z: g * (1 - z))),
            Mistake("and differences say", engine(matmul=lambda g, a, b: (g @ b.T, 0 * b))),
            Mistake("replaces `.grad`", engine(again=False)),
        ),
    ),
)
