import { axes, scale } from "./axes.js";
import { LEFT, RIGHT, RUNS } from "./curves.js";
import { contour } from "./maps.js";
import { label, shape } from "./shapes.js";
import { svgFormula } from "./text.js";

/** What a model believes at one moment of its training: a plane with points, or images. */

const sprites = new WeakMap();
/** All frames as one image a sign, the strength as alpha: a frame is shown by moving it. */
function sprite({ tiles: { k, h, w, smooth }, at }, bytes) {
  if (sprites.has(bytes)) return sprites.get(bytes);
  const [wide, high] = [k * w, at.length * h];
  const values = new Int8Array(bytes.buffer, bytes.byteOffset, wide * high);
  const id = `tt-${Math.random().toString(36).slice(2)}`;
  const images = [1, -1].map((sign) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
    const context = canvas.getContext("2d");
    const image = context.createImageData(wide, high);
    values.forEach((value, n) => {
      const [x, y, i, f] = [
        n % w,
        Math.floor(n / w) % h,
        Math.floor(n / w / h) % k,
        Math.floor(n / w / h / k),
      ];
      image.data[4 * ((f * h + y) * wide + i * w + x) + 3] = Math.max(0, 2 * sign * value);
    });
    context.putImageData(image, 0, 0);
    const how = `style="image-rendering:${smooth ? "auto" : "pixelated"}"`;
    const href = `href="${canvas.toDataURL()}"`;
    return `<image id="${id}${sign}" ${how} width="${wide}" height="${high}" ${href}/>`;
  });
  const made = { id, values, defs: `<defs>${images.join("")}</defs>` };
  sprites.set(bytes, made);
  return made;
}

/** Frame f of every tile in its box, in the palette's two colors. */
function tiles({ tiles: { k, h, w, smooth } }, { id }, f, boxes) {
  const inset = smooth ? 0.5 : 0; // values of a field stand at points, those of an image in cells
  const one = ([x, y, wide, high], i, sign) =>
    shape(
      "svg",
      {
        ...{ x, y, width: wide, height: high, preserveAspectRatio: "none" },
        viewBox: [i * w + inset, f * h + inset, w - 2 * inset, h - 2 * inset].join(" "),
      },
      `<use href="#${id}${sign}"/>`,
    );
  return [
    ["plus", 1],
    ["minus", -1],
  ]
    .map(([role, sign]) => {
      const parts = boxes.map((box, i) => one(box, i, sign)).join("");
      const classes = `tt-${role} ${smooth ? "tt-field" : ""}`;
      return `<mask id="${id}${role}" style="mask-type:alpha">${parts}</mask>
        <rect class="${classes}" width="100%" height="100%" mask="url(#${id}${role})"/>`;
    })
    .join("");
}

/** The plane: one unit is as long along both axes, unless that leaves no room. */
function planeScales({ domain: [[x0, x1], [y0, y1]] }, { w, h }) {
  let [X, Y] = [(w - LEFT - RIGHT) / (x1 - x0), (h - 52) / (y1 - y0)];
  if (Math.max(X / Y, Y / X) < 3) X = Y = Math.min(X, Y);
  const left = LEFT + (w - LEFT - RIGHT - X * (x1 - x0)) / 2;
  return [scale(x0, x1, left, left + X * (x1 - x0)), scale(y0, y1, 28 + Y * (y1 - y0), 28)];
}

export function plane({ data, state }, f, size) {
  const { plane, tiles: field } = data;
  const [X, Y] = planeScales(plane, size);
  const [[x0, x1], [y1, y0]] = [X.range, Y.range];
  let [defs, ground] = ["", ""];
  if (field) {
    const made = sprite(data, state.snapshots);
    const { w, h } = field;
    const z = Array.from({ length: w }, (_, i) =>
      Array.from({ length: h }, (_, j) => made.values[(f * h + h - 1 - j) * w + i]),
    );
    const along = ([from, to], n) =>
      Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
    defs = made.defs;
    ground = tiles(data, made, f, [[x0, y0, x1 - x0, y1 - y0]]);
    const [a, b] = [along(plane.domain[0], w), along(plane.domain[1], h)];
    ground += `<g class="tt-between">${contour({ a, b, z }, 0, X, Y)}</g>`;
  }
  const names = plane.labels.map(svgFormula);
  const frame =
    axes(X, Y, { across: 5, up: 5 }) +
    label(x0 - 8, 15, names[1], { role: "soft", at: "end" }) +
    label(x1, y1 + 17, names[0], { role: "soft" });
  const title = label(x0, 15, svgFormula(data.title), { role: "value", classes: "tt-title" });
  return [defs + frame + title, ground, points(data, state.snapshots, f, X, Y)];
}

/** One element a class, so that hundreds of points cost little. */
function points({ plane: { n, marks, names, moving, domain }, offset }, bytes, f, X, Y) {
  const many = n > 120;
  const groups = names.map(() => []);
  marks.forEach((mark, i) => {
    const [x, y] = domain.map(([from, to], axis) => {
      const value = bytes.getUint16(offset + 2 * (2 * ((moving ? f * n : 0) + i) + axis), true);
      return from + ((to - from) * value) / 65535;
    });
    groups[mark].push([X(x).toFixed(1), Y(y).toFixed(1)]);
  });
  const r = many ? 3 : 4.5;
  const shapes = [
    `m${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
    `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
  ];
  return groups
    .map((places, mark) => {
      if (names.length < 3)
        return shape("path", {
          class: `tt-point tt-${mark ? "plus" : "minus"}`,
          d: places.map(([x, y]) => `M${x} ${y}${shapes[mark]}`).join(""),
        });
      const [xs, ys] = [0, 1].map((axis) => places.map((at) => at[axis]).join(" "));
      const glyphs = names[mark][0].repeat(places.length);
      return shape("text", { class: `tt-glyph tt-${RUNS[mark % 4][0]}`, x: xs, y: ys }, glyphs);
    })
    .join("");
}

/** The images in the rows that make them largest. */
export function images({ data, state }, f, { w, h }) {
  const { k, h: high, w: wide, titles } = data.tiles;
  const head = titles ? 18 : 0;
  const fit = (columns) =>
    Math.min(
      (w - 8 * columns) / columns / wide,
      ((h - 28) / Math.ceil(k / columns) - 8 - head) / high,
    );
  const columns = Array.from({ length: k }, (_, i) => i + 1).reduce((best, n) =>
    fit(n) > fit(best) ? n : best,
  );
  const [dx, dy] = [fit(columns) * wide, fit(columns) * high];
  const boxes = Array.from({ length: k }, (_, i) => [
    (i % columns) * (dx + 8) + 1,
    28 + head + Math.floor(i / columns) * (dy + 8 + head),
    dx,
    dy,
  ]);
  const rims = boxes.map(
    ([x, y], i) =>
      shape("rect", { class: "tt-rim", x, y, width: dx, height: dy }) +
      (titles ? label(x, y - 5, titles[i], { role: "soft" }) : ""),
  );
  const made = sprite(data, state.snapshots);
  return [
    made.defs +
      rims.join("") +
      label(0, 15, svgFormula(data.title), { role: "value", classes: "tt-title" }),
    tiles(data, made, f, boxes),
  ];
}
