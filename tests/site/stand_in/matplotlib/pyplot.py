"""Figures that are open, and a white image for each."""

import importlib
import os
import zlib
from types import SimpleNamespace

import numpy as np

from . import Anything

_open = []
style = SimpleNamespace(use=lambda name: None)
rcParams = {}
Rectangle = Anything()
importlib.import_module(os.environ["MPLBACKEND"].removeprefix("module://"))


class Figure(Anything):
    """One figure."""

    dpi = 100

    def savefig(self, file, *, format, dpi, bbox_inches):
        """Write a white image of two by two pixels."""
        assert (format, dpi, bbox_inches) == ("png", 200, "tight")

        def chunk(kind, data):
            body = kind + data
            return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

        head = (2).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
        rows = zlib.compress(b"\0\xff\xff" * 2)
        parts = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
        file.write(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def figure(number=None, **_options):
    """Return an open figure, or open one."""
    if number is None:
        _open.append(Figure())
        return _open[-1]
    return _open[number - 1]


def subplots(rows=1, columns=1, **_options):
    """Open a figure; return it and as many panels as asked for."""
    panels = np.array([[Anything() for _ in range(columns)] for _ in range(rows)], dtype=object)
    return figure(), panels.item() if panels.size == 1 else panels.squeeze()


def get_fignums():
    """Return the numbers of the open figures."""
    return list(range(1, len(_open) + 1))


def close(_which=None):
    """Close all figures."""
    _open.clear()


def show():
    """Show what is open, as the page's backend does."""
    backend = importlib.import_module(os.environ["MPLBACKEND"].removeprefix("module://"))
    backend.FigureManager.pyplot_show()


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()
