"""Figures in Chromium, without a kernel: a page, a model of thirty lines, and the module itself."""

import base64
import json
from statistics import median

import pytest

PAGE = """<!doctype html><html data-theme="%(theme)s"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 0; background: var(--tt-page) } %(css)s</style>
<body><div id="figure" data-host="%(host)s"></div><p style="height: 3000px"></p>
<script type="module">
const state = %(state)s, esm = %(esm)s, heard = {};
for (const [trait, text] of Object.entries(%(bytes)s)) {
  state[trait] = new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}
window.model = {
  sent: [],
  get: (trait) => state[trait],
  set(trait, value) {
    state[trait] = value;
    model.trigger(`change:${trait}`);
  },
  trigger(event) { for (const act of heard[event] ?? []) act(); },
  save_changes() { model.sent.push({ ...state, data: null }); },
  on(event, act) { (heard[event] ??= []).push(act); },
  off(event, act) { heard[event] = heard[event].filter((other) => other !== act); },
  get listeners() { return Object.values(heard).flat().length; },
};
window.keys = [];
document.body.addEventListener("keydown", (event) => keys.push(event.key)); // as in JupyterLab
window.early = [];
document.addEventListener("keydown", (event) => { // as in Notebook
  if (!event.target.hasAttribute("data-lm-suppress-shortcuts")) early.push(event.key);
}, true);
const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
window.leave = (await import(url)).default.render({ model, el: document.getElementById("figure") });
window.ready = true;
</script>"""

# A frame beside a piece of work that is always the same, so that a busy machine slows both.
MEASURE = """async ([change, frames]) => {
  const act = new Function("n", change), figure = document.querySelector("figure");
  const timed = async (work) => {
    const start = performance.now();
    work();
    await null;
    figure.getBoundingClientRect();
    return performance.now() - start;
  };
  const same = () => {
    const box = document.createElement("div");
    box.style.cssText = "position: absolute; width: 400px";
    for (let i = 0; i < 400; i++) box.append(Object.assign(document.createElement("b"),
      { textContent: `${i * i} `, style: `color: rgb(${i % 256} 0 0)` }));
    document.body.append(box);
    box.getBoundingClientRect();
    box.remove();
  };
  const times = [[], []];
  for (let n = 0; n < frames; n++) {
    times[0].push(await timed(() => act(n)));
    times[1].push(await timed(same));
  }
  return times;
}"""
SAME = 2.0  # ms which that work takes on the quiet machine where figures were measured


@pytest.fixture
def frame_time():
    """Return a function that tells what a frame costs, in milliseconds of a quiet machine.

    It is given a page and a change: JavaScript with `n`, the number of the frame.
    """

    def measure(page, change, frames=40):
        rounds = [page.evaluate(MEASURE, [change, frames]) for _ in range(3)]
        return min(median(frame) / median(same) * SAME for frame, same in rounds)

    return measure


@pytest.fixture
def show(new_page, tmp_path):
    """Return a function that opens a figure in a page; errors of the page fail the test."""
    errors, pages = [], []

    def open_page(figure, width=720, theme="light", host="", **options):
        traits = figure.get_state()
        state = {k: v for k, v in traits.items() if not k.startswith("_") and is_json(v)}
        text = PAGE % {
            "theme": theme,
            "host": host,
            "css": figure._css,
            "state": json.dumps(state, allow_nan=False),
            "bytes": json.dumps({k: b64(v) for k, v in traits.items() if isinstance(v, bytes)}),
            "esm": json.dumps(figure._esm).replace("</", "<\\/"),
        }
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        page = new_page(width, 800, **options)
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and errors.append(m.text))
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function("window.ready")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []


def b64(value):
    return base64.b64encode(value).decode()


def is_json(value):
    return isinstance(value, str | int | float | dict | list | None)
