import { label, shape } from "./shapes.js";
import { esc, formula, signed, svgFormula } from "./text.js";

/** The passes over a graph, in words and as a list of visits. */

const CHIP = 26; // px of a visit

const bold = (role, text) => `<b class="tt-${role}">${esc(text)}</b>`;
const is = (name, role, text) => `<span>${formula(name)} = ${bold(role, text)}</span>`;

/** What happens at a step, in <span>s. */
export function words(data, step) {
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
  if (data.forward && visit < 0)
    return `<span>Forward mode: a pass for each of ${trace.leaves} inputs.</span>`;
  if (data.forward) return ahead(data, visit);
  const seed = is(`∂${out}/∂${out}`, "g", trace.seed);
  if (visit < 0) return `<span>${formula(out)}.backward() starts with</span> ${seed}`;
  return back(data, visit);
}

/** What a visit of forward mode does: "pass 1, for x: ∂p/∂x = 3 · 1 + 2 · 0 = 3". */
function ahead({ nodes, edges, trace, visits }, visit) {
  const [i, tangent, sent, leaf] = visits[visit];
  const start = visits.findLastIndex((other, k) => k <= visit && other[0] === leaf);
  const now = Object.fromEntries(visits.slice(start, visit).map(([at, value]) => [at, value]));
  const of = (source) => now[source] ?? "0";
  const terms = sent.map(([edge]) => `${trace.locals[edge]} · ${signed(of(edges[edge][1]))}`);
  const sum = terms.map((term, k) => (k ? signed(term) : term)).join(" + ");
  const name = `∂${nodes[i].name}/∂${nodes[leaf].name}`;
  const pass = `<span>pass ${leaf + 1}, for ${formula(nodes[leaf].name)}:</span>`;
  return `${pass} ${is(sum ? `${name} = ${sum}` : name, "grad", tangent)}`;
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

/** The visits that fit around the present one, of the passes that are compared. */
export function passes(data, { w }) {
  const { nodes, trace, calls, recursive, orders, modes, forward } = data;
  const row = (y, title, visits, all, back = data.back) => {
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
  if (modes) {
    const [ours, ahead] = [trace.ours, trace.forward];
    return [
      row(22, "reverse", ours, ours.length, forward ? 0 : data.back),
      row(52, "forward", ahead, ahead.length, forward ? data.back : 0),
    ];
  }
  return [
    row(22, orders ? "each once" : "visits", trace.ours, trace.ours.length),
    recursive ? row(52, "recursive", trace.naive, calls) : "",
  ];
}
