import { figure } from "../frame/shell.js";
import { fmt } from "../frame/text.js";
import { clip, handle, line, path, shape } from "../frame/shapes.js";
import { nearest } from "../frame/axes.js";
import { ground, mapScales } from "../frame/maps.js";
import { player, steps } from "../frame/steps.js";
import { RUNS, across, curves, known, say } from "../frame/curves.js";

const INPUTS = ["a", "b"];
const last = ({ data }) => data.at.length - 1;
const near = (values, value) => values[nearest(values, value)];

/** The way of every optimizer from the present start: [a, b, loss] for each step. */
function ways({ data, state }) {
  const { starts, runs, at, box } = data;
  const start = INPUTS.map((input, axis) => nearest(starts[axis], state[input]));
  const value = (run, step, what) => {
    const place =
      (((start[0] * starts[1].length + start[1]) * runs.length + run) * at.length + step) * 3 +
      what;
    const code = state.paths.getUint16(2 * place, true);
    const [lo, hi] = box[what];
    const is = lo + ((hi - lo) * code) / 65534;
    return code === 65535 ? "gone" : what < 2 || !data.log ? is : code && 10 ** is;
  };
  return runs.map((_, run) => at.map((_, step) => [0, 1, 2].map((what) => value(run, step, what))));
}

function map(data, found, now, start, size) {
  const { A, B } = mapScales(data, size);
  let [lines, ends] = ["", ""];
  found.forEach((way, run) => {
    const [role, dash] = RUNS[run % 4];
    const spots = way
      .slice(0, now + 1)
      .map(([a, b]) => [A(a), B(b)])
      .filter(([x, y]) => known(x + y));
    lines += `<path class="tt-line tt-${role} ${dash}" d="${path(spots)}"/>`;
    const dots = spots.slice(1, -1).map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`);
    lines += `<path class="tt-line tt-steps-made tt-${role}" d="${dots.join("")}"/>`;
    if (spots.length) {
      const [cx, cy] = spots.at(-1);
      ends += shape("circle", { class: `tt-walker tt-${role}`, r: 5.5, cx, cy });
    }
  });
  const box = [A.range[0], B.range[1], A.range[1], B.range[0]];
  const [x, y] = [A(start[0]), B(start[1])];
  const low = data.lowest && [A(data.lowest[0]), B(data.lowest[1])];
  const goal = low
    ? line(low[0] - 6, low[1], low[0] + 6, low[1], "tt-line tt-ink") +
      line(low[0], low[1] - 6, low[0], low[1] + 6, "tt-line tt-ink")
    : "";
  return [
    ground(data, size, A, B),
    clip(...box, goal + lines) + handle(x, y, "ink", "xy") + clip(...box, ends),
  ];
}

function draw(view) {
  const { data, size, state } = view;
  const now = Math.min(state.step, last(view));
  const found = ways(view);
  const start = INPUTS.map((input, axis) => near(data.starts[axis], state[input]));
  const lines = data.runs.map((run, i) => [run, found[i].map((spot) => spot[2])]);
  const shown = {
    at: data.at,
    curves: [{ name: data.labels[2], log: data.log, lines, range: data.box[2] }],
  };
  const readout = [
    ["step", now],
    ...INPUTS.map((_, axis) => [data.labels[axis], fmt(start[axis], data.digits[axis])]),
  ];
  data.runs.forEach((run, i) => {
    const [a, b, loss] = found[i][now];
    const where = known(a + b) ? ` at (${fmt(a)}, ${fmt(b)})` : "";
    readout.push([
      `${run}: ${data.labels[2]}`,
      known(loss) ? say(loss) + where : "left the map",
      RUNS[i % 4][0],
    ]);
  });
  return {
    panels: {
      map: map(data, found, now, start, size.map),
      curves: curves({ data: shown }, now, size.curves),
    },
    readout,
  };
}

function render(context) {
  const [slide, ...buttons] = steps(last);
  return figure(context, {
    kind: "descent",
    state: ["a", "b", "step", "playing", "paths"],
    controls: [
      ...INPUTS.map((trait, axis) => ({
        trait,
        label: ({ data }) => data.labels[axis],
        values: ({ data }) => data.starts[axis],
        text: (value, { data }) => fmt(value, data.digits[axis]),
      })),
      slide,
      ...buttons,
    ],
    drag: {
      map({ x, y }, { data, size }) {
        const { A, B } = mapScales(data, size.map);
        return { a: near(data.starts[0], A.invert(x)), b: near(data.starts[1], B.invert(y)) };
      },
      curves: ({ x }, { data, size }) => ({
        step: nearest(data.at, across(data, size.curves).invert(x)),
        playing: false,
      }),
    },
    setup: (handle) => player(context.model, handle, last, 120),
    draw,
  });
}

export default {
  render,
};
