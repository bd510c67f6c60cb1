"""What images are drawn by."""


class FigureCanvasAgg:
    """A canvas."""
