import { label, line, shade, shape } from "./shapes.js";
import { fmt } from "./text.js";

/** One hidden unit: its weights as an image, what excites it, whom it speaks to, and its gate. */

const PIXELS = 8;

/** An image of 64 numbers from −1 to 1 on the diverging scale, or of ink from 0 to 1. */
function picture(x, y, size, values, ink) {
  const cell = size / PIXELS;
  const paint = (value) => (ink ? "fill:var(--tt-ink)" : `fill:${shade(value)}`);
  const cells = values.map((value, i) =>
    Math.abs(value) < 0.02
      ? ""
      : shape("rect", {
          ...{ x: x + (i % PIXELS) * cell, y: y + Math.floor(i / PIXELS) * cell },
          ...{ width: cell, height: cell, style: paint(value) },
          "fill-opacity": ink ? value.toFixed(2) : undefined,
        }),
  );
  const rim = shape("rect", { class: "tt-rim", x, y, width: size, height: size });
  return cells.join("") + rim;
}

/**
 * @param {{weights: number[], z: number, out: number[], best: [number[], number][]}} unit
 *        incoming weights, w·x + b on the pad, outgoing weights, and the images that excite it
 *        most with what it then says
 */
export function hidden({ weights, z, out, best }, w) {
  const wide = w >= 640;
  const [tile, top] = [wide ? 104 : 112, 26];
  const most = (values) => Math.max(...values.map(Math.abs)) || 1;
  const scaled = weights.map((value) => value / most(weights));
  const title = { role: "soft" };
  let drawn = label(0, 15, "its weights", title) + picture(0.5, top, tile, scaled);

  const open = z > 0;
  const bars = wide ? { x: 520, w: w - 520 } : { x: tile + 24, w: w - tile - 24 };
  const middle = top + 38;
  const step = bars.w / out.length;
  drawn += label(bars.x, 15, "its part in each score", title);
  drawn += line(bars.x, middle, bars.x + bars.w, middle, "tt-tick");
  out.forEach((value, i) => {
    const tall = (34 * Math.abs(value)) / most(out);
    drawn += shape("rect", {
      ...{ class: `tt-${value < 0 ? "minus" : "plus"}`, x: bars.x + i * step + 2 },
      ...{ y: value < 0 ? middle : middle - tall, width: step - 4, height: tall },
    });
    const x = bars.x + (i + 0.5) * step;
    drawn += label(x, middle + 52, String(i), { at: "middle", role: "soft" });
  });
  const gate = `on the pad: ${fmt(z)}, ${open ? "open" : "shut"}`;
  const role = open ? "value" : "soft";
  drawn += label(bars.x, middle + 78, gate, { role, classes: "tt-title" });

  const row = wide ? { x: tile + 24, y: top, size: 56 } : { x: 0, y: tile + 62, size: 50 };
  drawn += label(row.x, row.y - 11, "excited most by", title);
  best.forEach(([ink, says], i) => {
    const x = row.x + i * (row.size + 7);
    drawn += picture(x + 0.5, row.y, row.size, ink, true);
    const under = row.y + row.size + 17;
    drawn += label(x + row.size / 2, under, fmt(says), { at: "middle", role: "value" });
  });
  return drawn;
}
