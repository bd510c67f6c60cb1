"""Taking an operation apart: of every cell of its result, the terms that are summed to make it."""

import math
from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np

EVALUATIONS = 20_000  # what finding the terms of one degree may cost

Key = tuple[tuple[int, int], ...]  # what a term multiplies: (array, place in it), …
Terms = list[tuple[float, Key]]  # the sum that makes one cell: coefficients and what they multiply


def products(
    f: Callable, point: Sequence[np.ndarray], bits: Sequence[bool] = ()
) -> list[Terms] | None:
    """Return every output cell of `f` as a sum of products of input cells, or None if it is none.

    f on arrays of zeros and a few ones is a sum of coefficients; taking away those of fewer ones
    leaves the one that is new. What was found is compared with f at `point` and at a random one,
    where an input of `bits` is 0 or 1.
    """
    sizes = [x.size for x in point]
    random = np.random.default_rng(0)
    other = [random.normal(size=x.shape) for x in point]
    for k in np.flatnonzero(bits):
        other[k] = (other[k] > 0).astype(float)
    trials = [point, other]
    results = [f(*trial) for trial in trials]

    def at(key: Key) -> np.ndarray:
        ones = [np.zeros(x.shape) for x in point]
        for k, i in key:
            ones[k].flat[i] = 1.0
        return f(*ones)

    found = {(): at(())}
    for degree in range(1, min(3, len(point)) + 1):
        which = list(combinations(range(len(point)), degree))
        if sum(math.prod(sizes[k] for k in ks) for ks in which) > EVALUATIONS:
            return None
        for ks in which:
            for places in product(*(range(sizes[k]) for k in ks)):
                key = tuple(zip(ks, places, strict=True))
                fewer = (part for n in range(degree) for part in combinations(key, n))
                new = at(key) - sum(found[part] for part in fewer if part in found)
                if np.abs(new).max(initial=0) > 1e-12:
                    found[key] = new
        if all(
            np.allclose(
                sum(c * math.prod(x[k].flat[i] for k, i in key) for key, c in found.items()),
                result,
                rtol=1e-9,
                atol=1e-9,
            )
            for x, result in zip(trials, results, strict=True)
        ):
            size = len(results[0])
            return [[(c[o], key) for key, c in found.items() if c[o]] for o in range(size)]
    return None


def slopes(
    backward: Callable,
    point: Sequence[np.ndarray],
    shape: tuple[int, ...],
    known: np.ndarray | None = None,
) -> tuple[list[Terms], list[Terms]]:
    """Return ∂z/∂x at the point as terms: of each cell of z over x, of each gradient over g.

    A slope that is zero here and not everywhere, such as that of a dead ReLU, is a term too; which
    ones those are is `known` (outputs, entries of all inputs), or found at a few random points.
    """
    size = math.prod(shape)

    def jacobian(at: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        rows = [backward(one.reshape(shape), *at) for one in np.eye(size)]
        columns = zip(*rows, strict=True)
        return [c[0] if c[0] is None else np.stack([d.ravel() for d in c]) for c in columns]

    random = np.random.default_rng(0)
    tries = [point]
    starts = np.cumsum([0, *(x.size for x in point)])
    for _ in range(4 if known is None else 0):
        other = [random.normal(size=x.shape) for x in point]
        tries += [other, [-x for x in other]]
    of_z, of_grads = [[] for _ in range(size)], []
    for k, (here, *others) in enumerate(zip(*map(jacobian, tries), strict=True)):
        if here is None:
            continue
        touched = np.any([slope != 0 for slope in (here, *others)], axis=0)
        if known is not None:
            touched = known[:, starts[k] : starts[k + 1]]
        for i, (column, mask) in enumerate(zip(here.T, touched.T, strict=True)):
            of_grads.append([(column[o], ((0, int(o)),)) for o in np.flatnonzero(mask)])
            for o in np.flatnonzero(mask):
                of_z[o].append((column[o], ((k, i),)))
    return of_z, of_grads
