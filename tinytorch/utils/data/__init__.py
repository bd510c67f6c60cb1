"""Data sets, samplers and the loader, as `torch.utils.data` has them."""

from ...core.dataloader import *
from ...core.dataloader import __all__ as names
from . import dataloader, dataset, sampler

__all__ = [*names, "dataloader", "dataset", "sampler"]
