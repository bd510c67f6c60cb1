"""Data sets, samplers and the loader, as `torch.utils.data` has them."""

from ...core.dataloader import *
from ...core.dataloader import __all__ as names
from ...core.left_out import refusing as _refusing
from . import dataloader, dataset, sampler

__all__ = [*names, "dataloader", "dataset", "sampler"]

__getattr__ = _refusing("utils.data")
