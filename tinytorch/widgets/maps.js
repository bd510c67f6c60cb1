import { axes, contour, fmt, label, scale, shade, svgFormula, ticks } from "./frame.js";

/** The contour map of a function of two inputs: {a, b, z, range, labels, label}, perhaps with levels. */

export const EDGE = 40;

/** One unit is as long along both axes, so that the gradient stands upright on the contours. */
export function place({ a, b }, { w, h }) {
  const [wide, high] = [a.at(-1) - a[0], b.at(-1) - b[0]];
  const unit = Math.min((w - EDGE - 34) / wide, (h - 52) / high);
  const left = EDGE + (w - EDGE - 34 - unit * wide) / 2;
  return { A: scale(a[0], a.at(-1), left, left + unit * wide), B: scale(b[0], b.at(-1), 28 + unit * high, 28) };
}

const grounds = new WeakMap();
/** What stays while the point moves, kept as long as the layout. */
export function ground(data, size, A, B) {
  if (grounds.get(size)?.data === data) return grounds.get(size).markup;
  const [a, b, z] = data.labels;
  const levels = data.levels ?? ticks(data.range, 12);
  let markup = shade(data, A, B) + axes(A, B, { across: 5, up: 5 });
  for (const level of levels) markup += contour(data, level, A, B);
  const edge = data.z.at(-1); // where the levels leave the map, they are named
  let free = Infinity;
  for (let j = 1; j < edge.length; j++) {
    for (const level of levels.filter((v) => edge[j - 1] < v !== edge[j] < v && Number.isFinite(edge[j] - edge[j - 1]))) {
      const y = B(data.b[j - 1] + ((level - edge[j - 1]) / (edge[j] - edge[j - 1])) * (data.b[j] - data.b[j - 1]));
      if (free - y < 20) continue;
      markup += label(A.range[1] + 5, y + 4, fmt(level, levels.digits ?? data.digits[2]), { role: "soft" });
      free = y;
    }
  }
  markup += label(A.range[0] - 8, 15, svgFormula(b), { role: "soft", at: "end" });
  markup += label(A.range[1] + 12, B.range[0] + 17, svgFormula(a), { role: "soft" });
  const title = data.label ? `${z} = ${data.label}` : `${z}(${a}, ${b})`;
  markup += label(A.range[0], 15, svgFormula(title), { role: "value", classes: "tt-title" });
  grounds.set(size, { data, markup });
  return markup;
}
