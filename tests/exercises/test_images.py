"""The exercises on images, solved and failed as readers would."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.core.spatial import Windows, folded, unfolded
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
        return rule(self, G, unfolded(x, self.windows), weight)

    return check(written(forward, apply, saves=saves), "Conv2dBackward")


def right(self, G, X, w):
    dx = folded(w.reshape(w.shape[0], -1).mT @ G, self.windows)
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
            "takes the kernel as it stands: that is the turn already",
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
            "gradient of `bias` has shape (2, 1), `bias` has (1,): sum over axis 0",
        ),
        (
            lambda self, G, X, w: (right(self, G, X, w)[1], right(self, G, X, w)[0], G.sum((0, 2))),
            "gradient of `x` has shape (1, 1, 3, 3), `x` has (2, 1, 4, 4)",
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

    assert "result of `forward` is " in conv2d(right, without_bias).message


@pytest.mark.parametrize(
    ("bias", "phrase"),
    [
        (lambda G: G.mean((0, 2)), "`bias` is the mean over images and places"),
        (lambda G: G.mean(2).sum(0), "`bias` is the mean over places"),
        (lambda G: G.sum(2).mean(0), "`bias` is the mean over the batch"),
        (lambda G: G[0].sum(1), "`bias` is that of the first image alone"),
    ],
)
def test_a_wrong_bias_is_named(bias, phrase):
    answer = conv2d(lambda self, G, X, w: (*right(self, G, X, w)[:2], bias(G)))
    assert answer.passed is False
    assert phrase in answer.message


def test_the_wrong_size_of_a_window_in_forward_is_named():
    class Mine(Function):
        divisor = staticmethod(lambda kernel: kernel[0])

        def forward(self, x, *, windows):
            padded = windows.padded(x, 0)
            total = sum(padded[place] for place in windows.places())
            return total / self.divisor(windows.kernel)

    answer = check(Mine, "AvgPool2dBackward")
    assert "`forward` is divided by the side of the window" in answer.message
    Mine.divisor = staticmethod(lambda kernel: 1)
    assert "`forward` is the sum of each window" in check(Mine, "AvgPool2dBackward").message


def test_an_empty_batch_comes_with_a_hint():
    def apply(self, g):
        return g.reshape(g.shape[0], g.shape[1], -1), None, None

    def careless(self, g):
        return right(
            self, apply(self, g)[0], unfolded(self.saved_tensors[0], self.windows), w(self)
        )

    def w(self):
        return self.saved_tensors[1]

    mine = written(convolve, careless, saves=("x", "weight"))
    answer = check(mine, "Conv2dBackward")
    assert "write the number of places out" in answer.message


# -------------------------------------------------------------------------------------- pooling


def look(self, x, low):
    padded = self.windows.padded(x, low)
    return np.stack([padded[place] for place in self.windows.places()], 2)


def back(self, columns):
    n, c, k, h, w = columns.shape
    return (folded(columns.reshape(n, c * k, h * w), self.windows),)


def max_pool(rule, low=-np.inf):
    """`rule` gets the node, g with an axis for places, and what was seen from each place."""

    def forward(self, x, *, windows):
        self.windows = windows
        self.seen = look(self, x, low)
        return self.seen.max(2)

    def apply(self, g):
        return back(self, g[:, :, None] * rule(self.seen))

    return check(written(forward, apply), "MaxPool2dBackward")


def first(seen):
    return seen.argmax(2)[:, :, None] == np.arange(seen.shape[2])[:, None, None]


def test_right_pooling_passes():
    answer = max_pool(first)
    assert answer.passed is True
    assert "Gradients of gradients agree as well." in answer.message
    assert avg_pool(lambda g, k: g / k).passed is True


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        (lambda seen: seen == seen.max(2)[:, :, None], "at *every* pixel that equals the maximum"),
        (
            lambda seen: (
                seen.shape[2] - 1 - seen[:, :, ::-1].argmax(2)[:, :, None]
                == np.arange(seen.shape[2])[:, None, None]
            ),
            "at the last of the pixels that tie",
        ),
        (lambda seen: np.ones_like(seen) / seen.shape[2], "the rule of the mean"),
        (lambda seen: first(seen) / 2.0, "0.5 times what it should be"),
    ],
)
def test_wrong_maxima_are_named(rule, phrase):
    answer = max_pool(rule)
    assert answer.passed is False
    assert phrase in answer.message


def test_padding_that_wins_is_named():
    answer = max_pool(first, low=0.0)
    assert "it is −∞, not 0" in answer.message
    assert "`windows=3×3, stride 2, padding 1`" in answer.message


def avg_pool(rule, assign=False):
    def forward(self, x, *, windows):
        self.windows = windows
        return look(self, x, 0).mean(2)

    def apply(self, g):
        k = len(self.windows.places())
        if assign:
            padded = np.zeros(self.windows.padded_shape, g.dtype)
            for place in self.windows.places():
                padded[place] = rule(g, k)
            return (self.windows.cropped(padded),)
        return back(self, rule(g, k)[:, :, None] * np.ones((k, 1, 1), g.dtype))

    return check(written(forward, apply), "AvgPool2dBackward")


def test_wrong_means_are_named():
    assert "g in full at every pixel" in avg_pool(lambda g, k: g).message
    assert "K × K has K² places" in avg_pool(lambda g, k: g / int(k**0.5)).message
    overwritten = avg_pool(lambda g, k: g / k, assign=True).message
    assert "overwritten where windows overlap" in overwritten
    assert "(windows that overlap)" in overwritten


# --------------------------------------------------------------------------------- unfold, fold


def apart(x, windows):
    padded = windows.padded(x, 0)
    seen = np.stack([padded[place] for place in windows.places()], 2)
    n, c, k, h, w = seen.shape
    return seen.reshape(n, c * k, h * w)


def together(columns, windows, add=True):
    n, c = windows.shape[:2]
    parts = columns.reshape(n, c, len(windows.places()), *windows.out)
    padded = np.zeros(windows.padded_shape, columns.dtype)
    for k, place in enumerate(windows.places()):
        padded[place] = parts[:, :, k] + padded[place] * add
    return windows.cropped(padded)


def mine(name, forward, rule):
    def forward_(self, x, *, windows):
        self.windows = windows
        return forward(x, windows)

    return check(written(forward_, lambda self, g: (rule(g, self.windows),)), name)


def test_right_unfold_and_fold_pass_without_tensors():
    answer = mine("UnfoldBackward", apart, together)
    assert answer.passed is True
    assert "Gradients of gradients do not" in answer.message
    assert mine("FoldBackward", together, apart).passed is True
    assert mine("UnfoldBackward", unfolded, folded).message.endswith("agree as well.")


@pytest.mark.parametrize(
    ("name", "forward", "rule", "phrase"),
    [
        (
            "UnfoldBackward",
            apart,
            lambda g, w: together(g, w, add=False),
            "overwritten where windows overlap",
        ),
        (
            "UnfoldBackward",
            apart,
            lambda g, w: together(g, w) / np.maximum(together(0 * g + 1, w), 1),
            "the mean over the windows that a pixel lies in",
        ),
        (
            "UnfoldBackward",
            lambda x, w: apart(x.swapaxes(2, 3), w) if x.shape[2] == x.shape[3] else apart(x, w),
            together,
            "result of `forward` is ",
        ),
        (
            "FoldBackward",
            lambda x, w: together(x, w, add=False),
            apart,
            "result of `forward` is ",
        ),
        (
            "FoldBackward",
            together,
            lambda g, w: apart(g / np.maximum(together(0 * apart(g, w) + 1, w), 1), w),
            "divided by the number of windows",
        ),
        ("FoldBackward", together, lambda g, w: g, "has shape (1, 1, 3, 3), `x` has (1, 4, 4)"),
    ],
)
def test_wrong_folds_are_named(name, forward, rule, phrase):
    answer = mine(name, forward, rule)
    assert answer.passed is False
    assert phrase in answer.message
