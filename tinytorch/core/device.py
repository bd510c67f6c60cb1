"""Devices, as far as a library of the CPU can have them: one, by the name of "cpu"."""


class device:
    """Where a tensor is: on the CPU. PyTorch's others can be named, and nothing can go there.

    Parameters
    ----------
    type : str or device
        "cpu", or the name of another, such as "cuda:0".
    index : int, optional

    Examples
    --------
    >>> import tinytorch as tt
    >>> device = tt.device("cuda" if tt.cuda.is_available() else "cpu")
    >>> tt.ones(2, device=device).device
    device(type='cpu')
    """

    _KNOWN = ("cpu", "cuda", "mps", "xpu", "meta")

    def __init__(self, type="cpu", index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        if not isinstance(type, str):
            raise TypeError(f"device: expected a name such as 'cpu', got {type!r}")
        name, colon, number = type.partition(":")
        if name not in self._KNOWN or (colon and (index is not None or not number.isdigit())):
            raise ValueError(f"device: {type!r} is none of {', '.join(self._KNOWN)}")
        self.type, self.index = name, int(number) if colon else index

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"


CPU = device("cpu")


def check_device(name: str, where) -> None:
    """Raise unless `where` is None or the CPU; `name` is what asks."""
    if where is None or where is CPU:
        return
    asked = device(f"cuda:{where}" if isinstance(where, int) else where)
    if asked.type != "cpu":
        raise RuntimeError(
            f"{name}: {str(asked)!r} is not there: this library computes with NumPy, on the CPU;"
            " choose with device = 'cuda' if torch.cuda.is_available() else 'cpu'"
        )
