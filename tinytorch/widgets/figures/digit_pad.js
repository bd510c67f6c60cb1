import { figure } from "../frame/shell.js";
import { fmt } from "../frame/text.js";
import { label, shade, shape } from "../frame/shapes.js";
import { hidden } from "../frame/unit.js";

const [SIDE, INK] = [8, 16];

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

const read = new WeakMap();
/** Weights and images, decoded once. */
function network(data) {
  if (!read.has(data)) {
    const layers = data.layers.map(({ unit, bias, weight }) => {
      const steps = new Int16Array(bytes(weight));
      return {
        bias,
        weight: Float64Array.from(steps, (step) => unit * step),
        width: steps.length / bias.length,
      };
    });
    const examples = data.units && new Uint8Array(bytes(data.units.images));
    read.set(data, { layers, images: new Uint8Array(bytes(data.images)), examples });
  }
  return read.get(data);
}

/** Forward: what each layer takes, and the probabilities. */
function forward(layers, ink) {
  const inputs = [];
  let x = ink.map((value) => value / INK);
  layers.forEach(({ bias, weight, width }, k) => {
    inputs.push(x);
    const seen = k ? x.map((value) => Math.max(0, value)) : x;
    x = bias.map((b, i) => seen.reduce((sum, value, j) => sum + weight[i * width + j] * value, b));
  });
  const top = Math.max(...x);
  const e = x.map((value) => Math.exp(value - top));
  const total = e.reduce((a, b) => a + b);
  return { inputs, p: e.map((value) => value / total) };
}

/** Backward: ∂ log p(answer)/∂x of every pixel, by the rules of softmax, matmul and ReLU. */
function backward(layers, { inputs, p }, answer) {
  let g = p.map((value, i) => (i === answer) - value);
  for (let k = layers.length - 1; k >= 0; k--) {
    const { weight, width } = layers[k];
    g = inputs[k].map((x, j) =>
      k && x <= 0 ? 0 : g.reduce((sum, value, i) => sum + weight[i * width + j] * value, 0),
    );
  }
  return g;
}

function answers({ data, state }) {
  const { layers, images } = network(data);
  const run = forward(layers, state.ink);
  const order = run.p.map((_, i) => i).sort((a, b) => run.p[b] - run.p[a]);
  const image = images.subarray(64 * state.digit, 64 * state.digit + 64);
  const own = state.ink.some((value, i) => value !== image[i]);
  return { run, p: run.p, order, own, gradient: backward(layers, run, order[0]) };
}

/** The chosen unit: what comes in, what goes out, what excites it, and its value on the pad. */
function chosen({ data, state }, { inputs }) {
  const { order, best, says } = data.units;
  const { layers, examples } = network(data);
  const [first, next] = layers;
  const unit = order[Math.min(state.unit, order.length - 1)];
  const image = (i) => [...examples.subarray(64 * i, 64 * i + 64)].map((value) => value / INK);
  return {
    weights: [...first.weight.subarray(64 * unit, 64 * unit + 64)],
    z: inputs[1][unit],
    out: next.bias.map((_, i) => next.weight[i * next.width + unit]),
    best: best[unit].map((i, k) => [image(i), says[unit][k]]),
  };
}

/** The pad on the left and the answers beside it, or below it on a phone. */
function place({ w, h }, most) {
  const wide = w >= 640;
  const cell = Math.floor(Math.min(wide ? h : most, w - 48) / SIDE);
  const left = wide ? 24 : Math.round((w - SIDE * cell) / 2);
  const bars = wide ? { x: left + SIDE * cell + 48, y: 4 } : { x: 0, y: SIDE * cell + 14 };
  return { cell, left, bars: { ...bars, w: w - bars.x, step: wide ? 30 : 25 } };
}

/** A cell's ink, or the sign and size of its gradient. */
function cell(i, size, ink, slope, state) {
  const [x, y] = [(i % SIDE) * size, Math.floor(i / SIDE) * size];
  const box = `x="${x}" y="${y}" width="${size}" height="${size}"`;
  const paint = state.gradient
    ? `fill:${shade(slope)}`
    : `fill:var(--tt-ink);fill-opacity:${(ink / INK).toFixed(3)}`;
  let marks = `<rect ${box} style="${paint};stroke:var(--tt-faint)"/>`;
  if (state.gradient && ink)
    marks += shape("circle", {
      ...{ class: "tt-solid tt-ink", cx: x + size / 2, cy: y + size / 2 },
      r: (ink / INK) * size * 0.17,
    });
  const sign = slope < 0 ? "−" : "+";
  if (state.gradient && Math.abs(slope) > 0.3) marks += label(x + 3, y + 12, sign);
  return marks;
}

function draw(view) {
  const { data, state, size } = view;
  const { run, p, order, own, gradient } = answers(view);
  const { cell: side, left, bars } = place(size.pad, data.pad);
  const steepest = Math.max(...gradient.map(Math.abs)) || 1;
  const cells = state.ink
    .map((ink, i) => cell(i, side, ink, gradient[i] / steepest, state))
    .join("");
  const [row, column] = [Math.floor(state.at / SIDE), state.at % SIDE];
  const cursor = shape("rect", {
    ...{ class: "tt-line tt-value", x: column * side + 2, y: row * side + 2 },
    ...{ width: side - 4, height: side - 4 },
  });
  const pad = `<g class="tt-handle" tabindex="0" role="group"
    aria-label="Pad of 8 by 8 pixels: arrows move, Space draws or erases"
    transform="translate(${left} 0)" style="cursor:crosshair">
    <rect class="tt-hit" width="${SIDE * side}" height="${SIDE * side}"/>${cells}${cursor}</g>`;
  const long = bars.w - 100;
  const rows = p.map((share, i) => {
    const y = bars.y + i * bars.step;
    const role = i === order[0] ? "value" : "soft";
    const bar = shape("rect", {
      ...{ class: `tt-solid tt-${role}`, x: bars.x + 26, y },
      ...{ width: share * long, height: bars.step - 8 },
    });
    const text = label(bars.x + 32 + share * long, y + bars.step / 2, fmt(share), { role });
    return (
      bar +
      text +
      label(bars.x + 8, y + bars.step / 2, String(i), {
        role: i === order[0] ? "value" : "ink",
        classes: "tt-title",
      })
    );
  });
  const unit = data.units && chosen(view, run);
  const gate = unit && [
    `unit ${state.unit + 1}`,
    `${fmt(unit.z)}, ${unit.z > 0 ? "open" : "shut"}`,
  ];
  const what = own
    ? "your drawing"
    : `image ${state.digit + 1}, written as a ${data.classes[state.digit]}`;
  return {
    panels: {
      pad: [rows.join(""), pad],
      ...(unit && { unit: hidden(unit, size.unit.w) }),
    },
    readout: [
      ["", `${what}:`],
      ["answer", String(order[0]), "value"],
      ["p", fmt(p[order[0]], 3), "value"],
      ["then", `${order[1]} with ${fmt(p[order[1]], 3)}`],
      [`ink at row ${row + 1}, column ${column + 1}`, `${state.ink[state.at]}/${INK}`],
      ["∂log p/∂x", fmt(gradient[state.at], 3), "grad"],
      ...(unit ? [gate] : []),
    ],
  };
}

/** The ink moved by a pixel; what leaves the pad is lost. */
const shift = (label, dx, dy) => ({
  label,
  press: ({ state: { ink } }) => ({
    ink: ink.map((_, i) => {
      const [x, y] = [(i % SIDE) - dx, Math.floor(i / SIDE) - dy];
      return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : ink[y * SIDE + x];
    }),
  }),
});

/** Ink, or none, at cell i; a pen also leaves a little around it, as it does at this size. */
function mark(ink, i, erase) {
  const beside = (k) =>
    Math.abs((k % SIDE) - (i % SIDE)) + Math.abs(Math.floor(k / SIDE) - Math.floor(i / SIDE)) === 1;
  return ink.map((value, k) =>
    k === i ? (erase ? 0 : INK) : beside(k) && !erase ? Math.max(value, 5) : value,
  );
}

function render(context) {
  let last; // where the pen was
  const { units } = context.model.get("data");
  const unit = {
    trait: "unit",
    label: "unit",
    values: ({ data }) => data.units.order.map((_, i) => i),
    text: (i) => String(i + 1),
  };
  return figure(context, {
    kind: "stepper tt-pad", // a row of buttons under the slider, as there
    role: "group",
    state: ["digit", "ink", "at", "gradient", "unit"],
    controls: [
      {
        label: "image",
        values: ({ data }) => data.classes.map((_, i) => i),
        value: ({ state }) => state.digit,
        text: (i) => String(i + 1),
        set: (digit, { data }) => ({
          digit,
          ink: [...network(data).images.subarray(64 * digit, 64 * digit + 64)],
        }),
      },
      ...(units ? [unit] : []),
      shift("Left", -1, 0),
      shift("Right", 1, 0),
      shift("Up", 0, -1),
      shift("Down", 0, 1),
      { label: "Clear", press: () => ({ ink: Array(SIDE * SIDE).fill(0) }) },
      {
        label: "Gradient",
        on: ({ state }) => state.gradient,
        press: ({ state }) => ({ gradient: !state.gradient }),
      },
    ],
    drag: {
      pad({ x, y, x0, y0, first, from }, { data, state, size }) {
        const { cell, left } = place(size.pad, data.pad);
        const find = (x, y) => {
          const [i, j] = [Math.floor(y / cell), Math.floor((x - left) / cell)];
          return i >= 0 && j >= 0 && i < SIDE && j < SIDE ? i * SIDE + j : -1;
        };
        const start = find(x0, y0);
        if (start < 0) return;
        if (first) last = { x, y };
        let [{ ink }, at] = [state, state.at];
        for (let t = 1; t <= 8; t++) {
          const here = find(last.x + ((x - last.x) * t) / 8, last.y + ((y - last.y) * t) / 8);
          if (here >= 0) [ink, at] = [mark(ink, here, from.ink[start] > INK / 2), here];
        }
        last = { x, y };
        return { ink, at };
      },
    },
    keys({ key }, { state: { ink, at } }) {
      if (key === " " || key === "Enter") return { ink: mark(ink, at, ink[at] > INK / 2) };
      const [i, j] = [Math.floor(at / SIDE), at % SIDE];
      const by = {
        ArrowLeft: j && -1,
        ArrowRight: j < SIDE - 1 && 1,
        ArrowUp: i && -SIDE,
        ArrowDown: i < SIDE - 1 && SIDE,
      }[key];
      return by === undefined ? undefined : { at: at + Number(by) };
    },
    draw,
  });
}

export default {
  render,
};
