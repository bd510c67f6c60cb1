"""A pad to draw a digit on, and a trained network that answers in the page."""

import base64
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from tinytorch.widgets.frame.figure import Figure, Unshowable
from tinytorch.widgets.frame.modules import bundle

SIDE, INK = 8, 16  # pixels of a side, and the darkest of them
PAD, BARS = 304, 262  # px: the pad, and the answers below it on a phone
UNIT, SLIDER = (150, 262), 46  # px of the panel of a unit, wide and stacked; of its slider
BEST = 6  # images that excite a unit most


class DigitPad(Figure):
    """Draw, erase or shift an 8×8 digit, and see what the network makes of it.

    The page holds the weights, 16 bits each, and computes the answer by itself: scores, their
    softmax, and, back through the same layers, how each pixel's ink would change the answer.

    Parameters
    ----------
    layers : sequence of Linear
        From 64 pixels to ten scores, with a ReLU between each two.
    images : array_like, (n, 8, 8) or (n, 1, 8, 8)
        What can be put on the pad, from 0 (paper) to 1 (ink), in sixteenths.
    classes : sequence of int, (n,)
        Which digits they are.
    examples : array_like, (n, 8, 8) or (n, 1, 8, 8), optional
        What the hidden units are tried on. With them a unit can be chosen, in the order in which
        the next layer listens to them: its weights, the examples that excite it most, its part in
        each score, and whether its ReLU lets through what is on the pad.
    digit, unit : int
        The image and the unit to start with.
    gradient : bool
        Whether the cells show ∂ log p/∂x of the answer instead of their ink.
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> from tinytorch import nn
    >>> figure = DigitPad([nn.Linear(64, 10)], np.zeros((1, 8, 8)), [0])
    >>> figure.data["classes"]
    [0]
    """

    _esm = bundle("digit_pad")

    digit = traitlets.Int(0).tag(sync=True)
    ink = traitlets.List(traitlets.Int()).tag(sync=True)
    at = traitlets.Int(27).tag(sync=True)
    gradient = traitlets.Bool(False).tag(sync=True)
    unit = traitlets.Int(0, min=0).tag(sync=True)

    moves: ClassVar = ("digit", "ink", "at", "gradient", "unit")
    panels: ClassVar = {"pad": (PAD, PAD + BARS)}
    height: ClassVar = (PAD + 146, PAD + BARS + 216)

    def __init__(
        self,
        layers: Sequence[Any],
        images: Any,
        classes: Sequence[int],
        *,
        examples: Any = None,
        digit: int = 0,
        unit: int = 0,
        gradient: bool = False,
        **about: str,
    ):
        self._layers = [(layer.weight.data, layer.bias.data) for layer in layers]
        images = np.asarray(images, dtype=np.float64).reshape(-1, SIDE * SIDE)
        if len(images) != len(classes) or not 0 <= digit < len(images):
            raise ValueError(
                f"DigitPad: {len(images)} images, {len(classes)} classes, and image {digit} to"
                " start with"
            )
        widths = [SIDE * SIDE, *(len(weight) for weight, _ in self._layers)]
        if [weight.shape[1] for weight, _ in self._layers] != widths[:-1] or widths[-1] != 10:
            raise ValueError(
                f"DigitPad: layers of widths {widths} do not lead from 64 pixels to 10 scores"
            )
        self._images = np.round(INK * images.clip(0, 1)).astype(np.uint8)
        self._classes = [int(c) for c in classes]
        self._examples = None
        if examples is not None:
            if len(self._layers) != 2:
                raise ValueError("DigitPad: units can be chosen in a network with one hidden layer")
            self._examples = np.asarray(examples, dtype=np.float64).reshape(-1, SIDE * SIDE)
            self.panels, self.lines = self.panels | {"unit": UNIT}, (3, 5)
            self.height = tuple(
                high + more + SLIDER + 20 * (lines - usual)
                for high, more, lines, usual in zip(
                    self.height, UNIT, self.lines, DigitPad.lines, strict=True
                )
            )
        super().__init__(
            digit=digit,
            ink=self._images[digit].tolist(),
            unit=unit,
            gradient=gradient,
            **about,
        )

    def compute(self) -> dict[str, Any]:
        layers = []
        for weight, bias in self._layers:
            if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
                raise Unshowable("A weight is nan or infinite: the network has no answer.")
            unit = float(np.abs(weight).max()) / 32767 or 1.0
            steps = np.round(weight / unit).astype("<i2")
            layers.append({"unit": unit, "bias": bias, "weight": _text(steps)})
        return {
            "layers": layers,
            "images": _text(self._images),
            "classes": self._classes,
            "pad": PAD,
            "units": self._units(),
        }

    def _units(self) -> dict[str, Any] | None:
        """Return the hidden units in order, and the examples that excite each of them most."""
        if self._examples is None:
            return None
        (weight, bias), (after, _) = self._layers
        ink = np.round(INK * self._examples.clip(0, 1)) / INK
        says = np.maximum(ink @ weight.T + bias, 0)
        best = np.argsort(-says, axis=0, kind="stable")[:BEST].T
        kept, places = np.unique(best, return_inverse=True)
        return {
            "order": np.argsort(-np.linalg.norm(after, axis=0), kind="stable"),
            "best": places.reshape(best.shape),
            "says": np.take_along_axis(says.T, best, axis=1).round(4),
            "images": _text((INK * ink[kept]).astype(np.uint8)),
        }


def _text(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()
