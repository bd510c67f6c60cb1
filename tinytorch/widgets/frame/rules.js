/**
 * Forward and rule of the operations that are no sums of products of their inputs, so that a page
 * without Python can compute them at any point. Each works on one line (a row, a column, a window)
 * of every input; a test holds them to the package.
 */

const sum = (values) => values.reduce((a, b) => a + b, 0);
const dot = (a, b) => sum(a.map((value, i) => value * b[i]));

function softmax(x) {
  const top = Math.max(...x);
  const e = x.map((value) => Math.exp(value - top));
  return e.map((value) => value / sum(e));
}
function logsumexp(x) {
  const top = Math.max(...x);
  return top + Math.log(sum(x.map((value) => Math.exp(value - top))));
}
function normalized(x, eps) {
  const mean = sum(x) / x.length;
  const scale = 1 / Math.sqrt(sum(x.map((value) => (value - mean) ** 2)) / x.length + eps);
  return [x.map((value) => (value - mean) * scale), scale];
}

/** Of each: z of a line, and the gradients of its inputs for g of that line. */
const RULES = {
  softmax: {
    forward: ([x]) => softmax(x),
    apply: (g, [x]) => {
      const p = softmax(x);
      return [p.map((share, i) => share * (g[i] - dot(g, p)))];
    },
  },
  log_softmax: {
    forward: ([x]) => x.map((value) => value - logsumexp(x)),
    apply: (g, [x]) => [softmax(x).map((share, i) => g[i] - share * sum(g))],
  },
  logsumexp: {
    forward: ([x]) => [logsumexp(x)],
    apply: ([g], [x]) => [softmax(x).map((share) => g * share)],
  },
  cross_entropy: {
    forward: ([x, q]) => [sum(q) * logsumexp(x) - dot(q, x)],
    apply: ([g], [x, q]) => [
      softmax(x).map((share, i) => g * (share * sum(q) - q[i])),
      x.map((value) => g * (logsumexp(x) - value)),
    ],
  },
  max: {
    forward: ([x]) => [Math.max(...x)],
    apply: ([g], [x], { share }) => {
      const top = Math.max(...x);
      const wins = x.map((value, i) => value === top && (share || x.indexOf(top) === i));
      return [wins.map((win) => (win ? g / sum(wins) : 0))];
    },
  },
  prod: {
    forward: ([x]) => [x.reduce((a, b) => a * b, 1)],
    apply: ([g], [x]) => [x.map((_, i) => x.reduce((a, b, j) => (i === j ? a : a * b), g))],
  },
  variance: {
    forward: ([x], { correction }) => {
      const mean = sum(x) / x.length;
      return [sum(x.map((value) => (value - mean) ** 2)) / (x.length - correction)];
    },
    apply: ([g], [x], { correction }) => {
      const mean = sum(x) / x.length;
      return [x.map((value) => (2 * g * (value - mean)) / (x.length - correction))];
    },
  },
  normalize: {
    forward: ([x, w, b], { eps }) => normalized(x, eps)[0].map((value, i) => w[i] * value + b[i]),
    apply: (g, [x, w], { eps }) => {
      const [unit, scale] = normalized(x, eps);
      const d = g.map((value, i) => value * w[i]);
      const [mean, along] = [sum(d) / d.length, dot(d, unit) / d.length];
      return [
        d.map((value, i) => scale * (value - mean - unit[i] * along)),
        g.map((value, i) => value * unit[i]),
        g,
      ];
    },
  },
};

/**
 * z at these inputs, and its slope by every entry: `slopes[o][i]`, entries of all inputs in a row.
 * A line is {ins: one list of entries per input, outs: entries of z}.
 */
export function linearize({ rule, lines, ...options }, entries) {
  const { forward, apply } = RULES[rule];
  const [z, slopes] = [[], []];
  for (const { ins, outs } of lines) {
    const values = ins.map((line) => line.map((i) => entries[i]));
    forward(values, options).forEach((value, k) => (z[outs[k]] = value));
    outs.forEach((out, k) => {
      const row = (slopes[out] = Array(entries.length).fill(0));
      const one = outs.map((_, other) => +(other === k));
      apply(one, values, options).forEach((line, input) => {
        line.forEach((slope, n) => (row[ins[input][n]] += slope));
      });
    });
  }
  return { z, slopes };
}
