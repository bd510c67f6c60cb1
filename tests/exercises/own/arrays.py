"""Wrong and right rules of reductions, shapes, indexing, products and softmax."""

import numpy as np


def back(g, x, dim):
    """g copied along the axes that were reduced."""
    return np.broadcast_to(g.reshape(x.sum(axis=dim, keepdims=True).shape), x.shape)


def count(x, dim):
    return x.size // max(x.sum(axis=dim).size, 1)


def largest(x, dim):
    return x == x.max(axis=dim, keepdims=True)


def smallest(x, dim):
    return x == x.min(axis=dim, keepdims=True)


def centered(x, dim):
    return x - x.mean(axis=dim, keepdims=True)


def softmax(x, dim):
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def total(g, dim):
    return g.sum(axis=dim, keepdims=True)


def largest_copy(g, x):
    over = tuple(range(g.ndim - x.ndim))
    return g.max(over) if over else g.max([i for i, n in enumerate(x.shape) if n == 1])


def from_the_left(g, x):
    d = np.zeros(x.shape, g.dtype)
    d.flat[: g.size] = g.ravel()[: d.size]
    return d


def put(g, x, index):
    d = np.zeros(x.shape, g.dtype)
    np.add.at(d, index, g)
    return d


def along(index, dim):
    places = list(np.indices(index.shape))
    places[dim] = index
    return tuple(places)


def row(value):
    """A wrong rule of a reduction from `value(G, x, dim)`, with G as g copied back."""
    return lambda g, x, dim=None, keepdim=False: (value(back(g, x, dim), x, dim),)


def spread(value):
    """The same for variance and deviation, which have a correction, too."""
    return lambda g, x, dim=None, correction=1, keepdim=False: (
        value(back(g, x, dim), x, dim, count(x, dim) - correction),
    )


def std(x, dim, n):
    return np.sqrt((centered(x, dim) ** 2).sum(axis=dim, keepdims=True) / n)


def first_of(hit, dim):
    return hit & (np.cumsum(hit, axis=dim) == 1) if dim is not None else hit


def deviations(g, x, dim, correction):
    """The rule of the standard deviation, which is 0 where all entries are equal."""
    G, n = back(g, x, dim), np.array(count(x, dim) - correction, x.dtype)
    s = std(x, dim, n)
    return np.where(s == 0, 0, G * centered(x, dim) / np.where(s == 0, 1, s) / n)


def others(g, x, dim):
    """The rule of a product, without a division: the others of each factor, multiplied."""
    last = np.moveaxis(x if dim is not None else x.reshape(-1), dim or 0, -1)
    made = np.array(
        [
            [np.delete(row, i).prod() for i in range(len(row))]
            for row in last.reshape(-1, last.shape[-1])
        ]
        if x.size
        else [],
        x.dtype,
    ).reshape(last.shape)
    return back(g, x, dim) * np.moveaxis(made, -1, dim or 0).reshape(x.shape)


def kept(weights):
    """A wrong rule of einsum for two operands: `weights` of g, a, b and the letters."""
    return lambda g, a, b, *, letters, output: weights(g, a, b, *letters, output)


WRONG = {
    "SumBackward": [
        (row(lambda G, x, dim: -G), "wrong sign"),
        (row(lambda G, x, dim: G * count(x, dim)), "times what it should be"),
        (row(lambda G, x, dim: G * (x > 0)), "`x` is negative: there it is 0"),
        (row(lambda G, x, dim: G + x), "`x`, which is added on top"),
        (row(lambda G, x, dim: G * x / x.sum(axis=dim, keepdims=True)), "in proportion"),
        (row(lambda G, x, dim: np.broadcast_to(G.mean(), x.shape)), "mean of g"),
    ],
    "MeanBackward": [
        (row(lambda G, x, dim: G * count(x, dim)), "multiplied by n"),
        (row(lambda G, x, dim: np.ones_like(x) / count(x, dim)), "slope alone"),
        (row(lambda G, x, dim: G / (count(x, dim) - 1)), "divided by n − 1"),
        (row(lambda G, x, dim: G / count(x, dim) ** 2), "number of all entries"),
        (row(lambda G, x, dim: G * (x - x.mean(axis=dim, keepdims=True))), "deviation"),
        (row(lambda G, x, dim: -G / count(x, dim)), "wrong sign"),
    ],
    "MaxBackward": [
        (
            lambda g, x, dim=None, **_: (
                back(g, x, dim) * largest(x, dim) / largest(x, dim).sum(),
            ),
            "winners there are in the whole array",
        ),
        (row(lambda G, x, dim: G * x / x.max(axis=dim, keepdims=True)), "in proportion"),
        (row(lambda G, x, dim: 1.0 * largest(x, dim)), "slope alone"),
        (row(lambda G, x, dim: -G * largest(x, dim)), "wrong sign"),
        (row(lambda G, x, dim: G * softmax(x, dim)), "softmax"),
        (row(lambda G, x, dim: G * ~largest(x, dim)), "everywhere but"),
        (row(lambda G, x, dim: G * largest(x, dim) / count(x, dim)), "entries make one result"),
    ],
    "MinBackward": [
        (row(lambda G, x, dim: 1.0 * smallest(x, dim)), "slope alone"),
        (row(lambda G, x, dim: -G * smallest(x, dim)), "wrong sign"),
        (row(lambda G, x, dim: G * softmax(-x, dim)), "softmax"),
        (row(lambda G, x, dim: G * ~smallest(x, dim)), "everywhere but"),
        (row(lambda G, x, dim: G * smallest(x, dim) / count(x, dim)), "entries make one result"),
    ],
    "VarBackward": [
        (spread(lambda G, x, dim, n: G * 2 * abs(centered(x, dim)) / n), "size of the deviation"),
        (spread(lambda G, x, dim, n: G * centered(x, dim) ** 2 / n), "square"),
        (spread(lambda G, x, dim, n: -G * 2 * centered(x, dim) / n), "wrong sign"),
        (spread(lambda G, x, dim, n: G * 2 * centered(x, dim) / (n + 2)), "times what it should"),
        (spread(lambda G, x, dim, n: G * centered(x, dim) / std(x, dim, n) / n), "deviation"),
        (spread(lambda G, x, dim, n: G / n), "mean"),
    ],
    "StdBackward": [
        (
            lambda g, x, dim=None, correction=1, **_: (
                2
                * back(g, x, dim)
                * centered(x, dim)
                / x.std(axis=dim, ddof=correction, keepdims=True)
                / (count(x, dim) - correction),
            ),
            "the 2 of the square cancels",
        ),
        (
            lambda g, x, dim=None, correction=1, **_: (
                back(g, x, dim)
                * centered(x, dim)
                / (x.std(axis=dim, ddof=correction, keepdims=True) + 1e-3)
                / (count(x, dim) - correction),
            ),
            "divided by z plus a small number",
        ),
        (spread(lambda G, x, dim, n: G * 2 * centered(x, dim) / std(x, dim, n) / n), "2 times"),
        (spread(lambda G, x, dim, n: -G * centered(x, dim) / std(x, dim, n) / n), "wrong sign"),
        (spread(lambda G, x, dim, n: G * centered(x, dim) / std(x, dim, n) ** 2 / n), "variance"),
        (spread(lambda G, x, dim, n: G * centered(x, dim) * std(x, dim, n) / n), "divide by z"),
        (spread(lambda G, x, dim, n: G * centered(x, dim) / 2 / std(x, dim, n) / n), "0.5 times"),
        (
            spread(lambda G, x, dim, n: G * abs(centered(x, dim)) / std(x, dim, n) / n),
            "size of the deviation",
        ),
    ],
    "LogsumexpBackward": [
        (
            lambda g, x, dim, **_: (
                softmax(x, dim) * (back(g, x, dim) - total(back(g, x, dim) * softmax(x, dim), dim)),
            ),
            "the rule of a softmax",
        ),
        (row(lambda G, x, dim: np.log(softmax(x, dim)) * G), "logarithm of the share"),
        (row(lambda G, x, dim: softmax(x, dim)), "slope alone"),
        (row(lambda G, x, dim: G / np.exp(x).sum(axis=dim, keepdims=True)), "e to the power"),
        (row(lambda G, x, dim: G * (1 - softmax(x, dim))), "1 − slope|does *not* pass|1 −"),
        (row(lambda G, x, dim: G * x / x.sum(axis=dim, keepdims=True)), "exponential"),
        (row(lambda G, x, dim: G / count(x, dim)), "mean"),
    ],
    "ProdBackward": [
        (
            lambda g, x, dim=None, **_: (
                back(g, x, dim) * x.prod(axis=dim, keepdims=True) / (x + 1e-8),
            ),
            "plus a small number",
        ),
        (
            lambda g, x, dim=None, **_: (
                back(g, x, dim)
                * np.where(x == 0, 1, x).prod(axis=dim, keepdims=True)
                / np.where(x == 0, 1, x)
                * np.where((x == 0).any(axis=dim, keepdims=True), x == 0, True),
            ),
            "Where two are 0",
        ),
        (row(lambda G, x, dim: G * np.log(np.abs(x))), "logarithm"),
        (row(lambda G, x, dim: G / x), "divided by"),
        (row(lambda G, x, dim: -G * x.prod(axis=dim, keepdims=True) / x), "wrong sign"),
        (row(lambda G, x, dim: x.prod(axis=dim, keepdims=True) / x), "slope alone"),
        (row(lambda G, x, dim: G * x.prod(axis=dim, keepdims=True) / x**2), "twice"),
        (row(lambda G, x, dim: G * x.prod(axis=dim, keepdims=True) * x), "divide by `x`"),
    ],
    "CumsumBackward": [
        (
            lambda g, x, dim: (np.roll(np.flip(np.flip(g, dim).cumsum(dim), dim), 1, dim),),
            "shifted",
        ),
        (lambda g, x, dim: (np.diff(g, axis=dim, prepend=0),), "difference"),
        (lambda g, x, dim: (np.flip(g, dim),), "turned around"),
        (lambda g, x, dim: (-np.flip(np.flip(g, dim).cumsum(dim), dim),), "wrong sign"),
        (lambda g, x, dim: (np.flip(np.flip(g * x, dim).cumsum(dim), dim),), "factor|`x`"),
        (
            lambda g, x, dim: (np.flip(np.flip(g, dim).cumprod(dim), dim),),
            "product",
        ),
    ],
    "ReshapeBackward": [
        (lambda g, x, *, shape: (g.reshape(x.shape) * x,), "factor"),
        (lambda g, x, *, shape: (np.zeros(x.shape),), "zero everywhere"),
        (lambda g, x, *, shape: (g.reshape(-1)[::-1].reshape(x.shape),), "turned around"),
        (lambda g, x, *, shape: (-g.reshape(x.shape),), "wrong sign"),
        (lambda g, x, *, shape: (g.reshape(x.shape) / max(x.size, 1),), "times what it should be"),
    ],
    "TransposeBackward": [
        (lambda g, x, *, dim0, dim1: (-g.swapaxes(dim0, dim1),), "wrong sign"),
        (lambda g, x, *, dim0, dim1: (g.swapaxes(dim0, dim1)[::-1],), "turned around"),
        (lambda g, x, *, dim0, dim1: (g.swapaxes(dim0, dim1) * x,), "factor"),
        (lambda g, x, *, dim0, dim1: (np.rot90(g),), "rotat|turned"),
        (lambda g, x, *, dim0, dim1: (np.zeros(x.shape),), "zero everywhere"),
    ],
    "PermuteBackward": [
        (lambda g, x, *, dims: (g.transpose(dims[::-1]),), "last to first"),
        (lambda g, x, *, dims: (-g.transpose(np.argsort(dims)),), "wrong sign"),
        (lambda g, x, *, dims: (g.transpose(np.argsort(dims)) * x,), "factor"),
        (lambda g, x, *, dims: (g.transpose(np.argsort(dims))[::-1],), "turned around"),
        (lambda g, x, *, dims: (np.zeros(x.shape),), "zero everywhere"),
    ],
    "ExpandBackward": [
        (lambda g, x, *, shape: (largest_copy(g, x),), "the largest over the copies"),
        (lambda g, x, *, shape: (np.ones_like(x),), "g is not in it"),
        (lambda g, x, *, shape: (np.broadcast_to(g.max(), x.shape),), "largest"),
        (
            lambda g, x, *, shape: (np.broadcast_to(g.sum(), x.shape),),
            "the sum of g|the sum along axis 0",
        ),
        (lambda g, x, *, shape: (np.zeros(x.shape),), "zero everywhere"),
        (lambda g, x, *, shape: (-g,), "wrong sign"),
        (lambda g, x, *, shape: (np.ones(g.shape),), "slope alone"),
    ],
    "CastBackward": [
        (lambda g, x, *, dtype: (np.round(g).astype(x.dtype),), "whole number"),
        (lambda g, x, *, dtype: (np.trunc(g).astype(x.dtype),), "whole number"),
        (lambda g, x, *, dtype: ((g * x).astype(x.dtype),), "g · z|factor|`x`"),
        (lambda g, x, *, dtype: ((-g).astype(x.dtype),), "wrong sign"),
        (lambda g, x, *, dtype: (np.zeros(x.shape, x.dtype),), "zero everywhere"),
        (lambda g, x, *, dtype: (np.ones(x.shape, x.dtype),), "slope alone"),
    ],
    "CloneBackward": [
        (lambda g, x: (g * x,), "g · z|factor"),
        (lambda g, x: (0 * g,), "zero everywhere"),
        (lambda g, x: (2 * g,), "2 times"),
        (lambda g, x: (np.ones_like(g),), "slope alone"),
        (lambda g, x: (g + x,), "added on top|g + z"),
    ],
    "CatBackward": [
        (lambda g, *xs, dim=0: tuple(np.zeros(x.shape) for x in xs), "zero everywhere"),
        (lambda g, *xs, dim=0: tuple(np.ones(x.shape) for x in xs), "slope alone"),
        (
            lambda g, *xs, dim=0: tuple(
                np.flip(p, dim)
                for p in np.split(g, np.cumsum([x.shape[dim] for x in xs])[:-1], axis=dim)
            ),
            "reverse order",
        ),
        (
            lambda g, *xs, dim=0: tuple(
                p / len(xs)
                for p in np.split(g, np.cumsum([x.shape[dim] for x in xs])[:-1], axis=dim)
            ),
            "0.5 times",
        ),
        (
            lambda g, *xs, dim=0: tuple(
                p * x
                for p, x in zip(
                    np.split(g, np.cumsum([x.shape[dim] for x in xs])[:-1], axis=dim),
                    xs,
                    strict=True,
                )
            ),
            "factor",
        ),
    ],
    "SliceBackward": [
        (lambda g, x, *, index: (from_the_left(g, x),), "laid out from the left"),
        (lambda g, x, *, index: (np.full(x.shape, g.sum()),), "the sum of g|the sum along axis 0"),
        (lambda g, x, *, index: (put(g, x, index) * x,), "factor"),
        (lambda g, x, *, index: (put(np.ones_like(g), x, index),), "slope alone"),
        (lambda g, x, *, index: (-put(g, x, index),), "wrong sign"),
        (
            lambda g, x, *, index: (np.roll(put(g, x, index), 1, 0),) if x.ndim else (g * 2,),
            "shift",
        ),
        (lambda g, x, *, index: (put(g, x, index) + x,), "added on top"),
    ],
    "ScatterBackward": [
        (lambda g, x, *, index, shape: (-g[index],), "wrong sign"),
        (lambda g, x, *, index, shape: (g[index] * x,), "factor"),
        (lambda g, x, *, index, shape: (np.ones(x.shape),), "slope alone"),
        (lambda g, x, *, index, shape: (g[index][::-1],), "reverse order"),
        (lambda g, x, *, index, shape: (g.reshape(-1)[: x.size].reshape(x.shape),), "front of g"),
        (
            lambda g, x, *, index, shape: (np.full(x.shape, g.sum()),),
            "the sum of g|the sum along axis 0",
        ),
    ],
    "GatherBackward": [
        (
            lambda g, x, *, dim, index: (
                put(g, x, along(index, dim))
                / np.maximum(put(np.ones_like(g), x, along(index, dim)), 1),
            ),
            "the mean over the times",
        ),
        (lambda g, x, *, dim, index: (-put(g, x, along(index, dim)),), "wrong sign"),
        (lambda g, x, *, dim, index: (put(g, x, along(index, dim)) * x,), "factor"),
        (lambda g, x, *, dim, index: (put(np.ones_like(g), x, along(index, dim)),), "slope alone"),
        (
            lambda g, x, *, dim, index: (np.full(x.shape, g.sum()),),
            "the sum of g|the sum along axis 0",
        ),
        (lambda g, x, *, dim, index: (np.zeros(x.shape),), "zero everywhere"),
        (
            lambda g, x, *, dim, index: (np.flip(put(g, x, along(index, dim)), dim),),
            "reverse order",
        ),
    ],
    "MatmulBackward": [
        (lambda g, a, b: (g @ b.mT / b.shape[1], None), "times what it should be|columns"),
        (lambda g, a, b: (-g @ b.mT, None), "wrong sign"),
        (lambda g, a, b: (g @ b.mT * a, None), "factor"),
        (lambda g, a, b: (g @ np.linalg.pinv(b), None), "inverse"),
        (lambda g, a, b: (g.sum(1, keepdims=True) * b.sum(1), None), "sum"),
        (lambda g, a, b: (a @ b @ b.mT, None), "z in place of g|g is not in it"),
    ],
    "LinearBackward": [
        (lambda g, x, w, b: (None, None, g.sum(0) * b), "times the bias itself"),
        (lambda g, x, w, b: (None, None, g.mean(0)), "mean over the rows"),
        (lambda g, x, w, b: (g @ w + b, None, None), "bias"),
        (lambda g, x, w, b: (None, -g.mT @ x, None), "wrong sign"),
        (lambda g, x, w, b: (None, g.mT @ x + w, None), "added on top"),
        (lambda g, x, w, b: (None, None, g[0]), "first row"),
    ],
    "EinsumBackward": [
        (
            kept(lambda g, a, b, p, q, o: (np.ones_like(a) * g.sum(), None)),
            "the sum of g|the sum along axis 0",
        ),
        (kept(lambda g, a, b, p, q, o: (-np.einsum(f"{o},{q}->{p}", g, b), None)), "wrong sign"),
        (kept(lambda g, a, b, p, q, o: (np.einsum(f"{o},{q}->{p}", g, b) * a, None)), "factor"),
        (kept(lambda g, a, b, p, q, o: (np.einsum(f"{q}->{p}", b), None)), "g is not in it"),
        (
            kept(lambda g, a, b, p, q, o: (None, np.einsum(f"{o},{p}->{q}", g, a) / len(a))),
            "times what it should be",
        ),
    ],
    "SoftmaxBackward": [
        (
            lambda g, x, *, dim: (softmax(x, dim) * (g + total(g * softmax(x, dim), dim)),),
            "subtracted",
        ),
        (lambda g, x, *, dim: (g,), "g unchanged"),
        (
            lambda g, x, *, dim: (
                softmax(x, dim) * (1 - softmax(x, dim)) * g - softmax(x, dim) * total(g, dim),
            ),
            "diagonal",
        ),
        (
            lambda g, x, *, dim: (x * (g - total(g * softmax(x, dim), dim)),),
            "scores",
        ),
        (
            lambda g, x, *, dim: (-softmax(x, dim) * (g - total(g * softmax(x, dim), dim)),),
            "wrong sign",
        ),
        (lambda g, x, *, dim: (g * np.exp(x),), "exponential"),
    ],
    "LogSoftmaxBackward": [
        (lambda g, x, *, dim: (g + softmax(x, dim) * total(g, dim),), "subtracted"),
        (lambda g, x, *, dim: (g - np.exp(x) * total(g, dim),), "not divided by their sum"),
        (lambda g, x, *, dim: (g - total(g, dim),), "softmax|taken off"),
        (lambda g, x, *, dim: (softmax(x, dim) * total(g, dim) - g,), "wrong sign"),
        (lambda g, x, *, dim: (g / softmax(x, dim),), "logarithm"),
        (lambda g, x, *, dim: (-softmax(x, dim) * total(g, dim),), "first term"),
    ],
}

RIGHT = {
    "SumBackward": [
        row(lambda G, x, dim: G * np.ones_like(x)),
        row(lambda G, x, dim: 0 * x + G),
    ],
    "MeanBackward": [
        row(lambda G, x, dim: G * np.ones_like(x) / count(x, dim)),
        row(lambda G, x, dim: G / max(count(x, dim), 1) * np.ones_like(x)),
    ],
    "VarBackward": [
        spread(lambda G, x, dim, n: 2 / np.array(n, x.dtype) * centered(x, dim) * G),
        spread(
            lambda G, x, dim, n: (
                (G * centered(x, dim) + centered(x, dim) * G) / np.array(n, x.dtype)
            )
        ),
    ],
    "LogsumexpBackward": [
        row(lambda G, x, dim: softmax(x, dim) * G),
        row(
            lambda G, x, dim: (
                G
                * np.exp(
                    x
                    - x.max(axis=dim, keepdims=True)
                    - np.log(
                        np.exp(x - x.max(axis=dim, keepdims=True)).sum(axis=dim, keepdims=True)
                    )
                )
            )
        ),
    ],
    "CumsumBackward": [
        lambda g, x, dim: (g + total(g, dim) - g.cumsum(dim),),
        lambda g, x, dim: (np.flip(np.cumsum(np.flip(g, axis=dim), axis=dim), axis=dim),),
    ],
    "ReshapeBackward": [
        lambda g, x, *, shape: (np.reshape(g, x.shape),),
        lambda g, x, *, shape: (g.reshape(-1).reshape(x.shape) + 0 * x,),
    ],
    "TransposeBackward": [
        lambda g, x, *, dim0, dim1: (np.swapaxes(g, dim1, dim0),),
        lambda g, x, *, dim0, dim1: (
            np.rot90(np.flip(g, dim0), 1, (dim1, dim0)) if dim0 != dim1 else g,
        ),
    ],
    "PermuteBackward": [
        lambda g, x, *, dims: (np.transpose(g, np.argsort([d % max(x.ndim, 1) for d in dims])),),
        lambda g, x, *, dims: (np.moveaxis(g, range(g.ndim), dims),),
    ],
    "CloneBackward": [lambda g, x: (g.copy(),), lambda g, x: (1 * g,)],
    "ScatterBackward": [
        lambda g, x, *, index, shape: (g[index].copy(),),
        lambda g, x, *, index, shape: (1 * g[index],),
    ],
    "MatmulBackward": [
        lambda g, a, b: (np.einsum("ik,jk->ij", g, b), np.einsum("ij,ik->jk", a, g)),
        lambda g, a, b: ((b @ g.mT).mT, (g.mT @ a).mT),
    ],
    "LinearBackward": [
        lambda g, x, w, b: (
            np.einsum("...o,oi->...i", g, w),
            np.tensordot(g.reshape(-1, len(b)), x.reshape(-1, w.shape[1]), (0, 0)),
            g.reshape(-1, len(b)).sum(0),
        ),
        lambda g, x, w, b: (
            (w.mT @ g[..., None])[..., 0],
            (x.reshape(-1, x.shape[-1]).mT @ g.reshape(-1, g.shape[-1])).mT,
            np.ones(g.size // len(b), g.dtype) @ g.reshape(-1, len(b)),
        ),
    ],
    "SoftmaxBackward": [
        lambda g, x, *, dim: (
            softmax(x, dim) * g - softmax(x, dim) * total(softmax(x, dim) * g, dim),
        ),
        lambda g, x, *, dim: ((g - total(softmax(x, dim) * g, dim)) * softmax(x, dim),),
    ],
    "LogSoftmaxBackward": [
        lambda g, x, *, dim: (g - total(g, dim) * softmax(x, dim),),
        lambda g, x, *, dim: (-(softmax(x, dim) * total(g, dim)) + g,),
    ],
    "MaxBackward": [
        row(
            lambda G, x, dim: (
                np.where(largest(x, dim), G, 0) / total(largest(x, dim), dim).astype(x.dtype)
            )
        ),
        row(
            lambda G, x, dim: np.where(
                largest(x, dim), G / total(1 * largest(x, dim), dim).astype(x.dtype), 0
            )
        ),
    ],
    "MinBackward": [
        row(
            lambda G, x, dim: (
                np.where(smallest(x, dim), G, 0) / total(smallest(x, dim), dim).astype(x.dtype)
            )
        ),
        row(
            lambda G, x, dim: np.where(
                smallest(x, dim), G / total(1 * smallest(x, dim), dim).astype(x.dtype), 0
            )
        ),
    ],
    "StdBackward": [
        lambda g, x, dim=None, correction=1, keepdim=False: (deviations(g, x, dim, correction),),
        lambda g, x, dim=None, correction=1, keepdim=False: (-deviations(-g, x, dim, correction),),
    ],
    "ProdBackward": [
        lambda g, x, dim=None, keepdim=False: (others(g, x, dim),),
        lambda g, x, dim=None, keepdim=False: (0 - others(0 - g, x, dim),),
    ],
    "ExpandBackward": [
        lambda g, x, *, shape: (np.einsum("...->...", g),),
        lambda g, x, *, shape: (g * 1,),
    ],
    "CastBackward": [
        lambda g, x, *, dtype: (g.astype(x.dtype),),
        lambda g, x, *, dtype: (np.array(g, x.dtype),),
    ],
    "CatBackward": [
        lambda g, *xs, dim=0: tuple(
            np.split(g, np.cumsum([x.shape[dim] for x in xs])[:-1], axis=dim)
        ),
        lambda g, *xs, dim=0: tuple(
            np.take(g, np.arange(end - x.shape[dim], end), axis=dim)
            for x, end in zip(xs, np.cumsum([x.shape[dim] for x in xs]), strict=True)
        ),
    ],
    "SliceBackward": [
        lambda g, x, *, index: (put(g, x, index),),
        lambda g, x, *, index: (
            np.bincount(
                np.arange(x.size).reshape(x.shape)[index].reshape(-1), g.reshape(-1), x.size
            )
            .astype(x.dtype)
            .reshape(x.shape),
        ),
    ],
    "GatherBackward": [
        lambda g, x, *, dim, index: (put(g, x, along(index, dim)),),
        lambda g, x, *, dim, index: (
            np.bincount(
                np.arange(x.size).reshape(x.shape)[along(index, dim)].reshape(-1),
                g.reshape(-1),
                x.size,
            )
            .astype(x.dtype)
            .reshape(x.shape),
        ),
    ],
    "EinsumBackward": [
        kept(
            lambda g, a, b, p, q, o: (
                np.einsum(f"{o},{q},{p}->{p}", g, b, np.ones_like(a)),
                np.einsum(f"{p},{o},{q}->{q}", a, g, np.ones_like(b)),
            )
        ),
        kept(
            lambda g, a, b, p, q, o: (
                np.einsum(f"{q},{p},{o}->{p}", b, 0 * a + 1, g),
                np.einsum(f"{o},{p},{q}->{q}", g, a, 0 * b + 1),
            )
        ),
    ],
}
