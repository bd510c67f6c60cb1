import { axes, figure, fmt, handle, label, line, nearest, path, player, scale, sci, steps, svgFormula, ticks } from "./frame.js";
import { LEFT, RIGHT, RUNS, images, plane } from "./pictures.js";

const last = ({ data }) => data.at.length - 1;
const now = (view) => Math.min(view.state.frame, last(view));
const say = (value) => (value && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e4) ? sci(value) : fmt(value, 3));
const known = (value) => Number.isFinite(value);

/** A vertical axis, of decades if it is logarithmic. */
function upright([lo, hi], log, bottom, top, X) {
  const Y = scale(lo, hi, bottom, top);
  const to = (value) => Y(log ? Math.log10(value) : value);
  if (!log) return [to, axes(X, Y, { up: 3, below: false })];
  const leap = Math.ceil((hi - lo) / 5);
  const within = hi - lo < 1.5 ? [1, 2, 5] : [1];
  let marks = "";
  for (let p = Math.floor(lo / leap) * leap; p <= hi; p += leap) {
    for (const value of within.map((n) => n * 10 ** p)) {
      const y = to(value);
      const text = Math.abs(p) > 2 ? sci(value, 0) : fmt(value, Math.max(0, -p));
      if (y < bottom + 1 && y > top - 1) marks += line(X.range[0], y, X.range[1], y, "tt-zero") + label(X.range[0] - 6, y + 4, text, { role: "soft", at: "end" });
    }
  }
  return [to, marks];
}

const across = ({ at }, { w }) => scale(at[0], at.at(-1) + (at.length < 2), LEFT, w - RIGHT);

function curves({ data }, f, size) {
  const X = across(data, size);
  const tall = (size.h - 26) / data.curves.length;
  const cursor = X(data.at[f]);
  let [back, front, grip] = ["", line(cursor, 22, cursor, size.h - 24, "tt-hair"), ""];
  data.curves.forEach(({ name, log, lines, range }, row) => {
    const [top, floor] = [row * tall + 30, (row + 1) * tall - 2];
    const [Y, marks] = upright(range, log, floor, top, X);
    back += marks + label(LEFT - 8, top - 15, svgFormula(name), { classes: "tt-title", role: lines.length > 1 ? "ink" : "value" });
    let right = size.w - RIGHT;
    [...lines.entries()].reverse().forEach(([i, [run, values]]) => {
      const [role, dash] = RUNS[i % 4];
      back += `<path class="tt-line tt-${role} ${dash}" d="${path(values.map((v, k) => [X(data.at[k]), known(v) ? Y(v) : NaN]))}"/>`;
      const text = `${run} ${say(values[f])}`;
      front += label(right, top - 15, text, { role, at: "end" });
      right -= 7.2 * text.length + 12;
      if (!known(values[f])) return;
      if (row || i) front += `<circle class="tt-solid tt-${role}" r="4" cx="${cursor}" cy="${Y(values[f])}"/>`;
      else grip = handle(cursor, Y(values[f]), role);
    });
  });
  const marks = ticks(X.domain, 5);
  for (const v of marks) back += label(X(v), size.h - 8, fmt(v, marks.digits), { role: "soft", at: "middle" });
  return [back, front + (grip || handle(cursor, size.h / 2, "value"))];
}

/** The size of every layer's gradient at this moment, from the first layer to the last. */
function norms({ data }, f, { w, h }) {
  const { layers, runs, range } = data.norms;
  const X = scale(0, layers.length - 1 || 1, LEFT + 26, w - RIGHT - 26);
  const [Y, marks] = upright(range, true, h - 26, 34, scale(0, 1, LEFT, w - RIGHT));
  let back = marks + label(LEFT - 8, 15, svgFormula("‖∂L/∂W‖"), { role: "grad", classes: "tt-title" });
  const room = (w - LEFT - 60) / layers.length;
  const short = layers.every((name) => 7 * name.length < room);
  layers.forEach((name, i) => {
    if (short || i % Math.ceil(24 / room) === 0) back += label(X(i), h - 8, short ? svgFormula(name) : i + 1, { role: "soft", at: "middle" });
  });
  let [front, right] = ["", w - RIGHT];
  [...runs.entries()].reverse().forEach(([i, [run, frames]]) => {
    const [role, dash] = runs.length > 1 ? RUNS[i % 4] : ["grad", ""];
    const spots = frames[f].map((v, k) => [X(k), known(v) && v > 0 ? Y(v) : NaN]);
    front += `<path class="tt-line tt-${role} ${dash}" d="${path(spots)}"/>`;
    for (const [x, y] of spots) if (known(y)) front += `<circle class="tt-solid tt-${role}" r="4" cx="${x}" cy="${y}"/>`;
    front += label(right, 15, run, { role, at: "end" });
    right -= 7.2 * run.length + 14;
  });
  return [back, front];
}

function draw(view) {
  const { data, size } = view;
  const f = now(view);
  const panels = {};
  if (size.picture) panels.picture = (data.plane ? plane : images)(view, f, size.picture);
  if (size.curves) panels.curves = curves(view, f, size.curves);
  if (size.norms) panels.norms = norms(view, f, size.norms);
  const readout = [[data.unit, fmt(data.at[f], 0)]];
  for (const { name, lines } of data.curves) {
    lines.forEach(([run, values], i) => readout.push([run ? `${name}, ${run}` : name, say(values[f]), RUNS[i % 4][0]]));
  }
  for (const [run, frames] of data.norms?.runs ?? []) {
    const [first, final] = [data.norms.layers[0], data.norms.layers.at(-1)];
    const of = (name, value) => readout.push([`${run ? `${run}, ` : ""}‖∂L/∂W‖ of ${name}`, say(value), "grad"]);
    of(first, frames[f][0]);
    if (final !== first) of(final, frames[f].at(-1));
  }
  return { panels, readout };
}

function render(context) {
  const { heights = {}, unit = "step" } = context.model.get("data");
  const [slide, ...buttons] = steps(last, "frame");
  return figure(context, {
    kind: "training",
    state: ["frame", "playing", "snapshots"],
    panels: heights,
    controls: [{ ...slide, label: unit, text: (f, { data }) => `${fmt(data.at[f], 0)} of ${fmt(data.at.at(-1), 0)}` }, ...buttons],
    drag: heights.curves && { curves: ({ x }, { data, size }) => ({ frame: nearest(data.at, across(data, size.curves).invert(x)), playing: false }) },
    setup: (handle) => player(context.model, handle, last, 200, "frame"),
    draw,
  });
}

export default {
  render,
};
