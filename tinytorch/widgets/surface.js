import { axes, clip, figure, fmt, handle, label, line, nearest, scale, svgFormula, ticks } from "./frame.js";

const slots = ["a", "b"];

/** The point's place on the grid, and all numbers there. */
function read({ data, state }) {
  const [i, j] = slots.map((slot) => nearest(data[slot], state[slot]));
  const at = (table) => data[table][i][j];
  const times = (slope) => (Number.isFinite(slope) ? state.g * slope : slope);
  return { i, j, a: data.a[i], b: data.b[j], z: at("z"), za: at("za"), zb: at("zb"), g: state.g, La: times(at("za")), Lb: times(at("zb")) };
}

const ends = (values) => [values[0], values.at(-1)];

/** One unit is as long along both axes, so that the gradient stands upright on the contours. */
function place({ a, b }, { w, h }) {
  const [a0, a1] = ends(a);
  const [b0, b1] = ends(b);
  const unit = Math.min((w - 36 - 34) / (a1 - a0), (h - 30 - 40) / (b1 - b0));
  const left = 36 + (w - 36 - 34 - unit * (a1 - a0)) / 2;
  return { A: scale(a0, a1, left, left + unit * (a1 - a0)), B: scale(b0, b1, 30 + unit * (b1 - b0), 30), unit };
}

const slice = (data, which, { w, h }) => ({
  X: scale(...ends(data[which]), 42, w - 14),
  Z: scale(...data.range, h - 40, 30),
});

function draw(view) {
  const { data, size } = view;
  const at = read(view);
  const [a, b, z] = data.labels;
  const [da, db] = data.digits;
  return {
    panels: {
      map: map(data, at, size.map),
      a: along(data, at, "a", size.a),
      b: along(data, at, "b", size.b),
    },
    readout: [
      [a, fmt(at.a, da)],
      [b, fmt(at.b, db)],
      [z, fmt(at.z, 3), "value"],
      [`∂${z}/∂${a}`, fmt(at.za, 3), "grad"],
      [`∂${z}/∂${b}`, fmt(at.zb, 3), "grad"],
      ["g", fmt(at.g), "g"],
      [`∂L/∂${a}`, fmt(at.La, 3), "grad"],
      [`∂L/∂${b}`, fmt(at.Lb, 3), "grad"],
    ],
  };
}

/** Where the map crosses `level`, cell by cell: segments between the crossings of a cell's edges. */
function contour({ a, b, z }, level, A, B) {
  let d = "";
  const cut = (x0, y0, z0, x1, y1, z1) => {
    const t = (level - z0) / (z1 - z0);
    return `${A(x0 + t * (x1 - x0)).toFixed(1)} ${B(y0 + t * (y1 - y0)).toFixed(1)}`;
  };
  for (let i = 0; i + 1 < a.length; i++) {
    for (let j = 0; j + 1 < b.length; j++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([p, q]) => [a[p], b[q], z[p][q]]);
      if (!corners.every((corner) => Number.isFinite(corner[2]))) continue;
      const cuts = [];
      corners.forEach((corner, k) => {
        const next = corners[(k + 1) % 4];
        if (corner[2] < level !== next[2] < level) cuts.push(cut(...corner, ...next));
      });
      // Four crossings are a saddle: the mean tells which corners belong together.
      const middle = corners.reduce((sum, corner) => sum + corner[2], 0) / 4;
      if (cuts.length === 4 && middle < level === corners[0][2] < level) cuts.push(cuts.shift());
      for (let k = 0; k + 1 < cuts.length; k += 2) d += `M${cuts[k]}L${cuts[k + 1]}`;
    }
  }
  return d;
}

/** Two masks, of what is above zero and below; their fills are the palette's, so that themes apply. */
function shade({ a, b, z, range }, A, B) {
  const most = Math.max(...range.map(Math.abs));
  const [x0, x1] = A.range;
  const [y1, y0] = B.range;
  const box = `x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}"`;
  return [["plus", 1], ["minus", -1]]
    .map(([role, sign]) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [a.length, b.length];
      const context = canvas.getContext("2d");
      const image = context.createImageData(a.length, b.length);
      for (let i = 0; i < a.length; i++) {
        for (let j = 0; j < b.length; j++) {
          const part = Math.min(1, Math.max(0, (sign * z[i][j]) / most)) || 0;
          image.data[4 * (i + a.length * (b.length - 1 - j)) + 3] = 130 * Math.sqrt(part) * Math.sqrt(part);
        }
      }
      context.putImageData(image, 0, 0);
      const id = `tt-${role}-${Math.random().toString(36).slice(2)}`;
      return `<mask id="${id}" style="mask-type:alpha"><image ${box} preserveAspectRatio="none" href="${canvas.toDataURL()}"/></mask><rect class="tt-${role}" ${box} mask="url(#${id})"/>`;
    })
    .join("");
}

const backs = new WeakMap();
/** What stays while the point moves, kept for each layout. */
function back(data, size) {
  const kept = backs.get(size);
  if (kept?.data === data) return kept.markup;
  const { A, B } = place(data, size);
  const [x0, x1] = A.range;
  let out = shade(data, A, B);
  const levels = ticks(data.range, 12);
  for (const level of levels) {
    out += `<path class="tt-contour${level === 0 ? " tt-level0" : ""}" d="${contour(data, level, A, B)}"/>`;
  }
  // Levels are named where they leave the map.
  let last = Infinity;
  const edge = data.z.at(-1);
  for (let j = 0; j + 1 < edge.length; j++) {
    for (const level of levels) {
      if (edge[j] < level === edge[j + 1] < level) continue;
      const y = B(data.b[j] + ((level - edge[j]) / (edge[j + 1] - edge[j])) * (data.b[j + 1] - data.b[j]));
      if (last - y < 15) continue;
      last = y;
      out += label(x1 + 5, y + 4, fmt(level, levels.digits), { role: "soft" });
    }
  }
  out += axes(A, B, { across: 5, up: 5 });
  const [a, b, z] = data.labels;
  out += label((x0 + x1) / 2, B.range[0] + 34, svgFormula(a), { at: "middle" }) + label(x0 - 8, 15, svgFormula(b), { at: "end" });
  out += label(x0, 15, svgFormula(data.label ? `${z} = ${data.label}` : `${z}(${a}, ${b})`), { role: "value", classes: "tt-title" });
  backs.set(size, { data, markup: out });
  return out;
}

/** Arrow from (x, y) by (dx, dy). */
function arrow(x, y, dx, dy, role) {
  const long = Math.hypot(dx, dy);
  if (long < 4) return "";
  const [ux, uy] = [dx / long, dy / long];
  const tip = [x + dx, y + dy];
  const wing = (side) => `${tip[0] - 11 * ux - side * 5 * uy} ${tip[1] - 11 * uy + side * 5 * ux}`;
  return line(x, y, tip[0] - 8 * ux, tip[1] - 8 * uy, `tt-line tt-${role} tt-thick`) + `<path class="tt-solid tt-${role}" d="M${tip.join(" ")}L${wing(1)}L${wing(-1)}Z"/>`;
}

function map(data, at, size) {
  const { A, B, unit } = place(data, size);
  const [x, y] = [A(at.a), B(at.b)];
  const [x0, x1] = A.range;
  const [y0, y1] = B.range;
  const [a, b] = data.labels;
  let front = line(x0, y, x1, y, "tt-hair") + line(x, y0, x, y1, "tt-hair");
  if (Number.isFinite(at.La + at.Lb)) {
    const px = (0.3 * (x1 - x0)) / data.steep;
    const [dx, dy] = [at.La * px, -at.Lb * px];
    front += line(x, y, x + dx, y, "tt-line tt-grad tt-thin") + line(x + dx, y, x + dx, y + dy, "tt-line tt-grad tt-thin tt-dashed") + line(x, y, x, y + dy, "tt-line tt-grad tt-thin");
    front += line(x, y + dy, x + dx, y + dy, "tt-line tt-grad tt-thin tt-dashed") + arrow(x, y, dx, dy, "grad");
    if (Math.abs(dx) > 40) front += label(x + dx / 2, y + (dy > 0 ? -7 : 17), svgFormula(`∂L/∂${a}`), { role: "grad", at: "middle" });
    if (Math.abs(dy) > 24) front += label(x + (dx > 0 ? -7 : 7), y + dy / 2 + 5, svgFormula(`∂L/∂${b}`), { role: "grad", at: dx > 0 ? "end" : "start" });
  }
  return [back(data, size), clip(x0, y1, x1, y0, front) + handle(x, y, "value", "xy")];
}

/** z along one input, the other held: a cubic through values and slopes, which are both known. */
function along(data, at, which, size) {
  const { X, Z } = slice(data, which, size);
  const [xs, zs, slopes] = which === "a"
    ? [data.a, data.z.map((row) => row[at.j]), data.za.map((row) => row[at.j])]
    : [data.b, data.z[at.i], data.zb[at.i]];
  const [a, b, z] = data.labels;
  const [own, slope] = which === "a" ? [a, at.za] : [b, at.zb];
  const held = which === "a" ? `${z}(${a}, ${fmt(at.b, data.digits[1])})` : `${z}(${fmt(at.a, data.digits[0])}, ${b})`;
  const third = (xs[1] - xs[0]) / 3;
  let d = "";
  for (let i = 0; i < xs.length; i++) {
    const known = (k) => Number.isFinite(zs[k]) && Number.isFinite(slopes[k]);
    if (!known(i)) continue;
    const p = (x, v) => `${X(x).toFixed(1)} ${Z(v).toFixed(1)}`;
    d += i && known(i - 1)
      ? `C${p(xs[i - 1] + third, zs[i - 1] + third * slopes[i - 1])} ${p(xs[i] - third, zs[i] - third * slopes[i])} ${p(xs[i], zs[i])}`
      : `M${p(xs[i], zs[i])}`;
  }
  const [x0, x1] = X.range;
  const [y0, y1] = Z.range;
  const ground = axes(X, Z, { across: 4, up: 4 }) + label(x0 - 8, 15, svgFormula(held), { role: "value", classes: "tt-title" }) + label((x0 + x1) / 2, y0 + 34, svgFormula(own), { at: "middle" });
  let front = `<path class="tt-line tt-thick tt-value" d="${d}"/>`;
  let over = "";
  if (Number.isFinite(at.z)) {
    const [x, y] = [X(at[which]), Z(at.z)];
    front += line(x, y, x, y0, "tt-hair");
    if (Number.isFinite(slope)) {
      const tilt = (slope * (Z(1) - Z(0))) / (X(1) - X(0));
      const dx = Math.min(60, (x1 - x0) / 3) / Math.hypot(1, tilt);
      front += line(x - dx, y - dx * tilt, x + dx, y + dx * tilt, "tt-line tt-grad");
      over = label(x1, 15, `slope ${fmt(slope, 3)}`, { role: "grad", at: "end" });
    }
    over += handle(x, y, "value");
  }
  return [ground, clip(x0, y1 - 4, x1, y0, front) + over];
}

const near = (values, value) => values[nearest(values, value)];

export default {
  render: (context) =>
    figure(context, {
      kind: "surface",
      state: ["a", "b", "g"],
      panels: { map: [340, 340], a: [170, 170], b: [170, 170] },
      controls: [
        ...slots.map((slot, k) => ({ trait: slot, label: ({ data }) => data.labels[k], role: "value", values: ({ data }) => data[slot] })),
        { trait: "g", label: "g", role: "g", values: ({ data }) => data.g },
      ],
      drag: {
        map({ x, y }, { data, size }) {
          const { A, B } = place(data, size.map);
          return { a: near(data.a, A.invert(x)), b: near(data.b, B.invert(y)) };
        },
        a: ({ x }, { data, size }) => ({ a: near(data.a, slice(data, "a", size.a).X.invert(x)) }),
        b: ({ x }, { data, size }) => ({ b: near(data.b, slice(data, "b", size.b).X.invert(x)) }),
      },
      draw,
    }),
};
