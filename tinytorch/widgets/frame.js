/**
 * The frame every live figure shares: layout, controls, readout, dragging, themes, drawing helpers.
 *
 * A kind is one module that calls `figure(context, spec)` from its `render`:
 *
 *     export default { render: (context) => figure(context, spec) };
 *
 * @typedef {Object} Spec
 * @property {string} kind        class of the figure: "curve" gives <figure class="tt-figure tt-curve">
 * @property {string[]} state     traits that make the picture; a change of one draws again
 * @property {Object<string, [number, number]>} panels
 *           heights in px of each panel (an <svg>): [side by side, stacked]; order is drawing order
 * @property {Control[]} controls native inputs; the first is the figure's first control
 * @property {(view: View) => Drawing} draw   pure: no DOM, no model
 * @property {Object<string, (drag: Drag, view: View) => Object|void>} [drag]
 *           by panel: pointer in px of that panel -> traits to set
 * @property {(event: KeyboardEvent, view: View) => Object|void} [keys]  keys pressed in the drawing
 * @property {string} [role]      "img" (default); "group" when cells inside take the focus
 * @property {(handle: {root: HTMLElement, view: () => View, set: (traits: Object) => void,
 *            draw: () => void}) => (() => void)|void} [setup]  timers and the like; returns a cleanup
 *
 * @typedef {Object} View         what `draw` sees
 * @property {Object} data        the trait `data`, what Python computed
 * @property {Object} state       value of every trait of `spec.state`
 * @property {Object<string, {w: number, h: number}>} size   of every panel, px
 *
 * @typedef {Object} Drawing      what `draw` returns
 * @property {Object<string, string|string[]>} panels   SVG markup; an array is layers, back to front,
 *           and a layer whose markup did not change costs nothing
 * @property {[string, string, string?][]|string} readout   [label, value, role], printed "label = value"
 *           (a bare sentence: ["", "sentence"]); or markup, pieces that stay on one line in <span>s
 *
 * @typedef {Object} Control      one of
 *   {trait, label, values: (view) => number[], text?: (value, view) => string, role?}    a slider by index
 *           (not a number of its own: `value: (view) => number` and `set: (value, view) => traits` in place of
 *           the trait; `off`: disabled; `hidden`: not there at all)
 *   {label, press: (view) => Object|void, on?: (view) => boolean, off?: (view) => boolean}  a button
 *           (`on`: a switch that is pressed; `off`: disabled); `label` may be a function of the view
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

/** @param {{model: Object, el: HTMLElement}} context @param {Spec} spec @returns {() => void} cleanup */
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
  for (const [name, [wide, stacked]] of Object.entries(spec.panels)) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `tt-panel tt-panel-${name}`);
    svg.setAttribute("style", `--wide:${wide}px;--stacked:${stacked}px`);
    drawing.append(svg);
    panels[name] = svg;
  }
  const readout = node("p", "tt-readout", root);
  readout.setAttribute("aria-live", "polite");
  const [wideLines, lines] = model.get("data")?.lines ?? [2, 3]; // kept free, so that nothing below moves
  readout.setAttribute("style", `--wide:${wideLines};--stacked:${lines}`);
  const bar = node("div", "tt-controls", root);
  if (el.dataset.host !== "static" && model.get("caption")) {
    node("figcaption", "tt-caption", root).innerHTML = caption(model.get("caption"));
  }

  let size = null;
  const view = () => ({
    data: model.get("data"),
    state: Object.fromEntries(spec.state.map((trait) => [trait, model.get(trait)])),
    size,
  });
  const set = (traits) => {
    const moved = Object.entries(traits ?? {}).filter(([trait, value]) => model.get(trait) !== value);
    for (const [trait, value] of moved) model.set(trait, value);
    if (moved.length) model.save_changes();
  };
  const reset = { label: "Reset", press: () => model.get("start") };
  const controls = [...spec.controls, reset].map((control) =>
    (control.press ? button : slider)(control, bar, view, set),
  );

  function draw() {
    const silent = model.get("message") || (Object.keys(model.get("data") ?? {}).length ? "" : "There is nothing to show.");
    root.classList.toggle("tt-silent", Boolean(silent));
    message.textContent = silent;
    if (silent || !measure()) return;
    const picture = spec.draw(view());
    for (const [name, markup] of Object.entries(picture.panels)) layers(panels[name], [markup].flat());
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

  for (const [name, move] of Object.entries(spec.drag ?? {})) {
    dragging(panels[name], (drag) => set(move(drag, view())), () => view().state);
  }
  // JupyterLab would take the arrows, and single letters, for its own commands.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
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
  };
}

function node(tag, classes, parent) {
  const made = document.createElement(tag);
  made.className = classes;
  parent.append(made);
  return made;
}

function item([label, value, role = "ink"], i, all) {
  const comma = i < all.length - 1 && label ? "," : "";
  const body = label ? `${formula(label)} = <b class="tt-${role}">${esc(value)}</b>` : esc(value);
  return `<span>${body}${comma}</span>`;
}

const said = (label, view) => (typeof label === "function" ? label(view) : label);

function slider(control, bar, view, set) {
  const box = node("label", `tt-control tt-${control.role ?? "ink"}`, bar);
  const named = node("span", "tt-name", box);
  const input = node("input", "tt-range", box);
  const output = node("span", "tt-number", box);
  output.setAttribute("aria-hidden", "true");
  input.type = "range";
  input.min = 0;
  input.addEventListener("input", () => {
    const now = view();
    const value = control.values(now)[input.valueAsNumber];
    set(control.set ? control.set(value, now) : { [control.trait]: value });
  });
  return () => {
    const now = view();
    const values = control.values(now);
    const value = control.value ? control.value(now) : now.state[control.trait];
    box.hidden = Boolean(control.hidden?.(now));
    input.disabled = Boolean(control.off?.(now));
    input.max = values.length - 1;
    input.value = nearest(values, value);
    const called = said(control.label, now);
    morph(named, formula(called));
    output.textContent = control.text ? control.text(value, now) : fmt(value);
    input.setAttribute("aria-valuetext", `${called} = ${output.textContent}`);
  };
}

function button(control, bar, view, set) {
  const made = node("button", "tt-button", bar);
  made.type = "button";
  made.addEventListener("click", () => set(control.press(view())));
  return () => {
    const now = view();
    made.textContent = said(control.label, now);
    if (control.on) made.setAttribute("aria-pressed", control.on(now));
    made.disabled = Boolean(control.off?.(now));
  };
}

/** A finger that starts off a handle may be scrolling: it moves nothing until it moves sideways, or taps. */
function dragging(svg, move, state) {
  let held = null;
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const go = (event, first, done) => {
    if (!held) return;
    const at = point(event);
    const [across, along] = [Math.abs(at.x - held.x0), Math.abs(at.y - held.y0)];
    held.sure ||= done || (across > 10 && across > along);
    if (held.sure) move({ ...held, ...at, first });
  };
  // `touch-action: none` does not hold on a part of a drawing.
  const hold = (event) => event.target.closest(".tt-handle") && event.preventDefault();
  svg.addEventListener("touchstart", hold, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const { x, y } = point(event);
    const sure = event.pointerType !== "touch" || Boolean(event.target.closest(".tt-handle"));
    held = { x0: x, y0: y, sure, from: state(), pick: event.target.closest("[data-pick]")?.dataset.pick };
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("tt-held");
    go(event, true);
  });
  svg.addEventListener("pointermove", (event) => go(event, false));
  svg.addEventListener("pointerup", (event) => go(event, false, true));
  svg.addEventListener("lostpointercapture", () => {
    held = null;
    svg.classList.remove("tt-held");
  });
}

function layers(svg, markups) {
  markups.forEach((markup, i) => {
    const layer = svg.children[i] ?? svg.appendChild(document.createElementNS(svg.namespaceURI, "g"));
    morph(layer, markup);
  });
}

const painted = new WeakMap();
/** Make `old` contain `markup`, keeping the elements that stay (focus, pointer capture, transitions live on). */
export function morph(old, markup) {
  if (painted.get(old) === markup) return;
  painted.set(old, markup);
  const next = old.cloneNode(false);
  next.innerHTML = markup;
  sync(old, next);
}

function sync(old, next) {
  const have = [...old.childNodes];
  const wanted = [...next.childNodes];
  wanted.forEach((want, i) => {
    const is = have[i];
    if (!is) old.append(want);
    else if (is.nodeName !== want.nodeName) is.replaceWith(want);
    else if (is.nodeType === Node.TEXT_NODE) is.data = want.data;
    else {
      for (const { name } of [...is.attributes]) if (!want.hasAttribute(name)) is.removeAttribute(name);
      for (const { name, value } of want.attributes) if (is.getAttribute(name) !== value) is.setAttribute(name, value);
      sync(is, want);
    }
  });
  for (const extra of have.slice(wanted.length)) extra.remove();
}

/**
 * Fixed digits, a real minus sign, no "−0.00": "−0.50". A tie goes to the even digit, as Python prints it.
 * Values that are no numbers come as their names.
 */
export function fmt(value, digits = 2) {
  if (!Number.isFinite(value)) return String(value ?? "none");
  let text = Math.abs(value).toFixed(digits);
  const exact = Math.abs(value).toFixed(digits + 30);
  const cut = exact.slice(0, digits ? -30 : -31);
  if (/^50+$/.test(exact.slice(-30)) && /[02468]$/.test(cut)) text = cut;
  return value < 0 && Number(text) ? `−${text}` : text;
}

/** "3.1 × 10⁻⁸", "10⁻⁷", "8.1" */
export function sci(value, digits = 1) {
  if (!value || !Number.isFinite(value)) return value === 0 ? "0" : fmt(value);
  const [mantissa, power] = value.toExponential(digits).replaceAll("-", "−").split("e");
  const scale = `10${superscript(power.replace("+", ""))}`;
  if (power === "+0") return mantissa;
  return mantissa === "1" ? scale : `${mantissa} × ${scale}`;
}

export const superscript = (text) => [...text].map((c) => (c === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

export const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Letters of formulas in italics: "∂L/∂x" and "f′(x)", but not "relu" or "secant". */
export const formula = (text) =>
  esc(text).replace(/(?<![\p{L}&#])[\p{L}](?![\p{L}])/gu, (letter) => `<i>${letter}</i>`);

/** The little Markdown a caption may hold, where nobody else renders it: `code`, *em*, **strong**, $math$. */
function caption(text) {
  const signs = { partial: "∂", cdot: "·", times: "×", prime: "′", to: "→", sum: "∑", Delta: "Δ", le: "≤", ge: "≥", odot: "⊙", top: "ᵀ" };
  const math = (tex) =>
    formula(tex.replace(/\\([A-Za-z]+) ?/g, (_, word) => signs[word] ?? word).replace(/\\[,;]|[{}]/g, ""))
      .replace(/\^([-−]?(?:\d+|<i>.<\/i>))/g, "<sup>$1</sup>")
      .replace(/_(\d+|<i>.<\/i>)/g, "<sub>$1</sub>");
  return text
    .replace(/\s+/g, " ")
    .split(/(\$[^$]+\$|`[^`]+`)/)
    .map((part) => {
      if (/^\$.+\$$/.test(part)) return math(part.slice(1, -1));
      if (/^`.+`$/.test(part)) return `<code>${esc(part.slice(1, -1))}</code>`;
      return esc(part).replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>").replace(/\*(.+?)\*/g, "<em>$1</em>");
    })
    .join("");
}

/** Index of the entry of `values` closest to `value`; of names, the same one. */
export function nearest(values, value) {
  let best = Math.max(0, values.indexOf(value));
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
  }
  return best;
}

/** A linear scale from [d0, d1] to [r0, r1], with its inverse. */
export function scale(d0, d1, r0, r1) {
  const to = (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
  to.invert = (px) => d0 + ((px - r0) / (r1 - r0)) * (d1 - d0);
  to.domain = [d0, d1];
  to.range = [r0, r1];
  return to;
}

/** About `count` round numbers within the domain, with the digits that tell them apart. */
export function ticks([lo, hi], count) {
  const raw = (hi - lo) / count;
  const base = 10 ** Math.floor(Math.log10(raw));
  const far = (times) => Math.abs(Math.log((times * base) / raw));
  const step = base * [1, 2, 5, 10].reduce((best, times) => (far(times) < far(best) ? times : best));
  const values = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) values.push(i * step);
  values.digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return values;
}

/** Path through the points; a value that is not finite lifts the pen. */
export function path(points) {
  let pen = "M";
  let d = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) pen = "M";
    else {
      d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    }
  }
  return d;
}

/** SVG text with a halo, so that it reads over lines. `at`: start, middle or end. */
export const label = (x, y, text, { role = "ink", at = "start", classes = "" } = {}) =>
  `<text class="tt-label tt-${role} ${classes}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${at}">${text}</text>`;

/** Letters of a formula inside an SVG label. */
export const svgFormula = (text) => formula(text).replace(/<(\/?)i>/g, (_, end) => (end ? "</tspan>" : '<tspan class="tt-i">'));

export const line = (x1, y1, x2, y2, classes) =>
  `<line class="${classes}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;

/** Hairlines and numbers of two axes: zero lines where zero is in sight, ticks at the left and, if asked, below. */
export function axes(x, y, { across = 6, up = 4, below = true } = {}) {
  const [x0, x1] = x.range;
  const [y0, y1] = y.range;
  let out = "";
  for (const [to, hair] of [[x, (v) => line(v, y0, v, y1, "tt-zero")], [y, (v) => line(x0, v, x1, v, "tt-zero")]]) {
    if (to.domain[0] <= 0 && to.domain[1] >= 0) out += hair(to(0));
  }
  const xs = ticks(x.domain, across);
  const ys = ticks(y.domain, up);
  if (below) for (const v of xs) out += line(x(v), y0, x(v), y0 + 4, "tt-tick") + label(x(v), y0 + 17, fmt(v, xs.digits), { role: "soft", at: "middle" });
  for (const v of ys) out += line(x0 - 4, y(v), x0, y(v), "tt-tick") + label(x0 - 8, y(v) + 4, fmt(v, ys.digits), { role: "soft", at: "end" });
  return out;
}

/** Arrow from (x, y) by (dx, dy); one too short to have a direction is left out. */
export function arrow(x, y, dx, dy, role) {
  const long = Math.hypot(dx, dy);
  if (long < 4) return "";
  const [ux, uy] = [dx / long, dy / long];
  const wing = (side) => `${x + dx - 11 * ux - side * 5 * uy} ${y + dy - 11 * uy + side * 5 * ux}`;
  const head = `<path class="tt-solid tt-${role}" d="M${x + dx} ${y + dy}L${wing(1)}L${wing(-1)}Z"/>`;
  return line(x, y, x + dx - 8 * ux, y + dy - 8 * uy, `tt-line tt-thick tt-${role}`) + head;
}

/** What is drawn within a box, and cut at its edges. */
export function clip(x0, y0, x1, y1, markup) {
  const [w, h] = [x1 - x0, y1 - y0].map((side) => Math.max(side, 0)); // a frame may be narrower while it is laid out
  return `<svg x="${x0}" y="${y0}" width="${w}" height="${h}" viewBox="${x0} ${y0} ${w} ${h}">${markup}</svg>`;
}

/** The thing to drag: a dot in a ring with arrowheads along the ways it moves ("x", "y" or "xy"). */
export function handle(x, y, role, ways = "x", pick = "") {
  const heads = { x: "M-13 -4l-4 4l4 4M13 -4l4 4l-4 4", y: "M-4 -13l4 -4l4 4M-4 13l4 4l4 -4" };
  const arrows = [...ways].map((way) => heads[way]).join("");
  return `<g class="tt-handle tt-${role} tt-move-${ways}" data-pick="${pick}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"><circle class="tt-hit" r="22"/><path class="tt-heads" d="${arrows}"/><circle class="tt-ring" r="9"/><circle class="tt-dot" r="6"/></g>`;
}

/** Lines where the map {a, b, z} is `level`: each cell of the grid is four triangles around its mean, cut straight. */
export function contour({ a, b, z }, level, A, B) {
  let d = "";
  const cut = ([x0, y0, z0], [x1, y1, z1]) => {
    const t = (level - z0) / (z1 - z0);
    return `${(x0 + t * (x1 - x0)).toFixed(1)} ${(y0 + t * (y1 - y0)).toFixed(1)}`;
  };
  for (let i = 1; i < a.length; i++) {
    for (let j = 1; j < b.length; j++) {
      const low = z[i][j] < level;
      if (z[i - 1][j] < level === low && z[i][j - 1] < level === low && z[i - 1][j - 1] < level === low) continue;
      const ring = [[i - 1, j - 1], [i, j - 1], [i, j], [i - 1, j]].map(([p, q]) => [A(a[p]), B(b[q]), z[p][q]]);
      const mean = [0, 1, 2].map((k) => (ring[0][k] + ring[1][k] + ring[2][k] + ring[3][k]) / 4);
      if (!Number.isFinite(mean[2])) continue;
      ring.forEach((corner, k) => {
        const edges = [[corner, ring[(k + 1) % 4]], [ring[(k + 1) % 4], mean], [mean, corner]];
        const cuts = edges.filter(([p, q]) => p[2] < level !== q[2] < level);
        if (cuts.length) d += `M${cut(...cuts[0])}L${cut(...cuts[1])}`;
      });
    }
  }
  return `<path class="tt-contour${level ? "" : " tt-level0"}" d="${d}"/>`;
}

/** The map {a, b, z} in the diverging scale, above zero and below it: two masks under the palette's two fills, so that themes apply. */
export function shade({ a, b, z, range }, A, B) {
  const [n, m] = [a.length, b.length];
  const most = Math.max(...range.map(Math.abs));
  const box = (x0, y0, x1, y1) => `x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}"`;
  const half = (A.range[1] - A.range[0]) / (n - 1) / 2; // a pixel is centered on its point
  const tall = (B.range[0] - B.range[1]) / (m - 1) / 2;
  const one = (role, sign) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: n, height: m });
    const context = canvas.getContext("2d");
    const image = context.createImageData(n, m);
    z.forEach((row, i) => row.forEach((value, j) => {
      image.data[4 * (i + n * (m - 1 - j)) + 3] = Math.min(1, Math.max(0, (sign * value) / most)) * 140 || 0;
    }));
    context.putImageData(image, 0, 0);
    const id = `tt-${role}-${Math.random().toString(36).slice(2)}`;
    const spread = box(A.range[0] - half, B.range[1] - tall, A.range[1] + half, B.range[0] + tall);
    return `<mask id="${id}" style="mask-type:alpha"><image ${spread} preserveAspectRatio="none" href="${canvas.toDataURL()}"/></mask>
      <rect class="tt-${role}" ${box(A.range[0], B.range[1], A.range[1], B.range[0])} mask="url(#${id})"/>`;
  };
  return one("plus", 1) + one("minus", -1);
}

/** A cell of an array: shaded on the diverging scale, centered on zero; its number in it if texts of `letters` fit. */
export function tile(w, h, value, text, { strength = 0.5, letters = text.length } = {}) {
  const font = Math.min(13, (w - 6) / (0.58 * letters));
  const fill = `rgb(var(--tt-${value < 0 ? "minus" : "plus"})/${(strength * Math.min(1, Math.abs(value))).toFixed(2)})`;
  const number = `<text x="${w / 2}" y="${h / 2 + 4.5}" style="font-size:${font.toFixed(1)}px">${text}</text>`;
  return `<rect x="1" y="1" width="${w - 2}" height="${h - 2}" rx="3" style="fill:${fill}"/>${font > 8.5 ? number : ""}`;
}

/** Controls of a figure that goes in steps (traits `trait` and `playing`): a slider, First to Last, Play. */
export function steps(last, trait = "step") {
  const at = (view) => Math.min(view.state[trait], last(view));
  const [first, ended] = [(view) => !at(view), (view) => at(view) === last(view)];
  const go = (label, to, off) => ({ label, off, press: (view) => ({ [trait]: to(view), playing: false }) });
  const all = (view) => Array.from({ length: last(view) + 1 }, (_, step) => step);
  return [
    { label: trait, value: at, values: all, set: (step) => ({ [trait]: step, playing: false }), text: (step, view) => `${step} of ${last(view)}` },
    go("First", () => 0, first),
    go("Back", (view) => at(view) - 1, first),
    go("Forward", (view) => at(view) + 1, ended),
    go("Last", last, ended),
    {
      label: "Play",
      on: ({ state }) => state.playing,
      off: still,
      press: (view) => ({ playing: !view.state.playing, [trait]: ended(view) ? 0 : at(view) }),
    },
  ];
}

/** Goes a step every `pause` ms while `playing`, for a kind's `setup`; returns the cleanup. */
export function player(model, { view, set }, last, pause, trait = "step") {
  let timer;
  const next = () => {
    const now = view();
    set(now.state[trait] < last(now) && !still() ? { [trait]: now.state[trait] + 1 } : { playing: false });
  };
  const play = () => {
    clearInterval(timer);
    if (model.get("playing")) timer = setInterval(next, pause);
  };
  model.on("change:playing", play);
  play();
  return () => {
    clearInterval(timer);
    model.off("change:playing", play);
  };
}

/** Readers who asked for less motion see states, not the way between them. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
