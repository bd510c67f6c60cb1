"""The smallest figure that keeps the contract: what the site's own tests are built on."""

import anywidget
import traitlets as t


class Minimal(anywidget.AnyWidget):
    """A slider, its number and a bar as long as the number."""

    _esm = """
    function render({ model, el }) {
      const data = model.get("data");
      el.innerHTML = `<figure class="tt-figure tt-minimal">
        <svg class="tt-drawing" role="img" viewBox="0 0 100 10" width="100%" height="40">
          <rect height="10" fill="currentColor"/></svg>
        <input type="range" min="0" max="10" step="1" aria-label="x">
        <output class="tt-readout" aria-live="polite"></output></figure>`;
      el.querySelector("svg").setAttribute("aria-label", model.get("alt"));
      const input = el.querySelector("input");
      const draw = () => {
        const x = model.get("x");
        input.value = x;
        el.querySelector("rect").setAttribute("width", 10 * x);
        el.querySelector("output").textContent = `x = ${x}, x² = ${data.squares[x]}`;
      };
      el.addEventListener("keydown", (event) => event.stopPropagation());
      input.addEventListener("input", () => {
        model.set("x", +input.value);
        model.save_changes();
      });
      model.on("change:x", draw);
      draw();
    }
    export default { render };
    """
    _css = ".tt-minimal { display: grid; gap: .5rem; } .tt-minimal input { height: 44px; }"
    name = t.Unicode().tag(sync=True)
    caption = t.Unicode().tag(sync=True)
    alt = t.Unicode().tag(sync=True)
    message = t.Unicode().tag(sync=True)
    data = t.Dict({"squares": [i * i for i in range(11)]}).tag(sync=True)
    x = t.Int(2).tag(sync=True)
