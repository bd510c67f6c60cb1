"""The training steps that are timed: their numbers, and their formula for any engine.

A formula is written once, for `tinytorch` and PyTorch alike: the names are the same. `F` is the
engine's `nn.functional`, `p` the list of its parameters, `d` its data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from . import by_hand


@dataclass(frozen=True)
class Workload:
    """One training step.

    Attributes
    ----------
    make : callable
        From a random generator, the list of parameters and the dict of data, as arrays. With an
        "upstream" among the data, the step starts at its gradient, else at the loss.
    formula, by_hand : callable
        The value for an engine; the value and all gradients in NumPy.
    updates : bool
        Whether the step ends with one of gradient descent.
    methods : bool
        Whether the formula calls methods that NumPy's arrays don't have.
    """

    title: str
    make: Callable
    formula: Callable
    by_hand: Callable
    updates: bool = False
    methods: bool = False


def _layers(rng, *widths):
    """Weights (out, in) and biases, as torch.nn.Linear has them."""
    params = []
    for n, m in pairwise(widths):
        params += [_normal(rng, m, n) / n**0.5, _normal(rng, m) * 0.1]
    return params


def _normal(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


def _make_mlp(batch, *widths):
    def make(rng):
        data = {"x": _normal(rng, batch, widths[0]), "target": rng.integers(widths[-1], size=batch)}
        return _layers(rng, *widths), data

    return make


def _mlp(F, p, d):
    h = d["x"]
    for i in range(0, len(p) - 2, 2):
        h = F.relu(F.linear(h, p[i], p[i + 1]))
    return F.cross_entropy(F.linear(h, p[-2], p[-1]), d["target"])


def _make_conv(rng):
    params = [_normal(rng, 32, 3, 32, 32), _normal(rng, 16, 3, 3, 3), _normal(rng, 16)]
    return params, {"upstream": _normal(rng, 32, 16, 32, 32)}


def _conv(F, p, d):
    return F.conv2d(p[0], p[1], p[2], padding=1)


def _make_cnn(rng):
    params = [_normal(rng, 6, 1, 5, 5) / 5, _normal(rng, 6) * 0.1]
    params += [_normal(rng, 16, 6, 5, 5) / 12, _normal(rng, 16) * 0.1]
    data = {"x": _normal(rng, 32, 1, 28, 28), "target": rng.integers(10, size=32)}
    return params + _layers(rng, 400, 120, 84, 10), data


def _cnn(F, p, d):
    h = F.max_pool2d(F.relu(F.conv2d(d["x"], p[0], p[1], padding=2)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, p[2], p[3])), 2).flatten(1)
    h = F.relu(F.linear(h, p[4], p[5]))
    h = F.relu(F.linear(h, p[6], p[7]))
    return F.cross_entropy(F.linear(h, p[8], p[9]), d["target"])


def _make_transformer(rng, batch=8, length=64, width=128, heads=4):
    def norm():
        return [1 + 0.1 * _normal(rng, width), 0.1 * _normal(rng, width)]

    x = _normal(rng, batch, length, width)
    params = [x, *norm(), *_layers(rng, width, 3 * width), *_layers(rng, width, width)]
    params += [*norm(), *_layers(rng, width, 4 * width, width)]
    mask = np.tril(np.ones((length, length), bool))
    return params, {"upstream": _normal(rng, *x.shape), "heads": heads, "mask": mask}


def _transformer(F, p, d):
    """x + attention(norm(x)), then that + mlp(norm(that)), as in GPT-2."""
    x, s1, t1, wqkv, bqkv, wo, bo, s2, t2, w1, b1, w2, b2 = p
    batch, length, width = x.shape
    qkv = F.linear(F.layer_norm(x, (width,), s1, t1), wqkv, bqkv)
    qkv = qkv.reshape(batch, length, 3, d["heads"], width // d["heads"]).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], is_causal=True)
    x = x + F.linear(mixed.transpose(1, 2).reshape(batch, length, width), wo, bo)
    h = F.gelu(F.linear(F.layer_norm(x, (width,), s2, t2), w1, b1), approximate="tanh")
    return x + F.linear(h, w2, b2)


def _make_embedding(rng):
    data = {"indices": rng.integers(30_000, size=(8, 64)), "upstream": _normal(rng, 8, 64, 128)}
    return [_normal(rng, 30_000, 128)], data


def _embedding(F, p, d):
    return F.embedding(d["indices"], p[0])


WORKLOADS = {
    "mlp": Workload(
        "MLP 784-128-10, batch 64, SGD step", _make_mlp(64, 784, 128, 10), _mlp, by_hand.mlp, True
    ),
    "large_mlp": Workload(
        "MLP 1024-1024-1024-10, batch 256, SGD step",
        _make_mlp(256, 1024, 1024, 1024, 10),
        _mlp,
        by_hand.mlp,
        True,
    ),
    "conv": Workload("conv 32×3×32×32 → 16, 3×3", _make_conv, _conv, by_hand.conv),
    "cnn": Workload("LeNet-like CNN, batch 32, SGD step", _make_cnn, _cnn, by_hand.cnn, True, True),
    "transformer": Workload(
        "Transformer block, d 128, 4 heads, T 64, batch 8",
        _make_transformer,
        _transformer,
        by_hand.transformer,
        methods=True,
    ),
    "embedding": Workload(
        "embedding 30,000×128, 8×64 indices", _make_embedding, _embedding, by_hand.embedding
    ),
}
