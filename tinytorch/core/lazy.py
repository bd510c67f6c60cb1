"""Layers that learn the size of their input from the first batch, as `torch.nn`'s lazy ones do."""

from .engine.base import as_tensor
from .group_normalization import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from .layers import Linear
from .module import Module
from .normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d
from .spatial import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from .spatial.volumes import Conv3d


class Lazy(Module):
    """A layer whose parameters are made when the first input shows its size.

    After that it is an ordinary layer, of the class that it stands for. Until then there is
    nothing to train, load or save, and asking for it is an error: run one batch first.
    """

    layer: type[Module]
    axis = 1  # of the input: what its length says is the first argument of the layer

    def __init__(self, *args, **kwargs):
        super().__init__()
        self._given = args, kwargs

    def __call__(self, x, *args, **kwargs):
        x = as_tensor(x)
        if x.ndim <= max(self.axis, 0):
            raise ValueError(f"{type(self).__name__}: an input of shape {x.shape} has no size")
        given, options = self._given
        made = self.layer(x.shape[self.axis], *given, **options)
        own = {name: vars(self)[name] for name in ("_hooks", "training") if name in vars(self)}
        vars(self).clear()
        vars(self).update(vars(made) | own)
        self.__class__ = self.layer
        return self(x, *args, **kwargs)

    def _refuse_to_be_read(self):
        raise RuntimeError(
            f"{type(self).__name__}: it has no parameters before it has seen an input; run one"
            " batch through the model first"
        )

    def extra_repr(self):
        args, kwargs = self._given
        return ", ".join([*map(str, args), *(f"{k}={v}" for k, v in kwargs.items())])


class LazyLinear(Lazy):
    """A `Linear` without its first argument, `in_features`."""

    layer, axis = Linear, -1


class LazyConv1d(Lazy):
    """A `Conv1d` without its first argument, `in_channels`."""

    layer = Conv1d


class LazyConv2d(Lazy):
    """A `Conv2d` without its first argument, `in_channels`."""

    layer = Conv2d


class LazyConvTranspose2d(Lazy):
    """A `ConvTranspose2d` without its first argument, `in_channels`."""

    layer = ConvTranspose2d


class LazyBatchNorm1d(Lazy):
    """A `BatchNorm1d` without its first argument, `num_features`."""

    layer = BatchNorm1d


class LazyBatchNorm2d(Lazy):
    """A `BatchNorm2d` without its first argument, `num_features`."""

    layer = BatchNorm2d


class LazyConv3d(Lazy):
    """A `Conv3d` without its first argument, `in_channels`."""

    layer = Conv3d


class LazyConvTranspose1d(Lazy):
    """A `ConvTranspose1d` without its first argument, `in_channels`."""

    layer = ConvTranspose1d


class LazyBatchNorm3d(Lazy):
    """A `BatchNorm3d` without its first argument, `num_features`."""

    layer = BatchNorm3d


class LazyInstanceNorm1d(Lazy):
    """An `InstanceNorm1d` without its first argument, `num_features`."""

    layer = InstanceNorm1d


class LazyInstanceNorm2d(Lazy):
    """An `InstanceNorm2d` without its first argument, `num_features`."""

    layer = InstanceNorm2d


class LazyInstanceNorm3d(Lazy):
    """An `InstanceNorm3d` without its first argument, `num_features`."""

    layer = InstanceNorm3d
