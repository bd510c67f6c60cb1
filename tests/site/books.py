"""Books to build, and how a reader builds them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BOOK = ["_config.yml", "_toc.yml", "book", "tinytorch"]
BOOK += ["pyproject.toml", "README.md", "LICENSE"]  # of the wheel for the page's Python
FRONT = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""

SITE = "https://example.org/tt"  # where the small edition will stand
PRODUCT = """(MulBackward)=
# Multiplication: `MulBackward`

*Before this: [terms](../words.md).*

A product sends each factor the other, times the {term}`upstream gradient`; see $x$.

::::{admonition} Predict
:class: predict
:name: predict-factor

Which factor does $a$ receive?

- its own
- the other, $b$

:::{dropdown} Answer
- It would be so for $a + a$.
- **Right**: its share grows with $b$.

The other.

**Check it**: the cell below.
:::
::::

::::{admonition} Predict
:class: predict
:name: predict-gradient

What is it at $b = 3$?

:::{dropdown} Answer
- **3**: **Right**: it is $b$.
- **2**: That is $a$.

It is 3.

**Check it**: the cell below.
:::
::::

```{code-cell} python
from minimal import Minimal
Minimal(name="fig-a", caption="A square.", alt="A bar.")
```

```{code-cell} python
:tags: [hide-cell]
:mystnb: {code_prompt_show: Show the solution, code_prompt_hide: Hide the solution}

print("This is how it is solved.")
```
"""
WORDS = """# Words on multiplication

```{glossary}
upstream gradient
  The gradient of the loss for what a node computed, $g$. See [the product](book/product.md).
```

MulBackward, MulBackward, MulBackward: a page that names the class more often than its own does.
"""


def jupyter_book(folder, *flags, **variables):
    """Build a book as a reader does; return the finished process."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", *flags]
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "GITHUB_REPOSITORY")}
    return subprocess.run(
        command,
        cwd=folder,
        env=clean | variables,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf8",
    )
