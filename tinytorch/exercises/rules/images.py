"""The exercises on images."""

import math

import numpy as np

from ...core.spatial import Windows, folded, unfolded
from ..rule import Mistake, RuleExercise
from ..samples import Sample, infinite_upstream

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


NO_IMAGES = (
    "There are no images here, and so the length that -1 stands for in `reshape` is open: write the"
    " number of places out."
)

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

# -------------------------------------------------------------------------------------- pooling


class Shown(Windows):
    """Windows that say what they are, for the sentence that tells what was tried."""

    def __init__(self, shape, kernel, stride=1, padding=0, dilation=1):
        super().__init__("windows", shape, kernel, stride, padding, dilation)
        h, w = self.kernel
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        said = [f"{name} {n}" for name, n in options.items() if n != (name != "padding")]
        self.said = ", ".join([f"{h}×{w}", *said])

    def __repr__(self):
        return self.said


def _seen(about, shape, *windows, hint="", **options):
    """A sample of images seen through windows."""
    return Sample(about, (shape,), hint, {"windows": Shown(shape, *windows)}, **options)


def _spread(share, together=folded):
    """A rule that gives each place of a window its `share` of g."""

    def rule(g, x, *, windows):
        padded = windows.padded(x, -np.inf)
        seen = np.stack([padded[place] for place in windows.places()], 2)
        n, c, k, h, w = seen.shape
        columns = share(seen) * g[:, :, None]
        return (together(windows, columns.reshape(n, c * k, h * w)),)

    return rule


def _folded(windows, columns):
    return folded(columns, windows)


def _sums(x, windows):
    """The sum of each window."""
    padded = windows.padded(x, 0)
    return sum(padded[place] for place in windows.places())


def _largest(seen):
    return seen == seen.max(2, keepdims=True, initial=-np.inf)


def _first(seen):
    return _largest(seen) & (np.cumsum(_largest(seen), 2) == 1)


def _last(seen):
    return _first(seen[:, :, ::-1])[:, :, ::-1]


def _even(seen):
    return np.ones(seen.shape) / seen.shape[2]


def _at_the_first_place(seen):
    return np.ones(seen.shape) * (np.arange(seen.shape[2]) == 0)[:, None, None]


PADS_LOW = "The padding must never win: it is −∞, not 0, or negative pixels at the edge lose to it."
MAXPOOL = RuleExercise(
    "MaxPool2dBackward",
    (
        _seen("windows side by side", (1, 1, 4, 4), 2, 2),
        _seen("a batch with channels", (2, 3, 6, 4), (3, 2), (3, 2)),
        _seen("windows that overlap", (1, 2, 5, 5), 3, 2),
        Sample(
            "ties",
            (np.array([[[[1.0, 1, 0, 2], [1, 1, 2, 0], [0, 0, 3, 3], [0, 0, 3, 3]]]]),),
            "Where several pixels are largest, the first one wins, row by row.",
            {"windows": Shown((1, 1, 4, 4), 2, 2)},
        ),
        _seen(
            "padding around negative pixels",
            (1, 1, 4, 4),
            3,
            2,
            1,
            hint=PADS_LOW,
            within=(-2.0, -1.0),
        ),
        _seen("windows with gaps", (1, 1, 5, 5), 2, 1, 0, 2),
        _seen("one window for all", (2, 1, 3, 3), 3),
        _seen("no images", (0, 1, 4, 4), 2, 2, hint=NO_IMAGES),
        _seen("float32", (2, 1, 4, 4), 2, 2, dtype=np.float32),
        infinite_upstream((1, 1, 4, 4), params={"windows": Shown((1, 1, 4, 4), 2, 2)}, extra=True),
    ),
    (
        Mistake(
            "g divided evenly among the pixels of a window, the rule of the mean. In a maximum"
            " only the winner matters.",
            _spread(_even, _folded),
        ),
        Mistake(OVERWRITTEN, _spread(_first, _overwritten)),
        Mistake(OVERWRITTEN, _spread(_first, _window_by_window)),
        Mistake(
            "g at *every* pixel that equals the maximum. One of them wins, the first of the window;"
            " else a window of four equal pixels passes on 4 g.",
            _spread(_largest, _folded),
        ),
        Mistake(
            "g at the last of the pixels that tie; the first one wins, row by row, as with"
            " `argmax`.",
            _spread(_last, _folded),
        ),
        Mistake(
            "g divided among the pixels that tie; here the first one gets all of it, as"
            " in PyTorch.",
            _spread(lambda seen: _largest(seen) / _largest(seen).sum(2, keepdims=True), _folded),
        ),
        Mistake(
            "g at the smallest pixel of the window; it belongs to the largest.",
            _spread(lambda seen: _first(-seen) & np.isfinite(seen), _folded),
        ),
        Mistake(
            "g at every pixel of the window: only the largest made the result, and gets it.",
            _spread(lambda seen: np.ones(seen.shape), _folded),
        ),
    ),
    (
        Mistake(
            "the mean of each window, which is the other pooling.",
            lambda x, *, windows: _sums(x, windows) / math.prod(windows.kernel),
        ),
    ),
)
AVGPOOL = RuleExercise(
    "AvgPool2dBackward",
    (
        _seen("windows side by side", (1, 1, 4, 4), 2, 2),
        _seen("a batch with channels", (2, 3, 6, 4), (3, 2), (3, 2)),
        _seen("windows that overlap", (1, 2, 5, 5), 3, 2),
        _seen(
            "padding",
            (1, 1, 4, 4),
            3,
            2,
            1,
            hint="Padding counts as zeros: every window is divided by all of its places.",
        ),
        _seen("pixels that no window touches", (1, 1, 5, 5), 2, 2),
        _seen("one window for all", (2, 1, 3, 3), 3),
        _seen("no images", (0, 1, 4, 4), 2, 2, hint=NO_IMAGES),
        _seen("float32", (2, 1, 4, 4), 2, 2, dtype=np.float32),
    ),
    (
        Mistake(
            "g in full at every pixel: the mean divides by the number of places in a window, and so"
            " does its slope.",
            _spread(lambda seen: np.ones(seen.shape), _folded),
        ),
        Mistake(
            "divided by the side of the window; a window of K × K has K² places, and the mean"
            " divides by all of them.",
            _spread(lambda seen: np.ones(seen.shape) / math.isqrt(seen.shape[2]), _folded),
        ),
        Mistake(OVERWRITTEN, _spread(_even, _overwritten)),
        Mistake(OVERWRITTEN, _spread(_even, _window_by_window)),
        Mistake(
            "g at the largest pixel, the rule of the maximum. In a mean all pixels have the same"
            " part.",
            _spread(_first, _folded),
        ),
        Mistake(
            "g at the first pixel of each window alone: the mean shares it among all of them.",
            _spread(_at_the_first_place, _folded),
        ),
    ),
    (
        Mistake(
            "divided by the side of the window; a window of K × K has K² places, and the mean"
            " divides by all of them.",
            lambda x, *, windows: _sums(x, windows) / windows.kernel[0],
        ),
        Mistake(
            "the sum of each window: the mean divides it by the number of places.",
            lambda x, *, windows: _sums(x, windows),
        ),
        Mistake(
            "the largest of each window, which is the other pooling.",
            lambda x, *, windows: np.max(
                [windows.padded(x, -np.inf)[place] for place in windows.places()], axis=0
            ),
        ),
    ),
)

# --------------------------------------------------------------------------------- unfold, fold


def _columns_of(about, *windows, hint="", **options):
    """The same for columns, which are put together to images of shape `windows[0]`."""
    shown = Shown(*windows)
    n, c = shown.shape[:2]
    shape = (n, c * shown.kernel[0] * shown.kernel[1], shown.out[0] * shown.out[1])
    return Sample(about, (shape,), hint, {"windows": shown}, **options)


def _visits(windows):
    """How many windows each pixel lies in, at least 1."""
    return np.maximum(folded(unfolded(np.ones(windows.shape), windows), windows), 1)


def _by_place_first(columns, windows):
    """Columns whose rows count places first and channels second."""
    n, rows, positions = columns.shape
    c = windows.shape[1]
    swapped = columns.reshape(n, rows // c, c, positions).swapaxes(1, 2)
    return swapped.reshape(columns.shape)


ORDER = (
    "The rows of a column are (channel, place): all places of the first channel, then those of the"
    " next."
)
SIDES = (
    ((1, 1, 3, 3), 2),
    ((2, 3, 4, 5), (2, 3)),
    ((1, 2, 4, 4), 2, 2),
    ((1, 1, 5, 5), 2, 2),
    ((1, 1, 4, 4), 3, 2, 1),
    ((1, 1, 5, 5), 2, 1, 0, 2),
    ((0, 1, 3, 3), 2),
)
NAMES = (
    "windows that overlap",
    "a batch with channels",
    "windows side by side",
    "pixels that no window touches",
    "stride and padding",
    "windows with gaps",
    "no images",
)
HINTS = ("", ORDER, "", "", "", "", NO_IMAGES)
UNFOLD = RuleExercise(
    "UnfoldBackward",
    (
        *(_seen(n, *side, hint=hint) for n, side, hint in zip(NAMES, SIDES, HINTS, strict=True)),
        _seen("float32", (2, 1, 3, 3), 2, dtype=np.float32),
    ),
    (
        Mistake(
            OVERWRITTEN,
            lambda g, x, *, windows: (_overwritten(windows, g),),
        ),
        Mistake(
            OVERWRITTEN,
            lambda g, x, *, windows: (_window_by_window(windows, g),),
        ),
        Mistake(
            "the mean over the windows that a pixel lies in: each of its copies counts, so it is"
            " the sum.",
            lambda g, x, *, windows: (folded(g, windows) / _visits(windows),),
        ),
        Mistake(
            "made with the rows of g in another order: they are (channel, place), as `forward`"
            " wrote them.",
            lambda g, x, *, windows: (folded(_by_place_first(g, windows), windows),),
        ),
    ),
)
FOLD = RuleExercise(
    "FoldBackward",
    (
        *(
            _columns_of(n, *side, hint=hint)
            for n, side, hint in zip(NAMES, SIDES, HINTS, strict=True)
        ),
        _columns_of("float32", (2, 1, 3, 3), 2, dtype=np.float32),
    ),
    (
        Mistake(
            "divided by the number of windows that a pixel lies in: every entry was added to its"
            " pixel once, so it gets all of that pixel's g.",
            lambda g, x, *, windows: (unfolded(g / _visits(windows), windows),),
        ),
        Mistake(
            "made with its rows in another order: they are (channel, place), as they came in.",
            lambda g, x, *, windows: (
                unfolded(g, windows)
                .reshape(len(x), windows.shape[1], -1, x.shape[2])
                .swapaxes(1, 2)
                .reshape(x.shape)
                if x.size
                else None,
            ),
        ),
    ),
    (
        Mistake(OVERWRITTEN, lambda x, *, windows: _overwritten(windows, x)),
        Mistake(
            "divided by the number of windows that a pixel lies in: folding adds.",
            lambda x, *, windows: folded(x, windows) / _visits(windows),
        ),
    ),
)

EXERCISES = (UNFOLD, FOLD, CONV2D, MAXPOOL, AVGPOOL)
