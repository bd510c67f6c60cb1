import { axes, clip, figure, fmt, handle, label, line, mathText, nearest, path, scale } from "./frame.js";

const LEFT = 46;
const RIGHT = 18;

/** Everything the picture says about the present x, g and h; all of it looked up or multiplied. */
function read({ data, state }) {
  const { reach, step } = data;
  const xs = data.x.slice(reach, -reach);
  const i = nearest(xs, state.x);
  const k = Math.min(reach, Math.max(1, Math.round(state.h / step)));
  const [before, after] = [data.f[i + reach - k], data.f[i + reach + k]];
  const slope = data.df[i];
  return {
    xs,
    i,
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

/** f′ with its jumps: the pen lifts where the slope leaps, a full dot closes the side f′ belongs to. */
function slopes(xs, df, jumps, x, y, classes) {
  const points = xs.map((at, i) => [x(at), y(df[i])]);
  let rings = "";
  let added = 0;
  for (const [i, at, left, right] of jumps) {
    points.splice(i + 1 + added, 0, [x(at), y(left)], [x(at), NaN], [x(at), y(right)]);
    added += 3;
    for (const end of [left, right]) rings += `<circle class="tt-open tt-grad" r="3" cx="${x(at)}" cy="${y(end)}"/>`;
  }
  return `<path class="tt-line ${classes}" d="${path(points)}"/>${rings}`;
}

function draw(view) {
  const { data, size } = view;
  const at = read(view);
  const X = scale(...data.domain, LEFT, size.f.w - RIGHT);
  return {
    panels: { f: above(data, at, X, size.f), df: below(data, at, X, size.df), chain: chain(data, at, size.chain) },
    readout: [
      ["x", fmt(at.x, data.digits)],
      ["f(x)", fmt(at.f, 3), "value"],
      ["f′(x)", fmt(at.slope, 3), "grad"],
      ["g", fmt(at.g), "g"],
      ["∂L/∂x", fmt(at.grad, 3), "grad"],
      [`(f(x+h) − f(x−h)) / 2h`, fmt(at.secant, 3), "diff"],
    ],
  };
}

function above(data, at, X, { w, h }) {
  const top = 30;
  const floor = h - 8;
  const Y = scale(...data.range, floor, top);
  const inside = (markup) => clip(LEFT, top - 4, w - RIGHT, floor + 4, markup);
  const { reach, compare } = data;
  const px = X(at.x);
  let title = `${mathText("f(x)")} = ${mathText(data.label)}`;
  let back = axes(X, Y, { below: false });
  if (compare) {
    title += `<tspan class="tt-other" dx="14">┄ ${mathText(compare.label)}</tspan>`;
    back += inside(`<path class="tt-line tt-soft tt-dashed" d="${path(at.xs.map((x, i) => [X(x), Y(compare.f[i])]))}"/>`);
  }
  back += inside(`<path class="tt-line tt-thick tt-value" d="${path(at.xs.map((x, i) => [X(x), Y(data.f[i + reach])]))}"/>`);
  back += label(LEFT - 8, 15, title, { role: "value", classes: "tt-title" });

  if (!Number.isFinite(at.f)) return [back, line(px, top, px, floor, "tt-hair")];
  const py = Y(at.f);
  const unit = (Y(1) - Y(0)) / (X(1) - X(0)); // px of slope 1
  const right = px > LEFT + 0.6 * (w - LEFT - RIGHT); // labels go where there is room
  let lines = line(px, py, px, h, "tt-hair");
  let words = "";
  const through = (x0, y0, slope, reachPx, role, text, side, classes) => {
    const dx = reachPx / Math.hypot(1, slope * unit);
    const end = (s) => [x0 + s * dx, y0 + s * dx * slope * unit];
    lines += line(...end(-1), ...end(1), `tt-line tt-${role} ${classes}`);
    const [ex, ey] = end(side);
    const y = Math.min(floor - 4, Math.max(top + 10, ey + 4));
    words += label(ex + 6 * side, y, text, { role, at: side > 0 ? "start" : "end" });
  };
  if (Number.isFinite(at.secant)) {
    const ends = [[X(at.x - at.h), Y(at.before)], [X(at.x + at.h), Y(at.after)]];
    const [[ax, ay], [bx, by]] = ends;
    const half = Math.hypot(bx - ax, by - ay) / 2 + 14;
    through((ax + bx) / 2, (ay + by) / 2, at.secant, half, "diff", "secant", right ? 1 : -1, "tt-thin tt-dashed");
    for (const [x, y] of ends) lines += `<circle class="tt-open tt-diff" r="3.5" cx="${x}" cy="${y}"/>`;
  }
  if (Number.isFinite(at.slope)) {
    through(px, py, at.slope, 78, "grad", `slope ${fmt(at.slope, 3)}`, right ? -1 : 1, "");
  }
  return [back, inside(lines) + words + handle(px, py, "value")];
}

function below(data, at, X, { w, h }) {
  const top = 26;
  const floor = h - 24;
  const Y = scale(...data.slopes, floor, top);
  const px = X(at.x);
  const { compare } = data;
  let back = axes(X, Y, { up: 3 });
  if (compare) back += slopes(at.xs, compare.df, compare.jumps, X, Y, "tt-soft tt-dashed");
  back += slopes(at.xs, data.df, data.jumps, X, Y, "tt-grad tt-thick");
  back += label(LEFT - 8, 15, mathText("f′(x)"), { role: "grad", classes: "tt-title" });
  back += label(w - RIGHT, floor - 6, mathText("x"), { role: "soft", at: "end" });
  let front = line(px, 0, px, floor, "tt-hair");
  if (Number.isFinite(at.slope)) {
    const py = Y(at.slope);
    front += line(px, Y(0), px, py, "tt-line tt-grad tt-thick");
    front += handle(px, py, "grad");
  }
  return [back, front];
}

/** A multiplication written down, and drawn: the bar g, stretched or flipped by f′(x), is the bar ∂L/∂x. */
function bars(data, w) {
  const most = Math.max(...data.g.map(Math.abs));
  const steepest = Math.max(1, Math.min(3, ...data.slopes.map(Math.abs)));
  return scale(-most * steepest, most * steepest, 176, w - 26);
}

function chain(data, at, { w }) {
  const B = bars(data, w);
  const [zero, one, two] = [B(0), B(at.g), Number.isFinite(at.grad) ? B(at.grad) : B(0)];
  const rows = [24, 53, 82];
  const bar = (end, y, role) =>
    `<rect class="tt-solid tt-${role}" x="${Math.min(zero, end).toFixed(1)}" y="${y - 6}" width="${Math.abs(end - zero).toFixed(1)}" height="12"/>`;
  const word = (y, text, value, role) =>
    label(LEFT - 8, y + 5, mathText(text), { role, classes: "tt-title" }) + label(158, y + 5, value, { role, at: "end" });
  const back = line(zero, 8, zero, 98, "tt-zero") + line(LEFT - 8, 67, 158, 67, "tt-tick");
  const shapes =
    `<path class="tt-area tt-grad" d="M${zero} 30L${one} 30L${two} 76L${zero} 76Z"/>` + bar(one, rows[0], "g") + bar(two, rows[1] + 29, "grad");
  return [
    back +
      word(rows[0], "g", fmt(at.g), "g") +
      word(rows[1], "× f′(x)", fmt(at.slope, 3), "grad") +
      word(rows[2], "∂L/∂x", fmt(at.grad, 3), "grad"),
    clip(168, 0, w, 104, shapes + handle(one, rows[0], "g")),
  ];
}

const toX = (drag, view) => {
  const X = scale(...view.data.domain, LEFT, view.size.f.w - RIGHT);
  const { xs } = read(view);
  return { x: xs[nearest(xs, X.invert(drag.x))] };
};

export default {
  render: (context) =>
    figure(context, {
      kind: "curve",
      state: ["x", "g", "h"],
      panels: { f: [220, 200], df: [160, 150], chain: [108, 108] },
      controls: [
        { trait: "x", label: "x", role: "value", values: ({ data }) => data.x.slice(data.reach, -data.reach) },
        { trait: "g", label: "g", role: "g", values: ({ data }) => data.g },
        {
          trait: "h",
          label: "h",
          role: "diff",
          values: ({ data }) => Array.from({ length: data.reach }, (_, k) => Number(((k + 1) * data.step).toPrecision(9))),
        },
      ],
      drag: {
        f: toX,
        df: toX,
        chain: (drag, { data, size }) => ({ g: data.g[nearest(data.g, bars(data, size.chain.w).invert(drag.x))] }),
      },
      draw,
    }),
};
