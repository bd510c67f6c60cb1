"""What the exercises on images share: samples seen through windows, and windows that overwrite."""

import numpy as np

from ...core.spatial import Windows
from ..samples import Sample

OVERWRITTEN = (
    "overwritten where windows overlap: a pixel takes part in several of them and collects from"
    " each, so `+=`, not `=`."
)
NO_IMAGES = (
    "There are no images here, and so the length that -1 stands for in `reshape` is open: write the"
    " number of places out."
)


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


def seen(about, shape, *windows, hint="", **options):
    """A sample of images seen through windows."""
    return Sample(about, (shape,), hint, {"windows": Shown(shape, *windows)}, **options)


def overwritten(windows, columns):
    """`folded` with `=` for `+=`: each pixel keeps what came last."""
    n, (h, w) = len(columns), windows.out
    k = windows.kernel[0] * windows.kernel[1]
    parts = columns.reshape(n, columns.shape[1] // k, k, h, w)
    padded = np.zeros((n, parts.shape[1], *windows.padded_shape[2:]), columns.dtype)
    for i, place in enumerate(windows.places()):
        padded[place] = parts[:, :, i]
    return windows.cropped(padded)


def window_by_window(windows, columns):
    """The same, window after window instead of place after place."""
    n, (h, w) = len(columns), windows.out
    (kh, kw), (sh, sw) = windows.kernel, windows.stride
    parts = columns.reshape(n, -1, kh, kw, h, w)
    padded = np.zeros((n, parts.shape[1], *windows.padded_shape[2:]), columns.dtype)
    for i, j in np.ndindex(h, w):
        padded[..., i * sh : i * sh + kh, j * sw : j * sw + kw] = parts[..., i, j]
    return windows.cropped(padded)
