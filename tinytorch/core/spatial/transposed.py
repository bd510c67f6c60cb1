"""Transposed convolution: windows of weights laid down side by side, to make an image larger."""

from ..engine.base import as_tensor
from ..tensor import Tensor
from .convolution import Convolution
from .unfolding import FoldBackward
from .windows import batched, pair, single, windows_of


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
) -> Tensor:
    """The gradient of `conv2d` with respect to its input, as an operation of its own.

    (N, C, H, W) or (C, H, W), with a weight (C, O/groups, Kh, Kw), to (N, O, H', W') with
    H' = (H - 1) · stride - 2 · padding + dilation · (Kh - 1) + output_padding + 1.

    Parameters
    ----------
    bias : Tensor (O,), optional
    stride, padding, output_padding, dilation : int or pair
        Steps between windows, what is cut off around the result, rows and columns added to it at
        the end, steps inside a window.
    groups : int
        Cut the channels into so many groups that don't see each other.

    Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016).
    """
    weight = as_tensor(weight)
    name = "convtranspose2d"
    sizes = [
        pair(name, what, value, least)
        for what, value, least in (
            ("stride", stride, 1),
            ("padding", padding, 0),
            ("output_padding", output_padding, 0),
            ("dilation", dilation, 1),
        )
    ]

    def operation(x):
        if x.ndim != 4 or weight.ndim != 4 or groups < 1 or x.shape[1] % groups:
            raise ValueError(
                f"{name}: expected an input (N, C, H, W) and a weight (C, O/groups, Kh, Kw), C a"
                f" multiple of groups={groups}, got {x.shape} and {weight.shape}"
            )
        if x.shape[1] != weight.shape[0]:
            raise ValueError(
                f"{name}: input {x.shape} has {x.shape[1]} channels, weight {weight.shape} takes"
                f" {weight.shape[0]}"
            )
        n, channels, *image = x.shape
        out, kernel = weight.shape[1] * groups, weight.shape[2:]
        shape = [n, out]
        for size, k, s, p, extra, d in zip(image, kernel, *sizes, strict=True):
            if extra >= max(s, d):
                raise ValueError(
                    f"{name}: output_padding {extra} must be smaller than stride {s} or"
                    f" dilation {d}"
                )
            shape.append((size - 1) * s - 2 * p + d * (k - 1) + extra + 1)
        if min(shape[2:]) < 1:
            raise ValueError(f"{name}: the result of input {x.shape} would have shape {shape}")
        windows = windows_of(name, shape, kernel, sizes[0], sizes[1], sizes[3])
        positions = image[0] * image[1]
        by_group = x.reshape(n, groups, channels // groups, positions)
        matrix = weight.reshape(groups, channels // groups, out // groups * kernel[0] * kernel[1])
        columns = matrix.transpose(1, 2) @ by_group
        columns = columns.reshape(n, out * kernel[0] * kernel[1], positions)
        z = FoldBackward.run(columns, windows=windows)
        return z if bias is None else z + as_tensor(bias).reshape(-1, 1, 1)

    return batched(input, operation)


def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
) -> Tensor:
    """The gradient of `conv1d` with respect to its input, as an operation of its own.

    (N, C, L) or (C, L), with a weight (C, O/groups, K), to (N, O, L'). It is that of images with
    one row; the parameters are those of `conv_transpose2d`, with one number each.
    """
    name = "conv_transpose1d"
    x, weight = as_tensor(input), as_tensor(weight)
    if x.ndim not in (2, 3) or weight.ndim != 3:
        raise ValueError(
            f"{name}: expected an input (N, C, L) or (C, L) and a weight (C, O/groups, K), got"
            f" {x.shape} and {weight.shape}"
        )
    z = conv_transpose2d(
        x.unsqueeze(-2),
        weight.unsqueeze(-2),
        bias,
        (1, single(name, "stride", stride, 1)),
        (0, single(name, "padding", padding, 0)),
        (0, single(name, "output_padding", output_padding, 0)),
        groups,
        (1, single(name, "dilation", dilation, 1)),
    )
    return z.squeeze(-2)


class ConvTranspose2d(Convolution):
    """Adds a window of weights to the output for every pixel of the input; enlarges images.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, output_padding, dilation : int or pair
        As in `nn.functional.conv_transpose2d`.
    groups : int
    bias : bool

    Attributes
    ----------
    weight : Parameter, (in_channels, out_channels / groups, height, width)
    bias : Parameter, (out_channels,), or None
        Both start at U(-1/√n, 1/√n), n the number of weights of one output channel.
    """

    sizes, convolve = staticmethod(pair), staticmethod(conv_transpose2d)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups: int = 1,
        bias: bool = True,
        dilation=1,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            name = type(self).__name__
            raise ValueError(f"{name}: padding_mode must be 'zeros', got {padding_mode!r}")
        self.output_padding = output_padding
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            device=device,
            dtype=dtype,
        )

    def weight_channels(self):
        return self.in_channels, self.out_channels // self.groups

    def forward(self, x):
        return type(self).convolve(
            x,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.output_padding,
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(ConvTranspose2d):
    """Adds a window of weights to the output for every element of a sequence: (N, C, L).

    Parameters, start values and the order of the axes are those of `ConvTranspose2d`, with one
    number for each size.
    """

    sizes = staticmethod(lambda *given: (single(*given),))
    convolve = staticmethod(conv_transpose1d)
