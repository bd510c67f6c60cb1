import { figure } from "../frame/shell.js";
import { layout } from "../frame/graph.js";
import { esc, formula, signed, svgFormula } from "../frame/text.js";
import { label, shape } from "../frame/shapes.js";
import { morph } from "../frame/morph.js";
import { player, steps } from "../frame/steps.js";

const CHIP = 26; // px of a visit

/** The pass at the present inputs, and how far in it the step is. */
function read({ data, state }) {
  const same = ({ inputs }) => JSON.stringify(inputs) === JSON.stringify(state.inputs);
  const trace = data.traces.find(same) ?? data.traces[0];
  const visits = state.recursive ? trace.naive : trace.ours;
  const last = data.run.length + 1 + visits.length;
  const step = Math.min(state.step, last);
  return { ...data, ...state, trace, visits, last, step, back: step - data.run.length - 1 };
}

const bold = (role, text) => `<b class="tt-${role}">${esc(text)}</b>`;
const is = (name, role, text) => `<span>${formula(name)} = ${bold(role, text)}</span>`;

/** What happens at a step, in <span>s. */
function words(data, step) {
  const { nodes, run, out, trace } = data;
  const visit = step - run.length - 2;
  if (!step)
    return nodes
      .map(({ name }, i) => (name in trace.inputs ? is(name, "value", trace.values[i]) : ""))
      .join(" ");
  if (visit < -1) {
    const i = run[step - 1];
    return is(
      `${nodes[i].name} = ${nodes[i].expr} = ${trace.numbers[i]}`,
      "value",
      trace.values[i],
    );
  }
  const seed = is(`∂${out}/∂${out}`, "g", trace.seed);
  if (visit < 0) return `<span>${formula(out)}.backward() starts with</span> ${seed}`;
  return back(data, visit);
}

/** What came to each node before this visit, along which edges: ["5", "−1"]. */
function arrivals({ edges, visits }, visit) {
  const came = {};
  for (const [, , sent] of visits.slice(0, visit)) {
    for (const [edge, d] of sent) (came[edges[edge][1]] ??= []).push(d);
  }
  return came;
}

/** What a visit does: "MulBackward.apply(22) → ∂L/∂x = 22 · y = 22 · 3 = 66". */
function back(data, visit) {
  const { nodes, edges, rules, out, trace, visits } = data;
  const [i, g, sent] = visits[visit];
  const came = arrivals(data, visit);
  const plus = (parts) => parts.map((part, k) => (k ? signed(part) : part)).join(" + ");
  if (!nodes[i].expr) {
    const terms = came[i]?.length > 1 ? `${plus(came[i])} = ` : "";
    return is(`${nodes[i].name}.grad`, "grad", terms + g);
  }
  const ends = new Map(); // by the node at the end: its terms by name, in numbers, and their sum
  for (const [edge, d, sum] of sent) {
    const to = edges[edge][1];
    const key = data.recursive ? -edge : to; // a recursion adds nothing up on its way
    const before = data.recursive ? [] : (came[to] ?? []);
    const { named, factors } = ends.get(key) ?? { named: [...before], factors: [...before] };
    const local = trace.locals[edge];
    const times = (factor) => (local === null ? d : `${g} · ${signed(factor)}`);
    ends.set(key, {
      name: `∂${out}/∂${nodes[to].name}`,
      named: [...named, times(/^−?\d+$|^$/.test(rules[edge]) ? local : rules[edge])],
      factors: [...factors, times(local)],
      is: sum ?? d,
    });
  }
  const pieces = [...ends.values()].map(({ name, named, factors, is }) => {
    const ways = [...new Set([plus(named), plus(factors)])].filter((way) => way !== is);
    const steps = [...ways.map(formula), bold("grad", is)];
    return `<span>${formula(name)} = ${steps.join("</span> <span>= ")}</span>`;
  });
  return `<span>${nodes[i].kind}.apply(${bold("g", g)}) →</span> ${pieces.join(" ")}`;
}

function drawn(data, { w }) {
  const { nodes, edges, run, trace, visits, out, high, kept } = data;
  const { step, back, recursive, playing } = data;
  const { wide, spot, ways: paths } = layout(data, w);

  // What the visits so far left behind.
  const [gradient, calls, along] = [{}, {}, {}];
  if (back >= 0) gradient[run.at(-1)] = trace.seed;
  visits.slice(0, Math.max(0, back)).forEach(([i, g, sent], k) => {
    gradient[i] = g;
    calls[i] = (calls[i] ?? 0) + 1;
    for (const [edge, d, sum] of sent) {
      along[edge] = [d, k === back - 1];
      if (sum) gradient[edges[edge][1]] = sum;
    }
  });
  const active = back > 0 ? visits[back - 1][0] : back ? run[step - 1] : run.at(-1);
  const made = (i) => run.indexOf(i) < step;

  let [ways, pills] = ["", ""];
  edges.forEach(([to, from], edge) => {
    const d = paths[edge];
    const [text, fresh] = along[edge] ?? [];
    const used = back < 0 && active === to;
    const role = text ? "grad" : used ? "value" : made(to) ? "soft" : "faint";
    ways += `<path class="tt-line tt-${role} ${fresh || used ? "" : "tt-thin"}" d="${d}"/>`;
    const on = (classes, words) => {
      const room = 7.2 * words.length + 10;
      return shape(
        "g",
        { class: `tt-pill ${classes}`, style: `offset-path:path('${d}')` },
        shape("rect", { x: -room / 2, y: -10, width: room, height: 20, rx: 10 }) +
          `<text y="4.5">${words}</text>`,
      );
    };
    const local = made(to) && trace.locals[edge];
    if (local && nodes[from].kind) pills += on("tt-local tt-ink", `× ${signed(local)}`);
    const how = !fresh ? "past" : playing ? `go${step % 2}` : "here";
    if (text) pills += on(`tt-grad tt-${how}`, text);
  });

  const boxes = nodes.map(({ name, at, kind, expr }, i) => {
    const go = `data-pick="${i}" transform="translate(${spot(at)})"`;
    if (!kind)
      return `<g ${go}><circle class="tt-open tt-faint" r="16"/>
        <text class="tt-chip" y="5">${name}</text></g>`;
    const fitted = (words, most) =>
      `font-size:${Math.min(most, (wide - 8) / 0.6 / words.length).toFixed(1)}px`;
    const text = (y, words, classes, most = 13) =>
      shape("text", { class: classes, y, style: fitted(words, most) }, svgFormula(words));
    const now = step && i === active;
    const g = gradient[i];
    const role = back < 0 ? "value" : expr ? "g" : "grad";
    let box = shape("rect", {
      ...{ class: "tt-plate", x: -wide / 2, y: -high / 2 },
      ...{ width: wide, height: high, rx: 8 },
    });
    const top = 16 - high / 2; // px of the first line
    box += text(top, expr ? `${name} = ${expr}` : name, "") + text(top + 14, kind, "tt-class", 11);
    const row = (y, what, number, tone) => {
      const style = fitted(`${what} ${number}`, 13);
      const named = `<tspan class="tt-class" style="${style}">${svgFormula(what)}</tspan>`;
      return shape("text", { class: `tt-tone ${tone}`, y, style }, `${named} ${number}`);
    };
    if (made(i)) box += row(top + 31, "value", trace.values[i], "tt-value");
    // Only a leaf keeps its gradient; that of any other node goes once its rule has used it.
    const gone = expr && calls[i] && !now;
    const what = expr || !calls[i] ? `∂${out}/∂${name}` : ".grad";
    if (g)
      box += row(top + 48, what, g, gone ? "tt-freed tt-soft" : now && expr ? "tt-g" : "tt-grad");
    if (kept[i] && made(i))
      box += text(top + 64, `${gone ? "kept" : "keeps"} ${kept[i]}`, "tt-class");
    if (recursive && calls[i])
      box += label(wide / 2, -high / 2 - 4, `${calls[i]}×`, {
        role: "grad",
        at: "end",
        classes: "tt-calls",
      });
    const classes = `tt-node tt-${role} ${made(i) ? "tt-done" : ""} ${now ? "tt-now" : ""}`;
    return `<g class="${classes}" ${go}>${box}</g>`;
  });
  return [ways, pills, ...boxes];
}

/** Both orders: the visits that fit around the present one. */
function passes({ nodes, trace, back, calls, recursive, orders }, { w }) {
  const row = (y, title, visits, all) => {
    const fit = Math.floor((w - 166) / CHIP);
    const done = Math.min(Math.max(back, 0), visits.length);
    const first = Math.max(0, Math.min(done - Math.ceil(fit / 2), visits.length - fit));
    const chips = visits.slice(first, first + fit).map(([i], k) => {
      const [x, at] = [92 + k * CHIP, first + k + 1];
      const around = { x: x - 12, y: y - 16, width: 24, height: 22, rx: 6 };
      const ring = shape("rect", { class: "tt-open tt-grad", ...around });
      const chip = { class: `tt-chip ${at <= done ? "tt-ink" : ""}`, x, y };
      return (at === back ? ring : "") + shape("text", chip, svgFormula(nodes[i].name));
    });
    return (
      label(0, y, title, { role: "soft" }) +
      chips.join("") +
      label(w, y, `${done} of ${all}`, { role: "soft", at: "end" })
    );
  };
  return [
    row(22, orders ? "each once" : "visits", trace.ours, trace.ours.length),
    recursive ? row(52, "recursive", trace.naive, calls) : "",
  ];
}

function render(context) {
  const { choices = {} } = context.model.get("data");
  const last = (view) => read(view).last;
  const [slide, ...buttons] = steps(last);
  let table;
  return figure(context, {
    kind: "stepper",
    state: ["inputs", "step", "recursive", "playing"],
    controls: [
      slide,
      ...Object.entries(choices).map(([name, values]) => ({
        label: name,
        role: "value",
        values: () => values,
        value: ({ state }) => state.inputs[name],
        set: (value, { state }) => ({ inputs: { ...state.inputs, [name]: value } }),
      })),
      ...buttons,
      {
        label: "Recursive order",
        hidden: ({ data }) => !data.orders,
        on: ({ state }) => state.recursive,
        press: ({ state }) => ({ recursive: !state.recursive }),
      },
    ],
    drag: {
      graph({ pick }, view) {
        const { run, visits, back } = read(view);
        const visit = visits.findIndex(([i]) => i === +pick);
        return pick && { step: back < 0 ? run.indexOf(+pick) + 1 : run.length + 2 + visit };
      },
    },
    setup(handle) {
      table = document.createElement("details");
      table.className = "tt-steps";
      table.innerHTML = "<summary>All steps as a table</summary><table></table>";
      table.addEventListener("toggle", handle.draw);
      handle.root.insertBefore(table, handle.root.querySelector(".tt-caption"));
      return player(context.model, handle, last, 1200);
    },
    draw(view) {
      const now = read(view);
      const row = (_, step) => `<tr><td>${step}</td><td>${words(now, step)}</td></tr>`;
      if (table.open) morph(table.lastChild, Array.from({ length: now.last + 1 }, row).join(""));
      return {
        panels: { graph: drawn(now, view.size.graph), order: passes(now, view.size.order) },
        readout: words(now, now.step),
      };
    },
  });
}

export default {
  render,
};
