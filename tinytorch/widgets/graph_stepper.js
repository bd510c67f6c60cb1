import { esc, figure, formula, label, still, svgFormula } from "./frame.js";

const [LAYER, ROW, HIGH, CHIP] = [100, 88, 58, 26]; // px: layers downwards, rows, a node, a visit in the order

/** The pass at the present inputs, and how far in it the step is. */
function read({ data, state }) {
  const same = ({ inputs }) => JSON.stringify(inputs) === JSON.stringify(state.inputs);
  const trace = data.traces.find(same) ?? data.traces[0];
  const run = data.nodes.flatMap((node, i) => (node.operation ? [i] : []));
  const visits = state.recursive ? trace.naive : trace.ours;
  const last = run.length + 1 + visits.length;
  const step = Math.min(state.step, last);
  return { ...data, ...state, trace, run, visits, last, step, back: step - run.length - 1 }; // back: visits made; 0 is the seed
}

const b = (role, text) => `<b class="tt-${role}">${esc(text)}</b>`;
const is = (name, role, text) => `<span>${formula(name)} = ${b(role, text)}</span>`;

/** What happens at a step, in <span>s. */
function words({ nodes, edges, trace, run, visits }, step) {
  const out = nodes[run.at(-1)].name;
  const gradient = (i) => `∂${out}/∂${nodes[i].name}`;
  const at = step - run.length - 1;
  if (!step) return nodes.map(({ name }, i) => (name in trace.inputs ? is(name, "value", trace.values[i]) : "")).join(" ");
  if (at < 0) {
    const i = run[step - 1];
    return is(`${nodes[i].name} = ${nodes[i].expr} = ${trace.numbers[i]}`, "value", trace.values[i]);
  }
  if (!at) return `<span>${formula(out)}.backward() starts with</span> ${is(gradient(run.at(-1)), "g", trace.seed)}`;
  const [i, g, sent] = visits[at - 1];
  const { name, operation } = nodes[i];
  if (!operation) return is(`${name}.grad`, "grad", g);
  const sums = new Map(sent.map(([edge, d, sum]) => [edges[edge][1], sum ?? d]));
  const arrived = [...sums].map(([to, sum]) => is(gradient(to), "grad", sum));
  return [`<span>${operation}.apply(${b("g", g)}) → ${sent.map(([, d]) => b("grad", d)).join(", ")}</span>`, ...arrived].join(" ");
}

function draw(view) {
  const now = read(view);
  const { graph, order } = view.size;
  return { panels: { graph: drawn(now, graph), order: passes(now, order) }, readout: words(now, now.step) };
}

function drawn({ nodes, edges, size, down, trace, run, visits, step, back, recursive, playing }, { w }) {
  down ||= w < 640;
  const [layers, rows] = size;
  const pitch = w / (down ? rows : layers);
  const wide = Math.min(116, pitch - (down ? 8 : 34));
  const place = ([layer, row]) =>
    down ? [(row + 0.5) * pitch, layer * LAYER + 36] : [(layer + 0.5) * pitch, row * ROW + 36];

  // What the visits so far left behind.
  const [gradient, count, along] = [new Map(), new Map(), new Map()];
  if (back >= 0) gradient.set(run.at(-1), trace.seed);
  visits.slice(0, Math.max(0, back)).forEach(([i, g, sent], k) => {
    gradient.set(i, g);
    count.set(i, (count.get(i) ?? 0) + 1);
    for (const [edge, d, sum] of sent) {
      along.set(edge, [d, k === back - 1]);
      if (sum) gradient.set(edges[edge][1], sum.split("= ").at(-1));
    }
  });
  const made = (i) => run.indexOf(i) < step;
  const active = back > 0 ? visits[back - 1][0] : back ? run[step - 1] : run.at(-1);

  let ways = "";
  let pills = "";
  edges.forEach(([to, from, bow, bends], edge) => {
    const turn = ([x, y], along_, across) => (down ? [x + across, y + along_] : [x + along_, y + across]);
    const half = (down ? HIGH : wide) / 2;
    const points = [turn(place(nodes[from].at), half, bow * 24), ...bends.map(place), turn(place(nodes[to].at), -half, bow * 24)];
    let d = `M${points[0]}`;
    for (let k = 1; k < points.length; k++) {
      const [p, q] = [points[k - 1], points[k]];
      const reach = (down ? q[1] - p[1] : q[0] - p[0]) / 2;
      d += `C${turn(p, reach, bow * 16)} ${turn(q, -reach, bow * 16)} ${q}`;
    }
    const [text, fresh] = along.get(edge) ?? [];
    const role = fresh ? "grad" : active === to && back < 0 ? "value" : text ? "grad" : made(to) ? "soft" : "faint";
    ways += `<path class="tt-line tt-edge tt-${role} ${fresh || role === "value" ? "tt-thick" : ""}" d="${d}"/>`;
    if (!text) return;
    const room = 8 * text.length + 8;
    pills += `<g class="tt-pill tt-grad ${fresh ? (playing ? `tt-go${step % 2}` : "") : "tt-past"}" style="offset-path:path('${d}')"><rect x="${-room / 2}" y="-10" width="${room}" height="20" rx="10"/><text y="4.5">${text}</text></g>`;
  });

  const boxes = nodes.map(({ name, at, operation, expr }, i) => {
    const [x, y] = place(at);
    const row = (dy, text, classes, most = 13) =>
      `<text class="${classes}" y="${dy}" style="font-size:${Math.min(most, (wide - 8) / (0.56 * text.length)).toFixed(1)}px">${svgFormula(text)}</text>`;
    const go = `data-pick="${i}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"`;
    if (!operation && !(name in trace.inputs)) return `<g ${go}><rect class="tt-open tt-faint" x="-18" y="-16" width="36" height="32" rx="16"/><text class="tt-chip" y="5">${name}</text></g>`;
    const g = gradient.get(i) ?? "";
    const here = i === active && step > 0;
    const role = back < 0 ? "value" : operation ? "g" : "grad";
    const done = made(i) ? "tt-done" : "";
    const grad = g && (operation || !count.get(i) ? g : `.grad = ${g}`);
    let box = `<rect class="tt-plate" x="${-wide / 2}" y="${-HIGH / 2}" width="${wide}" height="${HIGH}" rx="8"/>`;
    box += row(-11, operation ? `${name} = ${expr}` : name, "");
    if (made(i)) box += row(6, trace.values[i], "tt-tone tt-value");
    if (g) box += row(23, grad, `tt-tone tt-${here && operation ? "g" : "grad"}`);
    if (operation) box += row(HIGH / 2 + 12, operation, "tt-class", 11);
    if (recursive && count.get(i)) box += label(wide / 2 - 2, -HIGH / 2 - 3, `${count.get(i)}×`, { role: "grad", at: "end", classes: "tt-title" });
    return `<g class="tt-node tt-${role} ${done} ${here ? "tt-now" : ""}" ${go}>${box}</g>`;
  });
  return [ways, ...boxes, pills];
}

/** The order of the visits, ours and a recursion's: a window of as many as fit, around the present one. */
function passes({ nodes, trace, back, calls, recursive }, { w }) {
  const row = (y, title, visits, all) => {
    const fit = Math.floor((w - 160) / CHIP);
    const at = Math.min(Math.max(back, 0), visits.length);
    const first = Math.max(0, Math.min(at - Math.ceil(fit / 2), visits.length - fit));
    let out = label(0, y, title, { role: "soft" });
    visits.slice(first, first + fit).forEach(([i], k) => {
      const x = 86 + (k + 0.5) * CHIP;
      const [done, now] = [first + k < at, first + k === back - 1];
      if (now) out += `<rect class="tt-open tt-grad" x="${x - CHIP / 2 + 1}" y="${y - 16}" width="${CHIP - 2}" height="22" rx="6"/>`;
      out += `<text class="tt-chip ${done ? "tt-ink" : ""}" x="${x}" y="${y}">${svgFormula(nodes[i].name)}</text>`;
    });
    return out + label(w, y, `${at} of ${all}`, { role: at < visits.length ? "soft" : "ink", at: "end" });
  };
  const ours = row(20, "once each", trace.ours, trace.ours.length);
  return [ours, recursive ? row(50, "recursive", trace.naive, calls.reduce((sum, n) => sum + n).toLocaleString("en")) : ""];
}

function render(context) {
  const { model, el } = context;
  const { choices = {}, heights = [0, 0] } = model.get("data");
  const go = (label, to, off) => ({
    label,
    press: (view) => ({ step: to(read(view)), playing: false }),
    off: (view) => off(read(view)),
  });
  const [start, end] = [({ step }) => !step, ({ step, last }) => step === last];
  let table;
  const fill = (view) => {
    const now = read(view);
    const row = (_, step) => `<tr><td>${step}</td><td>${words(now, step)}</td></tr>`;
    table.innerHTML = Array.from({ length: now.last + 1 }, row).join("");
  };
  return figure(context, {
    kind: "stepper",
    state: ["inputs", "step", "recursive", "playing"],
    panels: { graph: heights, order: [64, 64] },
    controls: [
      {
        label: "step",
        value: (view) => read(view).step,
        values: (view) => Array.from({ length: read(view).last + 1 }, (_, step) => step),
        set: (step) => ({ step, playing: false }),
        text: (step, view) => `${step} of ${read(view).last}`,
      },
      ...Object.entries(choices).map(([name, values]) => ({
        label: name,
        role: "value",
        value: ({ state }) => state.inputs[name],
        values: () => values,
        set: (value, { state }) => ({ inputs: { ...state.inputs, [name]: value } }),
        text: (value) => String(value).replace("-", "−"),
      })),
      go("First", () => 0, start),
      go("Back", ({ step }) => step - 1, start),
      go("Forward", ({ step }) => step + 1, end),
      go("Last", ({ last }) => last, end),
      {
        label: "Play",
        on: ({ state }) => state.playing,
        off: still,
        press: (view) => ({ playing: !view.state.playing, step: end(read(view)) ? 0 : view.state.step }),
      },
      { label: "Recursive", on: ({ state }) => state.recursive, press: ({ state }) => ({ recursive: !state.recursive }) },
    ],
    drag: {
      graph({ pick, first }, view) {
        if (!pick || !first) return;
        const { run, visits, back } = read(view);
        const visit = visits.findIndex(([i]) => i === Number(pick));
        return { step: back < 0 ? run.indexOf(Number(pick)) + 1 : run.length + 2 + visit };
      },
    },
    setup({ root, view, set }) {
      const steps = document.createElement("details");
      steps.className = "tt-steps";
      steps.innerHTML = "<summary>All steps as a table</summary><table></table>";
      table = steps.lastChild;
      root.insertBefore(steps, root.querySelector(".tt-caption"));
      const refill = () => model.get("data").traces && fill(view());
      let timer;
      const play = () => {
        clearInterval(timer);
        if (!model.get("playing")) return;
        timer = setInterval(() => {
          const { step, last } = read(view());
          set(step < last && !still() ? { step: step + 1 } : { playing: false });
        }, 1200);
      };
      const heard = { "change:playing": play, "change:data": refill, "change:inputs": refill, "change:recursive": refill };
      for (const [event, act] of Object.entries(heard)) model.on(event, act);
      play();
      refill();
      return () => {
        clearInterval(timer);
        for (const [event, act] of Object.entries(heard)) model.off(event, act);
      };
    },
    draw,
  });
}

export default { render };
