import { figure } from "../frame/shell.js";
import { fmt, svgFormula } from "../frame/text.js";
import { label, path } from "../frame/shapes.js";
import { nearest, scale } from "../frame/axes.js";
import { player, steps } from "../frame/steps.js";
import { LEFT, RIGHT, RUNS, across, curves, known, say, upright } from "../frame/curves.js";
import { images, plane } from "../frame/pictures.js";

const last = ({ data }) => data.at.length - 1;
const now = (view) => Math.min(view.state.frame, last(view));

/** The size of every layer's gradient at this moment, from the first layer to the last. */
function norms({ data }, f, { w, h }) {
  const { layers, runs, range } = data.norms;
  const X = scale(0, layers.length - 1 || 1, LEFT + 26, w - RIGHT - 26);
  const [Y, marks] = upright(range, true, h - 26, 34, scale(0, 1, LEFT, w - RIGHT));
  let back =
    marks +
    label(LEFT - 8, 15, svgFormula("‖∂L/∂W‖"), {
      role: "grad",
      classes: "tt-title",
    });
  const room = (w - LEFT - 60) / layers.length;
  const short = layers.every((name) => 7 * name.length < room);
  layers.forEach((name, i) => {
    if (short || i % Math.ceil(24 / room) === 0)
      back += label(X(i), h - 8, short ? svgFormula(name) : i + 1, { role: "soft", at: "middle" });
  });
  if (!short) back += label(w, h - 8, "layer", { role: "soft", at: "end" });
  let [front, right] = ["", w - RIGHT];
  [...runs.entries()].reverse().forEach(([i, [run, frames]]) => {
    const [role, dash] = runs.length > 1 ? RUNS[i % 4] : ["grad", ""];
    const spots = frames[f].map((v, k) => [X(k), known(v) && v > 0 ? Y(v) : NaN]);
    front += `<path class="tt-line tt-${role} ${dash}" d="${path(spots)}"/>`;
    for (const [x, y] of spots)
      if (known(y)) front += `<circle class="tt-solid tt-${role}" r="4" cx="${x}" cy="${y}"/>`;
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
    lines.forEach(([run, values], i) =>
      readout.push([run ? `${name}, ${run}` : name, say(values[f]), RUNS[i % 4][0]]),
    );
  }
  for (const [run, frames] of data.norms?.runs ?? []) {
    const [first, final] = [data.norms.layers[0], data.norms.layers.at(-1)];
    const of = (name, value) =>
      readout.push([`${run ? `${run}, ` : ""}‖∂L/∂W‖ of ${name}`, say(value), "grad"]);
    of(first, frames[f][0]);
    if (final !== first) of(final, frames[f].at(-1));
  }
  return { panels, readout };
}

function render(context) {
  const { unit = "step" } = context.model.get("data");
  const [slide, ...buttons] = steps(last, "frame");
  return figure(context, {
    kind: "training",
    state: ["frame", "playing", "snapshots"],
    controls: [
      {
        ...slide,
        label: unit,
        text: (f, { data }) => `${fmt(data.at[f], 0)} of ${fmt(data.at.at(-1), 0)}`,
      },
      ...buttons,
    ],
    drag: {
      curves: ({ x }, { data, size }) => ({
        frame: nearest(data.at, across(data, size.curves).invert(x)),
        playing: false,
      }),
    },
    setup: (handle) => player(context.model, handle, last, 200, "frame"),
    draw,
  });
}

export default {
  render,
};
