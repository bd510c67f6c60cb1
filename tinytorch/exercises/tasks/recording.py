"""The door through which an operation goes: computed, recorded, or neither."""

import numpy as np

from ..answer import NotWritten, Wrong, nothing
from ..given.recording import Exp, Leaf, Operation, Times, Value
from ..task import Mistake, Task


def gradients(value):
    """A backward pass over nodes made by the reader's door."""
    order = []

    def visit(node):
        if node is not None and node not in order:
            for source in node.sources:
                visit(source)
            order.append(node)

    visit(value.node)
    arrived = {value.node: 1.0}
    for node in reversed(order):
        given = node.apply(arrived[node]) if node.sources else ()
        for source, d in zip(node.sources, given, strict=False):
            if source is not None:
                arrived[source] = arrived.get(source, 0.0) + d
    return arrived


def trial(run, seed=0):
    """Judge the door, and clear away what it may have written into the classes."""
    classes = (Operation, Leaf, Times, Exp)
    before = [dict(vars(cls)) for cls in classes]
    try:
        return judged(run, seed)
    finally:
        for cls, attributes in zip(classes, before, strict=True):
            for name in set(vars(cls)) - set(attributes):
                delattr(cls, name)
            for name in ("saves", "saved", "sources"):
                if name in attributes:
                    setattr(cls, name, attributes[name])


def judged(run, seed):
    """Look at what the door leaves behind, then differentiate with it."""
    first, second = 2.0 + seed % 5, 0.5 + seed % 3
    a, b = Value(first, Leaf()), Value(second, Leaf())
    p = opened(run, Times, a, b)
    if not isinstance(p.data, float):
        raise Wrong("The data of the result is not a plain number.")
    product = first * second
    if p.data != product:
        raise Wrong(f"{first:g} times {second:g} is {product:g}, and your result is {p.data}.")
    if p.node is None:
        raise Wrong("Both inputs have a node, and the result has none.")
    if not isinstance(p.node, Times):
        what = "class `Times` itself" if p.node is Times else "wrong kind"
        raise Wrong(f"The node is of the {what}: make a new one with `operation()`.")
    if list(p.node.sources) != [a.node, b.node]:
        raise Wrong(
            "`sources` should be the nodes of the inputs, in their order: `x.node` of each."
        )
    for saved in p.node.saved:
        if isinstance(saved, Value):
            raise Wrong("`saved` holds Values: keep their plain numbers, `x.data` of each.")
    if list(p.node.saved) != [first, second]:
        raise Wrong(
            f"`Times` saves the places (0, 1), its inputs {first:g} and {second:g}; yours holds"
            f" {tuple(p.node.saved)}."
        )
    e = opened(run, Exp, p)
    if e.node is None or list(e.node.saved) != [np.exp(product)]:
        held = tuple(float(v) for v in e.node.saved) if e.node else "no node"
        raise Wrong(f"`Exp` saves the place −1, its result and nothing else; yours holds {held}.")
    again = opened(run, Times, a, b)
    if again.node is p.node:
        raise Wrong("Two products share one node: make one for each.")
    for cls in (Times, Exp):
        if cls.saved or cls.sources:
            raise Wrong(
                f"It writes into the class `{cls.__name__}`, which all nodes of the kind share: a"
                " later one overwrites an earlier one, and the graph becomes a circle. Write into"
                " the new node."
            )
    c = opened(run, Times, a, 3.0)
    if c.node is None:
        raise Wrong(
            "In 3·a one input has a node and the other none. One that wants a gradient is enough:"
            " record it."
        )
    if list(c.node.sources) != [a.node, None]:
        raise Wrong("A plain number has no node: its source is `None`.")
    for inputs in [(Value(2.0), 3.0), (2.0, 3.0)]:
        if opened(run, Times, *inputs).node is not None:
            raise Wrong("No input has a node, so no gradient is wanted; yet one was recorded.")
    found = gradients(opened(run, Times, e, c))  # 3 a eᵃᵇ
    z = 3 * np.exp(product)
    right = {"a": z * (1 + product), "b": z * first * first}
    for name, leaf in (("a", a), ("b", b)):
        mine = found.get(leaf.node, 0.0)
        if not np.isclose(mine, right[name]):
            raise Wrong(
                f"For 3·a·e^(a·b) the gradient of {name} should be {right[name]:.4f}, yours is"
                f" {mine:.4f}."
            )
    return (
        "It computes, keeps what is needed and no more, knows where its inputs came from, and"
        " records nothing where no gradient is wanted. A backward pass over its nodes gives the"
        " right gradients."
    )


def opened(run, operation, *inputs):
    """Go through the reader's door."""
    try:
        value = run(operation, *inputs)
    except (TypeError, AttributeError) as error:
        said = str(error)
        if "Value" in said:
            raise Wrong(
                f"`forward` raises `{error}`: it is for plain numbers. Take them out of the Values"
                " first, with `x.data`."
            ) from error
        if "'float' object has no attribute" in said:
            raise Wrong(
                f"A plain number as an input raises `{error}`: it has neither `data` nor `node`."
            ) from error
        raise
    if nothing(value):
        raise NotWritten("It returns nothing yet.")
    if not isinstance(value, Value):
        when = "" if any(getattr(x, "node", None) for x in inputs) else ", without a node as well"
        raise Wrong(f"Return a `Value`, not a `{type(value).__name__}`{when}.")
    return value


def door(keep=None, sources=None, record=any, make=None, unwrap=None):
    """A door that is right but for what is given."""

    def run(operation, *inputs):
        unwrapped = unwrap or (lambda x: x.data if isinstance(x, Value) else x)
        numbers = [unwrapped(x) for x in inputs]
        came = [x.node if isinstance(x, Value) else None for x in inputs]
        node = make(operation) if make else operation()
        z = node.forward(*numbers)
        if not record(came):
            return Value(z)
        node.sources = sources(came) if sources else came
        values = [*numbers, z]
        node.saved = keep(values) if keep else tuple(values[i] for i in operation.saves)
        return Value(z, node)

    return run


def _shared():
    nodes = {}
    return door(make=lambda operation: nodes.setdefault(operation, operation()))


def _class_for_node(operation, *inputs):
    return Value(operation().forward(*(x.data for x in inputs)), operation)


def _state_on_class(operation, *inputs):
    numbers = [x.data if isinstance(x, Value) else x for x in inputs]
    operation.sources = [x.node if isinstance(x, Value) else None for x in inputs]
    z = operation().forward(*numbers)
    operation.saved = tuple([*numbers, z][i] for i in operation.saves)
    return Value(z, operation())


def _bare(operation, *inputs):
    return operation().forward(*(x.data for x in inputs))


TASKS = (
    Task(
        "run",
        "my_run(operation, *inputs)",
        trial,
        (
            Mistake("Take them out of the Values first", door(unwrap=lambda x: x)),
            Mistake("Return a `Value`, not a `float`", _bare),
            Mistake(
                "Both inputs have a node, and the result has none", door(record=lambda c: False)
            ),
            Mistake("One that wants a gradient is enough", door(record=all)),
            Mistake("yet one was recorded", door(record=lambda came: True)),
            Mistake("saves the places (0, 1)", door(tuple)),
            Mistake("saves the place −1", door(lambda values: tuple(values[:-1]))),
            Mistake("in their order", door(sources=lambda came: came[::-1])),
            Mistake("its source is `None`", door(sources=lambda came: [n for n in came if n])),
            Mistake("Two products share one node", _shared()),
            Mistake("It writes into the class `Times`", _state_on_class),
            Mistake("make a new one with `operation()`", _class_for_node),
            Mistake("it has neither `data` nor `node`", door(unwrap=lambda x: x.data)),
        ),
    ),
)
