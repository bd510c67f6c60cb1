"""Seeing the graph that the engine traced: its nodes, its edges, and a picture in the terminal."""

from dataclasses import dataclass, field

from ..engine.backward import reachable
from ..engine.leaf import AccumulateGrad


@dataclass
class Graph:
    """The graph behind a tensor.

    Attributes
    ----------
    nodes : list
        Every node once, newest first, leaves last: the order of the backward pass.
    edges : list of (int, int, int)
        (node, input's node, position of the input), as indices into `nodes`: the way a gradient
        goes.
    """

    nodes: list = field(default_factory=list)
    edges: list = field(default_factory=list)

    def __str__(self):
        children = {}
        for source, target, _ in self.edges:
            children.setdefault(source, []).append(target)
        lines, shown, stack = [], set(), [(0, "", "")]
        while stack and self.nodes:
            i, branch, indent = stack.pop()
            node = self.nodes[i]
            kind = "leaf" if isinstance(node, AccumulateGrad) else type(node).__name__
            again = i in shown and i in children
            shape = "×".join(map(str, node.shape)) or "scalar"
            lines.append(f"{branch}{kind} #{i} ({shape}){' ↑ above' if again else ''}")
            if again:
                continue
            shown.add(i)
            below = children.get(i, [])
            for k, child in reversed(list(enumerate(below))):
                last = k == len(below) - 1
                stack.append(
                    (
                        child,
                        indent + ("└─ " if last else "├─ "),
                        indent + ("   " if last else "│  "),
                    )
                )
        return "\n".join(lines)


def graph(tensor) -> Graph:
    """The nodes and edges behind `tensor`, in the order in which `backward()` visits them.

    >>> import tinytorch as tt
    >>> x = tt.tensor(2.0, requires_grad=True)
    >>> print(tt.autograd.graph((x * x + 1) * x))
    MulBackward #0 (scalar)
    ├─ AddBackward #1 (scalar)
    │  └─ MulBackward #2 (scalar)
    │     ├─ leaf #3 (scalar)
    │     └─ leaf #3 (scalar)
    └─ leaf #3 (scalar)
    """
    if tensor._node is None:
        raise RuntimeError("graph: the tensor requires no gradient, so there is no graph behind it")
    nodes = sorted(reachable([tensor._node]), key=lambda node: -node.order)
    index = {node: i for i, node in enumerate(nodes)}
    edges = [
        (i, index[source], position)
        for i, node in enumerate(nodes)
        for position, source in enumerate(node.next_functions)
        if source is not None
    ]
    return Graph(nodes, edges)
