import { nearest } from "./axes.js";
import { morph, node } from "./morph.js";
import { fmt, formula } from "./text.js";

/** Native inputs, a slider through given values and a button. Each returns its update. */

const said = (label, view) => (typeof label === "function" ? label(view) : label);

export function slider(control, bar, view, set) {
  const box = node("label", `tt-control tt-${control.role ?? "ink"}`, bar);
  const named = node("span", "tt-name", box);
  const input = node("input", "tt-range", box);
  const output = node("span", "tt-number", box);
  output.setAttribute("aria-hidden", "true");
  input.type = "range";
  input.min = 0;
  input.addEventListener("input", () => {
    const now = view();
    const value = control.values(now)[input.valueAsNumber];
    set(control.set ? control.set(value, now) : { [control.trait]: value });
  });
  return () => {
    const now = view();
    const values = control.values(now);
    const value = control.value ? control.value(now) : now.state[control.trait];
    box.hidden = Boolean(control.hidden?.(now));
    input.disabled = Boolean(control.off?.(now));
    input.max = values.length - 1;
    input.value = nearest(values, value);
    const called = said(control.label, now);
    morph(named, formula(called));
    output.textContent = control.text ? control.text(value, now) : fmt(value);
    input.setAttribute("aria-valuetext", `${called} = ${output.textContent}`);
  };
}

export function button(control, bar, view, set) {
  const made = node("button", "tt-button", bar);
  made.type = "button";
  made.addEventListener("click", () => set(control.press(view())));
  return () => {
    const now = view();
    made.textContent = said(control.label, now);
    if (control.on) made.setAttribute("aria-pressed", control.on(now));
    made.disabled = Boolean(control.off?.(now));
    made.hidden = Boolean(control.hidden?.(now));
  };
}
