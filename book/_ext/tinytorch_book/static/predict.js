/* Predict boxes that a reader commits to: first an answer, then the reason for it, then the
 * book's.
 *
 * The page holds a question, a list and a folded answer; here they become a form. Nodes are moved,
 * not copied, since formulas in them may be set later.
 */
(() => {
  "use strict";
  const { docname, bare, change, entry, follow } = self.ttRecord;
  const answers = JSON.parse(document.getElementById("tt-predicts")?.textContent ?? "{}");
  const ASIDE = [
    [(x, y) => x === -y, "The size is right, the sign is not."],
    [(x, y) => isTenfold(x / y), "The digits are right, the decimal point is not."],
    [(x, y) => x > y, "That is too large."],
    [(x, y) => x < y, "That is too small."],
  ];
  const isTenfold = (ratio) => ratio > 0 && Math.abs(Math.log10(ratio) % 1) < 1e-9;

  /** Read a number as people write one: −1/64, 1,280, 0.45, 3·10^8, 12 bytes; else NaN. */
  function number(text) {
    const plain = text
      .trim()
      .replace(/[−–]/g, "-")
      .replace(/\s*(?:×|·|\*|x)\s*10\s*(?:\^|\*\*)\s*/i, "e")
      .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
      .replace(/(\d) (?=\d{3}(?!\d))/g, "$1");
    const form = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\s*\/\s*(\d+(?:\.\d+)?))?/i;
    const found = form.exec(plain);
    if (!found || /^[\d.,/]/.test(plain.slice(found[0].length).trim())) return NaN;
    return Number(found[1]) / Number(found[2] ?? 1);
  }

  /** Return a new element with its text and properties. */
  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  /** Turn one box into a form. */
  function build(box) {
    const answer = box.querySelector("details");
    const choices = box.querySelector(".tt-choices");
    const reasons = [...box.querySelectorAll(".tt-reasons > li")];
    const { right, choices: texts, numbers } = answers[box.id];
    const unit = numbers?.[right][2];

    const commit = make("button", { type: "submit", className: "tt-commit" }, "Commit");
    const problem = make("p", { className: "tt-problem", id: `${box.id}-problem` });
    problem.setAttribute("role", "alert");
    const fieldset = make("fieldset", { className: "tt-answers" });
    const form = make("form", { className: "tt-form", noValidate: true }, fieldset);
    let field;
    if (choices) {
      fieldset.append(make("legend", { className: "tt-unseen" }, "Your prediction"));
      choices.before(form);
      fieldset.append(choices);
      [...choices.children].forEach((item, index) => {
        const input = make("input", { type: "radio", name: box.id, value: index });
        const words = make("span", {}, ...item.childNodes);
        // a formula has no name that a browser takes over from it
        if (words.querySelector(".math")) input.setAttribute("aria-label", texts[index]);
        item.append(make("label", {}, input, words));
      });
    } else {
      field = make("input", { type: "text", inputMode: "text", autocomplete: "off", size: 12 });
      field.setAttribute("aria-describedby", problem.id);
      const words = unit ? `Your prediction (${unit})` : "Your prediction, a number";
      fieldset.append(make("label", { className: "tt-field" }, `${words} `, field));
      answer.before(form);
    }
    form.append(problem, commit);
    const verdict = make("div", { className: "tt-verdict" });
    verdict.setAttribute("aria-live", "polite");
    const again = make("button", { type: "button", className: "tt-again" }, "Answer again");
    form.after(verdict);

    /** Return which reason fits what was said; -1 if none. */
    function place(said) {
      if (texts) return texts.indexOf(said);
      const x = number(said);
      const fits = numbers.map(([value, tolerance]) => {
        return Math.abs(x - value) <= Math.max(tolerance, 1e-6 * Math.abs(value));
      });
      return fits[right] ? right : fits.indexOf(true);
    }

    let shownFrom = "";
    let moved = null; // the reason that is shown beside the answer
    function putBack() {
      if (!moved) return;
      moved.item.append(...moved.shown.childNodes);
      moved.item.hidden = false;
      moved = null;
    }

    /** Show the box as the record has it. */
    function draw(record) {
      const kept = record.chapters[docname]?.predicts?.[box.id];
      box.classList.toggle("tt-waits", !kept && record.hints !== "open");
      box.classList.toggle("tt-answered", Boolean(kept));
      fieldset.disabled = Boolean(kept);
      commit.hidden = Boolean(kept);
      const when = kept?.when ?? "";
      if (when === shownFrom) return;
      shownFrom = when;
      putBack();
      verdict.replaceChildren();
      answer.open = Boolean(kept);
      for (const item of choices?.children ?? []) item.classList.remove("tt-chosen");
      if (!kept) return;
      const index = place(kept.said);
      if (texts && index >= 0) form.elements[box.id][index].checked = true;
      if (field) field.value = kept.said;
      const said = make("p", { className: "tt-said" }, "You predicted: ");
      const full = kept.said + (unit && /\d$/.test(kept.said) ? ` ${unit}` : "");
      const words = make("q", {}, make("bdi", {}, full));
      if (texts && index >= 0) words.replaceChildren(...copy(choices.children[index]));
      said.append(words, ". ");
      if (texts) choices.children[index]?.classList.add("tt-chosen");
      const typed = texts ? NaN : number(kept.said);
      if (index < 0 && Number.isNaN(typed)) {
        said.append("This is no longer among the answers.");
      } else if (index !== right) {
        said.append(make("strong", {}, "That is not it."));
      } // else the reason begins with "Right"
      verdict.append(said);
      if (index >= 0) {
        const shown = make("div", { className: "tt-reason" }, ...reasons[index].childNodes);
        moved = { item: reasons[index], shown };
        reasons[index].hidden = true;
        verdict.append(shown);
      } else if (!Number.isNaN(typed)) {
        const [, aside] = ASIDE.find(([fits]) => fits(typed, numbers[right][0]));
        verdict.append(make("p", { className: "tt-reason" }, aside));
      }
      verdict.append(again);
    }
    const copy = (item) => {
      const words = item.querySelector("span").cloneNode(true);
      return (words.querySelector("p") ?? words).childNodes;
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = texts ? texts[form.elements[box.id].value] : field.value.trim().slice(0, 100);
      const missing = texts ? said === undefined : Number.isNaN(number(said));
      field?.setAttribute("aria-invalid", missing);
      problem.textContent = "";
      if (missing) {
        const example = "Type a number, such as 12, −0.5, 3/4 or 2e6.";
        problem.textContent = texts ? "Choose an answer first." : example;
        (field ?? form.elements[box.id][0]).focus();
        return;
      }
      const isRight = place(said) === right;
      change(() => {
        entry("predicts")[box.id] = bare({ said, right: isRight, when: self.ttRecord.now() });
      });
      again.focus({ preventScroll: true });
    });
    again.addEventListener("click", () => {
      change(() => delete entry("predicts")[box.id]);
      (field ?? form.elements[box.id][0]).focus();
    });
    reasons.forEach((item, index) => (item.value = index + 1));
    follow(draw);
  }

  for (const id of Object.keys(answers)) build(document.getElementById(id));
})();
