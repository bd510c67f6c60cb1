"""Every workload with its gradients derived by hand, as fast as NumPy alone can be made to go.

Each function takes the parameters and the data of its workload and returns the value and the
gradients of the parameters, in order. No engine: this is the limit of one written in NumPy.
"""

import numpy as np


def mlp(params, data):
    x, target = data["x"], data["target"]
    weights, biases = params[::2], params[1::2]
    inputs = [x]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        inputs.append(_relu(_linear(inputs[-1], weight, bias)))
    loss, g = _cross_entropy(_linear(inputs[-1], weights[-1], biases[-1]), target)
    grads = []
    for i in reversed(range(len(weights))):
        grads = [g.T @ inputs[i], g.sum(0), *grads]
        if i:
            g = g @ weights[i]
            g *= inputs[i] > 0
    return loss, grads


def conv(params, data):
    x, weight, bias = params
    z, columns = _conv(x, weight, bias, pad=1)
    dx, dweight, dbias = _conv_gradients(data["upstream"], columns, x.shape, weight, pad=1)
    return z, [dx, dweight, dbias]


def cnn(params, data):
    w1, b1, w2, b2, *dense = params
    x, target = data["x"], data["target"]
    z1, columns1 = _conv(x, w1, b1, pad=2)
    h1 = _relu(z1)
    p1, best1 = _pool(h1)
    z2, columns2 = _conv(p1, w2, b2, pad=0)
    h2 = _relu(z2)
    p2, best2 = _pool(h2)
    inputs = [p2.reshape(len(x), -1)]
    for i in (0, 2):
        inputs.append(_relu(_linear(inputs[-1], dense[i], dense[i + 1])))
    loss, g = _cross_entropy(_linear(inputs[-1], dense[4], dense[5]), target)
    grads = []
    for i in (4, 2, 0):
        grads = [g.T @ inputs[i // 2], g.sum(0), *grads]
        g = g @ dense[i]
        if i:
            g *= inputs[i // 2] > 0
    g = _pool_gradient(g.reshape(p2.shape), best2, h2.shape)
    g *= h2 > 0
    g, dw2, db2 = _conv_gradients(g, columns2, p1.shape, w2, pad=0)
    g = _pool_gradient(g, best1, h1.shape)
    g *= h1 > 0
    _, dw1, db1 = _conv_gradients(g, columns1, None, w1, pad=2)
    return loss, [dw1, db1, dw2, db2, *grads]


def transformer(params, data):
    x, s1, t1, wqkv, bqkv, wo, bo, s2, t2, w1, b1, w2, b2 = params
    heads = data["heads"]
    batch, length, width = x.shape
    rows, each = batch * length, width // heads
    scale = each**-0.5
    flat = x.reshape(rows, width)

    n1, hat1, inv1 = _layer_norm(flat, s1, t1)
    qkv = _linear(n1, wqkv, bqkv)
    q, k, v = qkv.reshape(batch, length, 3, heads, each).transpose(2, 0, 3, 1, 4)
    p = q @ k.mT
    p *= scale
    np.copyto(p, -np.inf, where=~data["mask"])
    p -= p.max(-1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(-1, keepdims=True)
    mixed = (p @ v).transpose(0, 2, 1, 3).reshape(rows, width)
    r1 = _linear(mixed, wo, bo)
    r1 += flat
    n2, hat2, inv2 = _layer_norm(r1, s2, t2)
    u = _linear(n2, w1, b1)
    square = u * u
    t = square * (0.044715 * _ROOT)
    t += _ROOT
    t *= u
    np.tanh(t, out=t)
    h = 1 + t
    h *= u
    h *= 0.5
    z = _linear(h, w2, b2)
    z += r1

    g = data["upstream"].reshape(rows, width)
    dw2, db2 = g.T @ h, g.sum(0)
    du = g @ w2  # times (1 + t + u (1 - t²) (1 + 3 · 0.044715 u²) √(2/π)) / 2
    square *= 3 * 0.044715 * _ROOT
    square += _ROOT
    square *= u
    slope = t * t
    np.subtract(1, slope, out=slope)
    slope *= square
    slope += t
    slope += 1
    slope *= 0.5
    du *= slope
    dw1, db1 = du.T @ n2, du.sum(0)
    dr1, ds2, dt2 = _layer_norm_gradients(du @ w1, hat2, inv2, s2)
    dr1 += g
    dwo, dbo = dr1.T @ mixed, dr1.sum(0)
    dmixed = (dr1 @ wo).reshape(batch, length, heads, each).transpose(0, 2, 1, 3)
    dqkv = np.empty((batch, length, 3, heads, each), x.dtype)
    dq, dk, dv = dqkv.transpose(2, 0, 3, 1, 4)
    dv[...] = p.mT @ dmixed
    dp = dmixed @ v.mT
    dp *= p
    dp -= p * dp.sum(-1, keepdims=True)
    dp *= scale
    dq[...] = dp @ k
    dk[...] = dp.mT @ q
    dqkv = dqkv.reshape(rows, 3 * width)
    dwqkv, dbqkv = dqkv.T @ n1, dqkv.sum(0)
    dx, ds1, dt1 = _layer_norm_gradients(dqkv @ wqkv, hat1, inv1, s1)
    dx += dr1
    return z.reshape(x.shape), [
        dx.reshape(x.shape), ds1, dt1, dwqkv, dbqkv, dwo, dbo, ds2, dt2, dw1, db1, dw2, db2,
    ]  # fmt: skip


def embedding(params, data):
    (table,) = params
    indices = data["indices"]
    z = table[indices]
    flat = indices.reshape(-1)
    order = flat.argsort(kind="stable")
    ordered = flat[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    rows = data["upstream"].reshape(flat.size, -1)[order]
    grad = np.zeros(table.shape, table.dtype)
    grad[ordered[starts]] = np.add.reduceat(rows, starts, axis=0)
    return z, [grad]


_ROOT = (2 / np.pi) ** 0.5


def _linear(x, weight, bias):
    z = x @ weight.T
    z += bias
    return z


def _relu(z):
    return np.maximum(z, 0, out=z)


def _cross_entropy(scores, target):
    """The loss and its gradient with respect to the scores."""
    rows = np.arange(len(target))
    scores -= scores.max(1, keepdims=True)
    right = scores[rows, target]
    e = np.exp(scores, out=scores)
    total = e.sum(1)
    loss = (np.log(total) - right).mean()
    e /= total[:, None]
    e[rows, target] -= 1
    e *= 1 / len(target)
    return loss, e


def _conv(x, weight, bias, pad):
    """The result, and the windows of x as columns: slid along its rows first, then down those."""
    n, c, height, width = x.shape
    out, _, k, _ = weight.shape
    padded = np.zeros((n, c, height + 2 * pad, width + 2 * pad), x.dtype) if pad else x
    if pad:
        padded[..., pad:-pad, pad:-pad] = x
    h, w = padded.shape[2] - k + 1, padded.shape[3] - k + 1
    rows = np.empty((n, c, k, padded.shape[2], w), x.dtype)
    for j in range(k):
        rows[:, :, j] = padded[..., j : j + w]
    columns = np.empty((n, c, k, k, h, w), x.dtype)
    for i in range(k):
        columns[:, :, i] = rows[..., i : i + h, :]
    columns = columns.reshape(n, c * k * k, h * w)
    z = weight.reshape(out, -1) @ columns
    z += bias[:, None]
    return z.reshape(n, out, h, w), columns


def _conv_gradients(g, columns, shape, weight, pad):
    """Of the input (None without a `shape`), the weight and the bias."""
    n, out, h, w = g.shape
    k = weight.shape[-1]
    flat = g.reshape(n, out, h * w)
    dweight = (columns @ flat.mT).sum(0).T.reshape(weight.shape)
    dbias = np.einsum("nop->o", flat)
    if shape is None:
        return None, dweight, dbias
    dcolumns = (weight.reshape(out, -1).T @ flat).reshape(n, -1, k, k, h, w)
    _, c, height, width = shape
    rows = np.zeros((n, c, k, height + 2 * pad, w), g.dtype)
    rows[..., :h, :] = dcolumns[:, :, 0]
    for i in range(1, k):
        rows[..., i : i + h, :] += dcolumns[:, :, i]
    dx = np.zeros((n, c, height + 2 * pad, width + 2 * pad), g.dtype)
    dx[..., :w] = rows[:, :, 0]
    for j in range(1, k):
        dx[..., j : j + w] += rows[:, :, j]
    return dx[..., pad : pad + height, pad : pad + width], dweight, dbias


def _pool(x):
    """2×2 windows side by side: the largest of each, and where in the window it was first."""
    corners = [x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]
    z = np.maximum(corners[0], corners[1])
    np.maximum(z, corners[2], out=z)
    np.maximum(z, corners[3], out=z)
    return z, [corner == z for corner in corners]


def _pool_gradient(g, best, shape):
    dx = np.zeros(shape, g.dtype)
    left = np.ones(g.shape, bool)  # windows whose largest was not met yet: a tie goes to the first
    for (i, j), here in zip(((0, 0), (0, 1), (1, 0), (1, 1)), best, strict=True):
        here &= left
        left ^= here
        np.multiply(g, here, out=dx[..., i::2, j::2])
    return dx


def _layer_norm(x, weight, bias, eps=1e-5):
    hat = x - x.mean(-1, keepdims=True)
    inverse = 1 / np.sqrt(np.einsum("ij,ij->i", hat, hat)[:, None] / x.shape[-1] + eps)
    hat *= inverse
    z = hat * weight
    z += bias
    return z, hat, inverse


def _layer_norm_gradients(g, hat, inverse, weight):
    dweight, dbias = np.einsum("ij,ij->j", g, hat), g.sum(0)
    g *= weight
    share = np.einsum("ij,ij->i", g, hat)[:, None] / g.shape[-1]
    g -= g.mean(-1, keepdims=True)
    g -= hat * share
    g *= inverse
    return g, dweight, dbias
