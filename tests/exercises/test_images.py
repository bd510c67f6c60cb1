"""The exercises on images, solved and failed as readers would."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.core.spatial import Windows, fold, folded, unfold, unfolded
from tinytorch.exercises import check


def written(forward, apply, **body):
    return type("Mine", (Function,), {"forward": forward, "apply": apply, **body})


# ---------------------------------------------------------------------------------- convolution


def convolve(self, x, weight, bias, *, stride, padding, dilation, groups):
    self.windows = Windows("conv2d", x.shape, weight.shape[2:], stride, padding, dilation)
    z = weight.reshape(len(weight), -1) @ unfolded(x, self.windows) + bias[:, None]
    return z.reshape(len(x), len(weight), *self.windows.out)


def conv2d(rule, forward=convolve, saves=("x", "weight")):
    """`rule` gets the node, G (N, O, P), the columns and the weight as a matrix."""

    def apply(self, g):
        x, weight = self.saved_tensors
        G = g.reshape(*g.shape[:2], g.shape[2] * g.shape[3])
        return rule(self, G, unfold(x, self.windows), weight)

    return check(written(forward, apply, saves=saves), "Conv2dBackward")


def right(self, G, X, w):
    dx = fold(w.reshape(w.shape[0], -1).mT @ G, self.windows)
    return dx, (G @ X.mT).sum(0).reshape(w.shape), G.sum((0, 2))


def with_dx(dx):
    return lambda self, G, X, w: (dx(self, G, w), *right(self, G, X, w)[1:])


def loops(self, G, w):
    """The gradient of x by loops over outputs, as eq. (conv) reads."""
    windows = self.windows
    (h, wide), (sh, sw), (dh, dw) = windows.out, windows.stride, windows.dilation
    padded = np.zeros(windows.padded_shape)
    g = G.reshape(*G.shape[:2], h, wide)
    for i, j in np.ndindex(h, wide):
        for u, v in np.ndindex(w.shape[2:]):
            padded[:, :, i * sh + u * dh, j * sw + v * dw] += g[:, :, i, j] @ w[:, :, u, v]
    return windows.cropped(padded).astype(w.dtype)


def test_right_convolutions_pass():
    answer = conv2d(right)
    assert answer.passed is True
    assert "Gradients of gradients agree as well." in answer.message
    assert conv2d(with_dx(loops)).passed is True


def turned(w):
    return w[..., ::-1, ::-1].reshape(w.shape[0], -1)


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        (
            with_dx(lambda self, G, w: folded(turned(w).T @ G, self.windows)),
            "the kernel is turned by 180°",
        ),
        (
            lambda self, G, X, w: (
                right(self, G, X, w)[0],
                (G @ X.mT).mean(0).reshape(w.shape),
                G.sum((0, 2)),
            ),
            "is the mean over the batch",
        ),
        (
            lambda self, G, X, w: (
                right(self, G, X, w)[0],
                (G @ X.mT)[0].reshape(w.shape),
                G.sum((0, 2)),
            ),
            "that of the first image alone",
        ),
        (
            lambda self, G, X, w: (*right(self, G, X, w)[:2], G.sum(2).mean(0)),
            "gradient of `bias` is the mean over the batch",
        ),
        (
            lambda self, G, X, w: (*right(self, G, X, w)[:2], G.sum(2)),
            "gradient of `bias` has shape (1, 1), `bias` has (1,)",
        ),
        (
            lambda self, G, X, w: (right(self, G, X, w)[1], right(self, G, X, w)[0], G.sum((0, 2))),
            "gradient of `x` has shape (1, 1, 3, 3), `x` has (1, 1, 4, 4)",
        ),
        (with_dx(lambda self, G, w: 0 * folded(turned(w).T @ G, self.windows)), "zero everywhere"),
    ],
)
def test_wrong_convolutions_are_named(rule, phrase):
    answer = conv2d(rule)
    assert answer.passed is False
    assert phrase in answer.message


def test_a_convolution_that_forgets_an_option():
    def without_stride(self, x, weight, bias, *, stride, padding, dilation, groups):
        return convolve(self, x, weight, bias, stride=1, padding=padding, dilation=1, groups=1)

    answer = conv2d(right, without_stride)
    assert "The result has shape (2, 2, 4, 4), and should have (2, 2, 2, 2)" in answer.message
    assert "`stride=2`" in answer.message

    def without_bias(self, x, weight, bias, **options):
        return convolve(self, x, weight, 0 * bias, **options)

    assert "result of `forward` is wrong" in conv2d(right, without_bias).message


def test_an_empty_batch_comes_with_a_hint():
    def apply(self, g):
        return g.reshape(g.shape[0], g.shape[1], -1), None, None

    def careless(self, g):
        return right(self, apply(self, g)[0], unfold(self.saved_tensors[0], self.windows), w(self))

    def w(self):
        return self.saved_tensors[1]

    mine = written(convolve, careless, saves=("x", "weight"))
    answer = check(mine, "Conv2dBackward")
    assert "write the number of places out" in answer.message
