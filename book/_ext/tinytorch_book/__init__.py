"""The book's own Sphinx extension: what `_config.yml` alone can't do.

- `kernel` runs the chapters against the package beside them, and anew when it changes;
- `execution` runs them several at a time, and says in a few lines which cell fails;
- `machine` tells how many that can be;
- `figures` turns live figures into captioned, numbered figures that move with no kernel;
- `predict` checks the boxes that a reader commits to, `record` tells what each chapter holds;
- `live` lets each code cell run in the page;
- `docstrings` puts a docstring's source where the API shows it as one;
- `found` says what each page is about, and finds what was meant;
- `notebooks` makes notebooks of the chapters, whose text `markdown` writes;
- `site` keeps each page self-contained, its launch links right and the build strict.
"""

from pathlib import Path

from . import docstrings, execution, figures, found, kernel, live, notebooks, predict, record, site


def setup(app):
    """Register the extension with Sphinx."""
    for part in (
        *(kernel, execution, figures, docstrings, found),
        *(live, site, predict, record, notebooks),
    ):
        part.setup(app)
    own = kernel.digest(Path(__file__).parent)  # pages made by other code are read again
    return {"version": own, "env_version": int(own, 16), "parallel_read_safe": True}
