"""Places for the nodes of a small directed graph: one layer after another, few crossings."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

SWEEPS = 12

Place = tuple[float, float]  # (layer, place within the layer)


def layered(
    sources: Sequence[Sequence[int]], late: Sequence[int] = ()
) -> tuple[list[Place], dict[tuple[int, int], list[Place]]]:
    """Return a place for every node, and the bends of edges that pass over layers.

    Parameters
    ----------
    sources : sequence of sequence of int
        For each node the nodes it is made from, all of them earlier in the list.
    late : sequence of int
        Nodes without sources that stand right before what they are used in, not in the first layer.

    Returns
    -------
    places : list
        (layer, place within the layer) of every node; unit distance is enough for two nodes.
    bends : dict
        For (source, node), the places in the layers between them.
    """
    layer = [0] * len(sources)
    for node, made_from in enumerate(sources):
        layer[node] = 1 + max((layer[source] for source in made_from), default=-1)
    for node in late:
        layer[node] = (
            min(layer[user] for user, made_from in enumerate(sources) if node in made_from) - 1
        )

    edges = {(source, node) for node, made_from in enumerate(sources) for source in made_from}
    rows: list[list] = [[] for _ in range(max(layer, default=0) + 1)]
    for node, at in enumerate(layer):
        rows[at].append(node)
    links = []
    for source, node in sorted(edges):
        between = [(source, node, at) for at in range(layer[source] + 1, layer[node])]
        for bend in between:
            rows[bend[2]].append(bend)
        chain = [source, *between, node]
        links += pairwise(chain)
    before = {x: [a for a, b in links if b == x] for row in rows for x in row}
    after = {x: [b for a, b in links if a == x] for row in rows for x in row}

    light = {node: 0.01 for node in late}  # what is alone in the way gives way
    weight = {x: light.get(x, 0.2 if isinstance(x, tuple) else 1.0) for row in rows for x in row}

    y = {x: i - (len(row) - 1) / 2 for row in rows for i, x in enumerate(row)}
    for sweep in range(SWEEPS):
        toward = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                x: mean([y[n] for n in toward[x]] or [y[x]], [weight[n] for n in toward[x]] or [1])
                for x in row
            }
            row.sort(key=lambda x: (wanted[x], y[x]))
            spread = apart([wanted[x] for x in row], [weight[x] for x in row])
            y |= zip(row, spread, strict=True)
    top = min(y.values(), default=0.0)
    places = [(at, round(y[node] - top, 3)) for node, at in enumerate(layer)]
    bends = {
        (source, node): [
            (at, round(y[source, node, at] - top, 3))
            for at in range(layer[source] + 1, layer[node])
        ]
        for source, node in edges
    }
    return places, bends


def apart(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return places in order and a unit apart, as close to the `wanted` ones as a shift allows."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + 1) if places else place)
    shift = mean(np.subtract(wanted, places), weights) if places else 0.0
    return [place + shift for place in places]


def mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the weighted mean as a plain number."""
    return float(np.average(values, weights=weights))
