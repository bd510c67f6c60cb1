/** Numbers, formulas and captions as text. */

/**
 * Fixed digits, a real minus sign, no "−0.00": "−0.50". A tie goes to the even digit, as in
 * Python.
 * Values that are no numbers come as their names.
 */
export function fmt(value, digits = 2) {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value < 0 ? "−∞" : "∞";
  }
  if (typeof value !== "number") return String(value ?? "none");
  let text = Math.abs(value).toFixed(digits);
  const exact = Math.abs(value).toFixed(digits + 30);
  const cut = exact.slice(0, digits ? -30 : -31);
  if (/^50+$/.test(exact.slice(-30)) && /[02468]$/.test(cut)) text = cut;
  return value < 0 && Number(text) ? `−${text}` : text;
}

/** A number to the right of a sign: a negative one in parentheses. */
export const signed = (text) => (text.startsWith("−") ? `(${text})` : text);

/** "3.1 × 10⁻⁸", "10⁻⁷", "8.1" */
export function sci(value, digits = 1) {
  if (!value || !Number.isFinite(value)) return value === 0 ? "0" : fmt(value);
  const [mantissa, power] = value.toExponential(digits).replaceAll("-", "−").split("e");
  const scale = `10${superscript(power.replace("+", ""))}`;
  if (power === "+0") return mantissa;
  return mantissa === "1" ? scale : `${mantissa} × ${scale}`;
}

export const superscript = (text) =>
  [...text].map((c) => (c === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

export const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Letters of formulas in italics: "∂L/∂x" and "f′(x)", but not "relu" or "secant". */
export const formula = (text) =>
  esc(text).replace(/(?<![\p{L}&#])[\p{L}](?![\p{L}])/gu, (letter) => `<i>${letter}</i>`);

/** Letters of a formula inside an SVG label. */
export const svgFormula = (text) =>
  formula(text).replace(/<(\/?)i>/g, (_, end) => (end ? "</tspan>" : '<tspan class="tt-i">'));

/** The Markdown of a caption where no page renders it: `code`, *em*, **strong**, $math$. */
export function caption(text) {
  const signs = {
    partial: "∂",
    cdot: "·",
    times: "×",
    prime: "′",
    to: "→",
    sum: "∑",
    Delta: "Δ",
    le: "≤",
    ge: "≥",
    odot: "⊙",
    top: "ᵀ",
    lambda: "λ",
  };
  const math = (tex) =>
    formula(
      tex
        .replace(/\\frac(\d)(\d)/g, "$1/$2")
        .replace(/\\([A-Za-z]+)(?: (?=\w))?/g, (_, word) => signs[word] ?? word)
        .replace(/\\ /g, " ")
        .replace(/\\[,;]|[{}]/g, ""),
    )
      .replace(/\^([-−]?(?:\d+|<i>.<\/i>))/g, "<sup>$1</sup>")
      .replace(/_(\d+|<i>.<\/i>)/g, "<sub>$1</sub>");
  return text
    .replace(/\s+/g, " ")
    .split(/(\$[^$]+\$|`[^`]+`)/)
    .map((part) => {
      if (/^\$.+\$$/.test(part)) return math(part.slice(1, -1));
      if (/^`.+`$/.test(part)) return `<code>${esc(part.slice(1, -1))}</code>`;
      return esc(part)
        .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")
        .replace(/\*(.+?)\*/g, "<em>$1</em>");
    })
    .join("");
}
