import { arrow, esc, figure, fmt, formula, label, svgFormula } from "./frame.js";

const [HEAD, BELOW, PAGE, BESIDE] = [40, 12, 10, 18]; // px: above a grid, below it, between its pages, beside it
const FOLD = 8;

/** Every cell in equation order: its name, its value, and the terms that make it. */
function read({ data, state }) {
  const cells = [];
  for (const [at, grid] of data.grids.entries()) {
    const given = grid.name === "g" ? state.g : state.inputs[grid.name];
    const values = grid.terms ? grid.values : [given].flat(Infinity);
    const role = grid.name.startsWith("∂") ? "grad" : grid.name === "g" ? "g" : "value";
    grid.cells.forEach((name, i) => {
      const terms = grid.terms?.[i];
      const value = values ? values[i] : terms.reduce((sum, term) => sum + times(term, cells), 0);
      cells.push({ name, at, i, role, value, terms, digits: data.digits[terms ? 1 : 0] });
    });
  }
  return cells;
}

const times = ([coefficient, ...parts], cells) => parts.reduce((product, part) => product * cells[part].value, coefficient);
const find = (cells, name) => cells.find((cell) => cell.name === name) ?? cells.find((cell) => cell.terms);
const print = (cell) => fmt(cell.value, cell.digits);

/** What lights up: under each lit cell's number, which terms it is part of. A given cell lights what uses it. */
function lights(cells, chosen) {
  const lit = new Map();
  const light = (id, term) => lit.set(id, [...(lit.get(id) ?? []), term]);
  if (chosen.terms) chosen.terms.forEach(([, ...parts], term) => parts.forEach((part) => light(part, term + 1)));
  else {
    const own = cells.indexOf(chosen);
    cells.forEach((cell, id) => cell.terms?.some((term) => term.indexOf(own, 1) > 0) && light(id, 0));
  }
  return lit;
}

/** Where the grids stand: gradients below their arrays, or beside them where that is too wide. */
function place(data, { w, h }) {
  const wide = w >= 640;
  const [across, row] = data.layout[wide ? 0 : 1];
  const { grids } = data;
  const out = grids.findIndex((grid) => grid.terms);
  const arrays = grids.slice(0, out + 1);
  const partner = (grid, i) => (i === out ? grids[out + 1] : grids.find(({ name }) => name === `∂L/∂${grid.name}`));
  const table = across ? [arrays, arrays.map(partner)] : arrays.map((grid, i) => [grid, partner(grid, i)]);
  const size = ({ shape }) => {
    const [rows, columns] = [1, 1, ...shape].slice(-2);
    return { columns, rows, pages: shape.slice(0, -2).reduce((a, b) => a * b, 1) };
  };
  const gap = across ? (wide ? 76 : 28) : 8;
  const columns = table[0].map((_, j) => Math.max(...table.map((line) => (line[j] ? size(line[j]).columns : 0))));
  const all = columns.reduce((a, b) => a + b);
  const cell = Math.min(54, (w - BESIDE * columns.length - gap) / all);
  const starts = [];
  let x = (w - cell * all - BESIDE * columns.length - gap) / 2;
  columns.forEach((count, j) => {
    x += BESIDE + (j === columns.length - 1 ? gap : 0);
    starts.push(x);
    x += count * cell;
  });
  const places = new Map();
  let y = 0;
  for (const line of table) {
    let tall = 0;
    line.forEach((grid, j) => {
      if (!grid) return;
      const { rows, columns, pages } = size(grid);
      const height = pages * rows * row + (pages - 1) * PAGE;
      tall = Math.max(tall, height);
      places.set(grid, { x: starts[j], y: y + HEAD, rows, columns, pages, height, width: columns * cell });
    });
    y += HEAD + tall + BELOW;
  }
  return { places, cell, row, across, gap, out };
}

function draw(view) {
  const { data, state, size } = view;
  const cells = read(view);
  const chosen = find(cells, state.peek || state.cell);
  const lit = lights(cells, chosen);
  const layout = place(data, size.grids);
  let start = 0;
  const layers = data.grids.map((grid) => {
    const own = cells.slice(start, (start += grid.cells.length));
    return drawn(grid, own, { data, state, layout, lit, chosen, first: start - own.length });
  });
  return { panels: { grids: [signs(data, layout), ...layers] }, readout: words(data, cells, chosen) };
}

/** The two ways through the operation: values to the right, gradients back to the left. */
function signs(data, { places, across, gap, out }) {
  const [to, from] = [data.grids[out], data.grids[out + 1]].map((grid) => places.get(grid));
  const [left, right] = [to.x - BESIDE - gap + 10, to.x - BESIDE - 4];
  if (!across) return "";
  const [z, g] = [to, from].map(({ y, height }) => y + Math.min(height, 68) / 2);
  let marks = arrow(left, z, right - left, 0, "value") + arrow(right, g, left - right, 0, "grad");
  if (gap > 60) {
    const middle = (left + right) / 2;
    marks += label(middle, z - 10, esc(data.label), { role: "soft", at: "middle" });
    marks += label(middle, g - 10, "apply", { role: "soft", at: "middle" });
  }
  return marks;
}

const index = (x, y, n) => `<text class="tt-index" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${n}</text>`;

function drawn(grid, cells, { data, state, layout, lit, chosen, first }) {
  const { x, y, rows, columns } = layout.places.get(grid);
  const [w, h] = [layout.cell, layout.row];
  const { role } = cells[0];
  const most = data.most[role === "value" ? 0 : 1];
  const stop = cells.some((cell) => cell.name === state.cell) ? state.cell : cells[0].name;
  const paired = chosen.terms?.length > 1 && chosen.terms.some((term) => term.length > 2);
  const shape = grid.shape.length === 1 ? `(${grid.shape},)` : `(${grid.shape.join(", ")})`;
  let out = label(x, y - 22, `${svgFormula(grid.name)}<tspan class="tt-shape" dx="7">${shape}</tspan>`, { role, classes: "tt-title" });
  cells.forEach((cell, i) => {
    const line = Math.floor(i / columns);
    const top = y + line * h + Math.floor(line / rows) * PAGE;
    const left = x + (i % columns) * w;
    const terms = lit.get(first + i);
    const mark = cell === chosen ? "tt-chosen" : terms ? (chosen.terms ? "tt-lit" : "tt-uses") : "";
    const shade = Math.min(1, Math.abs(cell.value) / most) * (mark ? 0.5 : 0.25);
    const text = print(cell);
    const font = Math.min(13, (w - 6) / (0.58 * text.length));
    if (!line && columns > 1) out += index(left + w / 2, y - 6, i);
    if (i % columns === 0 && rows > 1) out += index(x - 9, top + h / 2 + 4, line % rows);
    out += `<g class="tt-cell tt-${role} ${mark}" data-pick="${esc(cell.name)}" role="button" tabindex="${cell.name === stop ? 0 : -1}" aria-pressed="${cell === chosen}" aria-label="${esc(cell.name)} = ${text}" transform="translate(${left.toFixed(1)} ${top})"><rect class="tt-bed" width="${w.toFixed(1)}" height="${h}" style="fill:rgb(var(--tt-${cell.value < 0 ? "minus" : "plus"})/${shade.toFixed(2)})"/><rect class="tt-rim" x="1.5" y="1.5" width="${(w - 3).toFixed(1)}" height="${h - 3}"/>`;
    if (font >= 9) out += `<text x="${(w / 2).toFixed(1)}" y="${h / 2 + 4.5}" style="font-size:${font.toFixed(1)}px">${text}</text>`;
    if (paired && terms) out += `<text class="tt-term" x="5" y="11">${terms}</text>`;
    out += "</g>";
  });
  return out;
}

const tag = (cell) => `<span class="tt-of tt-${cell.role}">${formula(cell.name)}</span>`;
const piece = (text) => `<span>${text}</span>`;
const short = (value) => fmt(value, 3).replace(/\.?0+$/, "");
const fold = (items) => (items.length > FOLD ? [...items.slice(0, FOLD - 2), "…", items.at(-1)] : items);

/** A sum, its products written by `part`: "g[0,0]·B[1,0] + g[0,1]·B[1,1]". */
const sum = (terms, part) =>
  fold(terms).map((term, k) => {
    if (term === "…") return piece("+ …");
    const [coefficient, ...parts] = term;
    const factors = parts.map((id, n) => part(id, k + n === 0));
    const size = Math.abs(coefficient);
    if (size !== 1 || !factors.length) factors.unshift(short(size));
    const sign = coefficient < 0 ? "−" : k ? "+" : "";
    return piece(`${sign}${k && sign ? " " : ""}${factors.join("·")}`);
  });

function words(data, cells, chosen) {
  const is = piece(`${tag(chosen)} = `);
  const value = `<b class="tt-${chosen.role}">${print(chosen)}</b>`;
  if (!chosen.terms) {
    const users = cells.filter((cell) => cell.terms?.some((term) => term.indexOf(cells.indexOf(chosen), 1) > 0));
    const list = fold(users).map((cell) => piece(cell === "…" ? cell : tag(cell))).join(", ");
    return `${piece(`${tag(chosen)} = ${value}`)} ${list ? `goes into ${list}` : "goes nowhere"}`;
  }
  if (data.grids[chosen.at].values) {
    const slopes = fold(chosen.terms).map((term) =>
      term === "…" ? piece(term) : piece(`∂${formula(chosen.name)}/∂${formula(cells[term[1]].name)} = ${fmt(term[0], 3)}`),
    );
    return `${piece(`${tag(chosen)} = ${value};`)} ${slopes.join(", ")}`;
  }
  const names = sum(chosen.terms, (id) => tag(cells[id]));
  const numbers = sum(chosen.terms, (id, first) => (cells[id].value < 0 && !first ? `(${print(cells[id])})` : print(cells[id])));
  const plain = chosen.terms.length < 2 && chosen.terms.every(([c, ...parts]) => c === 1 && parts.length < 2);
  return [is, ...names, ...(plain ? [] : ["=", ...numbers]), piece(`= ${value}`)].join(" ");
}

/** The entry of `nested` at `at`, replaced. */
const put = (nested, [i, ...deeper], value) =>
  i === undefined ? value : nested.map((item, k) => (k === Number(i) ? put(item, deeper, value) : item));

/** Traits that give an input's or g's cell another value. */
function edit(cell, value, { data, state }) {
  const place = cell.name.match(/(?<=\[[\d,]*)\d+/g) ?? [];
  value = Number(Math.max(-data.limit, Math.min(data.limit, value)).toFixed(6));
  if (cell.role === "g") return { cell: cell.name, g: put(state.g, place, value) };
  const { name } = data.grids[cell.at];
  return { cell: cell.name, inputs: { ...state.inputs, [name]: put(state.inputs[name], place, value) } };
}

/** The cell under a point of the panel. */
function under({ x, y }, data, { places, cell, row }) {
  for (const [grid, at] of places) {
    const [i, j] = [Math.floor((y - at.y) / row), Math.floor((x - at.x) / cell)];
    if (at.pages === 1 && i >= 0 && i < at.rows && j >= 0 && j < at.columns) return grid.cells[i * at.columns + j];
  }
}

function render(context) {
  const alone = context.el.dataset.host === "static";
  const layout = context.model.get("data").layout ?? [[0, 0, 0], [0, 0, 0]];
  const now = (view) => find(read(view), view.state.cell);
  const fixed = (cell, { data }) => Boolean(cell.terms) || (alone && !data.exact && cell.role !== "g");
  return figure(context, {
    kind: "lens",
    role: "group",
    state: ["inputs", "g", "cell", "peek"],
    panels: { grids: layout.map(([, , height]) => height) },
    controls: [
      {
        trait: "cell",
        label: "cell",
        values: ({ data }) => data.grids.flatMap((grid) => grid.cells),
        text: String,
      },
      {
        label: "value",
        value: (view) => now(view).value,
        values: (view) => {
          const { limit, step } = view.data;
          const all = Array.from({ length: 2 * Math.round(limit / step) + 1 }, (_, k) => Number((k * step - limit).toFixed(6)));
          const { value } = now(view);
          return all.includes(value) ? all : [...all, value].sort((a, b) => a - b);
        },
        text: (value, view) => print(now(view)),
        set: (value, view) => edit(now(view), value, view),
        off: (view) => fixed(now(view), view),
      },
    ],
    drag: {
      grids(drag, view) {
        if (!drag.pick || drag.first) return drag.pick && { cell: drag.pick };
        const before = read({ ...view, state: drag.from });
        const cell = find(before, drag.pick);
        const steps = Math.round((drag.x - drag.x0) / 8);
        if (fixed(cell, view)) return cell.terms && { cell: under(drag, view.data, place(view.data, view.size.grids)) ?? view.state.cell };
        return steps ? edit(cell, cell.value + steps * view.data.step, view) : undefined;
      },
    },
    keys(event, view) {
      const cell = now(view);
      const { cells, shape } = view.data.grids[cell.at];
      const columns = shape.at(-1) ?? 1;
      const across = cell.i % columns;
      const to = {
        ArrowLeft: across ? -1 : 0,
        ArrowRight: across < columns - 1 ? 1 : 0,
        ArrowUp: -columns,
        ArrowDown: columns,
        Home: -cell.i,
        End: cells.length - 1 - cell.i,
      }[event.key];
      if (to !== undefined) {
        const name = cells[cell.i + to] ?? cell.name;
        event.currentTarget.querySelector(`[data-pick="${name}"]`).focus();
        return { cell: name, peek: "" };
      }
      const by = { "+": 1, "=": 1, "-": -1, PageUp: 10, PageDown: -10 }[event.key];
      if (by && !fixed(cell, view)) return { ...edit(cell, cell.value + by * view.data.step, view), peek: "" };
    },
    setup({ root, set }) {
      const picked = (event) => event.target.closest("[data-pick]")?.dataset.pick;
      root.addEventListener("focusin", (event) => picked(event) && set({ cell: picked(event), peek: "" }));
      root.addEventListener("pointerover", (event) => {
        if (event.pointerType === "mouse" && !event.buttons) set({ peek: picked(event) ?? "" });
      });
      root.addEventListener("pointerleave", () => set({ peek: "" }));
    },
    draw,
  });
}

export default { render };
