import { figure } from "../frame/shell.js";
import { fmt, svgFormula } from "../frame/text.js";
import { arrow, clip, handle, label, line, path, shape, stroke } from "../frame/shapes.js";
import { axes, nearest, scale } from "../frame/axes.js";
import { field } from "../frame/field.js";
import { EDGE, ground, mapScales } from "../frame/maps.js";

const INPUTS = ["a", "b"];
const RIGHT = 32; // px beside a slice

/** Whether the output is L itself: then its slopes are the gradient, and g, ∂L/∂L, is 1. */
const isLoss = ({ labels }) => labels[2] === "L";

/** All numbers at the point. */
function read({ data, state }) {
  const { rows, at } = field(data, state.table);
  const [z, za, zb] = at(state.a, state.b);
  const g = isLoss(data) ? 1 : state.g;
  const times = (slope) => (Number.isFinite(slope) ? g * slope : slope);
  const { a, b, trail } = state;
  return { a, b, trail, rows, at, z, za, zb, g, La: times(za), Lb: times(zb) };
}

function draw(view) {
  const { data, size } = view;
  const now = read(view);
  const [a, b, z] = data.labels;
  const local = [
    [`∂${z}/∂${a}`, fmt(now.za, 3), "grad"],
    [`∂${z}/∂${b}`, fmt(now.zb, 3), "grad"],
    ["g", fmt(now.g), "g"],
  ];
  return {
    panels: {
      map: map(data, now, size.map),
      a: slice(data, now, 0, size.a),
      b: slice(data, now, 1, size.b),
    },
    readout: [
      [a, fmt(now.a, data.digits[0])],
      [b, fmt(now.b, data.digits[1])],
      [z, fmt(now.z, 3), "value"],
      ...(isLoss(data) ? [] : local),
      [`∂L/∂${a}`, fmt(now.La, 3), "grad"],
      [`∂L/∂${b}`, fmt(now.Lb, 3), "grad"],
      ...(now.trail.length ? [["steps", String(now.trail.length)]] : []),
    ],
  };
}

function map(data, now, size) {
  const { A, B } = mapScales(data, size);
  const [x, y] = [A(now.a), B(now.b)];
  const [[x0, x1], [y1, y0]] = [A.range, B.range];
  let front = line(x0, y, x1, y, "tt-hair") + line(x, y0, x, y1, "tt-hair");
  if (now.trail.length) {
    const spots = [...now.trail, [now.a, now.b]].map(([a, b]) => [A(a), B(b)]);
    front += stroke(path(spots), "tt-ink");
    for (const [cx, cy] of spots)
      front += shape("circle", { class: "tt-solid tt-ink", r: 3, cx, cy });
  }
  if (Number.isFinite(now.La + now.Lb)) {
    const px = (0.25 * (x1 - x0)) / data.steep;
    let [dx, dy] = [now.La * px, -now.Lb * px];
    const room = (from, by, lo, hi) => (by ? ((by < 0 ? lo : hi) - from) / by : Infinity);
    const fits = Math.min(1, room(x, dx, 8, size.w - 8), room(y, dy, 8, size.h - 8));
    [dx, dy] = [dx * fits, dy * fits]; // at an edge it is shortened, and says so
    front += stroke(`M${x + dx} ${y}V${y + dy}H${x}`, "tt-grad tt-thin tt-dashed");
    front += stroke(`M${x + dx} ${y}H${x}V${y + dy}`, "tt-grad tt-thin");
    front += arrow(x, y, dx, dy, "grad");
    front += names(data, [x, y, dx, dy], [4, size.w - 4, 4, size.h - 4]);
    if (fits < 1) front += label(x1 - 4, y1 - 8, "arrow shortened", { role: "soft", at: "end" });
  }
  return [ground({ ...data, ...now.rows }, size, A, B), front + handle(x, y, "value", "xy")];
}

/** The names of the arrow's two parts: beside them, away from the arrow, and inside the map. */
function names({ labels }, [x, y, dx, dy], [x0, x1, y0, y1]) {
  const within = (value, lo, hi) => Math.max(lo, Math.min(hi, value));
  const [La, Lb] = labels.map((input) => svgFormula(`∂L/∂${input}`));
  const half = 4.2 * `∂L/∂${labels[0]}`.length;
  let out = "";
  if (Math.abs(dx) > 24) {
    const beyond = y + (dy < 0 ? 22 : -14);
    const inside = beyond > y1 - 4 ? y - 14 : beyond < y0 + 12 ? y + 22 : beyond;
    const middle = within(x + dx / 2 + Math.sign(dx) * 14, x0 + half, x1 - half);
    out += label(middle, inside, La, { role: "grad", at: "middle" });
  }
  if (Math.abs(dy) > 24) {
    const right = dx < 0 ? x + 14 + 2 * half < x1 : x - 14 - 2 * half < x0;
    const middle = within(y + dy / 2 + Math.sign(dy) * 14 + 5, y0 + 12, y1 - 4);
    out += label(x + (right ? 14 : -14), middle, Lb, { role: "grad", at: right ? "start" : "end" });
  }
  return out;
}

const across = (data, k, { w }) =>
  scale(data[INPUTS[k]][0], data[INPUTS[k]].at(-1), EDGE, w - RIGHT);

/** z along one input: cubics through the values with their slopes, for both are known. */
function slice(data, now, k, size) {
  const own = INPUTS[k];
  const xs = data[own];
  const points = xs.map((x) => (k ? now.at(now.a, x) : now.at(x, now.b)));
  const [zs, slopes] = [points.map(([z]) => z), points.map((point) => point[1 + k])];
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
    ? `${z}(${fmt(now.a, data.digits[0])}, ${b})`
    : `${z}(${a}, ${fmt(now.b, data.digits[1])})`;
  const back =
    axes(X, Z, { across: narrow ? 3 : 5 }) +
    label(EDGE, 15, svgFormula(title), { role: "value", classes: "tt-title" }) +
    label(size.w - RIGHT + 12, size.h - 7, svgFormula(data.labels[k]), { role: "soft" });
  const curve = stroke(d, "tt-thick tt-value");
  const inside = (markup) => clip(EDGE, Z.range[1] - 4, size.w - RIGHT, Z.range[0], markup);
  if (!Number.isFinite(now.z)) return [back, inside(curve)];
  const [x, y] = [X(now[own]), Z(now.z)];
  let lines = line(x, y, x, Z.range[0], "tt-hair") + curve;
  let word = "";
  const slope = k ? now.zb : now.za;
  if (Number.isFinite(slope)) {
    const tilt = (slope * (Z(1) - Z(0))) / (X(1) - X(0));
    const dx = Math.min(70, size.w / 4) / Math.hypot(1, tilt);
    lines += line(x - dx, y - dx * tilt, x + dx, y + dx * tilt, "tt-line tt-grad");
    word = label(narrow ? EDGE : size.w - RIGHT, narrow ? 33 : 15, `slope ${fmt(slope, 3)}`, {
      role: "grad",
      at: narrow ? "start" : "end",
    });
  }
  return [back, inside(lines) + word + handle(x, y, "value")];
}

/** The state one step against the gradient, or nothing where that leads nowhere. */
function downhill(view) {
  const { data, state } = view;
  const { La, Lb, trail } = read(view);
  const to = [state.a - data.rate * La, state.b - data.rate * Lb].map((value, k) => {
    const values = data[INPUTS[k]];
    return Number(Math.max(values[0], Math.min(values.at(-1), value)).toFixed(4));
  });
  if (!to.every(Number.isFinite) || (to[0] === state.a && to[1] === state.b)) return;
  return { a: to[0], b: to[1], trail: [...trail, [state.a, state.b]] };
}

const near = (values, value) => values[nearest(values, value)];

export default {
  render: (context) =>
    figure(context, {
      kind: "surface",
      state: ["a", "b", "g", "trail", "table"],
      controls: [
        ...INPUTS.map((trait, k) => ({
          label: ({ data }) => data.labels[k],
          role: "value",
          values: ({ data }) => data[trait],
          value: ({ state }) => state[trait],
          set: (value) => ({ [trait]: value, trail: [] }),
          text: (value, { data }) => fmt(value, data.digits[k]),
        })),
        {
          trait: "g",
          label: "g",
          role: "g",
          values: ({ data }) => data.g,
          hidden: ({ data }) => isLoss(data),
        },
        {
          label: "Step downhill",
          press: downhill,
          hidden: ({ data }) => !data.rate,
          off: (view) => !downhill(view),
        },
      ],
      drag: {
        map({ x, y }, { data, size }) {
          const { A, B } = mapScales(data, size.map);
          return { a: near(data.a, A.invert(x)), b: near(data.b, B.invert(y)), trail: [] };
        },
        a: ({ x }, { data, size }) => ({
          a: near(data.a, across(data, 0, size.a).invert(x)),
          trail: [],
        }),
        b: ({ x }, { data, size }) => ({
          b: near(data.b, across(data, 1, size.b).invert(x)),
          trail: [],
        }),
      },
      draw,
    }),
};
