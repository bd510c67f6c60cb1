"""Wrong results of `forward`, with a phrase of what each is told."""

import numpy as np

from tinytorch.core.operations.elementary import erf_of


def layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def batch_norm(x, w, b):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) * w + b


def weights(scores, mask):
    e = np.exp(scores - scores.max(-1, keepdims=True, initial=0)) * mask
    return e / e.sum(-1, keepdims=True)


def shifted_by_one(x, dim):
    """A softmax with one shift for all rows: that of the largest score of the array."""
    e = np.exp(x - (x.max() if x.size else 0))
    return e / e.sum(axis=dim, keepdims=True)


WRONG = {
    "MatmulBackward": [
        (lambda a, b: b @ a, "the order of the factors counts"),
        (lambda a, b: a @ b.mT, "a @ bᵀ: forward, nothing is transposed"),
        (lambda a, b: a.mT @ b, "aᵀ @ b: forward, nothing is transposed"),
    ],
    "LinearBackward": [
        (lambda x, weight, bias: x @ weight + bias, "without the transpose"),
        (lambda x, weight, bias: x @ weight.T, "without the bias"),
        (lambda x, weight, bias: x @ weight.T - bias, "minus the bias"),
        (lambda x, weight, bias: x @ weight.T * bias, "times the bias"),
        (lambda x, weight, bias: (x + bias) @ weight.T, "added after the product"),
    ],
    "AddBackward": [
        (lambda a, b: a - b, "a − b, which is another operation"),
        (lambda a, b: -(a + b), "minus what it should be"),
        (lambda a, b: (a + b) / 2, "0.5 times"),
        (lambda a, b: a + 0 * b, "the input `a` as it is"),
    ],
    "SubBackward": [(lambda a, b: b - a, "minus what it should be")],
    "NegBackward": [
        (lambda x: x, "the input `x` as it is"),
        (lambda x: -np.abs(x), "right but where `x` is negative"),
    ],
    "DivBackward": [
        (lambda a, b: b / a, "one divided by what it should be"),
        (lambda a, b: a // b, "rounded down"),
    ],
    "ClampBackward": [
        (lambda x, min=None, max=None: x if min is None else np.maximum(x, min), "`x` as it is"),
    ],
    "WhereBackward": [
        (lambda condition, a, b: np.where(condition, b, a), "`a` where it should be `b`"),
    ],
    "TrilBackward": [
        (lambda x, diagonal=0: np.triu(x, diagonal), "and `x` where it should not"),
        (lambda x, diagonal=0: np.tril(x), "0 where `x` should come through"),
    ],
    "SqrtBackward": [
        (lambda x: x, "the input `x` as it is"),
        (lambda x: x**0.25, "the root of what it should be"),
        (lambda x: 2 * np.sqrt(x), "2 times"),
    ],
    "ExpBackward": [
        (lambda x: np.exp(-x), "one divided by"),
        (lambda x: np.exp(2 * x), "the square of"),
        (lambda x: np.expm1(x), "off by the same number everywhere, -1"),
    ],
    "LogBackward": [
        (lambda x: np.log10(x), "0.4343 times"),
        (lambda x: np.log(1 / x), "minus what it should be"),
    ],
    "SigmoidBackward": [
        (lambda x: 1 / (1 + np.exp(x)), "1 minus what it should be"),
        (lambda x: 1 + np.exp(-x), "one divided by what it should be"),
    ],
    "ReLUBackward": [
        (lambda x: np.abs(x), "|x|, which is another operation"),
        (lambda x: np.minimum(x, 0), "min(x, 0), which is another operation"),
        (lambda x: x, "the input `x` as it is"),
    ],
    "AbsBackward": [
        (lambda x: -np.abs(x), "minus what it should be"),
        (lambda x: np.maximum(x, 0), "max(x, 0), which is another operation"),
        (lambda x: x * x, "the square of what it should be"),
    ],
    "MulBackward": [(lambda a, b: (a * b) ** 2, "the square of what it should be")],
    "TanhBackward": [
        (lambda x: np.abs(np.tanh(x)), "the absolute value of what it should be"),
        (lambda x: -np.tanh(x), "minus what it should be"),
        (lambda x: 1 / (1 + np.exp(-2 * x)), "tanh is twice that, less 1"),
        (lambda x: 2 / (1 + np.exp(-x)) - 1, "Inside the sigmoid of tanh stands 2 · `x`"),
    ],
    "CumsumBackward": [
        (lambda x, dim: np.flip(x.cumsum(dim), dim), "in reverse order"),
        (lambda x, dim: x.cumsum().reshape(x.shape), "through the whole array"),
        (lambda x, dim: x.cumsum(dim) - x, "what comes *before* each entry"),
    ],
    "MeanBackward": [
        (lambda x, dim=None, keepdim=False: x.sum(axis=dim, keepdims=keepdim), "divide it by n"),
        (lambda x, dim=None, keepdim=False: np.median(x, axis=dim, keepdims=keepdim), "the median"),
    ],
    "MaxBackward": [
        (lambda x, dim=None, keepdim=False: x.min(axis=dim, keepdims=keepdim), "the smallest"),
        (
            lambda x, dim=None, keepdim=False: abs(x).max(axis=dim, keepdims=keepdim),
            "the largest of the absolute values",
        ),
        (lambda x, dim=None, keepdim=False: x.argmax(axis=dim, keepdims=keepdim), "`argmax`"),
    ],
    "LogsumexpBackward": [
        (
            lambda x, dim, keepdim=False: np.log(
                np.exp(x - x.max(axis=dim, keepdims=True)).sum(axis=dim, keepdims=keepdim)
            ),
            "too small by the largest entry of the row",
        ),
        (
            lambda x, dim, keepdim=False: np.log(np.exp(x).mean(axis=dim, keepdims=keepdim)),
            "*mean* of the exponentials",
        ),
        (lambda x, dim, keepdim=False: x.sum(axis=dim, keepdims=keepdim), "is that entry again"),
    ],
    "GELUBackward": [
        (lambda x: x * (1 + erf_of(x)) / 2, "inside erf stands x/√2"),
        (lambda x: (1 + erf_of(x / np.sqrt(2))) / 2, "the gate Φ(x) alone"),
        (
            lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
            "the approximation by tanh",
        ),
        (lambda x: x / (1 + np.exp(-1.702 * x)), "the approximation by a sigmoid"),
    ],
    "SiLUBackward": [(lambda x: x / (1 + np.exp(x)), "the sign of the exponent")],
    "SoftplusBackward": [
        (lambda x, beta=1.0: np.logaddexp(0, beta * x), "not divided by beta"),
        (
            lambda x, beta=1.0: np.maximum(x, 0) + np.log(1 + np.exp(-abs(beta * x))) / beta,
            "softplus is never 0",
        ),
    ],
    "SoftmaxBackward": [
        (lambda x, *, dim: x / x.sum(axis=dim, keepdims=True), "their exponentials"),
        (lambda x, *, dim: shifted_by_one(x, dim), "Each row has its own largest score"),
    ],
    "LogSoftmaxBackward": [
        (
            lambda x, *, dim: x - np.log(np.exp(x).sum(axis=dim, keepdims=True)),
            "stored as 0, and its logarithm is -∞",
        ),
        (
            lambda x, *, dim: (
                x - np.log(np.exp(x - x.max(axis=dim, keepdims=True)).sum(axis=dim, keepdims=True))
            ),
            "too large by the largest score of the row",
        ),
    ],
    "MSEBackward": [
        (lambda y, t: np.sqrt(((y - t) ** 2).mean()), "the root of the mean"),
        (lambda y, t: abs(y - t).mean(), "Here the differences are squared"),
        (lambda y, t: (y - t).mean() ** 2, "square each difference first"),
    ],
    "L1Backward": [
        (lambda y, t: (y - t).mean(), "errors of either sign cancel"),
        (lambda y, t: ((y - t) ** 2).mean(), "the mean of the squares"),
    ],
    "HuberBackward": [
        (lambda y, t, delta=1.0: np.minimum((y - t) ** 2 / 2, delta).mean(), "clamped"),
        (
            lambda y, t, delta=1.0: np.where(
                abs(y - t) <= delta, (y - t) ** 2 / 2, delta * abs(y - t)
            ).mean(),
            "do not meet there",
        ),
        (
            lambda y, t, delta=1.0: np.where(
                abs(y - t) <= 1, (y - t) ** 2 / 2, abs(y - t) - 0.5
            ).mean(),
            "whatever `delta` says",
        ),
    ],
    "BCEBackward": [
        (lambda p, t: (-t * np.log(p)).mean(), "the part of the yes alone"),
        (
            lambda p, t: (-t * np.log2(p) - (1 - t) * np.log2(1 - p)).mean(),
            "logarithm of base 2",
        ),
        (
            lambda p, t: (-t * np.log(p + 1e-3) - (1 - t) * np.log(1 - p + 1e-3)).mean(),
            "a small number added inside the logarithms",
        ),
    ],
    "BCEWithLogitsBackward": [
        (lambda x, t: np.logaddexp(0, x).mean(), "t · x has to be subtracted"),
        (lambda x, t: (np.logaddexp(0, -x) + t * x).mean(), "yes and no exchanged"),
    ],
    "NLLBackward": [
        (lambda x, t: -x[t].mean(), "takes whole *rows*"),
        (lambda x, t: -x.max(1).mean(), "however small it is"),
    ],
    "CrossEntropyBackward": [
        (
            lambda x, t: (
                np.log(np.exp(x - x.max(1, keepdims=True)).sum(1)) - x[np.arange(len(t)), t]
            ).mean(),
            "too small by the largest score",
        ),
    ],
    "TransposeBackward": [
        (
            lambda x, *, dim0, dim1: x.swapaxes(dim0, dim1)[::-1],
            "in reverse order along axis 0",
        ),
    ],
    "LayerNormBackward": [
        (
            lambda x, w, b, **shape: x / ((x * x).mean(-1, keepdims=True) + 1e-5) ** 0.5 * w + b,
            "without subtracting the mean",
        ),
        (lambda x, w, b, **shape: batch_norm(x, w, b), "as in batch normalization"),
        (lambda x, w, b, **shape: (x - x.mean()) / (x.var() + 1e-5) ** 0.5 * w + b, "for all rows"),
        (lambda x, w, b, **shape: layer_norm(x) * w + w * b, "the bias is added last"),
    ],
    "BatchNormBackward": [
        (lambda x, w, b, **given: batch_norm(x, w, b), "although `mean` and `var` are given"),
        (lambda x, w, b, **given: batch_norm(x, w, 0), "without the bias"),
        (lambda x, w, b, **given: batch_norm(x, 1, b), "without the weight"),
    ],
    "AttentionBackward": [
        (lambda q, k, v, mask, scale: weights(q @ k.mT, mask) @ v, "without `scale`"),
        (lambda q, k, v, mask, scale: weights(q @ k.mT / scale, mask) @ v, "divided by `scale`"),
        (lambda q, k, v, mask, scale: weights(q @ k.mT * scale, True) @ v, "without the mask"),
        (
            lambda q, k, v, mask, scale: (weights(q @ k.mT * scale, True) * mask) @ v,
            "masked after the softmax",
        ),
        (lambda q, k, v, mask, scale: (q @ k.mT * scale) @ v, "without a softmax"),
    ],
    "MaxPool2dBackward": [
        (
            lambda x, windows: np.mean([windows.padded(x, 0)[p] for p in windows.places()], 0),
            "which is the other pooling",
        ),
    ],
}
