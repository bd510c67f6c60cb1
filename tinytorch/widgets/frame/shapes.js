/** Pieces of SVG markup. */

/** An element; numbers are written with one digit, an attribute that is undefined is left out. */
export function shape(name, attributes, inside = "") {
  let text = `<${name}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    text += ` ${attribute}="${typeof value === "number" ? Number(value.toFixed(1)) : value}"`;
  }
  return `${text}>${inside}</${name}>`;
}

export const stroke = (d, classes) => shape("path", { class: `tt-line ${classes}`, d });

/** A color of the diverging scale for a value from −1 to 1. */
export const shade = (value, strength = 1) => {
  const alpha = (strength * Math.min(1, Math.abs(value))).toFixed(2);
  return `rgb(var(--tt-${value < 0 ? "minus" : "plus"})/${alpha})`;
};

/** Path through the points; a value that is not finite lifts the pen. */
export function path(points) {
  let pen = "M";
  let d = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) pen = "M";
    else {
      d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    }
  }
  return d;
}

/** SVG text with a halo, so that it reads over lines. `at`: start, middle or end. */
export const label = (x, y, text, { role = "ink", at = "start", classes = "" } = {}) =>
  shape("text", { class: `tt-label tt-${role} ${classes}`, x, y, "text-anchor": at }, text);

export const line = (x1, y1, x2, y2, classes) => shape("line", { class: classes, x1, y1, x2, y2 });

/** Arrow from (x, y) by (dx, dy); one too short to have a direction is left out. */
export function arrow(x, y, dx, dy, role) {
  const long = Math.hypot(dx, dy);
  if (long < 4) return "";
  const [ux, uy] = [dx / long, dy / long];
  const wing = (side) => `${x + dx - 11 * ux - side * 5 * uy} ${y + dy - 11 * uy + side * 5 * ux}`;
  const tip = `M${x + dx} ${y + dy}L${wing(1)}L${wing(-1)}Z`;
  const head = shape("path", { class: `tt-solid tt-${role}`, d: tip });
  return line(x, y, x + dx - 8 * ux, y + dy - 8 * uy, `tt-line tt-thick tt-${role}`) + head;
}

/** What is drawn within a box, and cut at its edges. */
export function clip(x0, y0, x1, y1, markup) {
  // A frame may be narrower while it is laid out.
  const [width, height] = [x1 - x0, y1 - y0].map((side) => Math.max(side, 0));
  const viewBox = `${x0} ${y0} ${width} ${height}`;
  return shape("svg", { x: x0, y: y0, width, height, viewBox }, markup);
}

/** The thing to drag: a dot in a ring, with arrowheads along the ways it moves: "x", "y", "xy". */
export function handle(x, y, role, ways = "x", pick = "") {
  const heads = { x: "M-13 -4l-4 4l4 4M13 -4l4 4l-4 4", y: "M-4 -13l4 -4l4 4M-4 13l4 4l4 -4" };
  const arrows = [...ways].map((way) => heads[way]).join("");
  return shape(
    "g",
    {
      class: `tt-handle tt-${role} tt-move-${ways}`,
      "data-pick": pick,
      transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    },
    `<circle class="tt-hit" r="22"/><path class="tt-heads" d="${arrows}"/>` +
      `<circle class="tt-ring" r="9"/><circle class="tt-dot" r="6"/>`,
  );
}

/**
 * A cell of an array, shaded on the diverging scale centered on zero, with its number where texts
 * of so many `letters` fit.
 */
export function tile(w, h, value, text, { strength = 0.5, letters = text.length } = {}) {
  const font = Math.min(13, (w - 6) / (0.58 * letters));
  const style = `fill:${shade(value, strength)}`;
  const size = `font-size:${font.toFixed(1)}px`;
  const number = shape("text", { x: w / 2, y: h / 2 + 4.5, style: size }, text);
  const box = shape("rect", { x: 1, y: 1, width: w - 2, height: h - 2, rx: 3, style });
  return font > 8.5 ? box + number : box;
}
