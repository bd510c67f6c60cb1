import { label, line } from "./shapes.js";
import { fmt } from "./text.js";

/** Scales, ticks and axes. */

/** Index of the entry of `values` closest to `value`; of names, the same one. */
export function nearest(values, value) {
  let best = Math.max(0, values.indexOf(value));
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
  }
  return best;
}

/** A linear scale from [d0, d1] to [r0, r1], with its inverse. */
export function scale(d0, d1, r0, r1) {
  const to = (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
  to.invert = (px) => d0 + ((px - r0) / (r1 - r0)) * (d1 - d0);
  to.domain = [d0, d1];
  to.range = [r0, r1];
  return to;
}

/** About `count` round numbers within the domain, with the digits that tell them apart. */
export function ticks([lo, hi], count) {
  const raw = (hi - lo) / count;
  const base = 10 ** Math.floor(Math.log10(raw));
  const far = (times) => Math.abs(Math.log((times * base) / raw));
  const step =
    base * [1, 2, 5, 10].reduce((best, times) => (far(times) < far(best) ? times : best));
  const values = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++)
    values.push(i * step);
  values.digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return values;
}

/** Hairlines and numbers of two axes: zero where it is in sight, ticks at the left and below. */
export function axes(x, y, { across = 6, up = 4, below = true } = {}) {
  const [x0, x1] = x.range;
  const [y0, y1] = y.range;
  let out = "";
  for (const [to, hair] of [
    [x, (v) => line(v, y0, v, y1, "tt-zero")],
    [y, (v) => line(x0, v, x1, v, "tt-zero")],
  ]) {
    if (to.domain[0] <= 0 && to.domain[1] >= 0) out += hair(to(0));
  }
  const xs = ticks(x.domain, across);
  const ys = ticks(y.domain, up);
  if (below)
    for (const v of xs)
      out +=
        line(x(v), y0, x(v), y0 + 4, "tt-tick") +
        label(x(v), y0 + 17, fmt(v, xs.digits), { role: "soft", at: "middle" });
  for (const v of ys)
    out +=
      line(x0 - 4, y(v), x0, y(v), "tt-tick") +
      label(x0 - 8, y(v) + 4, fmt(v, ys.digits), { role: "soft", at: "end" });
  return out;
}
