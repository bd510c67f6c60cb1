"""What programs ask about any accelerator before they choose the CPU: there is none."""

from .cuda import device_count, is_available

__all__ = ["current_accelerator", "device_count", "is_available"]


def current_accelerator(check_available: bool = False) -> None:
    """None: ask `is_available` first, and take ``device("cpu")`` where it is False."""
