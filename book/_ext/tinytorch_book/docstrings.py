"""The package's docstrings, as the pages of the API read them.

A docstring ends with its source, after the last section. The reader of NumPy's style would take
that line for one more parameter, so it goes in front of the sections here.
"""

import re


def source_first(lines):
    """Return the lines of a docstring with its `Source:` before its sections."""
    heads = [i - 1 for i, line in enumerate(lines) if i and re.fullmatch("-{3,}", line)]
    starts = [i for i, line in enumerate(lines) if line.startswith("Source: ")]
    if not heads or not starts or starts[0] < heads[0]:
        return lines
    start = end = starts[0]
    while end < len(lines) and lines[end].strip():
        end += 1
    head, rest = lines[: heads[0]], lines[heads[0] : start] + lines[end:]
    return [*head, *lines[start:end], "", *rest]


def reorder(app, what, name, obj, options, lines):
    lines[:] = source_first(list(lines))


def setup(app):
    app.connect("autodoc-process-docstring", reorder, priority=400)  # before napoleon reads it
