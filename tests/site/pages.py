"""A page whose cells run, as a test drives it: by the names and attributes that readers meet."""

SOLVED = {
    "wrong": "return g * a, g * b",
    "right": "return unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)",
}


class LivePage:
    """One open page and its cells."""

    def __init__(self, page):
        self.page = page
        page.evaluate(
            """() => {
                self.ttHeard = [];
                ["tt:edit", "tt:checked"].forEach((type) => document.addEventListener(
                    type, ({ detail }) => ttHeard.push({ type, ...detail })));
            }"""
        )

    @property
    def events(self):
        """What the page has told so far: edits and answers."""
        return self.page.evaluate("ttHeard")

    @property
    def python(self):
        """What Python's state is."""
        return self.page.evaluate("document.documentElement.dataset.ttPython")

    def ids(self):
        """The names of all cells, in order."""
        return self.page.locator("[data-tt-cell]").evaluate_all("a => a.map(e => e.dataset.ttCell)")

    def cell(self, which):
        """A cell, by its place or its name."""
        if isinstance(which, str):
            return self.page.locator(f'[data-tt-cell="{which}"]')
        return self.page.locator("[data-tt-cell]").nth(which)

    def press(self, which, name="Run"):
        """Press a button of a cell."""
        self.cell(which).get_by_role("button", name=name, exact=True).click()

    def state(self, which):
        """The state of a cell."""
        return self.cell(which).get_attribute("data-tt-state")

    def reaches(self, which, *states, timeout=300_000):
        """Wait until a cell is in one of these states."""
        cell = self.cell(which).element_handle()
        self.page.wait_for_function(
            "([cell, states]) => states.includes(cell.dataset.ttState)",
            arg=[cell, list(states)],
            timeout=timeout,
        )
        return self.state(which)

    def out(self, which):
        """What a cell has put out here."""
        return self.cell(which).locator("[data-tt-output]").inner_text().strip()

    def prints(self, which, text):
        """Wait until a cell has put out a text, be it running or not."""
        self.cell(which).locator("[data-tt-output]").get_by_text(text).first.wait_for()

    def note(self, which):
        """What is said beside the buttons of a cell."""
        return self.cell(which).locator(".tt-note").inner_text().strip()

    def write(self, which, code):
        """Put code into a cell, as typing or pasting does."""
        cell = self.cell(which)
        if not cell.locator("textarea").is_visible():
            self.press(which, "Edit")
        cell.locator("textarea").fill(code)

    def run(self, which, code=None, name="Run"):
        """Run a cell to its end, with other code if given; return what it put out."""
        if code is not None:
            self.write(which, code)
        self.press(which, name)
        self.reaches(which, "done", "error")
        return self.out(which)

    def solve(self, which, how):
        """Fill the gaps of an exercise on a product, wrong or right."""
        cell = self.cell(which)
        if not cell.locator("textarea").is_visible():
            self.press(which, "Edit")
        area = cell.locator("textarea")
        area.fill(solved(area.input_value(), how))


def solved(code, how):
    """Return an exercise on a product with its gaps filled."""
    head = code.split("class ")[0].split("from tinytorch.core.autograd import unbroadcast\n")[-1]
    return f"""from tinytorch.core.autograd import unbroadcast
{head}class MyMulBackward(Function):
    saves = ("a", "b")

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved_tensors
        {SOLVED[how]}

check(MyMulBackward)"""
