import { figure } from "../frame/shell.js";
import { esc, fmt, sci, superscript, svgFormula } from "../frame/text.js";
import { clip, handle, label, line, path, shape, stroke } from "../frame/shapes.js";
import { nearest, scale } from "../frame/axes.js";

const PRECISIONS = ["float32", "float64"];
const LEFT = 44;

const short = (h) => (h >= 0.001 ? String(h) : sci(h, 0));
const log = (value) => Math.log10(value);

function draw(view) {
  const { data, state, size } = view;
  const i = nearest(data.h.map(log), log(state.h));
  return {
    panels: {
      errors: errors(data, i, size.errors),
      float32: closeUp(data, i, "float32", size.float32),
      float64: closeUp(data, i, "float64", size.float64),
      digits: digits(data, i, size.digits),
    },
    readout: [
      ["x", fmt(data.x)],
      ["f′(x)", fmt(data.slope, 6), "grad"],
      ["h", short(data.h[i])],
      ...PRECISIONS.map((name) => [`error in ${name}`, sci(data.errors[name][i]), "diff"]),
    ],
  };
}

function place({ h, errors, rounding }, { w, h: high }) {
  const seen = PRECISIONS.flatMap((name) => errors[name]).filter((error) => error > 0);
  const lowest = Math.floor(Math.min(...seen.map(log), log(rounding.float64), 0));
  const highest = Math.ceil(Math.max(...seen.map(log), 0));
  return {
    X: scale(log(h[0]), log(h.at(-1)), LEFT, w - 16),
    Y: scale(lowest, highest, high - 26, 32),
  };
}

/** Both V's: the error falls with h² until the rounding of f, divided by h, is larger. */
function errors(data, i, size) {
  const { X, Y } = place(data, size);
  const [[x0, x1], [y0, y1]] = [X.range, Y.range];
  const power = (n) => `10<tspan dy="-5" font-size="10">${String(n).replace("-", "−")}</tspan>`;
  let back = label(x0 - 30, 15, svgFormula("error of (f(x+h) − f(x−h)) / 2h"), {
    role: "diff",
    classes: "tt-title",
  });
  for (let n = Math.ceil(X.domain[0] / 3) * 3; n <= X.domain[1]; n += 3) {
    back +=
      line(X(n), y0, X(n), y1, "tt-zero") +
      label(X(n), y0 + 18, power(n), { role: "soft", at: "middle" });
  }
  for (let n = Math.ceil(Y.domain[0] / 4) * 4; n <= Y.domain[1]; n += 4) {
    back +=
      line(x0, Y(n), x1, Y(n), "tt-zero") +
      label(x0 - 8, Y(n) + 5, power(n), { role: "soft", at: "end" });
  }
  back += label(X(-1.5), y0 + 18, svgFormula("h"), { role: "soft", at: "middle" });

  const guide = (exponent, c) =>
    c
      ? shape("path", {
          ...{ class: "tt-hair", fill: "none" },
          d: path(X.domain.map((h) => [X(h), Y(exponent * h + log(c))])),
        })
      : "";
  let lines = guide(2, data.truncation);
  let words = "";
  const low = Y.domain[0] + 2.5; // the ends of the guides that nothing covers
  if (data.truncation)
    words += label(X((low - log(data.truncation)) / 2) - 8, Y(low), svgFormula("∝ h²"), {
      role: "soft",
      at: "end",
    });
  if (data.rounding.float64)
    words += label(X(log(data.rounding.float64) - low) - 4, Y(low) + 14, svgFormula("∝ 1/h"), {
      role: "soft",
      at: "end",
    });
  let front = line(X(log(data.h[i])), y0, X(log(data.h[i])), y1, "tt-hair");
  for (const name of PRECISIONS) {
    const height = (error) => (error > 0 ? Y(log(error)) : error === 0 ? y0 : NaN);
    const points = data.h.map((h, k) => [X(log(h)), height(data.errors[name][k])]);
    lines += guide(-1, data.rounding[name]);
    lines += stroke(path(points), `tt-diff${name === "float32" ? " tt-dashed" : ""}`);
    const [nx, ny] = points[nearest(data.h.map(log), name === "float32" ? -7 : -11)];
    words += label(nx + 10, Math.max(y1 + 16, (ny || y0) - 10), name, { role: "diff" });
    const [x, y] = points[i];
    if (Number.isFinite(y))
      front +=
        name === "float64"
          ? handle(x, y, "diff")
          : `<circle class="tt-open tt-diff" r="5" cx="${x}" cy="${y}"/>`;
  }
  return [back + clip(x0, y1, x1, y0, lines) + words, front];
}

/** f between x − 2h and x + 2h as this precision computes it: curve, line, and then stairs. */
function closeUp({ zoom, tilt, per_step: per }, i, name, { w, h: high }) {
  const narrow = w < 260;
  const [x0, x1] = [14, w - 16];
  const X = scale(-2, 2, x0, x1);
  const Y = scale(-2.4, 2.4, high - 24, narrow ? 44 : 28);
  const rises = zoom[name][i];
  const at = (step) => rises[(2 + step) * per];
  const secant = (at(1) - at(-1)) / 2;
  const middle = (at(1) + at(-1)) / 2;
  const through = (slope, y, classes) =>
    line(X(-2), Y(y - 2 * slope), X(2), Y(y + 2 * slope), `tt-line ${classes}`);
  const tones = [
    ["f", "value"],
    ["tangent", "grad"],
    ["secant", "diff"],
  ];
  const key = tones
    .map(([word, role]) => `<tspan class="tt-tone tt-${role}">${svgFormula(word)}</tspan>`)
    .join(", ");
  let back = label(x0, 15, name, { role: "diff", classes: "tt-title" });
  back += narrow ? label(x0, 33, key) : label(x1, 15, key, { at: "end" });
  for (const [step, word] of [
    [-1, "x − h"],
    [0, "x"],
    [1, "x + h"],
  ]) {
    back +=
      line(X(step), Y.range[0], X(step), Y.range[1], "tt-zero") +
      label(X(step), high - 7, svgFormula(word), { role: "soft", at: "middle" });
  }
  const spots = rises.map((rise, k) => [X(k / per - 2), Y(rise)]);
  const curve = stroke(path(spots), "tt-value tt-broad");
  const dots = [-1, 1]
    .map((step) => `<circle class="tt-open tt-diff" r="4" cx="${X(step)}" cy="${Y(at(step))}"/>`)
    .join("");
  const lines =
    through(tilt[i], 0, "tt-grad") +
    (Number.isFinite(secant) ? through(secant, middle, "tt-diff tt-dashed") + dots : "");
  return [back, clip(x0, Y.range[1], x1, Y.range[0], curve + lines)];
}

/** The numbers below each other; the digits that agree stand out. */
function digits({ digits, label: formula }, i, { w }) {
  const { exact } = digits;
  const row = (y, name, text, role) => {
    let same = 0;
    while (same < text.length && text[same] === exact[same]) same += 1;
    const shown = (part) => esc(part.replace("-", "−"));
    const body =
      `<tspan class="tt-title">${shown(text.slice(0, same))}</tspan>` +
      `<tspan class="tt-rest">${shown(text.slice(same))}</tspan>`;
    return (
      label(LEFT - 30, y, svgFormula(name), { role, classes: "tt-title" }) +
      label(100, y, body, { role })
    );
  };
  const rows = PRECISIONS.map((name, k) => row(46 + 22 * k, name, digits[name][i], "diff")).join(
    "",
  );
  const title =
    formula && w > 500
      ? label(w - 16, 24, svgFormula(`f(x) = ${formula}`), { role: "value", at: "end" })
      : "";
  return row(24, "f′(x)", exact, "grad") + rows + title;
}

export default {
  render: (context) =>
    figure(context, {
      kind: "check",
      state: ["h"],
      controls: [
        { trait: "h", label: "h", role: "diff", values: ({ data }) => data.h, text: short },
      ],
      drag: {
        errors: ({ x }, { data, size }) => ({
          h: data.h[nearest(data.h.map(log), place(data, size.errors).X.invert(x))],
        }),
      },
      draw,
    }),
};
