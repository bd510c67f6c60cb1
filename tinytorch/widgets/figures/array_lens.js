import { figure } from "../frame/shell.js";
import { linearize } from "../frame/rules.js";
import { esc, fmt, formula, svgFormula } from "../frame/text.js";
import { arrow, label, tile } from "../frame/shapes.js";

/** Every cell in order, with its value: given, from Python, or the sum of its terms. */
function read({ data, state }) {
  const all = [];
  const starts = {};
  let here; // what the page computes by itself: z, and its slopes at these inputs
  for (const grid of data.grids) {
    const { name, role, cells } = grid;
    starts[name] = all.length;
    if (grid.values && data.live)
      here = linearize(
        data.live,
        all.map(({ value }) => value),
      );
    const given = grid.terms
      ? (here?.z ?? grid.values)
      : role === "g"
        ? state.g
        : state.inputs[name];
    const values = grid.values || !grid.terms ? [given].flat(Infinity) : [];
    cells.forEach((name, i) => {
      const slope = (id) =>
        grid.values
          ? here.slopes[i][id]
          : here.slopes[id - starts.g][starts[grid.name.slice(4)] + i];
      let terms = grid.terms?.[i];
      if (here) terms &&= terms.map(([, id]) => [slope(id), id]);
      const product = (c, ids) => ids.reduce((z, id) => z * all[id].value, c);
      const value = values[i] ?? terms.reduce((sum, [c, ...ids]) => sum + product(c, ids), 0);
      const text = fmt(value, data.digits[terms ? 1 : 0]);
      all.push({ id: all.length, name, grid, i, role, value, terms, text });
    });
  }
  return all;
}

const find = (all, name) => all.find((cell) => cell.name === name) ?? all[0];
const users = (all, { id }) =>
  all.filter(({ terms }) => terms?.some((term) => term.includes(id, 1)));

function draw({ data, state, size }) {
  const all = read({ data, state });
  const chosen = find(all, state.peek || state.cell);
  const lit = new Map(); // cell: the numbers of its terms
  const sums = chosen.terms ?? users(all, chosen).map(({ id }) => [0, id]);
  sums.forEach(([, ...parts], k) =>
    parts.forEach((id) => lit.set(id, [...(lit.get(id) ?? []), k + 1])),
  );
  const paired = chosen.terms && sums.length > 1 && sums.some((term) => term.length > 2);

  const { w } = size.grids;
  const { at, row, columns, free, long } = data.layout[w < 640 ? 1 : 0];
  const cell = Math.min(data.cell, (w - free) / columns);
  const left = (w - free - cell * columns) / 2;
  const corner = (k) => [left + cell * at[k][0] + at[k][1], at[k][2]];
  const grids = data.grids.flatMap((grid, k) => {
    const [x, y] = corner(k);
    const own = all.filter((cell) => cell.grid === grid);
    const { role, name, rows, line, marks } = grid;
    const stop = find(own, state.cell);
    const letters = Math.max(...own.map(({ text }) => text.length));
    const title = `${svgFormula(name)}<tspan class="tt-shape" dx="7">${grid.shape}</tspan>`;
    const layers = own.map((it) => {
      const [j, i] = [Math.floor(it.i / line), it.i % line];
      const [dx, dy] = [x + i * cell, y + j * row + Math.floor(j / rows) * data.page];
      const terms = lit.get(it.id);
      const mark = it === chosen ? "chosen" : !terms ? "idle" : chosen.terms ? "lit" : "uses";
      return (
        (!j && line > 1 ? index(dx + cell / 2, y - 6, i) : "") +
        (i ? "" : index(x - 9, dy + row / 2 + 4, marks[j])) +
        `<g class="tt-cell tt-${role} tt-${mark}" data-pick="${it.name}" role="button"` +
        ` tabindex="${it === stop ? 0 : -1}" aria-pressed="${it === chosen}"` +
        ` aria-label="${it.name} = ${it.text}" transform="translate(${dx.toFixed(1)} ${dy})">` +
        tile(cell, row, it.value / grid.most, it.text, {
          letters,
          strength: mark === "idle" ? 0.2 : 0.5,
        }) +
        (paired && terms ? `<text class="tt-term" x="5" y="10">${terms}</text></g>` : "</g>")
      );
    });
    const room = w - 9 * name.length - 7 * grid.shape.length - 7; // to the right edge
    return [label(Math.min(x, room), y - 22, title, { role, classes: "tt-title" }), ...layers];
  });
  return {
    panels: { grids: [long ? ways(data, corner, long) : "", ...grids] },
    readout: words(all, chosen, sums, data.fold),
    now: find(all, state.cell),
  };
}

const index = (x, y, n) => `<text class="tt-index" x="${x.toFixed(1)}" y="${y}">${n}</text>`;

/** The two ways through the operation: values to the right, gradients back to the left. */
function ways({ grids, label: operation }, corner, long) {
  const out = grids.findIndex(({ terms }) => terms);
  return [
    ["value", operation],
    ["grad", "apply"],
  ]
    .map(([role, text], back) => {
      const [x, y] = corner(out + back);
      const name =
        long > 40 ? label(x - 22 - long / 2, y + 7, esc(text), { role: "soft", at: "middle" }) : "";
      return arrow(x - 22 - (back ? 0 : long), y + 17, back ? -long : long, 0, role) + name;
    })
    .join("");
}

const tag = ({ role, name }) => `<span class="tt-of tt-${role}">${formula(name)}</span>`;
const fold = (items, most) =>
  items.length > most ? [...items.slice(0, most - 2), "…", items.at(-1)] : items;

/** "g[0,0]·B[1,0] + g[0,1]·B[1,1]", with each factor written by `part`. */
const written = (terms, most, part) =>
  fold(terms, most)
    .map((term, k) => {
      if (term === "…") return "<span>+ …</span>";
      const [c, ...parts] = term;
      const factors = parts.map((id, n) => part(id, k + n));
      if (Math.abs(c) !== 1 || !parts.length)
        factors.unshift(fmt(Math.abs(c), 3).replace(/\.?0+$/, ""));
      const sign = k ? (c < 0 ? "− " : "+ ") : c < 0 ? "−" : "";
      return `<span>${sign}${factors.join("·")}</span>`;
    })
    .join(" ");

function words(all, chosen, sums, most) {
  const { terms, grid, role, text, name } = chosen;
  const value = `<b class="tt-${role}">${text}</b>`;
  if (!terms || grid.values) {
    const list = sums.map(([c, id]) =>
      terms ? formula(`∂${name}/∂${all[id].name} = ${fmt(c, 3)}`) : tag(all[id]),
    );
    const parts = fold(list, most).join(",</span> <span>");
    const how = terms ? "with" : "goes into";
    return `<span>${tag(chosen)} = ${value}</span> ${how} <span>${parts}</span>`;
  }
  const number = (id, later) => (later && all[id].value < 0 ? `(${all[id].text})` : all[id].text);
  const copied = terms.length < 2 && terms.every(([c, ...parts]) => c === 1 && parts.length < 2);
  const parts = [
    tag(chosen),
    written(terms, most, (id) => tag(all[id])),
    copied ? "" : written(terms, most, number),
  ];
  return `${parts.filter(Boolean).join(" = ")} <span>= ${value}</span>`;
}

/** Traits that give a cell of an input or of g another value, within limits. */
function edit({ i, role, grid: { name, turns } }, value, { data, state }) {
  let k = 0;
  const [lo, hi] = turns ? [0, 1] : [-data.limit, data.limit];
  const to = Number(Math.max(lo, Math.min(hi, value)).toFixed(6));
  const put = (x) => (Array.isArray(x) ? x.map(put) : k++ === i ? to : x);
  return role === "g"
    ? { g: put(state.g) }
    : { inputs: { ...state.inputs, [name]: put(state.inputs[name]) } };
}

function render(context) {
  const alone = context.el.dataset.host === "static";
  let now; // the chosen cell, as drawn
  const fixed = ({ terms, role }, { data }) =>
    terms || (alone && !data.exact && !data.live && role !== "g");
  return figure(context, {
    kind: "lens",
    role: "group",
    state: ["inputs", "g", "cell", "peek"],
    controls: [
      {
        trait: "cell",
        label: "cell",
        values: ({ data }) => data.grids.flatMap((grid) => grid.cells),
        text: String,
      },
      {
        label: "value",
        value: () => now.value,
        values: ({ data }) => (now.grid.turns ? [0, 1] : data.choices),
        text: () => now.text,
        set: (value, view) => edit(now, value, view),
        off: (view) => fixed(now, view),
      },
    ],
    drag: {
      grids({ pick, x, x0, from }, view) {
        if (!pick) return;
        const cell = find(read({ ...view, state: from }), pick);
        const { turns } = cell.grid; // from 0 to 1 or back, at a press
        const by = turns ? 1 - 2 * cell.value : Math.round((x - x0) / 8) * view.data.step;
        return { cell: pick, ...(by && !fixed(cell, view) && edit(cell, cell.value + by, view)) };
      },
    },
    keys({ key, currentTarget }, view) {
      const { cells, line } = now.grid;
      const i = now.i % line;
      const by = { "+": 1, "=": 1, "-": -1, PageUp: 10, PageDown: -10 }[key];
      if (now.grid.turns && /^(Enter| )$/.test(key)) return edit(now, 1 - now.value, view);
      const step = now.grid.turns ? 1 : view.data.step;
      if (by && !fixed(now, view)) return edit(now, now.value + by * step, view);
      const to = {
        ArrowLeft: -(i > 0),
        ArrowRight: +(i < line - 1),
        ArrowUp: -line,
        ArrowDown: line,
      }[key];
      const next = cells[now.i + to] ?? now.name;
      currentTarget.querySelector(`[data-pick="${next}"]`).focus();
      return to !== undefined && { cell: next };
    },
    setup({ root, set }) {
      const hear = (event, act) =>
        root.addEventListener(event, (e) =>
          act(e.target.closest?.("[data-pick]")?.dataset.pick, e),
        );
      hear("focusin", (cell) => set({ peek: "", ...(cell && { cell }) }));
      hear("pointerleave", () => set({ peek: "" }));
      hear(
        "pointerover",
        (peek = "", { pointerType, buttons }) =>
          pointerType === "mouse" && !buttons && set({ peek }),
      );
    },
    draw(view) {
      const picture = draw(view);
      ({ now } = picture);
      if (fixed(now, view) && !now.terms) picture.readout += ` <span>${view.data.fixed}</span>`;
      return picture;
    },
  });
}

export default {
  render,
};
