import { axes, scale, ticks } from "./axes.js";
import { handle, label, line, path, stroke } from "./shapes.js";
import { fmt, sci, svgFormula } from "./text.js";

/** Curves over the steps of a run, on linear and logarithmic axes. */

export const [LEFT, RIGHT] = [46, 20];
const GRIP = 18; // px of a handle to its side
/** Roles and strokes of what is told apart: runs, classes. */
export const RUNS = [
  ["value", ""],
  ["grad", "tt-dashed"],
  ["g", "tt-dotted"],
  ["diff", "tt-thin"],
];
export const known = (value) => Number.isFinite(value);
export const say = (value) =>
  value && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e4) ? sci(value) : fmt(value, 3);

/** A vertical axis, of decades if it is logarithmic. */
export function upright([lo, hi], log, bottom, top, X) {
  const Y = scale(lo, hi, bottom, top);
  const to = (value) => Y(log ? Math.log10(value) : value);
  if (!log) return [to, axes(X, Y, { up: 3, below: false })];
  const leap = Math.ceil((hi - lo) / 5);
  const within = hi - lo < 1.5 ? [1, 2, 5] : [1];
  let marks = "";
  for (let p = Math.floor(lo / leap) * leap; p <= hi; p += leap) {
    for (const value of within.map((n) => n * 10 ** p)) {
      const y = to(value);
      const text = Math.abs(p) > 2 ? sci(value, 0) : fmt(value, Math.max(0, -p));
      if (y < bottom + 1 && y > top - 1)
        marks +=
          line(X.range[0], y, X.range[1], y, "tt-zero") +
          label(X.range[0] - 6, y + 4, text, { role: "soft", at: "end" });
    }
  }
  return [to, marks];
}

/** The axis of steps; a handle at the first one keeps clear of the numbers beside it. */
export function across({ at }, { w }) {
  const [first, last] = [at[0], at.at(-1) + (at.length < 2)];
  const room = w - RIGHT - LEFT;
  return scale(first - ((last - first) * GRIP) / (room - GRIP), last, LEFT, w - RIGHT);
}

/** One panel below the other, with one cursor: {at, curves: [{name, log, lines, range}]}. */
export function curves({ data }, f, size) {
  const X = across(data, size);
  const tall = (size.h - 26) / data.curves.length;
  const cursor = X(data.at[f]);
  let [back, front, grip] = ["", line(cursor, 22, cursor, size.h - 24, "tt-hair"), ""];
  data.curves.forEach(({ name, log, lines, range }, row) => {
    const room = lines.map(([run]) => 7.7 * (run.length + (log ? 12 : 7)));
    const folded =
      room.length > 1 && room.reduce((sum, px) => sum + px) > size.w - LEFT - 7 * name.length;
    const [top, floor] = [row * tall + 30 + 16 * folded, (row + 1) * tall - 2];
    const [Y, marks] = upright(range, log, floor, top, X);
    back +=
      marks +
      label(LEFT - 8, row * tall + 15, svgFormula(name), {
        classes: "tt-title",
        role: lines.length > 1 ? "ink" : "value",
      });
    let right = size.w - RIGHT;
    const first = folded ? Math.ceil(lines.length / 2) : 0; // of the runs named in the lower line
    [...lines.entries()].reverse().forEach(([i, [run, values]]) => {
      const [role, dash] = RUNS[i % 4];
      const spots = values.map((v, k) => [X(data.at[k]), known(v) ? Y(v) : NaN]);
      back += stroke(path(spots), `tt-${role} ${dash}`);
      const text = `${run} ${say(values[f])}`;
      front += label(right, top - (folded && i < first ? 31 : 15), text, { role, at: "end" });
      right = folded && i === first ? size.w - RIGHT : right - room[i];
      if (!known(values[f]) || !known(Y(values[f]))) return; // a loss of 0 has no logarithm
      if (row || i)
        front += `<circle class="tt-solid tt-${role}" r="4" cx="${cursor}" cy="${Y(values[f])}"/>`;
      else grip = handle(cursor, Y(values[f]), role);
    });
  });
  const marks = ticks(X.domain, 5);
  for (const v of marks)
    back += label(X(v), size.h - 8, fmt(v, marks.digits), { role: "soft", at: "middle" });
  return [back, front + (grip || handle(cursor, size.h / 2, "value"))];
}
