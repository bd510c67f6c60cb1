"""What `torch.utils` has of use here."""

from . import data

__all__ = ["data"]
