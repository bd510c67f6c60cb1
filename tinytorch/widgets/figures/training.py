"""A training run as a timeline: what the model believed, what it cost, what reached each layer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from tinytorch.widgets.frame.figure import Figure, Unshowable, interval, span
from tinytorch.widgets.frame.modules import bundle

TALL, LOW, NORMS = (330, 300), (230, 200), (190, 190)  # px of a panel: side by side, stacked
ROW, CURVE = 92, 124  # px of one curve at least: side by side, stacked
CONTROLS = 102, 152  # px under the drawing, besides the readout's lines
LINE = 84, 42  # letters of a readout's line


class Training(Figure):
    """Snapshots of one training run, or of several: play, step, scrub.

    Give one picture at most: a plane (`field`, `points` or both), or `images`. The first axis of
    everything that changes is the snapshot; all have to be equally many.

    Parameters
    ----------
    field : array_like (frames, h, w), optional
        What the model says over the plane: row i at the i-th of h heights from the bottom, column
        j at the j-th of w places from the left, as ``np.meshgrid`` lays them out. Where it passes
        `level` is the boundary.
    points : array_like (n, 2) or (frames, n, 2), optional
        Points that stay, such as the data, or that move, such as hidden units' values.
    classes : array_like (n,), optional
        The class of each point. Two are squares and discs, the second of them above `level`; of
        more, each point shows the first letter of its class.
    domain : ((x0, x1), (y0, y1)), optional
        What the plane shows; needed for a field without points.
    level : float
        Where the boundary is: 0.5 for probabilities, 0 for logits.
    labels : (str, str)
        What the axes of the plane are called.
    images : array_like (frames, k, h, w), optional
        Weights or filters, on the diverging scale centered on zero.
    titles : sequence of str, optional
        What stands over each of the k images.
    curves : dict of str to sequence or dict
        ``{"loss": losses}``: one number a frame. ``{"loss": {"train": …, "test": …}}`` draws
        several into one panel.
    norms : dict of str to sequence or dict, optional
        ``{"layer 1": norms, …}``: the gradient norm of every layer, one number a frame, the first
        layer first. A dict of such dicts, by the name of the run, compares runs.
    log : sequence of str
        Curves on a logarithmic axis.
    at : sequence of int, optional
        When each snapshot was taken; by default 0, 1, 2, …
    unit : str
        What `at` counts.
    title : str
        What stands above the picture.
    frame : int
        The snapshot to start with; negative ones count from the end.
    name, caption, alt : str
        See `Figure`.

    Notes
    -----
    Pictures travel as bytes: fields and images with 8 bits per value, points with 16 per
    coordinate.

    Examples
    --------
    >>> figure = Training(images=np.zeros((3, 2, 4, 4)), curves={"loss": [3.0, 2.0, 1.0]})
    >>> len(figure.snapshots)
    96
    """

    _esm = bundle("training")

    frame = traitlets.Int(0, min=0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    snapshots = traitlets.Bytes(b"").tag(sync=True)

    moves: ClassVar = ("frame", "playing")

    def __init__(
        self,
        *,
        field: Any = None,
        points: Any = None,
        classes: Any = None,
        domain: Any = None,
        level: float = 0.5,
        labels: tuple[str, str] = ("x", "y"),
        images: Any = None,
        titles: Sequence[str] | None = None,
        curves: Mapping[str, Any] | None = None,
        norms: Mapping[str, Any] | None = None,
        log: Sequence[str] = (),
        at: Sequence[int] | None = None,
        unit: str = "epoch",
        title: str = "",
        frame: int = 0,
        **about: str,
    ):
        if images is not None and (field is not None or points is not None):
            raise ValueError("Training: images and a plane are two pictures; make two figures")
        self._field, self._points, self._images = map(_array, (field, points, images))
        self._classes, self._domain, self._level = classes, domain, level
        self._curves = {name: _runs(values) for name, values in (curves or {}).items()}
        self._norms = _nested(norms or {})
        self._log, self._unit, self._title = log, unit, title
        self._labels, self._titles, self._at = labels, titles, at
        count = self._count()
        super().__init__(frame=frame % count if count else 0, **about)

    def _count(self) -> int:
        """How many snapshots there are; all parts have to agree."""
        counts = {
            what: len(part)
            for what, part in (("field", self._field), ("images", self._images), ("at", self._at))
            if part is not None
        }
        if self._points is not None and self._points.ndim == 3:
            counts["points"] = len(self._points)
        counts |= {n: len(v) for n, runs in self._curves.items() for v in runs.values()}
        counts |= {n: len(v) for runs in self._norms.values() for n, v in runs.items()}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{what} {count}" for what, count in counts.items())
            raise ValueError(f"Training: the numbers of snapshots differ: {told}")
        return next(iter(counts.values()), 0)

    def compute(self) -> dict[str, Any]:
        count = self._count()
        if not count:
            raise Unshowable("No snapshot was taken: there is nothing to play.")
        at = np.arange(count) if self._at is None else np.asarray(self._at)
        data = {"at": at, "unit": self._unit, "title": self._title, "curves": []}
        if self._images is not None:
            self._put_images(data)
        elif self._field is not None or self._points is not None:
            self._put_plane(data)
        else:
            self.snapshots = b""
        for name, runs in self._curves.items():
            data["curves"].append(
                {
                    "name": name,
                    "lines": [[run, values] for run, values in runs.items()],
                    "log": name in self._log,
                    "range": _range(list(runs.values()), name, name in self._log),
                }
            )
        if self._norms:
            layers = list(next(iter(self._norms.values())))
            runs = [
                [run, np.stack([by_layer[layer] for layer in layers], axis=1)]
                for run, by_layer in self._norms.items()
            ]
            seen = _range([values for _, values in runs], "The gradient norm", log=True)
            data["norms"] = {"layers": layers, "runs": runs, "range": seen}
        return data | self._layout(data)

    def _put_images(self, data):
        _, k, h, w = self._images.shape
        self.snapshots = _signed(self._images, "An image").tobytes()
        data["tiles"] = {"k": k, "h": h, "w": w, "smooth": False, "titles": self._titles}

    def _put_plane(self, data):
        parts = []
        points = np.zeros((0, 2)) if self._points is None else self._points
        if not np.isfinite(points).all():
            raise Unshowable("A point is nan or infinite: it has no place in the plane.")
        n = points.shape[-2]
        flat = points.reshape(-1, 2)
        domain = [
            interval(span(flat[:, axis], "The plane") if self._domain is None else ends)
            for axis, ends in enumerate(self._domain or (None, None))
        ]
        if self._field is not None:
            _, h, w = self._field.shape
            parts.append(_signed(self._field[:, ::-1] - self._level, "The field"))
            data["tiles"] = {"k": 1, "h": h, "w": w, "smooth": True}
        low, high = np.array(domain).T
        share = np.clip((points - low) / (high - low), 0, 1)
        parts.append(np.round(65535 * share).astype("<u2"))
        classes = np.zeros(n, int) if self._classes is None else np.asarray(self._classes).ravel()
        names, marks = np.unique(classes, return_inverse=True)
        if len(marks) != n:
            raise ValueError(f"Training: {len(marks)} classes for {n} points")
        data["offset"] = sum(part.nbytes for part in parts[:-1])
        data["plane"] = {
            "domain": domain,
            "labels": self._labels,
            "n": n,
            "moving": points.ndim == 3,
            "marks": marks,
            "names": [str(name) for name in names],
        }
        self.snapshots = b"".join(part.tobytes() for part in parts)

    def _layout(self, data):
        """Heights of the panels, and lines of the readout: what is kept free for the figure."""
        plane = data.get("plane")
        high = drawn_at(plane["domain"]) if plane else TALL
        heights, curves = {}, len(data["curves"])
        if plane or "tiles" in data:
            heights["picture"] = high
        elif self._norms:
            heights["norms"] = high
        if curves:
            heights["curves"] = (max(high[0], 24 + ROW * curves), 24 + CURVE * curves)
        if self._norms and "norms" not in heights:
            heights["norms"] = NORMS
        side, stacked = (sum(column) for column in zip(*heights.values(), strict=True))
        if len(heights) > 1:
            first, second, *_ = heights.values()
            side -= min(first[0], second[0])  # the two stand beside each other

        told = [f"{self._unit} = 0000"]
        for name, runs in self._curves.items():
            told += [f"{name}, {run} = 0.0 × 10⁰⁰" for run in runs]
        for run, layers in self._norms.items():
            ends = {next(iter(layers)), list(layers)[-1]}
            told += [f"{run}, ‖∂L/∂W‖ of {layer} = 0.0 × 10⁰⁰" for layer in ends]
        lines = [lines_of(told, letters) for letters in LINE]
        self.space = [
            drawing + 20 * count + under
            for drawing, count, under in zip((side, stacked), lines, CONTROLS, strict=True)
        ]
        return {"panels": heights, "lines": lines}


def drawn_at(domain):
    """The heights of a panel, wide and stacked, in which a plane of this domain fills the width."""
    (x0, x1), (y0, y1) = domain
    share = 290 * (y1 - y0) / (x1 - x0)
    return tuple(int(np.clip(52 + share, *ends)) for ends in zip(LOW, TALL, strict=True))


def _array(values):
    return None if values is None else np.asarray(values, dtype=np.float64)


def _runs(values):
    """Sequences by the name of the run; a single one has no name."""
    runs = values if isinstance(values, Mapping) else {"": values}
    return {run: np.asarray(line, dtype=np.float64) for run, line in runs.items()}


def _nested(norms):
    """Layers by the name of the run."""
    if not any(isinstance(value, Mapping) for value in norms.values()):
        norms = {"": norms} if norms else {}
    return {run: _runs(layers) for run, layers in norms.items()}


def _range(lines, what, log):
    values = np.concatenate([np.ravel(line) for line in lines])
    if not log:
        return span(values, what)
    values = values[np.isfinite(values) & (values > 0)]
    low, high = span(np.log10(values), f"{what} above zero", pad=0.05)
    return [low, max(high, low + 1)]


def _signed(values, what):
    """Values as signed bytes; the largest in size is 127."""
    if not values.size:
        raise Unshowable(f"{what} is empty: there is nothing to draw.")
    if not np.isfinite(values).all():
        raise Unshowable(f"{what} is nan or infinite somewhere: there is nothing to draw.")
    return np.round(127 * values / (np.abs(values).max() or 1)).astype(np.int8)


def lines_of(pieces, letters):
    """How many lines the pieces take, each of which stays whole."""
    lines, room = 1, letters
    for piece in pieces:
        if len(piece) > room and room < letters:
            lines, room = lines + 1, letters
        room -= len(piece) + 2
    return lines
