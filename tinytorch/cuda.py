"""What programs ask about a GPU before they choose the CPU: there is none."""


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing: there is no generator on a GPU."""


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Nothing: there is no cache."""


def synchronize(device=None) -> None:
    """Nothing: every operation is done when it returns."""
