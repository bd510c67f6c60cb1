"""Data sets, samplers and the loader, as `torch.utils.data` has them."""

from ..core.dataloader import *
from ..core.dataloader import __all__
