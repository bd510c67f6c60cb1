/* Where the reader is: marks in the contents, what to go on with, hints that wait. */
(() => {
  "use strict";
  const { table, page, docname, address, change, follow, progress } = self.ttRecord;
  const MARKS = { begun: "begun", passed: "exercise passed", all: "all done" };

  /** Return a new element of a class, with a text that is only ever text. */
  function make(tag, name, text = "") {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  }

  // ----------------------------------------------------------------------------------- marks
  const links = new Map();
  for (const link of document.querySelectorAll("nav.bd-links a.reference")) {
    links.set(link.href.split("#")[0], link);
  }
  if (page) links.set(address(docname), document.querySelector("nav.bd-links .current > a"));

  follow(() => {
    for (const entry of table.pages) {
      const link = links.get(address(entry.name));
      if (!link) continue;
      const { mark } = progress(entry);
      const shown = link.querySelector(".tt-mark");
      if (shown?.dataset.mark === mark || (!shown && mark === "nothing")) continue;
      shown?.remove();
      if (mark === "nothing") continue;
      const sign = make("span", "tt-mark");
      sign.dataset.mark = mark;
      sign.title = MARKS[mark];
      sign.append(make("span", "tt-unseen", ` (${MARKS[mark]})`));
      link.append(sign);
    }
  });

  // ------------------------------------------------------------------------- where one was
  if (page) {
    const here = () => ({ chapter: docname, when: self.ttRecord.now() });
    if (!self.ttRecord.problem) change((record) => (record.at = here()));
    const end = document.querySelector(".prev-next-footer");
    if (end) {
      const seen = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        seen.disconnect();
        if (self.ttRecord.problem) return;
        change((record) => {
          (record.chapters[docname] ??= self.ttRecord.bare()).finished ??= self.ttRecord.now();
        });
      });
      seen.observe(end);
    }
  }

  if (docname === table.root) {
    const line = make("p", "tt-go-on");
    document.querySelector(".bd-article h1")?.after(line);
    follow((record) => {
      line.replaceChildren();
      line.hidden = !Object.keys(record.chapters).length && !record.at;
      const next = self.ttRecord.next();
      if (!next) {
        line.append("You have answered every question and passed every exercise.");
        return;
      }
      const link = make("a", "", next.words);
      link.href = next.address;
      line.append("Go on with: ", link);
    });
  }

  // --------------------------------------------------------------------------- hints that wait
  /** Let the hints of one exercise open one after another, and the solution after a try. */
  function wait(hints, solution, name) {
    const line = make("div", "tt-wait");
    const sentence = make("p", "");
    sentence.setAttribute("role", "status");
    const all = make("button", "", "Let all hints and answers open at once, from now on");
    all.type = "button";
    all.hidden = true;
    all.addEventListener("click", () => {
      change((record) => (record.hints = "open"));
      sentence.textContent = "From now on everything opens when you press it.";
      all.hidden = true;
    });
    line.append(sentence, all);
    (solution ?? hints.at(-1)).after(line);
    const opened = new Set();
    let asked = false;

    /** Return why something does not open yet, or nothing. */
    function reason(details) {
      const { record } = self.ttRecord;
      if (record.hints === "open" || details.open) return "";
      if (details !== solution) {
        const before = hints.slice(0, hints.indexOf(details)).findIndex((d) => !opened.has(d));
        return before < 0 ? "" : `Hint ${before + 1} comes first.`;
      }
      const tried = record.chapters[docname]?.exercises?.[name]?.tried;
      if (asked || (tried && tried.passed !== null)) return "";
      asked = true;
      return "The solution opens once you have tried. Press it again to see it now.";
    }
    for (const details of [...hints, solution].filter(Boolean)) {
      details.addEventListener("toggle", () => details.open && opened.add(details));
      details.querySelector("summary").addEventListener("click", (event) => {
        const why = reason(details);
        sentence.textContent = why;
        all.hidden = !why;
        if (why) {
          event.preventDefault();
          details.before(line); // said where it was pressed
        }
      });
    }
  }

  for (const { cell, name } of page?.exercises ?? []) {
    const stub = document.getElementById(cell);
    const hints = [];
    let solution = null;
    for (let node = stub?.nextElementSibling; node; node = node.nextElementSibling) {
      if (node.id.startsWith("exercise-")) break;
      if (node.matches("details.sd-dropdown") && /^\s*Hint\b/.test(node.textContent)) {
        hints.push(node);
      }
      if (node.matches(".tag_hide-cell")) {
        solution = node.querySelector("details");
        break;
      }
    }
    if (hints.length || solution) wait(hints, solution, name);
  }
})();
