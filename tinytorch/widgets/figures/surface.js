import { figure } from "../frame/shell.js";
import { fmt, svgFormula } from "../frame/text.js";
import { arrow, clip, handle, label, line } from "../frame/shapes.js";
import { axes, nearest, scale } from "../frame/axes.js";
import { EDGE, ground, mapScales } from "../frame/maps.js";

const INPUTS = ["a", "b"];

/** Whether the output is L itself: then its slopes are the gradient, and g, ∂L/∂L, is 1. */
const isLoss = ({ labels }) => labels[2] === "L";

/** The point's place on the grid, and all numbers there. */
function read({ data, state }) {
  const [i, j] = INPUTS.map((input) => nearest(data[input], state[input]));
  const [z, za, zb] = ["z", "za", "zb"].map((table) => data[table][i][j]);
  const g = isLoss(data) ? 1 : state.g;
  const times = (slope) => (Number.isFinite(slope) ? g * slope : slope);
  return { i, j, a: data.a[i], b: data.b[j], z, za, zb, g, La: times(za), Lb: times(zb) };
}

function draw(view) {
  const { data, size } = view;
  const at = read(view);
  const [a, b, z] = data.labels;
  const local = [
    [`∂${z}/∂${a}`, fmt(at.za, 3), "grad"],
    [`∂${z}/∂${b}`, fmt(at.zb, 3), "grad"],
    ["g", fmt(at.g), "g"],
  ];
  return {
    panels: {
      map: map(data, at, size.map),
      a: slice(data, at, 0, size.a),
      b: slice(data, at, 1, size.b),
    },
    readout: [
      [a, fmt(at.a, data.digits[0])],
      [b, fmt(at.b, data.digits[1])],
      [z, fmt(at.z, 3), "value"],
      ...(isLoss(data) ? [] : local),
      [`∂L/∂${a}`, fmt(at.La, 3), "grad"],
      [`∂L/∂${b}`, fmt(at.Lb, 3), "grad"],
    ],
  };
}

function map(data, at, size) {
  const { A, B } = mapScales(data, size);
  const [x, y] = [A(at.a), B(at.b)];
  const [[x0, x1], [y0, y1]] = [A.range, B.range];
  let front = line(x0, y, x1, y, "tt-hair") + line(x, y0, x, y1, "tt-hair");
  if (Number.isFinite(at.La + at.Lb)) {
    const px = (0.25 * (x1 - x0)) / data.steep;
    const [tx, ty] = [x + at.La * px, y - at.Lb * px];
    const [La, Lb] = data.labels.map((input) => svgFormula(`∂L/∂${input}`));
    front += `<path class="tt-line tt-grad tt-thin tt-dashed" d="M${tx} ${y}V${ty}H${x}"/>`;
    front += `<path class="tt-line tt-grad tt-thin" d="M${tx} ${y}H${x}V${ty}"/>`;
    front += arrow(x, y, tx - x, ty - y, "grad");
    if (Math.abs(tx - x) > 24)
      front += label(tx + Math.sign(tx - x) * 5, y + 4, La, {
        role: "grad",
        at: tx < x ? "end" : "start",
      });
    if (Math.abs(ty - y) > 24)
      front += label(x, Math.max(12, ty < y ? ty - 7 : ty + 17), Lb, {
        role: "grad",
        at: "middle",
      });
  }
  return [ground(data, size, A, B), front + handle(x, y, "value", "xy")];
}

const across = (data, k, { w }) => scale(data[INPUTS[k]][0], data[INPUTS[k]].at(-1), EDGE, w - 16);

/** z along one input: cubics through the values with their slopes, for both are known. */
function slice(data, at, k, size) {
  const own = INPUTS[k];
  const xs = data[own];
  const [zs, slopes] = k
    ? [data.z[at.i], data.zb[at.i]]
    : [data.z, data.za].map((rows) => rows.map((row) => row[at.j]));
  const narrow = size.w < 260;
  const X = across(data, k, size);
  const Z = scale(...data.range, size.h - 24, narrow ? 46 : 30);
  const third = (xs[1] - xs[0]) / 3;
  const p = (x, z) => `${X(x).toFixed(1)} ${Z(z).toFixed(1)} `;
  let d = "";
  let pen = false;
  xs.forEach((x, i) => {
    const known = Number.isFinite(zs[i]) && Number.isFinite(slopes[i]);
    if (known && pen) {
      d += `C${p(xs[i - 1] + third, zs[i - 1] + third * slopes[i - 1])}`;
      d += `${p(x - third, zs[i] - third * slopes[i])}${p(x, zs[i])}`;
    } else if (known) d += `M${p(x, zs[i])}`;
    pen = known;
  });
  const [a, b, z] = data.labels;
  const title = k
    ? `${z}(${fmt(at.a, data.digits[0])}, ${b})`
    : `${z}(${a}, ${fmt(at.b, data.digits[1])})`;
  const back =
    axes(X, Z, { across: narrow ? 3 : 5 }) +
    label(EDGE, 15, svgFormula(title), { role: "value", classes: "tt-title" }) +
    label(size.w, size.h - 7, svgFormula(data.labels[k]), { role: "soft", at: "end" });
  if (!Number.isFinite(at.z)) return [back, `<path class="tt-line tt-thick tt-value" d="${d}"/>`];
  const [x, y] = [X(at[own]), Z(at.z)];
  let lines =
    line(x, y, x, Z.range[0], "tt-hair") + `<path class="tt-line tt-thick tt-value" d="${d}"/>`;
  let word = "";
  const slope = slopes[k ? at.j : at.i];
  if (Number.isFinite(slope)) {
    const tilt = (slope * (Z(1) - Z(0))) / (X(1) - X(0));
    const dx = Math.min(70, size.w / 4) / Math.hypot(1, tilt);
    lines += line(x - dx, y - dx * tilt, x + dx, y + dx * tilt, "tt-line tt-grad");
    word = label(narrow ? EDGE : size.w - 16, narrow ? 33 : 15, `slope ${fmt(slope, 3)}`, {
      role: "grad",
      at: narrow ? "start" : "end",
    });
  }
  return [
    back,
    clip(EDGE, Z.range[1] - 4, size.w - 16, Z.range[0], lines) + word + handle(x, y, "value"),
  ];
}

const near = (values, value) => values[nearest(values, value)];

export default {
  render: (context) =>
    figure(context, {
      kind: "surface",
      state: ["a", "b", "g"],
      controls: [
        ...INPUTS.map((trait, k) => ({
          trait,
          label: ({ data }) => data.labels[k],
          role: "value",
          values: ({ data }) => data[trait],
          text: (value, { data }) => fmt(value, data.digits[k]),
        })),
        {
          trait: "g",
          label: "g",
          role: "g",
          values: ({ data }) => data.g,
          hidden: ({ data }) => isLoss(data),
        },
      ],
      drag: {
        map({ x, y }, { data, size }) {
          const { A, B } = mapScales(data, size.map);
          return { a: near(data.a, A.invert(x)), b: near(data.b, B.invert(y)) };
        },
        a: ({ x }, { data, size }) => ({ a: near(data.a, across(data, 0, size.a).invert(x)) }),
        b: ({ x }, { data, size }) => ({ b: near(data.b, across(data, 1, size.b).invert(x)) }),
      },
      draw,
    }),
};
