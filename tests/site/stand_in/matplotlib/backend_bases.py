"""What a backend is built on."""


class FigureManagerBase:
    """One open plot."""
