"""What a graph stepper writes: numbers, formulas, local derivatives, and how long it all gets."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from tinytorch.widgets.frame.figure import HUGE, Unshowable, digits

SIGNS = {"add": "+", "sub": "−", "mul": "·", "div": "/", "pow": "**", "matmul": "@"}


def constant(x: np.ndarray) -> str:
    """Return a constant as one writes it: 2, not 2.000; of an array its shape."""
    return f"{float(x):g}".replace("-", "−") if x.ndim == 0 else f"({', '.join(map(str, x.shape))})"


def formula(operation: str, parts: Sequence[str]) -> str:
    """Return an operation as one writes it: "x · y", "relu(x)"; nothing for no operation."""
    kind = operation.removesuffix("Backward").lower()
    if kind == "neg":
        return f"−{signed(parts[0])}"
    if kind in SIGNS:
        first = signed(parts[0]) if kind == "pow" else parts[0]
        return f" {SIGNS[kind]} ".join([first, *map(signed, parts[1:])])
    return f"{kind}({', '.join(parts)})" if kind else ""


def rule(operation: str, parts: Sequence[str], position: int, own: str) -> str:
    """Return the derivative of an operation by one of its operands: "y" of "x · y" by x."""
    a, b = (*map(signed, parts), "")[:2] if parts else ("", "")
    rules = {
        "add": ("1", "1"),
        "sub": ("1", "−1"),
        "neg": ("−1",),
        "mul": (b, a),
        "div": (f"1/{b}", f"−{a}/{b}²"),
        "pow": (f"{b} · {a}" if b == "2" else f"{b} · {a}**({b} − 1)",),
        "exp": (own,),
        "log": (f"1/{a}",),
        "sqrt": (f"1/(2 · {own})",),
        "sin": (f"cos({a})",),
        "cos": (f"−sin({a})",),
        "tanh": (f"(1 − {own}²)",),
        "sigmoid": (f"{own} · (1 − {own})",),
        "relu": (f"[{a} > 0]",),
    }
    found = rules.get(operation.removesuffix("Backward").lower(), ())
    return found[position] if position < len(found) else ""


def longest(
    trace: dict[str, list], nodes: Sequence[dict], edges: Sequence[list], rules: Sequence[str]
) -> int:
    """Return about how many letters the longest sentence about a step takes."""
    forward = [
        len(node["name"]) + len(node["expr"]) + len(numbers) + len(value) + 9
        for node, numbers, value in zip(nodes, trace["numbers"], trace["values"], strict=True)
    ]
    arrived: dict[int, int] = {}  # letters of all that has come to a node
    back = []
    for i, g, sent in trace["ours"]:
        letters = len(nodes[i]["kind"] or "") + 2 * len(g) + 20 + arrived.get(i, 0)
        for edge, d, total in sent:
            target = edges[edge][1]
            factors = len(rules[edge]) + len(trace["locals"][edge] or "") + 2 * len(g) + 12
            letters += (
                len(nodes[target]["name"]) + arrived.get(target, 0) + factors + len(total) + 9
            )
            arrived[target] = arrived.get(target, 0) + len(d) + 5
        back.append(letters)
    return max(*forward, *back, sum(len(value) + 5 for value in trace["values"]))


def short(text: str) -> str:
    """Return a number without the zeros at its end: 1, not 1.000."""
    return text.rstrip("0").rstrip(".") if "." in text and text[-1] != "]" else text


def signed(text: str) -> str:
    """Return a number to the right of a sign: a negative one in parentheses."""
    return f"({text})" if text.startswith("−") else text


def writer(arrays: Iterable[np.ndarray]) -> Callable[[Any], str]:
    """Return the function that writes all numbers of `arrays`, with digits enough for each."""
    numbers = np.concatenate([np.ravel(x) for x in arrays])
    if not np.isfinite(numbers).all():
        raise Unshowable(f"A step of this pass gives {numbers[~np.isfinite(numbers)][0]}.")
    if (most := float(np.abs(numbers).max())) > HUGE:
        raise Unshowable(f"The numbers reach {most:.1e}: too large to write into the graph.")
    place = digits(*numbers, least=0, most=3)

    def write(x: Any) -> str:
        x = np.asarray(x)
        if x.ndim and x.size > 4:
            return f"({', '.join(map(str, x.shape))})"
        if x.ndim:
            return f"[{', '.join(map(write, x))}]"
        return f"{float(x) + 0.0:.{place}f}".replace("-", "−")

    return write
