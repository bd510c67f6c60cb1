import { figure } from "../frame/shell.js";
import { fmt, svgFormula } from "../frame/text.js";
import { clip, handle, label, line, path, stroke } from "../frame/shapes.js";
import { axes, nearest, scale } from "../frame/axes.js";

const LEFT = 46;
const RIGHT = 26;

/** Whether f is L itself: then its slope is the gradient, and there is no g. */
const isLoss = ({ names }) => names[1] === "L";

const shown = ({ x, reach }) => x.slice(reach, -reach);

/** What the present x, g and h say: found in the data, or products and differences of that. */
function read({ data, state }) {
  const { reach, step } = data;
  const xs = shown(data);
  const i = nearest(xs, state.x);
  const k = Math.min(reach, Math.max(1, Math.round(state.h / step)));
  const [before, after] = [data.f[i + reach - k], data.f[i + reach + k]];
  const slope = data.df[i];
  return {
    x: xs[i],
    f: data.f[i + reach],
    slope,
    h: k * step,
    before,
    after,
    secant: Number.isFinite(after - before) ? (after - before) / (2 * k * step) : "nan",
    g: state.g,
    grad: Number.isFinite(slope) ? state.g * slope : slope,
  };
}

function draw(view) {
  const { data, size } = view;
  const at = read(view);
  const X = scale(...data.domain, LEFT, size.f.w - RIGHT);
  const [x, f] = data.names;
  const chained = [
    ["g", fmt(at.g), "g"],
    [`∂L/∂${x}`, fmt(at.grad, 3), "grad"],
  ];
  return {
    panels: {
      f: above(data, at, X, size.f),
      df: below(data, at, X, size.df),
      ...(size.chain && { chain: chain(data, at, size.chain) }),
    },
    readout: [
      [x, fmt(at.x, data.digits)],
      [`${f}(${x})`, fmt(at.f, 3), "value"],
      [`${f}′(${x})`, fmt(at.slope, 3), "grad"],
      ...(isLoss(data) ? [] : chained),
      ["h", fmt(at.h, data.digits)],
      [`(${f}(${x}+h) − ${f}(${x}−h)) / 2h`, fmt(at.secant, 3), "diff"],
    ],
  };
}

const curve = (xs, ys, X, Y, classes) =>
  `<path class="tt-line ${classes}" d="${path(xs.map((x, i) => [X(x), Y(ys[i])]))}"/>`;

/** f, which may start vertically: where a slope is infinite, the way to the next point is bent. */
function rising({ x, f, df, reach }, X, Y) {
  const at = (x, y) => `${X(x).toFixed(1)} ${Y(y).toFixed(1)}`;
  let d = "";
  x.forEach((here, i) => {
    if (!Number.isFinite(f[i])) return;
    if (!i || !Number.isFinite(f[i - 1])) return (d += `M${at(here, f[i])}`);
    const [from, to] = [df[i - 1 - reach], df[i - reach]];
    const third = (here - x[i - 1]) / 3;
    const rise = (f[i] - f[i - 1]) / 3;
    if (/∞/.test(from) && Number.isFinite(to)) {
      d += `C${at(x[i - 1], f[i - 1] + rise)} ${at(here - 2 * third, f[i] - 2 * third * to)} `;
    } else if (/∞/.test(to) && Number.isFinite(from)) {
      d += `C${at(x[i - 1] + 2 * third, f[i - 1] + 2 * third * from)} ${at(here, f[i] - rise)} `;
    } else d += "L";
    d += at(here, f[i]);
  });
  return d;
}

const dot = (x, y, role, full, r = 3.5) =>
  `<circle class="tt-${full ? "solid" : "open"} tt-${role}" r="${r}" cx="${x}" cy="${y}"/>`;

/** f′ with its jumps: the pen lifts between two rings, a full dot is the engine's value. */
function slopes(xs, { df, jumps }, X, Y, role, classes) {
  xs = [...xs];
  df = [...df];
  let dots = "";
  for (const [i, at, left, right, own] of [...jumps].reverse()) {
    xs.splice(i + 1, 0, at, at, at);
    df.splice(i + 1, 0, left, NaN, right);
    for (const end of [left, right]) dots += dot(X(at), Y(end), role, false);
    dots += dot(X(at), Y(own), role, true);
  }
  return curve(xs, df, X, Y, `tt-${role} ${classes}`) + dots;
}

/** A line through points as the boxes around its pieces. */
const pieces = (xs, ys) => xs.slice(1).map((x, i) => [xs[i], ys[i], x, ys[i + 1]]);

const meet = ([x0, y0, x1, y1], [left, top, right, bottom]) =>
  Math.max(x0, x1) > left && Math.min(x0, x1) < right &&
  Math.max(y0, y1) > top && Math.min(y0, y1) < bottom;

/** Beyond an end of a line, under or over it: the place for its name that crosses least ink. */
function place({ end, side, text }, ink, taken, [left, right, top, floor]) {
  const room = 6.2 * text.length;
  const within = (value, lo, hi) => Math.max(lo, Math.min(hi, value));
  const crossed = ({ x, y }, what) =>
    what.filter((piece) => meet(piece, [x - 2, y - 12, x + room + 2, y + 4])).length;
  let best = { cost: Infinity };
  [side, -side].forEach((s, other) =>
    [17, -9, 32, -24].forEach((off, i) => {
      const [ex, ey] = end(s);
      const x = within(s > 0 ? ex + 2 : ex - 2 - room, left, right - room);
      const spot = { x, y: within(ey + off, top, floor), room };
      const cost = crossed(spot, ink) + 50 * crossed(spot, taken) + 0.4 * i + 2 * other;
      if (cost < best.cost) best = { ...spot, cost };
    }),
  );
  return best;
}

function above(data, at, X, { w, h }) {
  const [top, floor] = [32, h - 8];
  const Y = scale(...data.range, floor, top);
  const inside = (markup) => clip(LEFT, top - 4, w - RIGHT, floor + 4, markup);
  const { compare } = data;
  const px = X(at.x);
  const [x, f] = data.names;
  const title = svgFormula(`${f}(${x})${data.label ? ` = ${data.label}` : ""}`);
  let back = axes(X, Y, { below: false });
  if (compare) {
    back += inside(curve(shown(data), compare.f, X, Y, "tt-soft tt-dashed"));
    back += line(w - RIGHT - 26, 11, w - RIGHT, 11, "tt-line tt-soft tt-dashed");
    back += label(w - RIGHT - 34, 15, svgFormula(compare.label), { role: "soft", at: "end" });
  }
  back += inside(stroke(rising(data, X, Y), "tt-value tt-thick"));
  back += label(LEFT - 8, 15, title, { role: "value", classes: "tt-title" });
  if (!Number.isFinite(at.f)) return [back, line(px, top, px, h, "tt-hair")];

  const py = Y(at.f);
  const unit = (Y(1) - Y(0)) / (X(1) - X(0)); // px of slope 1
  let lines = line(px, py, px, h, "tt-hair");
  const ink = [[data.x, data.f], ...(compare ? [[shown(data), compare.f]] : [])]
    .flatMap(([xs, ys]) => pieces(xs.map(X), ys.map(Y)));
  const names = [];
  /** A line of this slope, to be named beyond one of its ends, side ±1 rather than the other. */
  const through = (x0, y0, slope, half, role, text, side, classes) => {
    const dx = half / Math.hypot(1, slope * unit);
    const end = (s) => [x0 + s * dx, y0 + s * dx * slope * unit];
    lines += line(...end(-1), ...end(1), `tt-line tt-${role} ${classes}`);
    const parts = [...Array(25).keys()].map((i) => end(i / 12 - 1));
    ink.push(...pieces(...[0, 1].map((k) => parts.map((part) => part[k]))));
    names.push({ end, side, role, text });
  };
  if (Number.isFinite(at.secant)) {
    const [ax, ay, bx, by] = [X(at.x - at.h), Y(at.before), X(at.x + at.h), Y(at.after)];
    const half = Math.hypot(bx - ax, by - ay) / 2 + 14;
    const text = `secant ${fmt(at.secant, 3)}`;
    through((ax + bx) / 2, (ay + by) / 2, at.secant, half, "diff", text, -1, "tt-thin");
    lines += dot(ax, ay, "diff") + dot(bx, by, "diff");
  }
  if (Number.isFinite(at.slope)) {
    const text = `slope ${fmt(at.slope, 3)}`;
    through(px, py, at.slope, Math.min(90, w / 6), "grad", text, 1, "");
  }
  const taken = [[px - 14, py - 12, px + 14, py + 12]];
  const words = names.map((name) => {
    const { x, y, room } = place(name, ink, taken, [LEFT + 4, w - 4, top + 8, floor]);
    taken.push([x, y - 11, x + room, y + 3]);
    return label(x, y, name.text, { role: name.role });
  });
  return [back, inside(lines) + words.join("") + handle(px, py, "value")];
}

function below(data, at, X, { w, h }) {
  const [top, floor] = [28, h - 24];
  const Y = scale(...data.slopes, floor, top);
  const px = X(at.x);
  const xs = shown(data);
  const inside = (markup) => clip(LEFT - 4, top - 6, w - RIGHT + 4, floor, markup);
  let back = axes(X, Y, { up: 3 });
  if (data.compare) back += inside(slopes(xs, data.compare, X, Y, "soft", "tt-dashed"));
  back += inside(slopes(xs, data, X, Y, "grad", "tt-thick"));
  back += label(LEFT - 8, 15, svgFormula(`${data.names[1]}′(${data.names[0]})`), {
    role: "grad",
    classes: "tt-title",
  });
  back += label(w - 2, floor + 17, svgFormula(data.names[0]), { role: "soft", at: "end" });
  let front = line(px, 0, px, floor, "tt-hair");
  if (Number.isFinite(at.slope)) {
    const py = Y(at.slope);
    front += line(px, Y(0), px, py, "tt-line tt-grad tt-thick") + handle(px, py, "grad");
  }
  return [back, front];
}

/** g and ∂L/∂x share one axis, so that the lengths compare. */
function bars(data, w) {
  const steepest = Math.max(1, Math.min(3, Math.max(...data.slopes.map(Math.abs))));
  const most = steepest * Math.max(...data.g.map(Math.abs));
  return scale(-most, most, 168, w - 26);
}

/** A product, written and drawn: the bar g, stretched or flipped by f′(x), is ∂L/∂x. */
function chain(data, at, { w, h }) {
  const B = bars(data, w);
  const [zero, one, two] = [0, at.g, Number.isFinite(at.grad) ? at.grad : 0].map((v) =>
    B(v).toFixed(1),
  );
  const bar = (end, y, role) =>
    `<path class="tt-solid tt-${role}" d="M${zero} ${y - 6}H${end}V${y + 6}H${zero}Z"/>`;
  const row = (y, name, value, role) =>
    label(LEFT - 8, y + 5, svgFormula(name), { role, classes: "tt-title" }) +
    label(148, y + 5, value, { role, at: "end" });
  const product =
    row(24, "g", fmt(at.g), "g") +
    row(53, "× f′(x)", fmt(at.slope, 3), "grad") +
    line(LEFT - 8, 68, 148, 68, "tt-tick") +
    row(83, "∂L/∂x", fmt(at.grad, 3), "grad");
  const area = `<path class="tt-area tt-grad" d="M${zero} 30H${one}L${two} 77H${zero}Z"/>`;
  const drawn =
    line(B(0), 8, B(0), 100, "tt-zero") + area + bar(one, 24, "g") + bar(two, 83, "grad");
  return [product, clip(160, 0, w, h, drawn + handle(B(at.g), 24, "g"))];
}

const inFull = (value, { data }) => fmt(value, data.digits);

const toX = (drag, { data, size }) => {
  const xs = shown(data);
  return { x: xs[nearest(xs, scale(...data.domain, LEFT, size.f.w - RIGHT).invert(drag.x))] };
};

export default {
  render: (context) =>
    figure(context, {
      kind: "curve",
      state: ["x", "g", "h"],
      controls: [
        {
          trait: "x",
          label: ({ data }) => data.names[0],
          role: "value",
          values: ({ data }) => shown(data),
          text: inFull,
        },
        {
          trait: "g",
          label: "g",
          role: "g",
          values: ({ data }) => data.g,
          hidden: ({ data }) => isLoss(data),
        },
        {
          trait: "h",
          label: "h",
          role: "diff",
          values: ({ data }) =>
            Array.from({ length: data.reach }, (_, k) =>
              Number(((k + 1) * data.step).toPrecision(9)),
            ),
          text: inFull,
        },
      ],
      drag: {
        f: toX,
        df: toX,
        chain: (drag, { data, size }) => ({
          g: data.g[nearest(data.g, bars(data, size.chain.w).invert(drag.x))],
        }),
      },
      draw,
    }),
};
