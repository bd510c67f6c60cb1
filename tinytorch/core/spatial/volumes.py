"""Volumes (N, C, D, H, W): convolution and pooling, made of those of images.

A pooling goes over height and width first, with the depths as channels, then over the depth. A
convolution of images takes the depths that a window sees as channels.
"""

from ..engine.base import as_tensor
from ..module import Module
from ..operations.concatenation import stack
from ..tensor import Tensor
from .adaptive import AdaptivePool, adaptive_avg_pool2d, adaptive_max_pool2d
from .convolution import Convolution, conv2d
from .padding import pad
from .pooling import avg_pool2d, max_pool2d


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """The convolution of volumes (N, C, D, H, W) or (C, D, H, W) with a weight
    (O, C/groups, Kd, Kh, Kw).

    Parameters
    ----------
    bias : Tensor (O,), optional
    stride, padding, dilation : int or three
        Steps between windows, zeros around the volume, steps inside a window. `padding` may be
        "valid" or "same".
    groups : int
        Cut the channels into so many groups that don't see each other.
    """
    name = "conv3d"
    weight = as_tensor(weight)
    steps, inner = triple(name, "stride", stride, 1), triple(name, "dilation", dilation, 1)

    def operation(x):
        if x.ndim != 5 or weight.ndim != 5 or x.shape[1] != weight.shape[1] * groups:
            raise ValueError(
                f"{name}: expected an input (N, C, D, H, W) and a weight (O, C/groups, Kd, Kh, Kw),"
                f" groups {groups}, got {x.shape} and {weight.shape}"
            )
        around = _around(name, padding, steps, weight.shape[2:], inner)
        x = pad(x, [n for sides in reversed(around) for n in sides]) if any(map(any, around)) else x
        n, c, d, h, w = x.shape
        kd, kh, kw = weight.shape[2:]
        out = (d - inner[0] * (kd - 1) - 1) // steps[0] + 1
        if out < 1:
            raise ValueError(f"{name}: a window of depth {kd} does not fit into {x.shape}")
        starts = [inner[0] * k for k in range(kd)]
        seen = [x[:, :, a : a + (out - 1) * steps[0] + 1 : steps[0]] for a in starts]
        images = stack(seen, 2).permute(0, 3, 1, 2, 4, 5).reshape(n * out, c * kd, h, w)
        matrix = weight.reshape(len(weight), weight.shape[1] * kd, kh, kw)
        z = conv2d(images, matrix, bias, steps[1:], 0, inner[1:], groups)
        return z.reshape(n, out, *z.shape[1:]).permute(0, 2, 1, 3, 4)

    return volumes(input, operation)


def _around(name, padding, steps, kernel, inner):
    """The zeros before and after each axis."""
    if padding == "valid":
        return [(0, 0)] * 3
    if padding == "same":
        if max(steps) > 1:
            raise ValueError(f"{name}: padding='same' needs stride 1, got {steps}")
        total = [i * (k - 1) for k, i in zip(kernel, inner, strict=True)]
        return [(t // 2, t - t // 2) for t in total]
    return [(p, p) for p in triple(name, "padding", padding, 0)]


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False) -> Tensor:
    """The largest element of every window: (N, C, D, H, W) → (N, C, D', H', W')."""
    name = "max_pool3d"
    how = _how(name, kernel_size, stride, padding)
    inner = triple(name, "dilation", dilation, 1)
    return _in_two(
        input,
        lambda x: max_pool2d(x, *(h[1:] for h in how), inner[1:], ceil_mode),
        lambda x: max_pool2d(x, *_first(how), (inner[0], 1), ceil_mode),
    )


def avg_pool3d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
) -> Tensor:
    """The mean of every window: (N, C, D, H, W) → (N, C, D', H', W').

    The parameters are those of `avg_pool2d`, with three numbers each.
    """
    if divisor_override == 0:
        raise ValueError("avg_pool3d: divisor_override must not be 0")
    how = _how("avg_pool3d", kernel_size, stride, padding)
    more = ceil_mode, count_include_pad
    one = None if divisor_override is None else 1  # sums, for now
    z = _in_two(
        input,
        lambda x: avg_pool2d(x, *(h[1:] for h in how), *more, one),
        lambda x: avg_pool2d(x, *_first(how), *more, one),
    )
    return z if divisor_override is None else z / divisor_override


def adaptive_avg_pool3d(input, output_size) -> Tensor:
    """The mean of each of D' × H' × W' windows that cover the volume; see `adaptive_avg_pool2d`."""
    return _adaptive("adaptive_avg_pool3d", input, output_size, adaptive_avg_pool2d)


def adaptive_max_pool3d(input, output_size) -> Tensor:
    """The largest of each of D' × H' × W' windows that cover the volume."""
    return _adaptive("adaptive_max_pool3d", input, output_size, adaptive_max_pool2d)


def _adaptive(name, input, output_size, pool):
    sizes = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * 3
    if len(sizes) != 3:
        raise ValueError(f"{name}: output_size must be one number or three, got {output_size!r}")
    return _in_two(input, lambda x: pool(x, sizes[1:]), lambda x: pool(x, (sizes[0], None)))


def _how(name, kernel_size, stride, padding):
    kernel = triple(name, "kernel_size", kernel_size, 1)
    stride = kernel if stride is None else triple(name, "stride", stride, 1)
    return kernel, stride, triple(name, "padding", padding, 0)


def _first(how):
    """The sizes along the depth, with windows of one pixel across."""
    return [(h[0], neutral) for h, neutral in zip(how, (1, 1, 0), strict=True)]


def _in_two(input, across, along):
    """Height and width pooled by `across`, then the depth by `along`."""

    def operation(x):
        n, c, d = x.shape[:3]
        z = across(x.reshape(n, c * d, *x.shape[3:]))
        h, w = z.shape[2:]
        z = along(z.reshape(n, c, d, h * w))
        return z.reshape(n, c, z.shape[2], h, w)

    return volumes(input, operation)


def volumes(input, operation):
    """Volumes without a batch axis get one, and lose it again."""
    x = as_tensor(input)
    if x.ndim not in (4, 5):
        raise ValueError(f"expected volumes (N, C, D, H, W) or (C, D, H, W), got {x.shape}")
    return operation(x.unsqueeze(0)).squeeze(0) if x.ndim == 4 else operation(x)


def triple(name, what, value, least):
    """An integer, or three, as three integers of at least `least`."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * 3
    if len(values) != 3 or not all(type(v) is int and v >= least for v in values):
        raise ValueError(
            f"{name}: {what} must be an integer of at least {least}, or three, got {value!r}"
        )
    return values


class Conv3d(Convolution):
    """A small window of weights, the same at every place of a volume: (N, C, D, H, W).

    Parameters, start values and the order of the axes are those of `Conv2d`, with three numbers
    for each size.
    """

    sizes, convolve = staticmethod(triple), staticmethod(conv3d)


class _Pool3d(Module):
    """A pooling of volumes; windows lie side by side unless `stride` is given."""

    def __init__(self, kernel_size, stride, padding):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool3d(_Pool3d):
    """The largest element of every window of a volume, with three numbers for each size.

    The parameters are those of `nn.functional.max_pool3d`.
    """

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode: bool = False):
        super().__init__(kernel_size, stride, padding)
        self.dilation, self.ceil_mode = dilation, ceil_mode

    def forward(self, x):
        how = self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        return max_pool3d(x, *how)


class AvgPool3d(_Pool3d):
    """The mean of every window of a volume, with three numbers for each size.

    The parameters are those of `nn.functional.avg_pool3d`.
    """

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__(kernel_size, stride, padding)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, x):
        more = self.ceil_mode, self.count_include_pad, self.divisor_override
        return avg_pool3d(x, self.kernel_size, self.stride, self.padding, *more)


class AdaptiveAvgPool3d(AdaptivePool):
    """The mean of each of D' × H' × W' windows that cover a volume.

    Parameters
    ----------
    output_size : int, or three of int or None
    """

    pool = staticmethod(adaptive_avg_pool3d)


class AdaptiveMaxPool3d(AdaptivePool):
    """The largest of each of D' × H' × W' windows that cover a volume.

    Parameters
    ----------
    output_size : int, or three of int or None
    """

    pool = staticmethod(adaptive_max_pool3d)
