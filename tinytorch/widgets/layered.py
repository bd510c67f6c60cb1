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

    y = {x: i - (len(row) - 1) / 2 for row in rows for i, x in enumerate(row)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for row in rows if forward else reversed(rows):
            pull = {x: [y[n] for n in (before if forward else after)[x]] or [y[x]] for x in row}
            wanted = {x: float(np.mean(pull[x])) for x in row}
            row.sort(key=lambda x: (wanted[x], y[x]))
            for x, place in zip(row, apart([wanted[x] for x in row]), strict=True):
                y[x] = place
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


def apart(wanted: Sequence[float]) -> list[float]:
    """Return places in order and a unit apart, as close to the `wanted` ones as a shift allows."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + 1) if places else place)
    shift = float(np.mean(wanted) - np.mean(places)) if places else 0.0
    return [place + shift for place in places]
