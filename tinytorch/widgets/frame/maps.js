import { axes, scale, ticks } from "./axes.js";
import { label } from "./shapes.js";
import { fmt, svgFormula } from "./text.js";

/** The contour map of a function of two inputs: {a, b, z, range, labels, label, levels?}. */

export const EDGE = 40;

/** One unit is as long along both axes, so that the gradient stands upright on the contours. */
export function mapScales({ a, b }, { w, h }) {
  const [wide, high] = [a.at(-1) - a[0], b.at(-1) - b[0]];
  const unit = Math.min((w - EDGE - 34) / wide, (h - 52) / high);
  const left = EDGE + (w - EDGE - 34 - unit * wide) / 2;
  return {
    A: scale(a[0], a.at(-1), left, left + unit * wide),
    B: scale(b[0], b.at(-1), 28 + unit * high, 28),
  };
}

const grounds = new WeakMap();
/** What stays while the point moves, kept as long as the layout. */
export function ground(data, size, A, B) {
  if (grounds.get(size)?.data === data) return grounds.get(size).markup;
  const [a, b, z] = data.labels;
  const levels = data.levels ?? ticks(data.range, 12);
  let markup = shadedMap(data, A, B) + axes(A, B, { across: 5, up: 5 });
  for (const level of levels) markup += contour(data, level, A, B);
  const edge = data.z.at(-1); // where the levels leave the map, they are named
  let free = Infinity;
  for (let j = 1; j < edge.length; j++) {
    for (const level of levels.filter(
      (v) => edge[j - 1] < v !== edge[j] < v && Number.isFinite(edge[j] - edge[j - 1]),
    )) {
      const y = B(
        data.b[j - 1] +
          ((level - edge[j - 1]) / (edge[j] - edge[j - 1])) * (data.b[j] - data.b[j - 1]),
      );
      if (free - y < 20) continue;
      markup += label(A.range[1] + 5, y + 4, fmt(level, levels.digits ?? data.digits[2]), {
        role: "soft",
      });
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

/** Where the map {a, b, z} is `level`: each cell of the grid is four triangles, cut straight. */
export function contour({ a, b, z }, level, A, B) {
  let d = "";
  const cut = ([x0, y0, z0], [x1, y1, z1]) => {
    const t = (level - z0) / (z1 - z0);
    return `${(x0 + t * (x1 - x0)).toFixed(1)} ${(y0 + t * (y1 - y0)).toFixed(1)}`;
  };
  for (let i = 1; i < a.length; i++) {
    for (let j = 1; j < b.length; j++) {
      const low = z[i][j] < level;
      if (
        z[i - 1][j] < level === low &&
        z[i][j - 1] < level === low &&
        z[i - 1][j - 1] < level === low
      )
        continue;
      const ring = [
        [i - 1, j - 1],
        [i, j - 1],
        [i, j],
        [i - 1, j],
      ].map(([p, q]) => [A(a[p]), B(b[q]), z[p][q]]);
      const mean = [0, 1, 2].map((k) => (ring[0][k] + ring[1][k] + ring[2][k] + ring[3][k]) / 4);
      if (!Number.isFinite(mean[2])) continue;
      ring.forEach((corner, k) => {
        const edges = [
          [corner, ring[(k + 1) % 4]],
          [ring[(k + 1) % 4], mean],
          [mean, corner],
        ];
        const cuts = edges.filter(([p, q]) => p[2] < level !== q[2] < level);
        if (cuts.length) d += `M${cut(...cuts[0])}L${cut(...cuts[1])}`;
      });
    }
  }
  return `<path class="tt-contour${level ? "" : " tt-level0"}" d="${d}"/>`;
}

/**
 * The map {a, b, z} in the diverging scale, above zero and below it: two masks under the palette's
 * two fills, so that themes apply.
 */
export function shadedMap({ a, b, z, range }, A, B) {
  const [n, m] = [a.length, b.length];
  const most = Math.max(...range.map(Math.abs));
  const box = (x0, y0, x1, y1) => `x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}"`;
  const half = (A.range[1] - A.range[0]) / (n - 1) / 2; // a pixel is centered on its point
  const tall = (B.range[0] - B.range[1]) / (m - 1) / 2;
  const one = (role, sign) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: n, height: m });
    const context = canvas.getContext("2d");
    const image = context.createImageData(n, m);
    z.forEach((row, i) =>
      row.forEach((value, j) => {
        image.data[4 * (i + n * (m - 1 - j)) + 3] =
          Math.min(1, Math.max(0, (sign * value) / most)) * 140 || 0;
      }),
    );
    context.putImageData(image, 0, 0);
    const id = `tt-${role}-${Math.random().toString(36).slice(2)}`;
    const spread = box(A.range[0] - half, B.range[1] - tall, A.range[1] + half, B.range[0] + tall);
    const pixels = `<image ${spread} preserveAspectRatio="none" href="${canvas.toDataURL()}"/>`;
    const whole = box(A.range[0], B.range[1], A.range[1], B.range[0]);
    return `<mask id="${id}" style="mask-type:alpha">${pixels}</mask>
      <rect class="tt-${role}" ${whole} mask="url(#${id})"/>`;
  };
  return one("plus", 1) + one("minus", -1);
}
