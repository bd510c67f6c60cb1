"""Other answers to the exercises on the engine and on learning, wrong and right.

None of them is recorded with the exercise: what is wrong has to be named all the same, and what is
right has to pass, however it is written.
"""

import math

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.exercises import TASKS, check
from tinytorch.exercises.given.closures import Value as Number
from tinytorch.exercises.given.recording import Value

WRONG, RIGHT = {}, {}


def wrong(name, *said):
    """An answer to the exercise `name` that fails, and words of what is said of it."""

    def add(work):
        WRONG[f"{name}: {work.__name__}"] = name, work, said
        return work

    return add


def right(name):
    def add(work):
        RIGHT[f"{name}: {work.__name__}"] = name, work
        return work

    return add


# ------------------------------------------------------------------------- slopes and directions


@wrong("slope_along")
def not_of_length_1(gradient, direction):
    return gradient @ direction


@wrong("slope_along")
def divided_twice(gradient, direction):
    return gradient @ direction / (np.linalg.norm(direction) * np.linalg.norm(gradient))


@wrong("slope_along")
def divided_by_the_square(gradient, direction):
    return gradient @ direction / (direction @ direction)


@wrong("slope_along")
def length_by_absolute_values(gradient, direction):
    return gradient @ direction / np.abs(direction).sum()


@wrong("slope_along")
def a_vector(gradient, direction):
    return gradient * direction / np.linalg.norm(direction)


@right("slope_along")
def unit_first(gradient, direction):
    unit = direction / np.sqrt((direction**2).sum())
    return float((gradient * unit).sum())


@right("slope_along")
def by_hypot(gradient, direction):
    return sum(g * d for g, d in zip(gradient, direction, strict=True)) / math.hypot(*direction)


@wrong("downhill")
def the_gradient(gradient):
    return -gradient


@wrong("downhill")
def uphill(gradient):
    return gradient / np.linalg.norm(gradient)


@wrong("downhill")
def signs(gradient):
    return -np.sign(gradient)


@wrong("downhill")
def by_the_largest(gradient):
    return -gradient / np.abs(gradient).max()


@wrong("downhill")
def by_the_sum(gradient):
    return -gradient / np.abs(gradient).sum()


@wrong("downhill")
def sideways(gradient):
    unit = gradient / np.linalg.norm(gradient)
    return unit[::-1] * np.where(np.arange(len(unit)) % 2, 1, -1)


@right("downhill")
def by_root(gradient):
    return -(gradient / (gradient @ gradient) ** 0.5)


@right("downhill")
def steps_of_a_list(gradient):
    length = math.sqrt(sum(float(x) ** 2 for x in gradient))
    return [-float(x) / length for x in gradient]


# --------------------------------------------------------------------------- gradients by hand


@wrong("gradients")
def one_path(x, y):
    s = x * y + x
    return 2 * s * y, 2 * s * x


@wrong("gradients")
def other_path(x, y):
    s = x * y + x
    return 2 * s, 2 * s * x


@wrong("gradients")
def without_the_two(x, y):
    s = x * y + x
    return s * (y + 1), s * x


@wrong("gradients")
def swapped(x, y):
    s = x * y + x
    return 2 * s * x, 2 * s * (y + 1)


@wrong("gradients")
def of_the_sum(x, y):
    return y + 1, x


@wrong("gradients")
def paths_multiplied(x, y):
    s = x * y + x
    return 2 * s * y * 1, 2 * s * x * 2 * s


@wrong("gradients")
def product_forgets_x(x, y):
    s = x * y
    return 2 * s * (y + 1), 2 * s * x


@right("gradients")
def expanded(x, y):
    return 2 * x * (y + 1) ** 2, 2 * x * x * (y + 1)


@right("gradients")
def by_rows(x, y):
    s = x * (y + 1)
    return [2.0 * s + 2.0 * s * y, 2.0 * s * x]


# ------------------------------------------------------------------------------- a step of descent


@wrong("step")
def a_new_tensor(w, rate):
    w = tt.tensor(w.data - rate * w.grad.data, requires_grad=True)


@wrong("step")
def other_memory(w, rate):
    w.data = w.data - rate * w.grad.data
    w.grad = None


@wrong("step")
def gradient_stays(w, rate):
    with tt.no_grad():
        w -= rate * w.grad


@wrong("step")
def uphill_step(w, rate):
    with tt.no_grad():
        w += rate * w.grad
    w.grad = None


@wrong("step")
def rate_forgotten(w, rate):
    with tt.no_grad():
        w -= w.grad
    w.grad = None


@wrong("step")
def no_leaf_afterwards(w, rate):
    w.data -= rate * w.grad.data
    w.grad = None
    w.requires_grad = False


@wrong("step")
def emptied_first(w, rate):
    w.grad = None
    with tt.no_grad():
        w -= rate * w.grad


@right("step")
def in_data(w, rate):
    w.data[...] -= rate * w.grad.data
    w.grad = None


@right("step")
def by_numpy(w, rate):
    np.subtract(w.data, rate * np.asarray(w.grad), out=w.data)
    w.zero_grad()


# ------------------------------------------------------------------------------------ recording


def plain(inputs):
    return [x.data if isinstance(x, Value) else x for x in inputs]


def nodes(inputs):
    return [x.node if isinstance(x, Value) else None for x in inputs]


@wrong("run")
def always_a_node(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run")
def saves_everything(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = (*plain(inputs), z)
    return Value(z, node)


@wrong("run")
def only_nodes_that_are_there(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = [n for n in nodes(inputs) if n]
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run")
def nodes_where_all_have_one(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not all(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run")
def saves_values(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*inputs, z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run")
def one_node_for_all(operation, *inputs, made={}):  # noqa: B006
    node = made.setdefault(operation, operation())
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run")
def sources_are_values(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = list(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@right("run")
def formula_twice(operation, *inputs):
    if all(getattr(x, "node", None) is None for x in inputs):
        return Value(operation().forward(*plain(inputs)))
    node = operation()
    out = Value(node.forward(*plain(inputs)), node)
    every = (*plain(inputs), out.data)
    node.saved = tuple(every[place] for place in node.saves)
    node.sources = tuple(getattr(x, "node", None) for x in inputs)
    return out


@right("run")
def by_a_loop(operation, *inputs):
    numbers, sources, wanted = [], [], False
    for x in inputs:
        if isinstance(x, Value):
            numbers.append(x.data)
            sources.append(x.node)
            wanted = wanted or x.node is not None
        else:
            numbers.append(x)
            sources.append(None)
    node = operation()
    result = node.forward(*numbers)
    numbers.append(result)
    node.saved, node.sources = tuple(numbers[i] for i in node.saves), sources
    return Value(result, node) if wanted else Value(result)


# ------------------------------------------------------------------------------- the backward pass


def sent(order, result, start=None, hooks=None):
    """Gradients of the leaves, delivered along an order of nodes."""
    hooks = hooks or {}
    grads = {result.grad_fn: np.ones_like(result.data) if start is None else start}
    leaves = {}
    for node in order:
        g = grads[node]
        if node in hooks:
            changed = hooks[node](g)
            g = g if changed is None else changed
        if not node.next_functions:
            leaves[node] = g
            continue
        for source, d in zip(node.next_functions, node.apply(g), strict=True):
            if source is not None and d is not None:
                grads[source] = grads[source] + d if source in grads else d
    return leaves


def longest_first(root):
    """The nodes by their longest way from the root: a right order, by relaxation."""
    depth, changed = {root: 0}, True
    while changed:
        changed = False
        for node in list(depth):
            for source in node.next_functions:
                if source is not None and depth.get(source, -1) < depth[node] + 1:
                    depth[source] = depth[node] + 1
                    changed = True
    return sorted(depth, key=depth.get)


def postorder(root):
    """The nodes, each before its sources, by a stack that comes back to a node."""
    order, done, stack = [], set(), [(root, False)]
    while stack:
        node, back = stack.pop()
        if back:
            order.append(node)
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack += [(s, False) for s in node.next_functions if s is not None and s not in done]
    return order[::-1]


@wrong("backward")
def shortest_first(result):
    depth, level = {result.grad_fn: 0}, [result.grad_fn]
    while level:
        level = [s for n in level for s in n.next_functions if s is not None and s not in depth]
        depth |= dict.fromkeys(level, 1 + max(depth.values()))
    return sent(sorted(depth, key=depth.get), result)


@wrong("backward")
def from_zero(result):
    return sent(postorder(result.grad_fn), result, start=np.zeros_like(result.data))


@wrong("backward")
def from_the_result(result):
    return sent(postorder(result.grad_fn), result, start=np.asarray(result.data))


@wrong("backward")
def a_plain_one(result):
    return sent(postorder(result.grad_fn), result, start=np.float64(1.0))


@wrong("backward")
def leaves_replaced(result):
    grads, leaves = {result.grad_fn: np.ones_like(result.data)}, {}
    for node in postorder(result.grad_fn):
        if not node.next_functions:
            leaves.setdefault(node, grads.get(node))
            continue
        for source, d in zip(node.next_functions, node.apply(grads[node]), strict=True):
            if source is not None and d is not None:
                more = source in grads and source.next_functions
                grads[source] = grads[source] + d if more else d
    return leaves


@wrong("backward")
def only_the_first_leaf(result):
    found = sent(postorder(result.grad_fn), result)
    return dict(list(found.items())[:1])


@wrong("backward")
def one_source_each(result):
    order, node = [], result.grad_fn
    while node is not None:
        order.append(node)
        node = next((s for s in node.next_functions if s is not None), None)
    return {
        node: g
        for node, g in sent(order, result).items()
    }


@wrong("backward")
def a_list(result):
    return list(sent(postorder(result.grad_fn), result).values())


@right("backward")
def by_a_stack_that_comes_back(result):
    return sent(postorder(result.grad_fn), result)


@right("backward")
def by_removal(result):
    """Kahn's algorithm, with lists of who waits for whom."""
    root = result.grad_fn
    users, found = {root: set()}, [root]
    for node in found:
        for source in node.next_functions:
            if source is None:
                continue
            if source not in users:
                users[source] = set()
                found.append(source)
            users[source].add(node)
    order, free = [], [root]
    while free:
        node = free.pop(0)
        order.append(node)
        for source in set(node.next_functions) - {None}:
            users[source].discard(node)
            if not users[source]:
                free.append(source)
    return sent(order, result)


@wrong("hooked_backward")
def hook_after_the_rule(result, hooks):
    grads, leaves = {result.grad_fn: np.ones_like(result.data)}, {}
    for node in postorder(result.grad_fn):
        g = grads[node]
        given = node.apply(g) if node.next_functions else ()
        if node in hooks:
            changed = hooks[node](g)
            g = g if changed is None else changed
        if not node.next_functions:
            leaves[node] = g
        for source, d in zip(node.next_functions, given, strict=True):
            if source is not None and d is not None:
                grads[source] = grads[source] + d if source in grads else d
    return leaves


@wrong("hooked_backward")
def hooks_on_the_result_alone(result, hooks):
    found = sent(postorder(result.grad_fn), result)
    for node, hook in hooks.items():
        if node in found:
            changed = hook(found[node])
            found[node] = found[node] if changed is None else changed
    return found


@wrong("hooked_backward")
def falsy_is_none(result, hooks):
    return sent(
        postorder(result.grad_fn),
        result,
        hooks={n: lambda g, h=h: None if not np.all(h(g)) else h(g) for n, h in hooks.items()},
    )


@wrong("hooked_backward")
def hook_twice(result, hooks):
    def twice(hook):
        def run(g):
            hook(g)
            return hook(g)

        return run

    return sent(postorder(result.grad_fn), result, hooks={n: twice(h) for n, h in hooks.items()})


@wrong("hooked_backward")
def adds_what_is_returned(result, hooks):
    def added(hook):
        return lambda g: g if (more := hook(g)) is None else g + more

    return sent(postorder(result.grad_fn), result, hooks={n: added(h) for n, h in hooks.items()})


@wrong("hooked_backward")
def hook_gets_the_node(result, hooks):
    return sent(
        postorder(result.grad_fn), result, hooks={n: lambda g, n=n: hooks[n](n) for n in hooks}
    )


@wrong("hooked_backward")
def order_by_depth_first(result, hooks):
    order, stack, seen = [], [result.grad_fn], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack += [s for s in node.next_functions if s is not None]
    return sent(order, result, hooks=hooks)


@right("hooked_backward")
def hooked_by_postorder(result, hooks):
    return sent(postorder(result.grad_fn), result, hooks=hooks)


@right("hooked_backward")
def hooked_by_default(result, hooks):
    def keep(g):
        return g

    grads, leaves = {result.grad_fn: np.ones_like(result.data)}, {}
    for node in postorder(result.grad_fn):
        g = grads.pop(node)
        found = hooks.get(node, keep)(g)
        if found is not None:
            g = found
        if node.next_functions == ():
            leaves[node] = g
        else:
            for source, d in zip(node.next_functions, node.apply(g), strict=True):
                if source is not None and d is not None:
                    grads[source] = grads.get(source, 0) + d
    return leaves


# ------------------------------------------------------------------------------------ unbroadcast


@wrong("unbroadcast")
def leading_axes_alone(grad, shape):
    return grad.sum(tuple(range(grad.ndim - len(shape))))


@wrong("unbroadcast")
def axes_of_one_alone(grad, shape):
    for i, n in enumerate(shape):
        if n == 1 and i < grad.ndim:
            grad = grad.sum(i, keepdims=True)
    return grad


@wrong("unbroadcast")
def squeezed(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(0)
    for i in reversed(range(len(shape))):
        if shape[i] == 1:
            grad = grad.sum(i)
    return grad


@wrong("unbroadcast")
def averaged(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.mean(0)
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.mean(i, keepdims=True)
    return grad


@wrong("unbroadcast")
def trailing_axes(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(-1)
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(i, keepdims=True)
    return grad


@wrong("unbroadcast")
def reshaped(grad, shape):
    return np.resize(grad, shape)


@wrong("unbroadcast")
def first_entry(grad, shape):
    while grad.ndim > len(shape):
        grad = grad[0]
    for i, n in enumerate(shape):
        if n == 1:
            grad = np.take(grad, [0], i)
    return grad


@wrong("unbroadcast")
def by_size(grad, shape):
    if grad.size == math.prod(shape):
        return grad
    return grad.sum(0).reshape(shape) if grad[0].size == math.prod(shape) else grad


@right("unbroadcast")
def all_at_once(grad, shape):
    lead = grad.ndim - len(shape)
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1))
    return grad.sum(axes, keepdims=True).reshape(shape)


@right("unbroadcast")
def by_scattering(grad, shape):
    out = np.zeros(shape, grad.dtype)
    lead = grad.ndim - len(shape)
    for at in np.ndindex(grad.shape):
        out[tuple(0 if n == 1 else i for i, n in zip(at[lead:], shape, strict=True))] += grad[at]
    return out


# ------------------------------------------------------------------------------------- gradcheck


def analytic(f, x):
    t = tt.tensor(x, requires_grad=True)
    f(t).backward()
    return t.grad.data


def numeric(f, x, h, sides=2):
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        if sides == 2:
            down[i] -= h
        n[i] = (f(tt.tensor(up)).item() - f(tt.tensor(down)).item()) / (sides * h)
    return n


@wrong("gradcheck")
def always_true(f, x, h=1e-6):
    return True


@wrong("gradcheck")
def always_false(f, x, h=1e-6):
    return False


@wrong("gradcheck")
def mean_of_the_differences(f, x, h=1e-6):
    return bool(abs((analytic(f, x) - numeric(f, x, h)).mean()) < 1e-6)


@wrong("gradcheck")
def any_entry(f, x, h=1e-6):
    return bool(np.isclose(analytic(f, x), numeric(f, x, h), 1e-5, 1e-6).any())


@wrong("gradcheck")
def first_entry_alone(f, x, h=1e-6):
    return bool(np.isclose(analytic(f, x).flat[0], numeric(f, x, h).flat[0], 1e-5, 1e-6))


@wrong("gradcheck")
def all_entries_at_once(f, x, h=1e-6):
    total = (f(tt.tensor(x + h)).item() - f(tt.tensor(x - h)).item()) / (2 * h)
    return bool(np.isclose(analytic(f, x).sum(), total, 1e-5, 1e-6))


@wrong("gradcheck")
def half_the_width(f, x, h=1e-6):
    return bool(np.allclose(analytic(f, x), 2 * numeric(f, x, h), 1e-5, 1e-6))


@wrong("gradcheck")
def signs_alone(f, x, h=1e-6):
    return bool((np.sign(analytic(f, x)) == np.sign(numeric(f, x, h))).all())


@wrong("gradcheck")
def generous(f, x, h=1e-6):
    return bool(np.allclose(analytic(f, x), numeric(f, x, h), rtol=0.2, atol=0.2))


@wrong("gradcheck")
def directions(f, x, h=1e-6):
    return bool((analytic(f, x) * numeric(f, x, h)).sum() > 0)


@wrong("gradcheck")
def cosine(f, x, h=1e-6):
    a, n = analytic(f, x).ravel(), numeric(f, x, h).ravel()
    return bool(a @ n >= 0.999999 * np.linalg.norm(a) * np.linalg.norm(n))


@wrong("gradcheck")
def changes_x(f, x, h=1e-6):
    a = analytic(f, x)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(tt.tensor(x)).item()
        x[i] -= 2 * h
        down = f(tt.tensor(x)).item()
        if abs(a[i] - (up - down) / (2 * h)) > 1e-5 * (1 + abs(a[i])):
            return False
    return True


@right("gradcheck")
def by_allclose(f, x, h=1e-6):
    return np.allclose(analytic(f, x), numeric(f, x, h), rtol=1e-5, atol=1e-7)


@right("gradcheck")
def norms_of_all_entries(f, x, h=1e-6):
    a, n = analytic(f, x), numeric(f, x, h)
    return np.abs(a - n).max() <= 1e-6 * (1 + np.abs(n).max())


@right("gradcheck")
def x_put_back(f, x, h=1e-6):
    x = np.array(x)
    a = analytic(f, x)
    good = True
    for i in np.ndindex(x.shape):
        was = x[i]
        x[i] = was + h
        up = float(f(tt.tensor(x)).data)
        x[i] = was - h
        down = float(f(tt.tensor(x)).data)
        x[i] = was
        good &= math.isclose(a[i], (up - down) / (2 * h), rel_tol=1e-5, abs_tol=1e-6)
    return good


# ------------------------------------------------------------------------------------ optimizers


@wrong("sgd")
def twice_the_rate(p, g, lr=0.1, weight_decay=0.0):
    return p - 2 * lr * (g + weight_decay * p)


@wrong("sgd")
def sign_of_the_gradient(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * np.sign(g + weight_decay * p)


@wrong("sgd")
def of_length_1(p, g, lr=0.1, weight_decay=0.0):
    g = g + weight_decay * p
    return p - lr * g / np.linalg.norm(g)


@wrong("sgd")
def decay_of_the_size(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * (g + weight_decay * np.abs(p))


@wrong("sgd")
def decay_after_the_step(p, g, lr=0.1, weight_decay=0.0):
    p = p - lr * g
    return p - lr * weight_decay * p


@wrong("sgd")
def in_the_same_memory(p, g, lr=0.1, weight_decay=0.0):
    p -= lr * (g + weight_decay * p)
    return p


@wrong("sgd")
def fixed_rate(p, g, lr=0.1, weight_decay=0.0):
    return p - 0.1 * (g + weight_decay * p)


@right("sgd")
def shrunk_first(p, g, lr=0.1, weight_decay=0.0):
    return (1 - lr * weight_decay) * p - lr * g


@right("sgd")
def as_a_list(p, g, lr=0.1, weight_decay=0.0):
    return np.array(p - lr * (g + weight_decay * p)).tolist()


@wrong("momentum")
def signs_of_v(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v - g
    return p - lr * v, v


@wrong("momentum")
def v_and_g_exchanged(p, g, v, t, lr=0.05, mu=0.9):
    v = v + mu * g
    return p - lr * v, v


@wrong("momentum")
def results_exchanged(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return v, p - lr * v


@wrong("momentum")
def corrected_as_in_adam(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + (1 - mu) * g
    return p - lr * v / (1 - mu**t), v


@wrong("momentum")
def old_v_returned(p, g, v, t, lr=0.05, mu=0.9):
    return p - lr * (mu * v + g), v


@wrong("momentum")
def v_alone_after_one(p, g, v, t, lr=0.05, mu=0.9):
    v = g if t > 1 else mu * v + g
    return p - lr * v, v


@wrong("momentum")
def step_added_to_gradient(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return p - lr * (g + v), v


@right("momentum")
def minus_v(p, g, v, t, lr=0.05, mu=0.9):
    new = v * mu
    new = new + g
    return (p + (-lr) * new, new)


@right("momentum")
def as_lists(p, g, v, t, lr=0.05, mu=0.9):
    v = np.add(np.multiply(mu, v), g)
    return [np.subtract(p, lr * v), v]


def adam_with(first=None, second=None, step=None):
    """Adam's step with one piece exchanged."""

    def work(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
        m = first(m, g, beta1) if first else beta1 * m + (1 - beta1) * g
        v = second(v, g, beta2) if second else beta2 * v + (1 - beta2) * g * g
        if step:
            return step(p, m, v, t, lr, beta1, beta2, eps), m, v
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return p - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

    return work


def _adam_wrongs():
    pieces = {
        "only_m_is_corrected": {
            "step": lambda p, m, v, t, lr, b1, b2, eps: p
            - lr * (m / (1 - b1**t)) / (np.sqrt(v) + eps)
        },
        "only_v_is_corrected": {
            "step": lambda p, m, v, t, lr, b1, b2, eps: p - lr * m / (np.sqrt(v / (1 - b2**t)) + eps)
        },
        "betas_exchanged_in_m": {"first": lambda m, g, b1: (1 - b1) * m + b1 * g},
        "v_of_m": {"second": lambda v, g, b2: b2 * v + g * g},
        "t_from_zero": {
            "step": lambda p, m, v, t, lr, b1, b2, eps: p
            - lr * (m / (1 - b1 ** (t + 1))) / (np.sqrt(v / (1 - b2 ** (t + 1))) + eps)
        },
        "largest_v": {"second": lambda v, g, b2: np.maximum(b2 * v, g * g)},
        "uphill_adam": {
            "step": lambda p, m, v, t, lr, b1, b2, eps: p
            + lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
        },
        "g_in_place_of_m": {"first": lambda m, g, b1: g},
        "times_t": {
            "step": lambda p, m, v, t, lr, b1, b2, eps: p
            - lr * (m / (1 - b1 * t)) / (np.sqrt(np.abs(v / (1 - b2 * t))) + eps)
        },
    }
    for name, how in pieces.items():
        work = adam_with(**how)
        work.__name__ = name
        wrong("adam")(work)


_adam_wrongs()


@right("adam")
def rate_corrected(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    """As the paper's remark has it: the corrections in the rate, and in ε."""
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g**2 - v)
    root = (1 - beta2**t) ** 0.5
    return p - lr * root / (1 - beta1**t) * m / (v**0.5 + eps * root), m, v


@right("adam")
def as_a_list_of_arrays(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.average([m, g], 0, [beta1, 1 - beta1]), np.average([v, g * g], 0, [beta2, 1 - beta2])
    update = np.divide(m / (1 - pow(beta1, t)), eps + np.sqrt(v / (1 - pow(beta2, t))))
    return [np.asarray(p) - lr * update, m, v]


@wrong("schedule")
def warm_up_after_one_more(step, peak, warmup, total):
    if step <= warmup:
        return peak * (step + 1) / (warmup + 1)
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule")
def ends_one_step_early(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - 1 - warmup)))) / 2


@wrong("schedule")
def peak_forgotten(step, peak, warmup, total):
    if step < warmup:
        return (step + 1) / warmup
    return (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule")
def half_forgotten(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup))))


@wrong("schedule")
def constant_after_warm_up(step, peak, warmup, total):
    return peak * min(1, (step + 1) / max(warmup, 1))


@wrong("schedule")
def upside_down(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 - np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule")
def whole_wave(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(2 * np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@right("schedule")
def by_minimum(step, peak, warmup, total):
    share = min(1.0, max(0.0, (step - warmup) / (total - warmup)))
    rise = (step + 1) / warmup if step < warmup else 1.0
    return peak * rise * math.cos(math.pi * share / 2) ** 2


@right("schedule")
def by_interpolation(step, peak, warmup, total):
    if step < warmup:
        return np.linspace(peak / warmup, peak, warmup)[step]
    if step < total:
        return np.float64(peak * 0.5 * (1 + math.cos((step - warmup) * math.pi / (total - warmup))))
    return 0


# --------------------------------------------------------------------------------------- clipping


def length(gradients):
    return math.sqrt(sum(float((g * g).sum()) for g in gradients))


@wrong("clip")
def all_of_length_1(gradients, limit):
    n = length(gradients) or 1
    return [g / n if n > limit else g for g in gradients]


@wrong("clip")
def of_the_mean(gradients, limit):
    n = np.sqrt(np.mean([float((g**2).mean()) for g in gradients]))
    return [g * (limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip")
def by_the_largest_entry(gradients, limit):
    n = max(np.abs(g).max() for g in gradients)
    return [g * (limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip")
def lost_above(gradients, limit):
    n = length(gradients)
    return [g * 0 if n > limit else g for g in gradients]


@wrong("clip")
def limit_forgotten_within(gradients, limit):
    n = length(gradients)
    return [g * min(1, limit / n) ** 2 if n else g for g in gradients]


@wrong("clip")
def turned_around(gradients, limit):
    n = length(gradients)
    return [g * (-limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip")
def joined_into_one(gradients, limit):
    flat = np.concatenate([g.ravel() for g in gradients])
    n = np.linalg.norm(flat)
    return flat * (limit / n if n > limit else 1.0)


@wrong("clip")
def clipped_in_place(gradients, limit):
    n = length(gradients)
    for g in gradients:
        g *= min(1, limit / n) if n else 1
    return gradients


@wrong("clip")
def divides_by_zero(gradients, limit):
    with np.errstate(all="ignore"):
        n = np.float64(length(gradients))
        return [g / n * min(n, limit) for g in gradients]


@right("clip")
def as_pytorch(gradients, limit):
    factor = min(1.0, limit / (length(gradients) + 1e-6))
    return tuple(factor * g for g in gradients)


@right("clip")
def by_one_vector(gradients, limit):
    flat = np.concatenate([np.ravel(g) for g in gradients])
    n = np.linalg.norm(flat)
    if n > limit:
        flat = flat * (limit / n)
    parts = np.split(flat, np.cumsum([np.size(g) for g in gradients])[:-1])
    return [part.reshape(np.shape(g)) for part, g in zip(parts, gradients, strict=True)]


# ------------------------------------------------------------------------------- the training loop


@wrong("training_step")
def equal_weights(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (1 / len(batches))).backward()
    optimizer.step()


@wrong("training_step")
def sum_of_losses(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        loss_fn(model(inputs), target).backward()
    optimizer.step()


@wrong("training_step")
def step_for_each(model, optimizer, loss_fn, batches):
    for inputs, target in batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), target).backward()
        optimizer.step()


@wrong("training_step")
def emptied_each_time(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.step()


@wrong("training_step")
def never_emptied(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.step()


@wrong("training_step")
def no_step(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()


@wrong("training_step")
def emptied_before_the_step(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.zero_grad()
    optimizer.step()


@wrong("training_step")
def weighted_by_size_alone(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * len(target)).backward()
    optimizer.step()


@wrong("training_step")
def last_batch_alone(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    loss = None
    for inputs, target in batches:
        loss = loss_fn(model(inputs), target)
    loss.backward()
    optimizer.step()


@right("training_step")
def one_loss(model, optimizer, loss_fn, batches):
    model.zero_grad()
    total = sum(len(y) for _, y in batches)
    loss = sum(loss_fn(model(x), y) * len(y) for x, y in batches) / total
    loss.backward()
    optimizer.step()


@right("training_step")
def gradients_divided(model, optimizer, loss_fn, batches):
    for p in model.parameters():
        p.grad = None
    rows = 0
    for x, y in batches:
        (loss_fn(model(x), y) * len(x)).backward()
        rows += len(x)
    for p in model.parameters():
        p.grad = p.grad / rows
    optimizer.step()


def looped(mean="samples", train=True, empty="before", epochs_of=lambda n: n, number=True, ahead=False):
    """A training loop, right but for what is said."""

    def work(model, optimizer, loss_fn, batches, epochs):
        if train:
            model.train()
        losses = []
        for _ in range(epochs_of(epochs)):
            some, sizes = [], []
            for inputs, target in batches:
                if empty == "before":
                    optimizer.zero_grad()
                loss = loss_fn(model(inputs), target)
                loss.backward()
                optimizer.step()
                if empty == "after":
                    optimizer.zero_grad()
                if ahead:
                    loss = loss_fn(model(inputs), target)
                some.append(loss.item() if number else loss)
                sizes.append(len(target))
            if mean == "samples":
                losses.append(sum(a * n for a, n in zip(some, sizes, strict=True)) / sum(sizes))
            elif mean == "batches":
                losses.append(sum(some) / len(some))
            elif mean == "last":
                losses.append(some[-1])
            elif mean == "sum":
                losses.append(sum(some))
            elif mean == "each":
                losses += some
        return losses

    return work


def _loop_wrongs():
    for name, how in {
        "mean_of_means": {"mean": "batches"},
        "last_loss": {"mean": "last"},
        "sum_over_batches": {"mean": "sum"},
        "a_loss_for_each_batch": {"mean": "each"},
        "mode_left": {"train": False},
        "gradients_pile_up": {"empty": None},
        "emptied_after": {"empty": "after"},
        "one_epoch_less": {"epochs_of": lambda n: n - 1},
        "tensors": {"number": False},
        "losses_after_the_step": {"ahead": True},
    }.items():
        work = looped(**how)
        work.__name__ = name
        wrong("training_loop")(work)


_loop_wrongs()


@right("training_loop")
def by_epochs(model, optimizer, loss_fn, batches, epochs):
    model.train(True)
    means = []
    while len(means) < epochs:
        total, rows = 0.0, 0
        for x, y in batches:
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total, rows = total + float(loss.data) * len(x), rows + len(x)
        means.append(total / rows)
    return means


@right("training_loop")
def emptied_first_and_after(model, optimizer, loss_fn, batches, epochs):
    model.train()
    optimizer.zero_grad()
    means = []
    for _ in range(epochs):
        weighted = []
        for x, y in batches:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            model.zero_grad()
            weighted.append((loss.item(), len(y)))
        means.append(np.average(*np.transpose(weighted)[:1], weights=np.transpose(weighted)[1]))
    return means


# ------------------------------------------------------------------------------ the closure engine


def quotient(a_bar, b_bar, out=None):
    """A quotient whose two gradients are given."""

    def work(a, b):
        made = Number(a.data / b.data if out is None else out(a.data, b.data), (a, b))

        def send():
            a.collect(a_bar(made.grad, a.data, b.data))
            b.collect(b_bar(made.grad, a.data, b.data))

        made.send = send
        return made

    return work


def _quotient_wrongs():
    def a_right(g, a, b):
        return g / b

    def b_right(g, a, b):
        return -g * a / b**2

    for name, work in {
        "b_without_the_square": quotient(a_right, lambda g, a, b: -g * a / b),
        "a_times_b": quotient(lambda g, a, b: g * b, b_right),
        "no_upstream": quotient(lambda g, a, b: 1 / b, lambda g, a, b: -a / b**2),
        "b_without_a": quotient(a_right, lambda g, a, b: -g / b**2),
        "upside_down_quotient": quotient(a_right, b_right, lambda a, b: b / a),
        "exchanged": quotient(b_right, a_right),
        "floor": quotient(a_right, b_right, lambda a, b: a // b),
        "b_of_the_square_of_a": quotient(a_right, lambda g, a, b: -g * a**2 / b**2),
    }.items():
        work.__name__ = name
        wrong("divide")(work)


_quotient_wrongs()


@wrong("divide")
def set_not_collected(a, b):
    out = Number(a.data / b.data, (a, b))

    def send():
        a.grad = out.grad / b.data
        b.grad = -out.grad * a.data / b.data**2

    out.send = send
    return out


@wrong("divide")
def added_by_hand(a, b):
    out = Number(a.data / b.data, (a, b))

    def send():
        a.grad += out.grad / b.data
        b.grad += -out.grad * a.data / b.data**2

    out.send = send
    return out


@wrong("divide")
def sent_at_once(a, b):
    out = Number(a.data / b.data, (a, b))
    a.collect(np.ones_like(out.data) / b.data)
    b.collect(-a.data / b.data**2 * np.ones_like(out.data))
    return out


@wrong("divide")
def without_inputs(a, b):
    out = Number(a.data / b.data)

    def send():
        a.collect(out.grad / b.data)
        b.collect(-out.grad * a.data / b.data**2)

    out.send = send
    return out


@wrong("divide")
def without_send(a, b):
    return Number(a.data / b.data, (a, b))


@right("divide")
def by_the_result(a, b):
    z = a.data / b.data
    out = Number(z, (a, b))

    def send():
        share = out.grad / b.data
        b.collect(-share * z)
        a.collect(share)

    out.send = send
    return out


@right("divide")
def by_products(a, b):
    one_over = Number(1 / b.data, (b,))
    one_over.send = lambda: b.collect(-one_over.grad * one_over.data**2)
    out = Number(a.data * one_over.data, (a, one_over))

    def send():
        a.collect(out.grad * one_over.data)
        one_over.collect(out.grad * a.data)

    out.send = send
    return out


# -------------------------------------------------------------------------- an engine in one file


def down(g, shape):
    lead = g.ndim - len(shape)
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1))
    return g.sum(axes).reshape(shape)


class Closures:
    """An engine of closures: each result knows how to send its gradient on."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = np.array(data, float), None, parents
        self.send = None

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def collect(self, g):
        g = down(np.broadcast_to(g, np.broadcast_shapes(np.shape(g), self.data.shape)), self.data.shape)
        self.grad = g if self.grad is None else self.grad + g

    def made(self, data, parents, send):
        out = type(self)(data, parents)
        out.send = lambda: send(out.grad)
        return out

    def __add__(self, other):
        other = self.of(other)

        def send(g):
            self.collect(g)
            other.collect(g)

        return self.made(self.data + other.data, (self, other), send)

    def __mul__(self, other):
        other = self.of(other)

        def send(g):
            self.collect(g * other.data)
            other.collect(g * self.data)

        return self.made(self.data * other.data, (self, other), send)

    def __pow__(self, n):
        return self.made(
            self.data**n, (self,), lambda g: self.collect(g * n * self.data ** (n - 1))
        )

    def __matmul__(self, other):
        def send(g):
            self.collect(g @ other.data.T)
            other.collect(self.data.T @ g)

        return self.made(self.data @ other.data, (self, other), send)

    def __neg__(self):
        return self.made(-self.data, (self,), lambda g: self.collect(-g))

    def __sub__(self, other):
        return self + (-self.of(other))

    def __rsub__(self, other):
        return self.of(other) - self

    def __truediv__(self, other):
        return self * self.of(other) ** -1

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.made(
            np.maximum(self.data, 0), (self,), lambda g: self.collect(np.where(self.data > 0, g, 0))
        )

    def tanh(self):
        z = np.tanh(self.data)
        return self.made(z, (self,), lambda g: self.collect(g * (1 - z**2)))

    def exp(self):
        z = np.exp(self.data)
        return self.made(z, (self,), lambda g: self.collect(g * z))

    def log(self):
        return self.made(np.log(self.data), (self,), lambda g: self.collect(g / self.data))

    def sum(self, axis=None, keepdims=False):
        def send(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            self.collect(np.broadcast_to(g, self.data.shape))

        return self.made(self.data.sum(axis=axis, keepdims=keepdims), (self,), send)

    def order(self):
        found, done, stack = [], set(), [(self, False)]
        while stack:
            value, back = stack.pop()
            if back:
                found.append(value)
            elif value not in done:
                done.add(value)
                stack.append((value, True))
                stack += [(parent, False) for parent in value.parents]
        return found[::-1]

    def backward(self):
        order = self.order()
        for value in order:
            if value.parents:
                value.grad = None
        self.collect(np.ones_like(self.data))
        for value in order:
            if value.send:
                value.send()


right("Tensor")(Closures)


def changed(name, **methods):
    """The engine of closures with other methods."""
    cls = type("MyTensor", (Closures,), methods)
    cls.__name__ = name
    return cls


def _minus_forgets(self, other):
    other = self.of(other)

    def send(g):
        self.collect(g)
        other.collect(g)

    return self.made(self.data - other.data, (self, other), send)


def _matmul_swapped(self, other):
    def send(g):
        self.collect((other.data @ g.T).T)
        other.collect((g.T @ self.data).T * 2)

    return self.made(self.data @ other.data, (self, other), send)


def _relu_of_g(self):
    return self.made(
        np.maximum(self.data, 0), (self,), lambda g: self.collect(np.maximum(g, 0))
    )


def _log_of_result(self):
    z = np.log(self.data)
    return self.made(z, (self,), lambda g: self.collect(g / z))


def _sum_as_mean(self, axis=None, keepdims=False):
    def send(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        self.collect(np.broadcast_to(g, self.data.shape) / self.data.size)

    return self.made(self.data.sum(axis=axis, keepdims=keepdims), (self,), send)


def _keepdims_forgotten(self, axis=None, keepdims=False):
    return Closures.sum(self, axis, False)


def _inner_kept(self):
    """Forgets to empty the results in between, which count again."""
    self.collect(np.ones_like(self.data))
    for value in self.order():
        if value.send:
            value.send()


def _from_result(self):
    for value in (order := self.order()):
        if value.parents:
            value.grad = None
    self.collect(self.data)
    for value in order:
        if value.send:
            value.send()


def _creation(self):
    """Level by level: a value may run before all has come in."""
    level = [self]
    self.grad = np.ones_like(self.data)
    while level:
        for value in level:
            if value.send:
                value.send()
        level = list(dict.fromkeys(p for value in level for p in value.parents))


def _plain_result(self, other):
    other = self.of(other)
    return self.data * other.data


def _rsub_turned(self, other):
    return self - other


def _divide_alone(self, other):
    other = self.of(other)
    return self.made(self.data / other.data, (self, other), lambda g: self.collect(g / other.data))


for _name, _methods, _said in (
    ("difference_without_minus", {"__sub__": _minus_forgets}, ()),
    ("products_twice", {"__matmul__": _matmul_swapped}, ()),
    ("relu_of_the_gradient", {"relu": _relu_of_g}, ()),
    ("log_of_the_result", {"log": _log_of_result}, ()),
    ("sum_as_a_mean", {"sum": _sum_as_mean}, ()),
    ("keepdims_forgotten", {"sum": _keepdims_forgotten}, ()),
    ("results_count_again", {"backward": _inner_kept}, ()),
    ("from_the_loss", {"backward": _from_result}, ()),
    ("level_by_level", {"backward": _creation}, ()),
    ("an_array_comes_back", {"__mul__": _plain_result, "__rmul__": _plain_result}, ()),
    ("numbers_on_the_left", {"__rsub__": _rsub_turned}, ()),
    ("denominator_forgotten", {"__truediv__": _divide_alone}, ()),
):
    wrong("Tensor", *_said)(changed(_name, **_methods))


class Tape:
    """An engine with one tape: what was computed last is undone first."""

    tape: list = []  # noqa: RUF012

    def __init__(self, data):
        self.data, self.grad = np.asarray(data, dtype=float), None

    def record(self, data, *pairs):
        out = Tape(data)
        Tape.tape.append((out, [(x, rule) for x, rule in pairs if isinstance(x, Tape)]))
        return out

    def __add__(self, other):
        return self.record(self.data + _d(other), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        return self.record(self.data - _d(other), (self, lambda g: g), (other, lambda g: -g))

    def __rsub__(self, other):
        return self.record(other - self.data, (self, lambda g: -g))

    def __neg__(self):
        return 0 - self

    def __mul__(self, other):
        a, b = self.data, _d(other)
        return self.record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        a, b = self.data, _d(other)
        return self.record(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __matmul__(self, other):
        a, b = self.data, _d(other)
        return self.record(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.record(self.data.clip(0), (self, lambda g: g * (self.data > 0)))

    def tanh(self):
        z = np.tanh(self.data)
        return self.record(z, (self, lambda g: g * (1 - z * z)))

    def exp(self):
        z = np.exp(self.data)
        return self.record(z, (self, lambda g: g * z))

    def log(self):
        x = self.data
        return self.record(np.log(x), (self, lambda g: g / x))

    def sum(self, axis=None, keepdims=False):
        def rule(g):
            return np.zeros_like(self.data) + (
                g if axis is None or keepdims else np.expand_dims(g, axis)
            )

        return self.record(np.sum(self.data, axis, keepdims=keepdims), (self, rule))

    def backward(self):
        held, made = {id(self): np.ones_like(self.data)}, {id(out) for out, _ in Tape.tape}
        for out, pairs in reversed(Tape.tape):
            g = held.pop(id(out), None)
            if g is None:
                continue
            for x, rule in pairs:
                d = rule(g)
                d = down(np.broadcast_to(d, np.broadcast_shapes(d.shape, x.data.shape)), x.data.shape)
                if id(x) in made:
                    held[id(x)] = held[id(x)] + d if id(x) in held else d
                else:
                    x.grad = d if x.grad is None else x.grad + d
        Tape.tape.clear()


def _d(x):
    return x.data if isinstance(x, Tape) else x


right("Tensor")(Tape)
