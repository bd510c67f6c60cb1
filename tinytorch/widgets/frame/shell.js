import { button, slider } from "./controls.js";
import { dragging } from "./drag.js";
import { layers, morph, node } from "./morph.js";
import { caption, esc, formula } from "./text.js";

/**
 * The frame every live figure shares: layout, controls, readout, dragging, themes, drawing helpers.
 *
 * A kind is one module that calls `figure(context, spec)` from its `render`:
 *
 *     export default { render: (context) => figure(context, spec) };
 *
 * @typedef {Object} Spec
 * @property {string} kind        "curve" gives <figure class="tt-figure tt-curve">
 * @property {string[]} state     traits that make the picture; a change of one draws again
 * @property {Control[]} controls native inputs; the first is the figure's first control
 * @property {(view: View) => Drawing} draw   pure: no DOM, no model; on every change of the state
 * @property {Object<string, (drag: Drag, view: View) => Object|void>} [drag]
 *           by panel: pointer in px of that panel -> traits to set
 * @property {(event: KeyboardEvent, view: View) => Object|void} [keys]  keys pressed in the drawing
 * @property {string} [role]      "img" (default); "group" when cells inside take the focus
 * @property {(handle: {root: HTMLElement, view: () => View, set: (traits: Object) => void,
 *            draw: () => void}) => (() => void)|void} [setup]  timers and such; returns a cleanup
 *
 * @typedef {Object} View         what `draw` sees
 * @property {Object} data        the trait `data`, what Python computed; in every kind
 *           {panels: [[name, [wide, stacked]], …], lines: [wide, stacked]}: the heights in px of
 *           each panel (an <svg>) side by side and stacked, and the lines that the readout takes
 * @property {Object} state       value of every trait of `spec.state`
 * @property {Object<string, {w: number, h: number}>} size   of every panel, px
 *
 * @typedef {Object} Drawing      what `draw` returns
 * @property {Object<string, string|string[]>} panels   SVG markup; an array is layers, back to
 *           front, and a layer whose markup did not change costs nothing
 * @property {[string, string, string?][]|string} readout   [label, value, role], printed as
 *           "label = value" (a bare sentence: ["", "sentence"]); or markup, pieces that stay on one
 *           line in <span>s
 *
 * @typedef {Object} Control      one of
 *   {trait, label, values: (view) => number[], text?: (value, view) => string, role?}
 *           a slider by index; not a number of its own: `value: (view) => number` and
 *           `set: (value, view) => traits` in place of the trait; `off`: disabled; `hidden`: away
 *   {label, press: (view) => Object|void, on?: (view) => boolean, off?: (view) => boolean}
 *           a button; `on`: a switch that is pressed; `off`: disabled; `hidden`: away
 *   A `label` may be a function of the view.
 *
 * @typedef {Object} Drag
 * @property {number} x, y        px in the panel's coordinates
 * @property {string} [pick]      `data-pick` of the element under the pointer when it went down
 * @property {boolean} first      the first event of this drag
 * @property {Object} from        the state when the drag began
 * @property {number} x0, y0      where it began
 *
 * Roles (a class, and a color variable `--tt-<role>`): value, g, grad, diff, ink, soft, faint.
 */

/**
 * @param {{model: Object, el: HTMLElement}} context
 * @param {Spec} spec
 * @returns {() => void} cleanup
 */
export function figure({ model, el }, spec) {
  el.classList.add("tt-host");
  const root = node("figure", `tt-figure tt-${spec.kind}`, el);
  root.dataset.name = model.get("name");
  const message = node("p", "tt-message", root);
  message.setAttribute("role", "status");
  const drawing = node("div", "tt-drawing", root);
  drawing.setAttribute("role", spec.role ?? "img");
  drawing.setAttribute("aria-label", model.get("alt") || model.get("name"));
  const panels = {};
  const readout = node("p", "tt-readout", root);
  readout.setAttribute("aria-live", "polite");
  const bar = node("div", "tt-controls", root);
  if (el.dataset.host !== "static" && model.get("caption")) {
    node("figcaption", "tt-caption", root).innerHTML = caption(model.get("caption"));
  }
  const unlinked = node("p", "tt-unlinked", root);
  unlinked.setAttribute("role", "status");

  let size = null;
  const view = () => ({
    data: model.get("data"),
    state: Object.fromEntries(spec.state.map((trait) => [trait, model.get(trait)])),
    size,
  });
  const set = (traits) => {
    const moved = Object.entries(traits ?? {}).filter(
      ([trait, value]) => model.get(trait) !== value,
    );
    for (const [trait, value] of moved) model.set(trait, value);
    if (moved.length) model.save_changes();
  };
  const reset = { label: "Reset", press: () => model.get("start") };
  const controls = [...spec.controls, reset].map((control) =>
    (control.press ? button : slider)(control, bar, view, set),
  );

  /** Panels and their heights, and the readout's lines, as the data has them. */
  function lay({ panels: wanted, lines }) {
    for (const [name, [wide, stacked]] of wanted) {
      panels[name] ??= panel(name);
      panels[name].setAttribute("style", `--wide:${wide}px;--stacked:${stacked}px`);
    }
    readout.setAttribute("style", `--wide:${lines[0]};--stacked:${lines[1]}`);
    size = null;
  }
  function panel(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `tt-panel tt-panel-${name}`);
    drawing.append(svg);
    if (spec.drag?.[name]) {
      dragging(
        svg,
        (drag) => set(spec.drag[name](drag, view())),
        () => view().state,
      );
    }
    return svg;
  }
  let laid;
  function draw() {
    const silent =
      model.get("message") ||
      (Object.keys(model.get("data") ?? {}).length ? "" : "There is nothing to show.");
    root.classList.toggle("tt-silent", Boolean(silent));
    message.textContent = silent;
    if (silent) return;
    if (laid !== model.get("data")) lay((laid = model.get("data")));
    if (!measure()) return;
    const picture = spec.draw(view());
    for (const [name, markup] of Object.entries(picture.panels))
      layers(panels[name], [markup].flat());
    const said = picture.readout;
    morph(readout, typeof said === "string" ? said : said.map(item).join(" "));
    for (const update of controls) update();
  }
  /** Sizes are read once a layout, not once a frame. */
  function measure() {
    if (!size && drawing.clientWidth) {
      size = {};
      for (const [name, svg] of Object.entries(panels)) {
        size[name] = { w: svg.clientWidth, h: svg.clientHeight };
      }
    }
    return size;
  }
  let queued = false;
  const later = () => {
    if (queued) return;
    queued = true; // one drawing for all the traits set together
    queueMicrotask(() => {
      queued = false;
      draw();
    });
  };
  const watched = [...spec.state, "data", "message"].map((trait) => `change:${trait}`);
  for (const event of watched) model.on(event, later);
  const resized = new ResizeObserver(() => {
    size = null;
    draw();
  });
  resized.observe(drawing);

  // JupyterLab would take the arrows, and single letters, for its own commands.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  // Notebook takes them on their way down, except from an element with this attribute.
  const keep = ({ target, ctrlKey, metaKey }) => {
    if (root.contains(target))
      target.toggleAttribute("data-lm-suppress-shortcuts", !ctrlKey && !metaKey);
  };
  window.addEventListener("keydown", keep, true);
  // Jupyter says so when the kernel restarts, and a figure's Python is gone for good then.
  const lose = () => {
    unlinked.textContent =
      "This figure is no longer linked to Python: its kernel was restarted. Run its cell again.";
  };
  model.on("comm_live_update", lose);
  drawing.addEventListener("keydown", (event) => {
    const traits = spec.keys?.(event, view());
    if (traits) event.preventDefault();
    set(traits);
  });
  const cleanup = spec.setup?.({ root, view, set, draw });
  draw();
  return () => {
    cleanup?.();
    resized.disconnect();
    for (const event of watched) model.off(event, later);
    model.off("comm_live_update", lose);
    window.removeEventListener("keydown", keep, true);
  };
}

function item([label, value, role = "ink"], i, all) {
  const comma = i < all.length - 1 && label ? "," : "";
  const body = label ? `${formula(label)} = <b class="tt-${role}">${esc(value)}</b>` : esc(value);
  return `<span>${body}${comma}</span>`;
}
