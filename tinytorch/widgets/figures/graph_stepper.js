import { figure } from "../frame/shell.js";
import { esc, formula, svgFormula } from "../frame/text.js";
import { label, shape } from "../frame/shapes.js";
import { morph } from "../frame/morph.js";
import { player, steps } from "../frame/steps.js";

const [HIGH, CHIP] = [72, 26]; // px of a box, of a visit

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
function words({ nodes, edges, run, out, trace, visits }, step) {
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
  const [i, g, sent] = visits[visit];
  if (!nodes[i].expr) return is(`${nodes[i].name}.grad`, "grad", g);
  const sums = new Map(sent.map(([edge, d, sum]) => [edges[edge][1], sum ?? d]));
  const arrive = [...sums].map(([to, sum]) => is(`∂${out}/∂${nodes[to].name}`, "grad", sum));
  const made = sent.map(([, d]) => bold("grad", d)).join(", ");
  return `<span>${nodes[i].kind}.apply(${bold("g", g)}) → ${made}</span> ${arrive.join(" ")}`;
}

function drawn(data, { w }) {
  const { nodes, edges, layers, rows, gap, run, trace, visits, step, back, recursive, playing } =
    data;
  const down = data.down || w < 640;
  const pitch = w / (down ? rows : layers);
  const wide = Math.min(116, pitch - (down ? 8 : gap));
  const spot = ([layer, row]) =>
    down
      ? [(row + 0.5) * pitch, layer * data.layer + 54]
      : [(layer + 0.5) * pitch, row * data.row + 54];
  const turn = ([x, y], on, aside) => (down ? [x + aside, y + on] : [x + on, y + aside]);

  // What the visits so far left behind.
  const [gradient, calls, along] = [{}, {}, {}];
  if (back >= 0) gradient[run.at(-1)] = trace.seed;
  visits.slice(0, Math.max(0, back)).forEach(([i, g, sent], k) => {
    gradient[i] = g;
    calls[i] = (calls[i] ?? 0) + 1;
    for (const [edge, d, sum] of sent) {
      const fresh = k === back - 1;
      along[edge] = [d, fresh];
      if (sum) gradient[edges[edge][1]] = fresh ? sum : sum.split("= ").at(-1);
    }
  });
  const active = back > 0 ? visits[back - 1][0] : back ? run[step - 1] : run.at(-1);
  const made = (i) => run.indexOf(i) < step;

  let [ways, pills] = ["", ""];
  edges.forEach(([to, from, bow, bends], edge) => {
    const half = (i) => (nodes[i].kind ? (down ? HIGH : wide) / 2 : 16);
    const points = [
      turn(spot(nodes[from].at), half(from), bow * 30),
      ...bends.map(spot),
      turn(spot(nodes[to].at), -half(to), bow * 30),
    ];
    let d = `M${points[0]}`;
    points.reduce((p, q) => {
      const reach = (down ? q[1] - p[1] : q[0] - p[0]) / 2;
      d += `C${turn(p, reach, bow * 12)} ${turn(q, -reach, bow * 12)} ${q}`;
      return q;
    });
    const [text, fresh] = along[edge] ?? [];
    const used = back < 0 && active === to;
    const role = text ? "grad" : used ? "value" : made(to) ? "soft" : "faint";
    ways += `<path class="tt-line tt-${role} ${fresh || used ? "" : "tt-thin"}" d="${d}"/>`;
    if (!text) return;
    const room = 8 * text.length + 8;
    const how = !fresh ? "past" : playing ? `go${step % 2}` : "here";
    pills += shape(
      "g",
      { class: `tt-pill tt-grad tt-${how}`, style: `offset-path:path('${d}')` },
      shape("rect", { x: -room / 2, y: -10, width: room, height: 20, rx: 10 }) +
        `<text y="4.5">${text}</text>`,
    );
  });

  const boxes = nodes.map(({ name, at, kind, expr }, i) => {
    const go = `data-pick="${i}" transform="translate(${spot(at)})"`;
    if (!kind)
      return `<g ${go}><circle class="tt-open tt-faint" r="16"/>
        <text class="tt-chip" y="5">${name}</text></g>`;
    const fitted = (words, most) =>
      `font-size:${Math.min(most, (wide - 8) / (0.6 * words.length)).toFixed(1)}px`;
    const text = (y, words, classes, most = 13) =>
      shape("text", { class: classes, y, style: fitted(words, most) }, svgFormula(words));
    const now = step && i === active;
    const g = gradient[i];
    const role = back < 0 ? "value" : expr ? "g" : "grad";
    let box = shape("rect", {
      ...{ class: "tt-plate", x: -wide / 2, y: -HIGH / 2 },
      ...{ width: wide, height: HIGH, rx: 8 },
    });
    box += text(-18, expr ? `${name} = ${expr}` : name, "") + text(-4, kind, "tt-class", 11);
    if (made(i)) box += text(13, trace.values[i], "tt-tone tt-value");
    if (g)
      box += text(
        29,
        expr || !calls[i] ? g : `.grad = ${g}`,
        `tt-tone tt-${now && expr ? "g" : "grad"}`,
      );
    if (recursive && calls[i])
      box += label(wide / 2, -HIGH / 2 - 4, `${calls[i]}×`, {
        role: "grad",
        at: "end",
        classes: "tt-calls",
      });
    const classes = `tt-node tt-${role} ${made(i) ? "tt-done" : ""} ${now ? "tt-now" : ""}`;
    return `<g class="${classes}" ${go}>${box}</g>`;
  });
  return [ways, ...boxes, pills];
}

/** Both orders: the visits that fit around the present one. */
function passes({ nodes, trace, back, calls, recursive }, { w }) {
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
    row(22, "each once", trace.ours, trace.ours.length),
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
