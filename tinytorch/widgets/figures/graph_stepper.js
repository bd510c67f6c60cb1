import { figure } from "../frame/shell.js";
import { layout } from "../frame/graph.js";
import { signed, svgFormula } from "../frame/text.js";
import { passes, words } from "../frame/passes.js";
import { label, shape } from "../frame/shapes.js";
import { morph } from "../frame/morph.js";
import { player, steps } from "../frame/steps.js";

/** The pass at the present inputs, and how far in it the step is. */
function read({ data, state }) {
  const same = ({ inputs }) => JSON.stringify(inputs) === JSON.stringify(state.inputs);
  const trace = data.traces.find(same) ?? data.traces[0];
  const visits = state.forward ? trace.forward : state.recursive ? trace.naive : trace.ours;
  const last = data.run.length + 1 + visits.length;
  const step = Math.min(state.step, last);
  return { ...data, ...state, trace, visits, last, step, back: step - data.run.length - 1 };
}

function drawn(data, { w }) {
  const { nodes, edges, run, trace, visits, out, high, kept } = data;
  const { step, back, recursive, forward, playing } = data;
  const { down, wide, spot, ways: paths } = layout(data, w);

  // What the visits so far left behind.
  let [gradient, calls, along, pass] = [{}, {}, {}];
  if (back >= 0 && !forward) gradient[run.at(-1)] = trace.seed;
  visits.slice(0, Math.max(0, back)).forEach(([i, g, sent, leaf], k) => {
    if (leaf !== pass) [gradient, calls, along, pass] = [{}, {}, {}, leaf];
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
    const gone = expr && calls[i] && !now && !forward;
    const [over, by] = forward ? [name, nodes[pass]?.name] : [out, name];
    const what = expr || !calls[i] || forward ? `∂${over}/∂${by}` : ".grad";
    if (g)
      box += row(
        top + 48,
        what,
        g,
        gone ? "tt-freed tt-soft" : now && expr && !forward ? "tt-g" : "tt-grad",
      );
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
  return [
    ways,
    `<g class="${forward ? "tt-ahead" : ""} ${down ? "tt-down" : ""}">${pills}</g>`,
    ...boxes,
  ];
}

function render(context) {
  const { choices = {} } = context.model.get("data");
  const last = (view) => read(view).last;
  const [slide, ...buttons] = steps(last);
  let table;
  return figure(context, {
    kind: "stepper",
    state: ["inputs", "step", "recursive", "forward", "playing"],
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
        label: "Forward mode",
        hidden: ({ data }) => !data.modes,
        on: ({ state }) => state.forward,
        press: ({ state, data }) => ({ forward: !state.forward, step: data.run.length + 1 }),
      },
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
