"""The exercises on images."""

import numpy as np

from ...core.spatial import Windows, folded, unfolded
from ..rule import Mistake, RuleExercise
from ..samples import Sample

# ---------------------------------------------------------------------------------- convolution


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


def _overwritten(windows, columns):
    """`folded` with `=` for `+=`: each pixel keeps what came last."""
    n, (h, w) = len(columns), windows.out
    k = windows.kernel[0] * windows.kernel[1]
    parts = columns.reshape(n, columns.shape[1] // k, k, h, w)
    padded = np.zeros((n, parts.shape[1], *windows.padded_shape[2:]), columns.dtype)
    for i, place in enumerate(windows.places()):
        padded[place] = parts[:, :, i]
    return windows.cropped(padded)


def _window_by_window(windows, columns):
    """The same, window after window instead of place after place."""
    n, (h, w) = len(columns), windows.out
    (kh, kw), (sh, sw) = windows.kernel, windows.stride
    parts = columns.reshape(n, -1, kh, kw, h, w)
    padded = np.zeros((n, parts.shape[1], *windows.padded_shape[2:]), columns.dtype)
    for i, j in np.ndindex(h, w):
        padded[..., i * sh : i * sh + kh, j * sw : j * sw + kw] = parts[..., i, j]
    return windows.cropped(padded)


OVERWRITTEN = (
    "overwritten where windows overlap: a pixel takes part in several of them and collects from"
    " each, so `+=`, not `=`."
)


def _turned(weight):
    return weight[..., ::-1, ::-1]


def _first_channel(g, x, weight, bias, **options):
    w, _, W, G = _columns(g, x, weight, options)
    return folded(W[:1].T @ G[:, :1], w), None, None


NO_IMAGES = (
    "There are no images here, and so the length that -1 stands for in `reshape` is open: write the"
    " number of places out."
)

CONV2D = RuleExercise(
    "Conv2dBackward",
    (
        Sample("one image, one channel", ((1, 1, 4, 4), (1, 1, 3, 3), (1,)), params=_options()),
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
            "sent back through the kernel as it stands: the output up and to the left of a pixel"
            " saw it through the kernel's lower right, so on the way back the kernel is turned by"
            " 180°.",
            _through(_turned),
        ),
        Mistake(OVERWRITTEN, _through(np.asarray, _overwritten)),
        Mistake(OVERWRITTEN, _through(np.asarray, _window_by_window)),
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
            "that of the first image alone: `{x}` is shared by all images, sum over the batch.",
            _weights(lambda each: each[:1].sum(0)),
        ),
        Mistake(
            "turned by 180°: `{x}`[u, v] met the pixel [i + u, j + v], so g slides over `x` without"
            " a turn.",
            _weights(lambda each: _turned(each.sum(0)) if each.ndim > 2 else None),
        ),
    ),
)

EXERCISES = (CONV2D,)
