"""An exercise in Firefox and in WebKit: pressed, solved wrong, solved right."""

import drivers
import pytest
from pages import solved
from serving import serve

CELL = "exercise-MyMulBackward"
OPEN = """async (name) => {
  const cell = document.querySelector(`[data-tt-cell="${name}"]`);
  const button = (name) => [...cell.querySelectorAll("button")].find((b) => b.textContent === name);
  button("Edit").click();
  while (!cell.querySelector("textarea")) await new Promise((done) => setTimeout(done, 20));
  return cell.querySelector("textarea").value;
}"""
CHECK = """async (name, code) => {
  const cell = document.querySelector(`[data-tt-cell="${name}"]`);
  const area = cell.querySelector("textarea");
  if (area) {
    area.focus();
    area.select();
    document.execCommand("insertText", false, code);
  }
  const states = [];
  const finished = new Promise((done) => new MutationObserver(() => {
    states.push(cell.dataset.ttState);
    if (["done", "error"].includes(cell.dataset.ttState)) done();
  }).observe(cell, { attributeFilter: ["data-tt-state"] }));
  [...cell.querySelectorAll("button")].find((b) => b.textContent === "Check").click();
  await finished;
  return [cell.querySelector("[data-tt-output]").textContent,
          cell.querySelector(".tt-note").textContent, area?.value ?? ""];
}"""
FIGURE = """async () => {
  const figure = document.querySelector("[data-tt-output] .tt-figure");
  const input = figure.querySelector("input");
  input.value = 0;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 100));
  return figure.querySelector(".tt-readout").textContent;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("browser", [drivers.firefox, drivers.webkit], ids=["firefox", "webkit"])
def test_an_exercise_from_press_to_check(pyodide_files, live_book, browser, tmp_path):
    html = live_book(pyodide_files)
    with serve(html) as server, browser(tmp_path) as page:
        if page is None:
            pytest.skip("this browser, or the driver of it, is not installed")
        page.goto(f"{server.address}/page.html")
        assert page.call("() => document.documentElement.dataset.ttPython") == "off"
        said, note, _ = page.call(CHECK, CELL, "")
        assert said.startswith("Not written yet."), note
        code = page.call(OPEN, CELL)
        for how, expected in (
            ("wrong", "Not yet. The gradient of a is g · a"),
            ("right", "Right."),
        ):
            said, note, typed = page.call(CHECK, CELL, solved(code, how))
            assert typed == solved(code, how)
            assert said.startswith(expected), note
        assert page.call("() => document.documentElement.dataset.ttPython") == "ready"
        assert page.call(FIGURE)
        console = page.call("() => document.querySelectorAll('.tt-failed').length")
        assert console == 0
