"""Answers to the exercises on the engine."""

import math

import numpy as np

import tinytorch as tt
from tinytorch.exercises.given.recording import Value

from .registry import right, wrong

# ------------------------------------------------------------------------- slopes and directions


@wrong("slope_along", "Divide by the length of the direction")
def not_of_length_1(gradient, direction):
    return gradient @ direction


@wrong("slope_along", "the cosine of the angle")
def divided_twice(gradient, direction):
    return gradient @ direction / (np.linalg.norm(direction) * np.linalg.norm(gradient))


@wrong("slope_along", "this is its square")
def divided_by_the_square(gradient, direction):
    return gradient @ direction / (direction @ direction)


@wrong("slope_along", "not the sum of its sizes")
def length_by_absolute_values(gradient, direction):
    return gradient @ direction / np.abs(direction).sum()


@wrong("slope_along", "a slope is one number")
def a_vector(gradient, direction):
    return gradient * direction / np.linalg.norm(direction)


@right("slope_along")
def unit_first(gradient, direction):
    unit = direction / np.sqrt((direction**2).sum())
    return float((gradient * unit).sum())


@right("slope_along")
def by_hypot(gradient, direction):
    return sum(g * d for g, d in zip(gradient, direction, strict=True)) / math.hypot(*direction)


@wrong("downhill", "Its length has to be 1")
def the_gradient(gradient):
    return -gradient


@wrong("downhill", "It leads uphill")
def uphill(gradient):
    return gradient / np.linalg.norm(gradient)


@wrong("downhill", "Signs alone")
def signs(gradient):
    return -np.sign(gradient)


@wrong("downhill", "not its largest entry")
def by_the_largest(gradient):
    return -gradient / np.abs(gradient).max()


@wrong("downhill", "not a sum of sizes")
def by_the_sum(gradient):
    return -gradient / np.abs(gradient).sum()


@wrong("downhill", "straight against the gradient")
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


@wrong("gradients", "x reaches s directly too")
def one_path(x, y):
    s = x * y + x
    return 2 * s * y, 2 * s * x


@wrong("gradients", "through the product too")
def other_path(x, y):
    s = x * y + x
    return 2 * s, 2 * s * x


@wrong("gradients", "2s, not s")
def without_the_two(x, y):
    s = x * y + x
    return s * (y + 1), s * x


@wrong("gradients", "The two are exchanged")
def swapped(x, y):
    s = x * y + x
    return 2 * s * x, 2 * s * (y + 1)


@wrong("gradients", "is missing from both")
def of_the_sum(x, y):
    return y + 1, x


@wrong("gradients", "∂L/∂s = 2s = 16")
def paths_multiplied(x, y):
    s = x * y + x
    return 2 * s * y * 1, 2 * s * x * 2 * s


@wrong("gradients", "the + x is missing")
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


@wrong("step", "`w` has not changed")
def a_new_tensor(w, rate):
    w = tt.tensor(w.data - rate * w.grad.data, requires_grad=True)


@wrong("step", "in a new array")
def other_memory(w, rate):
    w.data = w.data - rate * w.grad.data
    w.grad = None


@wrong("step", "still in `w.grad`")
def gradient_stays(w, rate):
    with tt.no_grad():
        w -= rate * w.grad


@wrong("step", "It goes uphill")
def uphill_step(w, rate):
    with tt.no_grad():
        w += rate * w.grad
    w.grad = None


@wrong("step", "The rate is missing")
def rate_forgotten(w, rate):
    with tt.no_grad():
        w -= w.grad
    w.grad = None


@wrong("step", "no longer requires a gradient")
def no_leaf_afterwards(w, rate):
    w.data -= rate * w.grad.data
    w.grad = None
    w.requires_grad = False


@wrong("step", "forgotten before the step")
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


@wrong("run", "yet one was recorded")
def always_a_node(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run", "saves the places (0, 1)")
def saves_everything(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = (*plain(inputs), z)
    return Value(z, node)


@wrong("run", "its source is `None`")
def only_nodes_that_are_there(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = [n for n in nodes(inputs) if n]
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run", "One that wants a gradient is enough")
def nodes_where_all_have_one(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not all(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run", "`saved` holds Values")
def saves_values(operation, *inputs):
    node = operation()
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*inputs, z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run", "Two products share one node")
def one_node_for_all(operation, *inputs, made={}):  # noqa: B006
    node = made.setdefault(operation, operation())
    z = node.forward(*plain(inputs))
    if not any(nodes(inputs)):
        return Value(z)
    node.sources = nodes(inputs)
    node.saved = tuple([*plain(inputs), z][i] for i in operation.saves)
    return Value(z, node)


@wrong("run", "should be the nodes of the inputs")
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


@wrong("backward", "before all of its gradients were in")
def shortest_first(result):
    depth, level = {result.grad_fn: 0}, [result.grad_fn]
    while level:
        level = [s for n in level for s in n.next_functions if s is not None and s not in depth]
        depth |= dict.fromkeys(level, 1 + max(depth.values()))
    return sent(sorted(depth, key=depth.get), result)


@wrong("backward", "begun with zeros")
def from_zero(result):
    return sent(postorder(result.grad_fn), result, start=np.zeros_like(result.data))


@wrong("backward", "not with the result")
def from_the_result(result):
    return sent(postorder(result.grad_fn), result, start=np.asarray(result.data))


@wrong("backward", "ones of the shape of the result")
def a_plain_one(result):
    return sent(postorder(result.grad_fn), result, start=np.float64(1.0))


@wrong("backward", "add them up")
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


@wrong("backward", "2 leaves are reached, yours has 1")
def only_the_first_leaf(result):
    found = sent(postorder(result.grad_fn), result)
    return dict(list(found.items())[:1])


@wrong("backward", "before all of its gradients were in")
def one_source_each(result):
    order, node = [], result.grad_fn
    while node is not None:
        order.append(node)
        node = next((s for s in node.next_functions if s is not None), None)
    return {node: g for node, g in sent(order, result).items()}


@wrong("backward", "return a dictionary")
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


@wrong("hooked_backward", "goes on to the rule")
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


@wrong("hooked_backward", "it was never called")
def hooks_on_the_result_alone(result, hooks):
    found = sent(postorder(result.grad_fn), result)
    for node, hook in hooks.items():
        if node in found:
            changed = hook(found[node])
            found[node] = found[node] if changed is None else changed
    return found


@wrong("hooked_backward", "it was called 2 times")
def falsy_is_none(result, hooks):
    return sent(
        postorder(result.grad_fn),
        result,
        hooks={n: lambda g, h=h: None if not np.all(h(g)) else h(g) for n, h in hooks.items()},
    )


@wrong("hooked_backward", "it was called 2 times")
def hook_twice(result, hooks):
    def twice(hook):
        def run(g):
            hook(g)
            return hook(g)

        return run

    return sent(postorder(result.grad_fn), result, hooks={n: twice(h) for n, h in hooks.items()})


@wrong("hooked_backward", "takes the place of the gradient")
def adds_what_is_returned(result, hooks):
    def added(hook):
        return lambda g: g if (more := hook(g)) is None else g + more

    return sent(postorder(result.grad_fn), result, hooks={n: added(h) for n, h in hooks.items()})


@wrong("hooked_backward", "the gradient of its node, not the node")
def hook_gets_the_node(result, hooks):
    return sent(
        postorder(result.grad_fn), result, hooks={n: lambda g, n=n: hooks[n](n) for n in hooks}
    )


@wrong("hooked_backward", "before all of its gradients were in")
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


@wrong("unbroadcast", "those that were stretched are not")
def leading_axes_alone(grad, shape):
    return grad.sum(tuple(range(grad.ndim - len(shape))))


@wrong("unbroadcast", "those put in front are not")
def axes_of_one_alone(grad, shape):
    for i, n in enumerate(shape):
        if n == 1 and i < grad.ndim:
            grad = grad.sum(i, keepdims=True)
    return grad


@wrong("unbroadcast", "keepdims=True")
def squeezed(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(0)
    for i in reversed(range(len(shape))):
        if shape[i] == 1:
            grad = grad.sum(i)
    return grad


@wrong("unbroadcast", "the mean of the copies")
def averaged(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.mean(0)
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.mean(i, keepdims=True)
    return grad


@wrong("unbroadcast", "over the wrong axis")
def trailing_axes(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(-1)
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(i, keepdims=True)
    return grad


@wrong("unbroadcast", "throw numbers away")
def reshaped(grad, shape):
    return np.resize(grad, shape)


@wrong("unbroadcast", "the first copy's gradient alone")
def first_entry(grad, shape):
    while grad.ndim > len(shape):
        grad = grad[0]
    for i, n in enumerate(shape):
        if n == 1:
            grad = np.take(grad, [0], i)
    return grad


@wrong("unbroadcast", "keep the stretched axis with length 1")
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


@wrong("gradcheck", "never nudges the entry")
def always_true(f, x, h=1e-6):
    return True


@wrong("gradcheck", "refuses every other rule too")
def always_false(f, x, h=1e-6):
    return False


@wrong("gradcheck", "the wrong entries")
def mean_of_the_differences(f, x, h=1e-6):
    return bool(abs((analytic(f, x) - numeric(f, x, h)).mean()) < 1e-6)


@wrong("gradcheck", "each entry has to agree with its own")
def any_entry(f, x, h=1e-6):
    return bool(np.isclose(analytic(f, x), numeric(f, x, h), 1e-5, 1e-6).any())


@wrong("gradcheck", "nudge every entry")
def first_entry_alone(f, x, h=1e-6):
    return bool(np.isclose(analytic(f, x).flat[0], numeric(f, x, h).flat[0], 1e-5, 1e-6))


@wrong("gradcheck", "never nudges the entry")
def all_entries_at_once(f, x, h=1e-6):
    total = (f(tt.tensor(x + h)).item() - f(tt.tensor(x - h)).item()) / (2 * h)
    return bool(np.isclose(analytic(f, x).sum(), total, 1e-5, 1e-6))


@wrong("gradcheck", "divide it by 2h")
def half_the_width(f, x, h=1e-6):
    return bool(np.allclose(analytic(f, x), 2 * numeric(f, x, h), 1e-5, 1e-6))


@wrong("gradcheck", "not signs or directions")
def signs_alone(f, x, h=1e-6):
    return bool((np.sign(analytic(f, x)) == np.sign(numeric(f, x, h))).all())


@wrong("gradcheck", "1 % too large")
def generous(f, x, h=1e-6):
    return bool(np.allclose(analytic(f, x), numeric(f, x, h), rtol=0.2, atol=0.2))


@wrong("gradcheck", "not signs or directions")
def directions(f, x, h=1e-6):
    return bool((analytic(f, x) * numeric(f, x, h)).sum() > 0)


@wrong("gradcheck", "not signs or directions")
def cosine(f, x, h=1e-6):
    a, n = analytic(f, x).ravel(), numeric(f, x, h).ravel()
    return bool(a @ n >= 0.999999 * np.linalg.norm(a) * np.linalg.norm(n))


@wrong("gradcheck", "nudge a copy")
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
