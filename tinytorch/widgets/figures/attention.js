import { figure } from "../frame/shell.js";
import { esc, fmt } from "../frame/text.js";
import { label, line, shade, shape } from "../frame/shapes.js";

const [GAP, LEVELS] = [14, 10]; // px between maps, shades of a map
const LETTER = 8; // px

/** The state within the bounds of the data, and what is shown of it: weights or gradients. */
function read({ data, state }) {
  const back = state.show === "gradient" && Boolean(data.gradients);
  const [what, values] = back ? [data.label, data.gradients] : ["weight", data.weights];
  const [token, head] = [
    Math.min(state.token, data.names.length - 1),
    Math.min(state.head, values.length - 1),
  ];
  const { most, digits } = data.scales[back ? 1 : 0];
  return {
    back,
    what,
    values,
    token,
    head,
    most,
    digits,
    role: back ? "grad" : "value",
    row: values[head][token],
  };
}

function draw(view) {
  const { data, size } = view;
  const now = read(view);
  const { row, token, head, what, digits, role } = now;
  const largest = row
    .map((_, j) => j)
    .sort((i, j) => Math.abs(row[j]) - Math.abs(row[i]))
    .slice(0, 3);
  return {
    panels: { links: links(data, now, size.links), maps: maps(data, now, size.maps) },
    readout: [
      ["token", data.names[token]],
      ["head", String(head)],
      ...largest
        .filter((j) => row[j])
        .map((j) => [`${what} of ${data.names[j]}`, fmt(row[j], digits), role]),
    ],
  };
}

/** From the chosen token a line to each token on the right, as thick as its number is large. */
function links(
  { tokens, letters, step, head },
  { row, token, most, digits, role, back, what },
  { w },
) {
  const y = (i) => head + (i + 0.5) * step;
  const [left, right] = [letters * LETTER + 20, w - letters * LETTER - 62];
  const from = tokens.map((name, i) => {
    const chosen = i === token;
    const box = chosen
      ? shape("rect", {
          ...{ class: "tt-open tt-ink", x: 1, y: y(i) - step / 2 + 1, rx: 4 },
          ...{ width: left - 6, height: step - 2 },
        })
      : "";
    return (
      box +
      label(left - 12, y(i) + 4.5, esc(name), { at: "end", classes: chosen ? "tt-title" : "" })
    );
  });
  const to = tokens.map((name, j) => {
    const number = row[j]
      ? label(w - 2, y(j) + 4.5, fmt(row[j], digits), { role, at: "end", classes: "tt-title" })
      : "";
    return label(right + 8, y(j) + 4.5, esc(name), { role: row[j] ? "ink" : "soft" }) + number;
  });
  const bends = row.map((value, j) => {
    const part = Math.abs(value) / most;
    if (part < 0.004) return "";
    const middle = (left + right) / 2;
    const [a, b] = [y(token).toFixed(1), y(j).toFixed(1)];
    const d = `M${left - 2} ${a}C${middle} ${a} ${middle} ${b} ${right} ${b}`;
    const [wide, strong] = [0.75 + 9 * part, 0.35 + 0.5 * part].map((value) => value.toFixed(2));
    return shape("path", {
      class: `tt-line tt-${role}${value < 0 ? " tt-dashed" : ""} tt-flat`,
      d,
      style: `stroke-width:${wide}px;stroke-opacity:${strong}`,
    });
  });
  const titles =
    label(Math.max(left - 12, 40), 15, "token", { at: "end", classes: "tt-title" }) +
    label(w - 2, 15, back ? `${esc(what)} of` : "attends to", {
      role,
      at: "end",
      classes: "tt-title",
    });
  return [bends.join(""), titles + from.join("") + to.join("")];
}

/** Where the map of each head stands: [x, y] of its corner, and the side of all of them. */
function places({ heads, columns, head }, { w, h }) {
  const rows = Math.ceil(heads / columns);
  const side = Math.floor(Math.min((w - GAP * (columns - 1)) / columns, h / rows - head));
  const free = (w - columns * side - GAP * (columns - 1)) / 2;
  const at = (k) => [
    free + (k % columns) * (side + GAP),
    head + Math.floor(k / columns) * (side + head),
  ];
  return { side, at };
}

/** All heads at once: a row for each token, a column for each token it may attend to. */
function maps(data, { values, token, head, most }, size) {
  const { side, at } = places(data, size);
  const n = data.tokens.length;
  const cell = side / n;
  const shades = values.map((map, k) => {
    const [x, y] = at(k);
    const paths = new Map(); // one path for every shade, not one rectangle for every cell
    map.forEach((row, i) =>
      row.forEach((value, j) => {
        const level = Math.sign(value) * Math.round((LEVELS * Math.abs(value)) / most);
        const [left, top] = [x + j * cell, y + i * cell].map((px) => px.toFixed(1));
        const side = cell.toFixed(2);
        const d = `M${left} ${top}h${side}v${side}h-${side}z`;
        if (level) paths.set(level, (paths.get(level) ?? "") + d);
      }),
    );
    const drawn = [...paths].map(([level, d]) =>
      shape("path", { d, style: `fill:${shade(level / LEVELS)}` }),
    );
    return drawn.join("") + frame(x, y, side, side, "tt-tick");
  });
  const names = values.map((_, k) => {
    const [x, y] = at(k);
    return label(x, y - 8, `head ${k}`, {
      role: k === head ? "ink" : "soft",
      classes: k === head ? "tt-title" : "",
    });
  });
  const [x, y] = at(head);
  const row = frame(x, y + token * cell, side, cell, "tt-line tt-ink");
  return [
    shades.join(""),
    names.join("") + frame(x, y, side, side, "tt-line tt-ink tt-thin") + row,
  ];
}

const frame = (x, y, w, h, classes) =>
  [
    [x, y, x + w, y],
    [x + w, y, x + w, y + h],
    [x + w, y + h, x, y + h],
    [x, y + h, x, y],
  ]
    .map((ends) => line(...ends, classes))
    .join("");

const within = (i, n) => Math.max(0, Math.min(n - 1, Math.floor(i)));

/** A cell of a map chooses its head and its token. */
function onMaps({ x, y }, { data, size }) {
  const { side, at } = places(data, size.maps);
  for (let k = 0; k < data.heads; k++) {
    const [left, top] = at(k);
    if (x >= left && x <= left + side && y >= top && y <= top + side) {
      return {
        head: k,
        token: within(((y - top) / side) * data.tokens.length, data.tokens.length),
      };
    }
  }
}

function render(context) {
  const { gradients } = context.model.get("data");
  const indices =
    (of) =>
    ({ data }) =>
      of(data).map((_, i) => i);
  const turn = {
    label: "Gradients",
    on: (view) => read(view).back,
    press: (view) => ({ show: read(view).back ? "weight" : "gradient" }),
  };
  return figure(context, {
    kind: "attention",
    state: ["token", "head", "show"],
    controls: [
      {
        trait: "token",
        label: "token",
        values: indices(({ names }) => names),
        text: (i, { data }) => data.names[i],
      },
      {
        trait: "head",
        label: "head",
        values: indices(({ weights }) => weights),
        text: String,
        hidden: ({ data }) => data.heads < 2,
      },
      ...(gradients ? [turn] : []),
    ],
    drag: {
      links: ({ y }, { data }) => ({
        token: within((y - data.head) / data.step, data.tokens.length),
      }),
      maps: onMaps,
    },
    draw,
  });
}

export default {
  render,
};
