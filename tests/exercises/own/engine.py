"""Wrong and right answers to the tasks of an engine: a step, recording, the pass, closures."""

import numpy as np

import tinytorch as tt
from tinytorch.exercises.given.closures import Value as Closure
from tinytorch.exercises.given.recording import Value


def moving(by):
    """A step that subtracts `by(w, g, rate)`, in place, and forgets the gradient."""

    def step(w, rate):
        w.data -= by(w.data, w.grad.data, rate)
        w.grad = None

    return step


def recorder(unwrapped=Value, keep=lambda x, number: number, enough=any, order=1):
    """The way into the graph with one part exchanged."""

    def run(operation, *inputs):
        numbers = [x.data if isinstance(x, Value) else x for x in inputs]
        sources = [x.node if isinstance(x, Value) else None for x in inputs]
        node = operation()
        z = node.forward(*numbers)
        if not enough(sources):
            return unwrapped(z)
        values = [*map(keep, inputs, numbers), keep(Value(z), z)]
        node.sources = sources[::order]
        node.saved = tuple(values[i] for i in operation.saves)
        return Value(z, node)

    return run


def newest_first(root):
    """The nodes behind a root, each after all that used it; without recursion."""
    found, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            found.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(s, False) for s in node.next_functions if s is not None]
    return found[::-1]


def passing(start=np.ones_like, add=lambda a, b: a + b, answer=None, root=True):
    """A backward pass, with hooks where `answer(g, returned)` says what they do."""

    def work(result, hooks=()):
        grads, leaves = {result.grad_fn: start(result.data)}, {}
        for node in newest_first(result.grad_fn):
            g = grads.pop(node)
            if answer and node in hooks and (root or node is not result.grad_fn):
                g = answer(g, hooks[node](g))
            if not node.next_functions:
                leaves[node] = g
                continue
            for source, d in zip(node.next_functions, node.apply(g), strict=True):
                if source is not None:
                    grads[source] = add(grads[source], d) if source in grads else d
        return leaves

    return work


def hooked(*args, **how):
    """The same pass, called with hooks."""
    work = passing(*args, **how)
    return lambda result, hooks: work(result, hooks)


def plain(**how):
    """The same pass, called without hooks."""
    work = passing(**how)
    return lambda result: work(result)


def into(a, b):
    """A sum in place, which also changes what another node was given."""
    a += b
    return a


def divided(to_b, to_a=lambda g, a, b: g / b):
    """The quotient of closures with rules of one's own."""

    def divide(a, b):
        out = Closure(a.data / b.data, (a, b))

        def send():
            a.collect(to_a(out.grad, a.data, b.data))
            b.collect(to_b(out.grad, a.data, b.data))

        out.send = send
        return out

    return divide


def without_graph(w, rate):
    with tt.no_grad():
        w.sub_(w.grad, alpha=rate)
        w.grad.zero_()


def kept(g, returned):
    return g if returned is None else returned


WRONG = {
    "step": [
        (moving(lambda w, g, r: r * g / g.size), "leave out the division"),
        (moving(lambda w, g, r: r * np.sign(g)), "its size counts too"),
        (moving(lambda w, g, r: r * r * g), "the rate counts once"),
        (moving(lambda w, g, r: r * g / np.linalg.norm(g)), "don't divide by its length"),
        (moving(lambda w, g, r: g / r), "multiply by the rate"),
        (moving(lambda w, g, r: r * g**3), "Subtract the rate times the gradient"),
    ],
    "run": [
        (recorder(unwrapped=float), "without a node as well"),
        (recorder(keep=lambda x, number: x), "`saved` holds Values"),
        (recorder(enough=all), "One that wants a gradient is enough"),
        (recorder(enough=lambda sources: True), "No input has a node"),
        (recorder(order=-1), "in their order"),
    ],
    "backward": [
        (plain(add=into), "was changed in place"),
        (plain(start=lambda z: 1.0), "ones of the shape of the result"),
        (plain(start=np.zeros_like), "The pass begins with ones"),
        (plain(start=np.copy), "not with the result"),
        (plain(add=lambda a, b: b), "add them up"),
    ],
    "hooked_backward": [
        (hooked(answer=lambda g, returned: returned), "returned None, which leaves the gradient"),
        (hooked(answer=lambda g, returned: g), "takes the place of the gradient"),
        (
            hooked(answer=lambda g, returned: g if returned is None else g + returned),
            "takes the place of the gradient",
        ),
        (hooked(answer=None), "it was never called"),
        (hooked(answer=kept, root=False), "it was never called"),
    ],
    "divide": [
        (divided(lambda g, a, b: -g * a / (2 * b)), "squared, not doubled"),
        (divided(lambda g, a, b: -g * a / b**3), "squared, not cubed"),
        (divided(lambda g, a, b: g * a / b**2), "The sign is wrong"),
        (divided(lambda g, a, b: -g / b**2), "The factor a is missing"),
        (divided(lambda g, a, b: -g * a / (b * b + 1)), "b̄ = −g a / b²"),
    ],
}
RIGHT = {
    "step": [without_graph, moving(lambda w, g, r: g * r)],
    "run": [recorder(), recorder(enough=lambda sources: sources != [None] * len(sources))],
    "backward": [plain(), plain(add=np.add)],
    "hooked_backward": [hooked(answer=kept), hooked(answer=kept, add=np.add)],
    "divide": [
        divided(lambda g, a, b: -g * (a / b) / b),
        divided(lambda g, a, b: -g * a * b**-2.0, lambda g, a, b: g * b**-1.0),
    ],
}
