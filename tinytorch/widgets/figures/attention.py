"""Attention: what each token attends to, in which head, and the gradient that came back."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from tinytorch.widgets.frame.figure import HUGE, Figure, Unshowable
from tinytorch.widgets.frame.modules import bundle

TOKENS, HEADS = 24, 8  # what can be told apart
LETTERS = 10  # of a token; a longer one is cut
HEAD, BELOW, CONTROL = 28, 8, 44  # px above rows and maps, above the readout, of a control


class Attention(Figure):
    """Choose a token: what it attends to, with what weight, in each head.

    On the left are lines from the chosen token, on the right the whole matrix of every head. A
    switch turns weights into the gradients that came back along them.

    Parameters
    ----------
    tokens : sequence of str
        The T tokens, in order.
    weights : array_like, (heads, T, T)
        ``weights[h, i, j]`` is how much of token j goes into token i; rows sum to 1. A weight of
        exactly 0, as under a causal mask, is left blank.
    gradients : array_like, (heads, T, T), optional
        The gradient of the loss with respect to each weight, or to each score. It is left blank
        where the weight is 0: what the mask has shut passes nothing on.
    label : str
        What a gradient is called.
    full : float, optional
        The gradient that has full color and thickness, so that figures can be compared; by default
        the largest of this one.
    token, head : int
        What is chosen at first.
    show : {"weight", "gradient"}
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> import tinytorch as tt
    >>> layer = tt.nn.MultiHeadAttention(8, 2)
    >>> z, weights = layer(tt.tensor(np.random.rand(1, 3, 8)), need_weights=True)
    >>> weights.retain_grad()
    >>> z.sum().backward()
    >>> figure = Attention(["the", "cat", "sat"], weights.data[0], weights.grad.data[0])
    """

    _esm = bundle("attention")

    token = traitlets.Int().tag(sync=True)
    head = traitlets.Int().tag(sync=True)
    show = traitlets.Enum(("weight", "gradient"), "weight").tag(sync=True)

    moves: ClassVar = ("token", "head", "show")

    def __init__(
        self,
        tokens: Sequence[str],
        weights: Any,
        gradients: Any = None,
        *,
        label: str = "∂L/∂p",
        full: float | None = None,
        token: int = 0,
        head: int = 0,
        show: str = "weight",
        **about: str,
    ):
        self._tokens, self._label = [str(token) for token in tokens], label
        self._full = full
        self._weights = np.asarray(weights, dtype=np.float64)
        self._gradients = None if gradients is None else np.asarray(gradients, dtype=np.float64)
        n, shape = len(self._tokens), self._weights.shape
        if len(shape) != 3 or shape[1:] != (n, n):
            raise ValueError(f"weights have shape {shape}; for {n} tokens it is (heads, {n}, {n})")
        if self._gradients is not None and self._gradients.shape != shape:
            raise ValueError(f"gradients have shape {self._gradients.shape}, weights have {shape}")
        if show == "gradient" and gradients is None:
            raise ValueError("show='gradient' needs gradients")
        super().__init__(token=token, head=head, show=show, **about)

    @traitlets.validate("token", "head")
    def _check_index(self, proposal: traitlets.Bunch) -> int:
        name, i = proposal.trait.name, proposal.value
        n = self._weights.shape[name == "token"]
        if n and not 0 <= i < n:
            raise traitlets.TraitError(f"{name} is {i}; there are {n}, counted from 0")
        return i

    def compute(self) -> dict[str, Any]:
        heads, n, _ = self._weights.shape
        if not self._weights.size:
            raise Unshowable(f"The weights have shape {self._weights.shape}: nothing to show.")
        if n > TOKENS or heads > HEADS:
            raise Unshowable(
                f"{heads} heads of {n} tokens: too many to tell apart; show at most {HEADS} of"
                f" {TOKENS}."
            )
        arrays = {"weights": self._weights}
        if self._gradients is not None:
            arrays["gradients"] = np.where(self._weights == 0, 0.0, self._gradients)
        for name, x in arrays.items():
            if not np.isfinite(x).all():
                raise Unshowable(f"The {name} hold nan or infinity: there is nothing to draw.")
            if (most := float(np.abs(x).max())) > HUGE:
                raise Unshowable(f"The {name} reach {most:.1e}: too large to draw.")
        scales = [scale(x) for x in arrays.values()]
        if self._full is not None and len(scales) > 1:
            scales[1]["most"] = max(self._full, scales[1]["most"])
        shown = [visible(token) for token in self._tokens]
        times = Counter(shown)
        step = 24 if n <= 12 else 18
        columns = 1 if heads == 1 else 2 if heads <= 4 else 4
        high = HEAD + n * step
        rows = math.ceil(heads / columns)
        least = rows * (HEAD + 320 // columns)
        wide = max(high, least)
        panels = {"links": [wide, high], "maps": [wide, least]}
        lines = [2, 4]
        self.space = [
            sum(heights) + BELOW + 20 * count + CONTROL * bars
            for heights, count, bars in zip(
                ([wide], [high, least]), lines, (1, 2 + (heads > 1)), strict=True
            )
        ]
        return {
            "tokens": shown,
            "names": [t if times[t] == 1 else f"{t} ({i})" for i, t in enumerate(shown)],
            "letters": max(map(len, shown)),
            "heads": heads,
            "columns": columns,
            "label": self._label,
            "scales": scales,
            "step": step,
            "head": HEAD,
            "panels": panels,
            "lines": lines,
            **{
                name: rounded(x, one["digits"])
                for (name, x), one in zip(arrays.items(), scales, strict=True)
            },
        }


def scale(x: np.ndarray) -> dict[str, float]:
    """Return what full color and thickness mean, and how many digits tell the numbers apart."""
    most = float(np.abs(x).max()) or 1.0
    return {"most": most, "digits": min(6, max(2, 1 - math.floor(math.log10(most))))}


def rounded(x: np.ndarray, places: int) -> np.ndarray:
    """Return `x` with so many places; what is not 0 stays so, since 0 means shut by the mask."""
    near = x.round(places)
    return np.where(near == 0, np.sign(x) * 10.0 ** -(places + 1), near) + 0.0


def visible(token: str) -> str:
    """Return `token` as it can be printed: spaces and line ends shown, the end cut off."""
    token = token.replace(" ", "␣").replace("\n", "↵") or "∅"
    return token if len(token) <= LETTERS else token[: LETTERS - 1] + "…"
