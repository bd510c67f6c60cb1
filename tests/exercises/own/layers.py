"""Wrong and right rules of losses and layers."""

from copy import deepcopy

import numpy as np

from tinytorch.core.spatial import Windows, folded, unfolded
from tinytorch.exercises import RULES


def right(name, g, *inputs, **params):
    return [np.asarray(d) for d in RULES[name].reference(*inputs, **params).apply(g)]


def changed(name, place, change):
    """A wrong rule that changes one of the right gradients; `change` gets it and all there is."""

    def rule(g, *inputs, **params):
        d = right(name, g, *inputs, **params)[place]
        found = [None] * len(inputs)
        found[place] = np.asarray(change(d, g, *inputs, **params), d.dtype)
        return tuple(found)

    return rule


def onehot(t, shape):
    return np.eye(shape[1])[t]


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def classes(slope):
    """A wrong rule of a loss of class scores: `slope` of x, the one-hot targets and N."""
    return lambda g, x, t: (g * slope(x, onehot(t, x.shape), len(x)), None)


def pairs(slope):
    """A wrong rule of a loss of predictions and targets: `slope` of both and n."""
    return lambda g, y, t, **params: (g * slope(y, t, max(y.size, 1)), None)


def huber(slope):
    return lambda g, y, t, delta=1.0: (g * slope(y - t, delta) / max(y.size, 1), None)


def normalized(x, axes, eps=1e-5):
    deviation = x - x.mean(axes, keepdims=True)
    sigma = np.sqrt((deviation**2).mean(axes, keepdims=True) + eps)
    return deviation / sigma, sigma


def over_rows(dx):
    def rule(g, x, weight, bias, *, normalized_shape, eps=1e-5):
        x_hat, sigma = normalized(x, -1, eps)
        return dx(g * weight, x_hat, sigma, x, weight), None, None

    return rule


def over_batch(dx):
    def rule(g, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        if mean is not None:
            return None, None, None
        x_hat, sigma = normalized(x, 0, eps)
        return dx(g * weight, x_hat, sigma, x, weight), None, None

    return rule


def mean(a):
    return a.mean(-1, keepdims=True)


def down(a):
    return a.mean(0)


def attention(dq=None, dk=None, dv=None):
    """A wrong rule of attention: each part of P, dP, g, q, k, v and the scale."""

    def rule(g, q, k, v, mask, *, scale):
        P = softmax(q @ k.mT * scale + np.where(mask, 0, -np.inf))
        dP = g @ v.mT
        dS = P * (dP - (P * dP).sum(-1, keepdims=True))
        given = P, dP, dS, g, q, k, v, scale
        return (*(d and d(*given).astype(q.dtype) for d in (dq, dk, dv)), None)

    return rule


def as_matrices(g, x, weight, options):
    w = Windows("conv2d", x.shape, weight.shape[2:], *list(options.values())[:3])
    return (
        w,
        unfolded(x, w),
        weight.reshape(len(weight), -1),
        g.reshape(*g.shape[:2], g.shape[2] * g.shape[3]),
    )


def conv_right(g, x, weight, bias, **options):
    w, X, W, G = as_matrices(g, x, weight, options)
    dw = np.einsum("nop,ncp->oc", G, X).reshape(weight.shape)
    return folded(np.einsum("oc,nop->ncp", W, G), w), dw, np.einsum("nop->o", G)


def conv_again(g, x, weight, bias, **options):
    w, X, W, G = as_matrices(g, x, weight, options)
    dw = sum((a @ b.T for a, b in zip(G, X, strict=True)), np.zeros(W.shape, W.dtype))
    return folded(W.T @ G, w), dw.reshape(weight.shape), g.sum((0, 2, 3))


def largest_pixels(g, x, windows):
    """The rule of max pooling, window after window."""
    padded = windows.padded(x, -np.inf)
    d = np.zeros(padded.shape, g.dtype)
    (kh, kw), (sh, sw), (dh, dw) = windows.kernel, windows.stride, windows.dilation
    for n, c, i, j in np.ndindex(g.shape):
        place = (
            n,
            c,
            slice(i * sh, i * sh + (kh - 1) * dh + 1, dh),
            slice(j * sw, j * sw + (kw - 1) * dw + 1, dw),
        )
        at = np.unravel_index(padded[place].argmax(), (kh, kw))
        d[place][at] += g[n, c, i, j]
    return windows.cropped(d)


def even_shares(g, x, windows):
    """The rule of average pooling: each place of a window gets the same share."""
    n, c, h, w = g.shape
    k = windows.kernel[0] * windows.kernel[1]
    return folded(np.repeat(g.reshape(n, c, h * w), k, 1) / k, windows)


def layer_norm(g, x, w, eps):
    z, sigma = normalized(x, -1, eps)
    h = g * w
    D = x.shape[-1]
    dx = (D * h - h.sum(-1, keepdims=True) - z * (h * z).sum(-1, keepdims=True)) / (D * sigma)
    rows = tuple(range(x.ndim - 1))
    return dx, (g * z).sum(rows), g.sum(rows)


def batch_norm(g, x, w, mean, var, eps):
    if mean is not None:
        sigma = np.sqrt(var + eps)
        return g * w / sigma, (g * (x - mean) / sigma).sum(0), g.sum(0)
    z, sigma = normalized(x, 0, eps)
    to_w, to_b = (g * z).sum(0), g.sum(0)
    return w / (len(x) * sigma) * (len(x) * g - to_b - z * to_w), to_w, to_b


WRONG = {
    "NLLBackward": [
        (classes(lambda x, y, n: y / n), "wrong sign"),
        (classes(lambda x, y, n: -(1 - y) / n), "*other* classes"),
        (classes(lambda x, y, n: -y * np.exp(x) / n), "probabilit"),
        (classes(lambda x, y, n: (1 - y) / n - y / n), "other classes"),
        (classes(lambda x, y, n: -y / n + 1 / x.size), "off by the same number"),
        (lambda g, x, t: (-onehot(t, x.shape) / len(x), None), "slope alone"),
    ],
    "CrossEntropyBackward": [
        (classes(lambda x, y, n: (y - softmax(x)) / n), "wrong sign"),
        (classes(lambda x, y, n: (softmax(x) + y) / n), "subtract"),
        (classes(lambda x, y, n: (np.exp(x) - y) / n), "not divided by their sum"),
        (classes(lambda x, y, n: (sigmoid(x) - y) / n), "sigmoid"),
        (classes(lambda x, y, n: (softmax(x) - y) ** 2 / n), "square"),
        (classes(lambda x, y, n: (np.log(softmax(x)) - y) / n), "logarithm"),
    ],
    "MSEBackward": [
        (pairs(lambda y, t, n: 2 * (y - t) ** 2 / n), "square"),
        (pairs(lambda y, t, n: 2 * (y + t) / n), "their difference"),
        (pairs(lambda y, t, n: 2 * y / n), "target"),
        (pairs(lambda y, t, n: 4 * (y - t) / n), "2 times"),
        (pairs(lambda y, t, n: 2 * np.abs(y - t) / n), "sign"),
        (lambda g, y, t: (2 * (y - t) / y.size, None), "slope alone"),
    ],
    "L1Backward": [
        (pairs(lambda y, t, n: np.abs(y - t) / n), "sign"),
        (pairs(lambda y, t, n: np.sign(y) / n), "difference"),
        (pairs(lambda y, t, n: 2 * np.sign(y - t) / n), "the 2 belongs to a square"),
        (pairs(lambda y, t, n: (y > t) / n), "0 or 1|there it is 0"),
        (pairs(lambda y, t, n: np.tanh(y - t) / n), "tanh"),
    ],
    "HuberBackward": [
        (huber(lambda d, delta: -np.clip(d, -delta, delta)), "that of the target"),
        (huber(lambda d, delta: np.sign(d) * delta), "absolute"),
        (huber(lambda d, delta: np.clip(d, 0, delta)), "both sides"),
        (huber(lambda d, delta: np.clip(d, -delta, delta) ** 2 / 2), "square"),
        (huber(lambda d, delta: np.where(abs(d) > delta, d, delta * np.sign(d))), "exchanged"),
    ],
    "BCEBackward": [
        (pairs(lambda p, t, n: (t - p) / (p * (1 - p)) / n), "wrong sign"),
        (pairs(lambda p, t, n: (1 - t) / (1 - p) / n), "part of the no"),
        (pairs(lambda p, t, n: (p - t) / (1 - p) / n), "1 − p"),
        (pairs(lambda p, t, n: -np.log(p) / n), "logarithm"),
        (pairs(lambda p, t, n: 2 * (p - t) / n), "squared error"),
    ],
    "BCEWithLogitsBackward": [
        (pairs(lambda x, t, n: (t - sigmoid(x)) / n), "wrong sign"),
        (pairs(lambda x, t, n: (sigmoid(-x) - t) / n), "sign of the score"),
        (pairs(lambda x, t, n: (sigmoid(x) + t) / n), "subtract"),
        (pairs(lambda x, t, n: (np.tanh(x) - t) / n), "tanh"),
        (pairs(lambda x, t, n: 2 * (sigmoid(x) - t) / n), "2 times"),
        (pairs(lambda x, t, n: (1 - t) * sigmoid(x) / n), "part of the no"),
    ],
    "UnfoldBackward": [
        (changed("UnfoldBackward", 0, lambda d, g, x, windows: -d), "wrong sign"),
        (
            changed("UnfoldBackward", 0, lambda d, g, x, windows: d * x),
            "a factor too many|factor `x`",
        ),
        (
            changed("UnfoldBackward", 0, lambda d, g, x, windows: d[..., ::-1]),
            "reverse order|turned around",
        ),
        (changed("UnfoldBackward", 0, lambda d, g, x, windows: d.mT), "transposed"),
        (changed("UnfoldBackward", 0, lambda d, g, x, windows: np.roll(d, 1, -1)), "shifted"),
    ],
    "FoldBackward": [
        (changed("FoldBackward", 0, lambda d, g, x, windows: -d), "wrong sign"),
        (changed("FoldBackward", 0, lambda d, g, x, windows: d * x), "factor"),
        (changed("FoldBackward", 0, lambda d, g, x, windows: d[:, ::-1]), "reverse order"),
        (changed("FoldBackward", 0, lambda d, g, x, windows: np.ones(d.shape)), "slope alone"),
        (
            changed("FoldBackward", 0, lambda d, g, x, windows: d[..., ::-1]),
            "reverse order|turned around",
        ),
    ],
    "Conv2dBackward": [
        (changed("Conv2dBackward", 0, lambda d, g, x, w, b, **o: d * x), "factor"),
        (changed("Conv2dBackward", 0, lambda d, g, x, w, b, **o: d[..., ::-1, :]), "reverse order"),
        (changed("Conv2dBackward", 0, lambda d, g, x, w, b, **o: d.mT), "transposed"),
        (changed("Conv2dBackward", 1, lambda d, g, x, w, b, **o: d.mT), "transposed"),
        (changed("Conv2dBackward", 2, lambda d, g, x, w, b, **o: d * b), "times the bias itself"),
        (changed("Conv2dBackward", 1, lambda d, g, x, w, b, **o: d * w), "factor"),
        (changed("Conv2dBackward", 2, lambda d, g, x, w, b, **o: g[0].sum((1, 2))), "first image"),
    ],
    "MaxPool2dBackward": [
        (changed("MaxPool2dBackward", 0, lambda d, g, x, windows: -d), "wrong sign"),
        (changed("MaxPool2dBackward", 0, lambda d, g, x, windows: d * x), "factor"),
        (changed("MaxPool2dBackward", 0, lambda d, g, x, windows: d != 0), "slope alone"),
        (
            changed(
                "MaxPool2dBackward",
                0,
                lambda d, g, x, windows: right("MaxPool2dBackward", g, -x, windows=windows)[0],
            ),
            "smallest",
        ),
        (
            changed(
                "MaxPool2dBackward",
                0,
                lambda d, g, x, windows: (
                    folded(
                        np.repeat(g.reshape(*g.shape[:2], g.shape[2] * g.shape[3]), 4, 1), windows
                    )
                    if windows.kernel == (2, 2)
                    else d
                ),
            ),
            "every pixel of the window",
        ),
    ],
    "AvgPool2dBackward": [
        (changed("AvgPool2dBackward", 0, lambda d, g, x, windows: -d), "wrong sign"),
        (changed("AvgPool2dBackward", 0, lambda d, g, x, windows: d * x), "factor"),
        (changed("AvgPool2dBackward", 0, lambda d, g, x, windows: d / 4), "times what it should"),
        (changed("AvgPool2dBackward", 0, lambda d, g, x, windows: d / d.size), "times what it"),
        (
            changed("AvgPool2dBackward", 0, lambda d, g, x, windows: d[..., ::-1]),
            "reverse order|turned around",
        ),
    ],
    "EmbeddingBackward": [
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: -d), "wrong sign"),
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: d * w), "a lookup copies"),
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: d + w), "added on top"),
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: d != 0), "slope alone"),
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: np.roll(d, 1, 0)), "shifted"),
        (changed("EmbeddingBackward", 0, lambda d, g, w, indices: 0 * d + g.sum(0)), "every row"),
    ],
    "LayerNormBackward": [
        (over_rows(lambda h, z, s, x, w: h * (1 - z * z) / s), "diagonal"),
        (over_rows(lambda h, z, s, x, w: (h - mean(h) - z * mean(h * z)) / s**2), "divided by σ²"),
        (over_rows(lambda h, z, s, x, w: (h - mean(h) - z * mean(h * z)) * s), "divide by σ"),
        (over_rows(lambda h, z, s, x, w: (h + mean(h) - z * mean(h * z)) / s), "path through the"),
        (over_rows(lambda h, z, s, x, w: (h - mean(h) - x * mean(h * x)) / s), "x̂"),
        (over_rows(lambda h, z, s, x, w: (h - mean(h) - mean(h * z)) / s), "factor x̂"),
    ],
    "BatchNormBackward": [
        (over_batch(lambda h, z, s, x, w: (h - down(h) + z * down(h * z)) / s), "path through the"),
        (over_batch(lambda h, z, s, x, w: (h - down(h) - z * down(h * z)) / s**2), "divided by σ²"),
        (over_batch(lambda h, z, s, x, w: (h - down(h) - x * down(h * x)) / s), "x̂"),
        (over_batch(lambda h, z, s, x, w: (h - down(h) - down(h * z)) / s), "factor x̂"),
        (
            over_batch(lambda h, z, s, x, w: (h - h.sum(0) - z * (h * z).sum(0)) / s),
            "sums where means",
        ),
    ],
    "DropoutBackward": [
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: -d), "wrong sign"),
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: g), "g everywhere|g unchanged"),
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: (d != 0) / (1 - p)), "slope alone"),
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: g * (1 - p)), "everywhere"),
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: d / (1 - p)), "twice|on top|times"),
        (changed("DropoutBackward", 0, lambda d, g, x, p, rng: np.where(x > 0, d, 0)), "negative"),
    ],
    "AttentionBackward": [
        (attention(dq=lambda P, dP, dS, g, q, k, v, s: -dS @ k * s), "wrong sign"),
        (attention(dq=lambda P, dP, dS, g, q, k, v, s: dS @ k * s * s), "`scale` twice|times what"),
        (attention(dq=lambda P, dP, dS, g, q, k, v, s: P @ k * s), "P in place of dS"),
        (attention(dq=lambda P, dP, dS, g, q, k, v, s: dS @ k / s), "times what|divided by"),
        (attention(dv=lambda P, dP, dS, g, q, k, v, s: dS.mT @ g), "dS in place of P"),
        (attention(dk=lambda P, dP, dS, g, q, k, v, s: dS.mT @ k * s), "queries"),
        (attention(dv=lambda P, dP, dS, g, q, k, v, s: P.mT @ v), "g is not in it"),
    ],
}

RIGHT = {
    "NLLBackward": [
        lambda g, x, t: (-g / len(x) * onehot(t, x.shape).astype(x.dtype), None),
        lambda g, x, t: (
            np.where(np.arange(x.shape[1]) == t[:, None], -g / x.dtype.type(len(x)), 0),
            None,
        ),
    ],
    "CrossEntropyBackward": [
        lambda g, x, t: ((g / len(x) * (softmax(x) - onehot(t, x.shape))).astype(x.dtype), None),
        lambda g, x, t: (
            (softmax(x) * g / len(x) - onehot(t, x.shape) * g / len(x)).astype(x.dtype),
            None,
        ),
    ],
    "MSEBackward": [
        lambda g, y, t: (g * (y - t) * 2 / y.size, g * (t - y) * 2 / y.size),
        lambda g, y, t: ((y - t + y - t) * (g / y.size), -(y - t) * (2 * g / y.size)),
    ],
    "L1Backward": [
        lambda g, y, t: (g / y.size * np.sign(y - t), g / y.size * np.sign(t - y)),
        lambda g, y, t: (np.sign(y - t) * g / y.size, -np.sign(y - t) * g / y.size),
    ],
    "BCEWithLogitsBackward": [
        lambda g, x, t: (g * ((1 + np.tanh(x / 2)) / 2 - t) / x.size, None),
        lambda g, x, t: ((np.exp(-np.logaddexp(0, -x)) - t) * (g / x.size), None),
    ],
    "Conv2dBackward": [conv_right, conv_again],
    "EmbeddingBackward": [
        lambda g, w, *, indices: (
            np.eye(len(w), dtype=w.dtype)[indices.reshape(-1)].T @ g.reshape(-1, w.shape[1]),
        ),
        lambda g, w, *, indices: (
            np.array(
                [g.reshape(-1, w.shape[1])[indices.reshape(-1) == i].sum(0) for i in range(len(w))],
                w.dtype,
            ),
        ),
    ],
    "AttentionBackward": [
        attention(
            dq=lambda P, dP, dS, g, q, k, v, s: (s * dS) @ k,
            dk=lambda P, dP, dS, g, q, k, v, s: (q.mT @ dS).mT * s,
            dv=lambda P, dP, dS, g, q, k, v, s: (g.mT @ P).mT,
        ),
        attention(
            dq=lambda P, dP, dS, g, q, k, v, s: (
                (P * dP - P * (g * (P @ v)).sum(-1, keepdims=True)) @ k * s
            ),
            dk=lambda P, dP, dS, g, q, k, v, s: (
                (P * dP - P * (g * (P @ v)).sum(-1, keepdims=True)).mT @ q * s
            ),
            dv=lambda P, dP, dS, g, q, k, v, s: np.swapaxes(P, -1, -2) @ g,
        ),
    ],
    "HuberBackward": [
        lambda g, y, t, delta=1.0: (
            g * np.clip(y - t, -delta, delta) / y.size,
            g * np.clip(t - y, -delta, delta) / y.size,
        ),
        lambda g, y, t, delta=1.0: (
            g * np.where(abs(y - t) > delta, delta * np.sign(y - t), y - t) / y.size,
            -g * np.where(abs(y - t) > delta, delta * np.sign(y - t), y - t) / y.size,
        ),
    ],
    "BCEBackward": [
        pairs(lambda p, t, n: (-t / p + (1 - t) / (1 - p)) / n),
        pairs(lambda p, t, n: (p - t) / (p - p * p) / n),
    ],
    "UnfoldBackward": [
        lambda g, x, *, windows: (folded(g, windows),),
        lambda g, x, *, windows: (folded(g / 2, windows) + folded(g / 2, windows),),
    ],
    "FoldBackward": [
        lambda g, x, *, windows: (unfolded(g, windows),),
        lambda g, x, *, windows: (-unfolded(-g, windows),),
    ],
    "MaxPool2dBackward": [
        lambda g, x, *, windows: (largest_pixels(g, x, windows),),
        lambda g, x, *, windows: (-largest_pixels(-g, x, windows),),
    ],
    "AvgPool2dBackward": [
        lambda g, x, *, windows: (even_shares(g, x, windows),),
        lambda g, x, *, windows: (-even_shares(-g, x, windows),),
    ],
    "LayerNormBackward": [
        lambda g, x, w, b, *, normalized_shape, eps=1e-5: layer_norm(g, x, w, eps),
        lambda g, x, w, b, *, normalized_shape, eps=1e-5: tuple(
            -d for d in layer_norm(-g, x, w, eps)
        ),
    ],
    "BatchNormBackward": [
        lambda g, x, w, b, *, mean=None, var=None, eps=1e-5: batch_norm(g, x, w, mean, var, eps),
        lambda g, x, w, b, *, mean=None, var=None, eps=1e-5: tuple(
            d / 2 for d in batch_norm(2 * g, x, w, mean, var, eps)
        ),
    ],
    "DropoutBackward": [
        lambda g, x, *, p, rng: (np.where(deepcopy(rng).random(x.shape) < p, 0, g / (1 - p)),),
        lambda g, x, *, p, rng: (g * (deepcopy(rng).random(x.shape) >= p) / (1 - p),),
    ],
}
