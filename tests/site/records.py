"""A small book with answers, an exercise and "Your work", and what a reader does on its pages."""

import json
import shutil
import time
from contextlib import contextmanager
from functools import partial

import drivers
from books import FRONT, ROOT, jupyter_book

KEY = "tinytorch-record"
CELL = "exercise-MyMulBackward"
ONE = (
    FRONT
    + r"""
# One: a title

::::{admonition} Predict
:class: predict
:name: predict-choice

How much is $1 + 1$?

1. one
2. $2$, or `two`
3. three

:::{dropdown} Answer
1. That is one of the two summands.
2. **Right**: each of the two counts.
3. You counted the plus as well.

It is two.

**Check it**: `total == 2` in the cell below.
:::
::::

```{code-cell} python
total = 1 + 1
total
```

::::{admonition} Predict
:class: predict
:name: predict-number

How many bytes are two KB?

:::{dropdown} Answer
- **2,048 ± 48 bytes**: **Right**: a K is 1024, or nearly.
- **2 bytes**: You left out what K stands for.
- **1/2 bytes**: You divided where you had to multiply.

A K is 1024.

**Check it**: `2048` in the cell below.
:::
::::

## Build it

```{code-cell} python
from tinytorch.core.autograd import Function
from tinytorch.exercises import check

class MyMulBackward(Function):
    def forward(self, a, b):
        raise NotImplementedError

    def apply(self, g):
        raise NotImplementedError

check(MyMulBackward)
```

:::{dropdown} Hint 1: first
The first.
:::

:::{dropdown} Hint 2: second
The second.
:::

```{code-cell} python
:tags: [hide-cell]
:mystnb: {code_prompt_show: Show the solution, code_prompt_hide: Hide the solution}

print("solved")
```
"""
)
TWO = (
    FRONT
    + """
# Two: no exercise

::::{admonition} Predict
:class: predict
:name: predict-two

Which?

- this
- that

:::{dropdown} Answer
- **Right**: it is this and no other.
- That is what one thinks of first.

This.

**Check it**: the cell below.
:::
::::

```{code-cell} python
print("this")
```
"""
)
LONG = "\n\nA line.\n" * 80  # so that the end is read only by who goes there
TOC = "format: jb-book\nroot: page\nchapters:\n- file: one\n- file: two\n- file: start/your_work\n"


def write_record_book(make_book, **variables):
    """Return the folder of a built book of two chapters and "Your work"."""
    folder = make_book("(what-a-gradient-is)=\n# Start\n\nA page.\n", front="")
    (folder / "one.md").write_text(ONE + LONG, encoding="utf8")
    (folder / "two.md").write_text(TWO + LONG, encoding="utf8")
    (folder / "start").mkdir()
    shutil.copy(ROOT / "book" / "start" / "your_work.md", folder / "start")
    (folder / "_toc.yml").write_text(TOC)
    done = jupyter_book(folder, **variables)
    assert done.returncode == 0, done.stdout[-3000:]
    return folder


class Browser:
    """A page of one of three browsers, and the few steps that the tests need."""

    def __init__(self, goto, evaluate):
        self.open, self.evaluate = goto, evaluate

    def js(self, expression):
        """Return the value of an expression, once what it promises has come."""
        return self.evaluate(f"async () => (await ({expression})) ?? null")

    def call(self, function, *arguments):
        """Return what a function returns, once what it promises has come."""
        return self.js(f"({function})({', '.join(map(json.dumps, arguments))})")

    def wait(self, expression):
        """Wait until an expression is true, and return its value."""
        for _ in range(6000):  # five minutes: only a fault or a busy machine takes them
            if value := self.js(expression):
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}")


@contextmanager
def start(kind, chromium, folder):
    """Yield a browser that has stored nothing; None if it is not on this machine."""
    if kind == "Chromium":
        context = chromium.new_context()
        page = context.new_page()
        browser = Browser(page.goto, page.evaluate)
        browser.context, browser.page = context, page
        yield browser
        context.close()
        return
    drive = {
        "Firefox": drivers.firefox,
        "Firefox, private": partial(drivers.firefox, private=True),
        "WebKit": drivers.webkit,
    }[kind]
    with drive(folder) as page:
        yield page and Browser(page.goto, page.call)


def dispatch(name, **detail):
    """The expression that reports what the page's Python has seen."""
    detail = json.dumps({"chapter": "one", "cell": CELL, **detail})
    return f"!document.dispatchEvent(new CustomEvent({name!r}, {{ detail: {detail} }})) || true"


def choose(box, index):
    return (
        f"(() => {{ const box = document.getElementById({box!r});"
        f" box.querySelectorAll('input')[{index}].click();"
        " box.querySelector('.tt-commit').click(); return true; })()"
    )


def type_number(box, text):
    return (
        f"(() => {{ const box = document.getElementById({box!r});"
        f" box.querySelector('input').value = {text!r};"
        " box.querySelector('.tt-commit').click(); return true; })()"
    )


def verdict(box):
    return f"document.querySelector('#{box} .tt-verdict').textContent"


MARKS = """[...document.querySelectorAll("nav.bd-links a.reference")].slice(-3, -1).map((a) =>
  a.querySelector(".tt-mark")?.textContent.trim() ?? "")"""
STORED = f"JSON.parse(localStorage.getItem({KEY!r}))"
EXPORT = """(async () => {
  let kept;
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => ((kept = blob), make.call(URL, blob));
  HTMLAnchorElement.prototype.click = () => {}; // nothing is to be downloaded
  document.querySelector(".tt-work button").click();
  return kept.text();
})()"""


def take(text):
    """The expression that chooses a file to import, and returns what the page then says."""
    return take_bytes(json.dumps(text))


def take_bytes(content):
    """The same for a file of which an expression gives the content."""
    return f"""(async () => {{
      const input = document.querySelector(".tt-work input[type=file]");
      const files = new DataTransfer();
      files.items.add(new File([{content}], "record.json"));
      input.files = files.files;
      const work = document.querySelector(".tt-work");
      const said = () => work.querySelector("[role=status]").textContent
        || (work.querySelector(".tt-asks:not([hidden])")?.textContent ?? "");
      work.querySelector("[role=status]").textContent = "";
      input.dispatchEvent(new Event("change"));
      while (!said()) await new Promise((done) => setTimeout(done, 5));
      return said();
    }})()"""
