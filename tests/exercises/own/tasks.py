"""Wrong and right answers to the tasks that are functions of numbers and arrays."""

import numpy as np

import tinytorch as tt


def adam(m=0, v=0, step=None):
    """Adam with one part exchanged."""

    def work(p, g, m0, v0, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
        m1 = m(m0, g, beta1) if m else beta1 * m0 + (1 - beta1) * g
        v1 = v(v0, g, beta2) if v else beta2 * v0 + (1 - beta2) * g * g
        m_hat, v_hat = m1 / (1 - beta1**t), v1 / (1 - beta2**t)
        if step:
            return step(p, g, m1, v1, m_hat, v_hat, lr, eps), m1, v1
        return p - lr * m_hat / (np.sqrt(v_hat) + eps), m1, v1

    return work


def checker(compare, far=lambda h: 2 * h, seen=lambda x: np.ndindex(x.shape)):
    """A gradient check with one part exchanged."""

    def work(f, x, h=1e-6):
        t = tt.tensor(x, requires_grad=True)
        f(t).backward()
        for i in seen(x):
            up, down = x.copy(), x.copy()
            up[i] += h
            down[i] -= h
            numerical = (f(tt.tensor(up)).item() - f(tt.tensor(down)).item()) / far(h)
            if not compare(t.grad.data[i], numerical):
                return False
        return True

    return work


def last_verdict(f, x, h=1e-6):
    """A gradient check whose verdict is that of the entry it looks at last."""
    verdicts = []
    checker(lambda a, n: verdicts.append(close(a, n)) or True)(f, x, h)
    return verdicts[-1]


def close(a, n):
    return abs(a - n) <= 1e-6 * (1 + abs(n))


def summed(axes, keepdims=False):
    return lambda grad, shape: grad.sum(axis=axes(grad, shape), keepdims=keepdims)


WRONG = {
    "slope_along": [
        (lambda g, d: g @ d, "length"),
        (lambda g, d: g @ d / (d @ d), "length"),
        (
            lambda g, d: np.linalg.norm(g) * np.linalg.norm(d),
            "along the gradient itself|has the angle",
        ),
        (lambda g, d: g @ d / np.linalg.norm(g), "direction"),
        (lambda g, d: np.abs(g @ d) / np.linalg.norm(d), "sign|down"),
        (lambda g, d: (g * d) / np.linalg.norm(d), "a slope is one number"),
        (lambda g, d: (g @ d) ** 2 / (d @ d), "product of the gradient with the direction"),
    ],
    "downhill": [
        (lambda g: g / np.linalg.norm(g), "up"),
        (lambda g: -g, "length"),
        (lambda g: -np.sign(g), "sign|length|component"),
        (lambda g: -g / np.abs(g).sum(), "length"),
        (lambda g: -g / np.abs(g).max(), "length"),
        (lambda g: -np.ones_like(g) / np.sqrt(g.size), "gradient"),
    ],
    "gradients": [
        (lambda x, y: (2 * (x * y + x), 2 * (x * y + x) * x), "y|path|product"),
        (lambda x, y: (2 * (x * y + x) * y, 2 * (x * y + x) * x), "path"),
        (lambda x, y: (2 * (x * y + x) * (y + 1), 2 * (x * y + x)), "x"),
        (lambda x, y: ((x * y + x) * (y + 1), (x * y + x) * x), "2|square"),
        (lambda x, y: (2 * (x * y + x) * x, 2 * (x * y + x) * (y + 1)), "exchanged"),
        (
            lambda x, y: (-2 * (x * y + x) * (y + 1), -2 * (x * y + x) * x),
            "minus what it should be",
        ),
    ],
    "unbroadcast": [
        (lambda g, shape: g, "sum|shape"),
        (lambda g, shape: g.sum(), "shape|all"),
        (lambda g, shape: np.resize(g, shape), "sum"),
        (lambda g, shape: g.mean(tuple(range(g.ndim - len(shape)))), "sum|mean|axis"),
        (lambda g, shape: g.sum(tuple(range(g.ndim - len(shape)))), "length 1|axis|axes"),
        (lambda g, shape: g.max(tuple(range(g.ndim - len(shape)))), "Sum over axes"),
    ],
    "sgd": [
        (lambda p, g, lr=0.1, weight_decay=0.0: g - lr * p, "weight"),
        (
            lambda p, g, lr=0.1, weight_decay=0.0: p - lr * np.sign(g) - lr * weight_decay * p,
            "sign",
        ),
        (lambda p, g, lr=0.1, weight_decay=0.0: p * (1 - lr * g), "weight|factor|multipl"),
        (lambda p, g, lr=0.1, weight_decay=0.0: p - lr * g / np.linalg.norm(g), "length"),
        (lambda p, g, lr=0.1, weight_decay=0.0: p - lr * g * g, "square"),
        (lambda p, g, lr=0.1, weight_decay=0.0: p - g / lr, "rate"),
    ],
    "momentum": [
        (lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * g, mu * v + g), "v has no effect"),
        (lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * v, mu * v + g), "new|before"),
        (lambda p, g, v, t, lr=0.05, mu=0.9: (p + lr * (mu * v + g), mu * v + g), "uphill|sign"),
        (lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * (v + g), v + g), "mu|fade|friction"),
        (lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * (v + mu * g), v + mu * g), "mu"),
        (
            lambda p, g, v, t, lr=0.05, mu=0.9: (
                p - lr * (mu * v + (1 - mu) * g),
                mu * v + (1 - mu) * g,
            ),
            "1 - mu|mean|1 − mu",
        ),
    ],
    "adam": [
        (adam(step=lambda p, g, m, v, mh, vh, lr, eps: p - lr * m / (np.sqrt(v) + eps)), "correct"),
        (adam(step=lambda p, g, m, v, mh, vh, lr, eps: p - lr * g / (np.sqrt(vh) + eps)), "m"),
        (adam(step=lambda p, g, m, v, mh, vh, lr, eps: p - lr * mh / (vh + eps)), "root"),
        (adam(step=lambda p, g, m, v, mh, vh, lr, eps: p - lr * mh), "divide|v"),
        (
            adam(step=lambda p, g, m, v, mh, vh, lr, eps: p + lr * mh / (np.sqrt(vh) + eps)),
            "uphill",
        ),
        (adam(m=lambda m, g, b: b * m + g), "1 - |1 − "),
    ],
    "schedule": [
        (lambda s, peak, w, n: peak, "rise|warm|start"),
        (lambda s, peak, w, n: peak * (s + 1) / w if s < w else peak, "fall|cosine"),
        (
            lambda s, peak, w, n: (
                peak * (s + 1) / w if s < w else max(0.0, peak * (1 - (s - w) / (n - w)))
            ),
            "cosine|straight|line",
        ),
        (
            lambda s, peak, w, n: (
                peak * (s + 1) / w
                if s < w
                else 0.0
                if s >= n
                else peak * np.cos(np.pi * (s - w) / (n - w))
            ),
            "half|1 +|negative",
        ),
        (
            lambda s, peak, w, n: (
                peak * (s + 1) / w
                if s < w
                else 0.0
                if s >= n
                else peak * (1 + np.cos(np.pi * s / n)) / 2
            ),
            "warm|warmup",
        ),
    ],
    "clip": [
        (lambda gs, c: [np.clip(g, -c, c) for g in gs], "cut off at ±limit"),
        (lambda gs, c: [g / np.sqrt(sum((h**2).sum() for h in gs)) for g in gs], "limit"),
        (
            lambda gs, c: [g * c / np.sqrt(sum((h**2).sum() for h in gs)) for g in gs],
            "short|stay|below",
        ),
        (lambda gs, c: [g * min(1, c / np.linalg.norm(g)) for g in gs], "together|all|one"),
        (lambda gs, c: [g * min(1, c / sum((h**2).sum() for h in gs)) for g in gs], "root"),
        (lambda gs, c: gs, "long|limit"),
    ],
    "gradcheck": [
        (last_verdict, "don't overwrite the verdict"),
        (checker(close, far=lambda h: h), "2h|2 \\* h|twice|2 h|both sides"),
        (checker(lambda a, n: True), "wrong|never|accept|pass|True"),
        (checker(lambda a, n: close(abs(a), abs(n))), "sign"),
        (checker(lambda a, n: a == n), "refuses tanh, which is right"),
        (checker(lambda a, n: abs(a - n) <= 1e-2), "small|tolerance|large|loose"),
        (checker(close, seen=lambda x: list(np.ndindex(x.shape))[:1]), "every|all|first|entr"),
    ],
}

RIGHT = {
    "slope_along": [
        lambda g, d: g @ (d / np.sqrt(d @ d)),
        lambda g, d: (g * d).sum() / np.sqrt((d**2).sum()),
    ],
    "downhill": [lambda g: g / -np.sqrt(g @ g), lambda g: -1 * g / np.linalg.norm(g)],
    "gradients": [
        lambda x, y: (2 * x * (y + 1) ** 2, 2 * x * x * (y + 1)),
        lambda x, y: (2 * (x * y + x) * (1 + y), 2 * (x * y + x) * x),
    ],
    "unbroadcast": [
        lambda g, shape: np.reshape(
            g.sum(
                tuple(
                    i
                    for i in range(g.ndim)
                    if i < g.ndim - len(shape) or shape[i - g.ndim + len(shape)] == 1
                )
            ),
            shape,
        ),
        lambda g, shape: tt.autograd.unbroadcast(g, shape),
    ],
    "sgd": [
        lambda p, g, lr=0.1, weight_decay=0.0: (1 - lr * weight_decay) * p - lr * g,
        lambda p, g, lr=0.1, weight_decay=0.0: p + -lr * g - lr * weight_decay * p,
    ],
    "momentum": [
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - lr * mu * v - lr * g, g + mu * v),
        lambda p, g, v, t, lr=0.05, mu=0.9: (p - (v * mu + g) * lr, v * mu + g),
    ],
    "adam": [
        adam(
            m=lambda m, g, b: m + (1 - b) * (g - m),
            v=lambda v, g, b: v + (1 - b) * (g**2 - v),
        ),
        adam(step=lambda p, g, m, v, mh, vh, lr, eps: p - lr * (mh / (eps + vh**0.5))),
    ],
    "schedule": [
        lambda s, peak, w, n: (
            peak * (s + 1) / w
            if s < w
            else peak * np.cos(np.pi / 2 * min(1, (s - w) / (n - w))) ** 2
        ),
        lambda s, peak, w, n: (
            peak * (s + 1) / w
            if s < w
            else peak * (0.5 + 0.5 * np.cos(np.pi * min(s - w, n - w) / (n - w)))
        ),
    ],
    "clip": [
        lambda gs, c: [g * min(1, c / max(np.sqrt(sum((h * h).sum() for h in gs)), c)) for g in gs],
        lambda gs, c: [
            g / max(1, np.linalg.norm(np.concatenate([h.ravel() for h in gs])) / c) for g in gs
        ],
    ],
    "gradcheck": [
        checker(lambda a, n: np.isclose(a, n, rtol=1e-6, atol=1e-6)),
        checker(lambda a, n: abs(n - a) / (1 + abs(n)) < 1e-6),
    ],
}
