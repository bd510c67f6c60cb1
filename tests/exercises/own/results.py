"""Wrong results of `forward`, with a phrase of what each is told."""

import numpy as np


def layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def batch_norm(x, w, b):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) * w + b


def weights(scores, mask):
    e = np.exp(scores - scores.max(-1, keepdims=True, initial=0)) * mask
    return e / e.sum(-1, keepdims=True)


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
    "DivBackward": [(lambda a, b: b / a, "one divided by what it should be")],
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
    ],
    "CumsumBackward": [(lambda x, dim: np.flip(x.cumsum(dim), dim), "in reverse order")],
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
