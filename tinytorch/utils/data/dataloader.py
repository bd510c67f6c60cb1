"""The loader, where `torch.utils.data.dataloader` has it."""

from ...core.dataloader import DataLoader

__all__ = ["DataLoader"]
