"""What programs set, or ask, about PyTorch's backends: none of them is here."""

from types import SimpleNamespace


def _absent():
    return False


cudnn = SimpleNamespace(enabled=False, benchmark=False, deterministic=False, is_available=_absent)
mps = SimpleNamespace(is_available=_absent, is_built=_absent)
cuda = SimpleNamespace(is_built=_absent, matmul=SimpleNamespace(allow_tf32=False))
