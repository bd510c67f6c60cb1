"""The exercise on convolution."""

import numpy as np

from ...core.spatial import Windows, folded, unfolded
from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .windows import NO_IMAGES, OVERWRITTEN, overwritten, window_by_window


def _options(stride=1, padding=0, dilation=1, groups=1):
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def _columns(g, x, weight, options):
    """What the rule of a convolution is made of: windows, columns, and both as matrices."""
    w = Windows("conv2d", x.shape, weight.shape[2:], *list(options.values())[:3])
    n, out = g.shape[:2]
    return w, unfolded(x, w), weight.reshape(out, -1), g.reshape(n, out, -1)


def _through(kernel, of=lambda w, columns: folded(columns, w)):
    """The gradient of x, sent back through another kernel, or put together by `of`."""

    def rule(g, x, weight, bias, **options):
        w, _, _, G = _columns(g, x, weight, options)
        return of(w, kernel(weight).reshape(len(weight), -1).T @ G), None, None

    return rule


def _weights(change):
    """The gradients of weight and bias, made from those of each image by `change`."""

    def rule(g, x, weight, bias, **options):
        _, X, _, G = _columns(g, x, weight, options)
        each = (G @ X.swapaxes(1, 2)).reshape(-1, *weight.shape)
        return None, change(each), change(G.sum(2))

    return rule


def _turned(weight):
    return weight[..., ::-1, ::-1]


def _exchanged(weight):
    return weight.swapaxes(2, 3)


def _product(kernel, bias=np.asarray):
    """A mistaken result of a convolution: with another kernel or bias."""

    def rule(x, weight, b, **options):
        w = Windows("conv2d", x.shape, weight.shape[2:], *list(options.values())[:3])
        z = kernel(weight).reshape(len(weight), -1) @ unfolded(x, w) + bias(b)[:, None]
        return z.reshape(len(x), len(weight), *w.out)

    return rule


def _first_channel(g, x, weight, bias, **options):
    w, _, W, G = _columns(g, x, weight, options)
    return folded(W[:1].T @ G[:, :1], w), None, None


CONV2D = RuleExercise(
    "Conv2dBackward",
    (
        Sample("two images, one channel", ((2, 1, 4, 4), (1, 1, 3, 3), (1,)), params=_options()),
        Sample("a batch with channels", ((2, 3, 5, 4), (4, 3, 2, 3), (4,)), params=_options()),
        Sample("as many channels in as out", ((3, 2, 4, 4), (2, 2, 2, 2), (2,)), params=_options()),
        Sample("stride", ((2, 1, 6, 5), (2, 1, 3, 2), (2,)), params=_options(stride=2)),
        Sample("padding", ((1, 2, 3, 4), (2, 2, 3, 3), (2,)), params=_options(padding=1)),
        Sample(
            "stride and padding",
            ((2, 1, 6, 6), (1, 1, 3, 3), (1,)),
            params=_options(stride=(2, 1), padding=(1, 2)),
        ),
        Sample("a kernel of one pixel", ((2, 3, 3, 3), (2, 3, 1, 1), (2,)), params=_options()),
        Sample("no images", ((0, 1, 4, 4), (2, 1, 3, 3), (2,)), NO_IMAGES, params=_options()),
        Sample("float32", ((2, 1, 4, 4), (2, 1, 3, 3), (2,)), params=_options(), dtype=np.float32),
        Sample(
            "an input without gradient",
            ((2, 1, 4, 4), (2, 1, 3, 3), (2,)),
            params=_options(),
            wanted=(False, True, True),
        ),
        Sample(
            "dilation",
            ((1, 1, 6, 6), (1, 1, 3, 3), (1,)),
            "Give the dilation to `Windows`.",
            params=_options(dilation=2),
        ),
    ),
    (
        Mistake(
            "sent back through a kernel turned the wrong way. Whoever collects for each pixel, by"
            " a convolution of the padded g, turns the kernel by 180°. Whoever adds each g to the"
            " pixels that it came from, as `folded` does, takes the kernel as it stands: that is"
            " the turn already.",
            _through(_turned),
        ),
        Mistake(OVERWRITTEN, _through(np.asarray, overwritten)),
        Mistake(OVERWRITTEN, _through(np.asarray, window_by_window)),
        Mistake(
            "that of the first output channel alone: a pixel takes part in all of them, sum over"
            " the outputs.",
            _first_channel,
        ),
        Mistake(
            "the mean over the batch: every image adds its own part, so it is the sum.",
            _weights(lambda each: each.mean(0)),
        ),
        Mistake(
            "the mean over images and places; `{x}` was added at every one of them, so it is the"
            " sum.",
            lambda g, x, weight, bias, **options: (None, None, g.mean((0, 2, 3))),
        ),
        Mistake(
            "the mean over places, and the sum over images alone: `{x}` was added at every place,"
            " so it is the sum over both.",
            lambda g, x, weight, bias, **options: (None, None, g.mean((2, 3)).sum(0)),
        ),
        Mistake(
            "that of the first image alone: `{x}` is shared by all images, sum over the batch.",
            _weights(lambda each: each[:1].sum(0)),
        ),
        Mistake(
            "turned by 180°: `{x}`[u, v] met the pixel [i + u, j + v], so g slides over `x` without"
            " a turn.",
            _weights(lambda each: _turned(each.sum(0)) if each.ndim > 2 else None),
        ),
        Mistake(
            "that of the bias times the bias itself; it was added, so its slope is 1.",
            lambda g, x, weight, bias, **options: (None, None, g.sum((0, 2, 3)) * bias),
        ),
        Mistake(
            "sent back through a kernel whose rows and columns are exchanged.",
            _through(_exchanged),
        ),
        Mistake(
            "made without the weights: a pixel counts in each output with the weight that lay over"
            " it.",
            _through(np.ones_like),
        ),
    ),
    (
        Mistake(
            "made with the kernel turned by 180°: in the forward pass it lies on the window as it"
            " stands.",
            _product(_turned),
        ),
        Mistake("made with the kernel's rows and columns exchanged.", _product(_exchanged)),
        Mistake("made without the bias.", _product(np.asarray, np.zeros_like)),
    ),
)

EXERCISES = (CONV2D,)
