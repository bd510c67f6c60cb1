/* The reader's record: what was answered, changed and passed, kept in this browser alone.
 *
 * `tinytorch/workshop/record.schema.json` describes it. A record that can't be read, because it is
 * of a newer version or damaged, is never written over. Other scripts reach it as `self.ttRecord`;
 * what a chapter holds is in `self.ttTable`, which the build makes.
 */
(() => {
  "use strict";
  const KEY = "tinytorch-record";
  const VERSION = 1;
  const LARGEST = 4_000_000; // characters; browsers keep about five million for a site

  const bare = (object) => Object.assign(Object.create(null), object);
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const text = (most) => (value) => typeof value === "string" && value.length <= most;
  const maybe = (shape) => ({ maybe: shape });
  const byName = (shape) => ({ byName: shape });
  const TIME =
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;
  const time = (value) => text(40)(value) && TIME.test(value);
  const code = text(200_000);
  const flag = (value) => typeof value === "boolean";
  const SHAPE = {
    at: maybe({ chapter: text(200), when: time }),
    hints: maybe((value) => value === "open" || value === "wait"),
    chapters: byName({
      finished: maybe(time),
      predicts: maybe(byName({ said: text(2000), right: flag, when: time })),
      edits: maybe(byName({ code: (value) => value === null || code(value), when: time })),
      exercises: maybe(
        byName({
          passed: maybe({ code, when: time }),
          tried: maybe({
            passed: (value) => value === null || flag(value),
            message: text(20_000),
            when: time,
          }),
        }),
      ),
    }),
  };

  /** Hold a value against a shape; return the path to what doesn't fit, or null. */
  function misfit(value, shape, path) {
    if (typeof shape === "function") return shape(value) ? null : path;
    if (shape.maybe) return value === undefined ? null : misfit(value, shape.maybe, path);
    if (!isObject(value)) return path;
    const names = Object.keys(shape.byName ? value : shape);
    if (names.length > 1000) return path;
    for (const name of names) {
      if (name.length < 1 || name.length > 200) return path;
      const found = misfit(value[name], shape.byName ?? shape[name], `${path}.${name}`);
      if (found) return found;
    }
    return null;
  }

  /** Read a record from text. Throws an Error whose message is a sentence for the reader. */
  function parse(json) {
    if (json.length > LARGEST) throw new Error("It is larger than any record.");
    let record;
    try {
      // no prototypes, so that a chapter named "__proto__" is a name like any other
      record = JSON.parse(json, (_, value) => (isObject(value) ? bare(value) : value));
      JSON.stringify(record);
    } catch {
      throw new Error("It is damaged: it is not JSON.");
    }
    if (!isObject(record) || record.format !== KEY) throw new Error("It is not a record.");
    if (typeof record.version === "number" && record.version > VERSION) {
      throw new Error(`It was written by a newer version of the book (${record.version}).`);
    }
    const path = record.version === VERSION ? misfit(record, SHAPE, "record") : "record.version";
    if (path) throw new Error(`It is damaged at ${path.slice(0, 200)}.`);
    return record;
  }

  const empty = () => bare({ format: KEY, version: VERSION, chapters: bare() });
  const clone = (record) => parse(JSON.stringify(record));
  const now = () => new Date().toISOString();

  const LOST = "What you do on this page will be gone when you leave it";
  let record = empty();
  let problem = null; // a sentence, when nothing can be kept
  let unread = null; // the text of a record that can't be read
  let unsaved = false; // whether what is here has found no room

  /** Take over what is stored. */
  function load() {
    if (localStorage.blocked === true) {
      problem = `This browser lets the page keep nothing. ${LOST}.`; // see layout.html
      return;
    }
    const stored = localStorage.getItem(KEY);
    problem = unread = null;
    try {
      record = stored === null ? empty() : parse(stored);
    } catch (error) {
      unread = stored;
      problem = `The record in this browser is left as it is. ${error.message} ${LOST}.`;
    }
  }

  /** Store the record; say so when that fails. */
  function save() {
    if (!problem) {
      try {
        const text = JSON.stringify(record);
        if (text.length > LARGEST) throw new Error("full");
        localStorage.setItem(KEY, text);
        unsaved = false;
      } catch {
        unsaved = true;
        say(`This browser has no room left for your record. ${LOST}.`);
      }
    } else {
      say(problem);
    }
  }

  const heard = new Set();
  const announce = () => heard.forEach((listener) => listener(record));

  /** Change the record: what another page has written meanwhile stays. */
  function change(step) {
    if (!problem && !unsaved) load();
    step(record);
    save();
    announce();
  }

  let notice;
  /** Say a sentence at the bottom of the page, aloud too, once. */
  function say(sentence) {
    if (!notice) {
      notice = document.createElement("div");
      notice.className = "tt-notice";
      notice.append(document.createElement("p"), document.createElement("button"));
      notice.firstChild.setAttribute("role", "status");
      notice.lastChild.textContent = "Close";
      notice.lastChild.type = "button";
      notice.lastChild.addEventListener("click", () => (notice.hidden = true));
      document.body.append(notice);
    }
    if (notice.firstChild.textContent === sentence) return;
    notice.hidden = false;
    notice.firstChild.textContent = sentence;
  }

  const later = (a, b) => (!a || (b && b.when > a.when) ? b : a);
  /** Join two maps name by name. */
  const join = (a, b, step) => {
    const joined = bare(a);
    for (const name of Object.keys(b ?? {})) joined[name] = step(joined[name], b[name]);
    return joined;
  };
  /** Join two records, entry by entry: the later one wins. */
  function merge(mine, other) {
    const chapter = (a = bare(), b = bare()) => {
      const joined = bare({ ...b, ...a });
      const last = [a.finished, b.finished].filter(Boolean).sort().at(-1);
      if (last) joined.finished = last;
      joined.predicts = join(a.predicts, b.predicts, later);
      joined.edits = join(a.edits, b.edits, later);
      joined.exercises = join(a.exercises, b.exercises, (x, y) =>
        join(x, y, (p, q) => (isObject(q) ? later(p, q) : (p ?? q))),
      );
      return joined;
    };
    const joined = bare({ ...other, ...mine });
    const at = later(mine.at, other.at);
    if (at) joined.at = at;
    joined.chapters = join(mine.chapters, other.chapters, chapter);
    return joined;
  }

  // ------------------------------------------------------------------------- what it amounts to
  const table = self.ttTable ?? { pages: [] };
  const docname = document.documentElement.dataset.ttChapter;
  const pages = new Map(table.pages.map((page) => [page.name, page]));

  /** Say whether an exercise is passed, was passed by code that has changed since, or neither. */
  function exercise(page, { name, cell }) {
    const done = record.chapters[page.name]?.exercises?.[name]?.passed;
    if (!done) return null;
    const edit = record.chapters[page.name]?.edits?.[cell];
    return edit && edit.code?.trim() !== done.code.trim() ? "changed" : "passed";
  }

  /** Return what of a page is done: its mark, and what is still open, in reading order. */
  function progress(page) {
    const kept = record.chapters[page.name] ?? {};
    const questions = page.predicts.filter((name) => !kept.predicts?.[name]);
    const exercises = page.exercises.filter((one) => exercise(page, one) !== "passed");
    const any = (names) => Object.keys(names ?? {}).length > 0;
    let mark = "nothing";
    if (!questions.length && !exercises.length) mark = "all";
    else if (page.exercises.length && !exercises.length) mark = "passed";
    else if (any(kept.predicts) || any(kept.edits) || any(kept.exercises) || kept.finished) {
      mark = "begun";
    }
    return { mark, questions, exercises };
  }

  /** Return the address of a page of the book, from where this one is. */
  function address(name, anchor) {
    const root = document.documentElement.dataset.content_root;
    return new URL(`${root}${name}.html${anchor ? `#${anchor}` : ""}`, location.href).href;
  }

  /** Return what to go on with: the first open thing where one was, else in a later chapter. */
  function next() {
    const order = table.pages;
    const from = Math.max(0, order.findIndex((page) => page.name === record.at?.chapter));
    for (const page of [...order.slice(from), ...order.slice(0, from)]) {
      const { questions, exercises } = progress(page);
      const [question] = questions;
      const anchor = question ?? exercises[0]?.cell;
      if (!anchor) continue;
      const title = page.title.split(":")[0];
      const words = `${title}, its ${question ? "question" : "exercise"}`;
      return { words, address: address(page.name, anchor) };
    }
    return null;
  }

  // ------------------------------------------------------------------------ what pages report
  const entry = (kind) => {
    const chapter = (record.chapters[docname] ??= bare());
    return (chapter[kind] ??= bare());
  };
  const clip = (value, most) => String(value ?? "").slice(0, most);

  document.addEventListener("tt:edit", ({ detail }) => {
    const own = typeof detail.code === "string" ? detail.code : null;
    if (own !== null && !code(own)) {
      say("This cell is too long to be kept.");
      return;
    }
    change(() => (entry("edits")[detail.cell] = bare({ code: own, when: now() })));
  });

  document.addEventListener("tt:checked", ({ detail }) => {
    const held = pages.get(docname)?.exercises.find((one) => one.cell === detail.cell);
    if (!held) return; // the book's own solution
    const when = now();
    const passed = typeof detail.passed === "boolean" ? detail.passed : null;
    change(() => {
      const kept = (entry("exercises")[held.name] ??= bare());
      kept.tried = bare({ passed, message: clip(detail.message, 20_000), when });
      if (passed) kept.passed = bare({ code: clip(detail.code, 200_000), when });
    });
  });

  /** Give the cells of this page the reader's code back. */
  function restore() {
    const edits = record.chapters[docname]?.edits ?? {};
    for (const [cell, { code: own }] of Object.entries(edits)) {
      if (own === null || !document.getElementById(cell)?.matches(".cell")) continue;
      document.dispatchEvent(new CustomEvent("tt:restore", { detail: { cell, code: own } }));
    }
  }

  load();
  addEventListener("storage", (event) => {
    if (unsaved || (event.key !== KEY && event.key !== null)) return;
    load();
    announce();
  });
  document.addEventListener("DOMContentLoaded", () => {
    restore();
    if (document.documentElement.dataset.ttPython) return;
    const seen = new MutationObserver(() => {
      seen.disconnect();
      restore();
    });
    seen.observe(document.documentElement, { attributeFilter: ["data-tt-python"] });
  });

  self.ttRecord = {
    get record() {
      return record;
    },
    get problem() {
      return problem;
    },
    get unread() {
      return unread;
    },
    table,
    page: pages.get(docname),
    docname,
    address,
    bare,
    change,
    clone,
    empty,
    entry,
    exercise,
    merge,
    next,
    now,
    parse,
    progress,
    say,
    /** Call a function now and whenever the record has changed. */
    follow(listener) {
      heard.add(listener);
      listener(record);
    },
    /** Put another record in place of this one; a record that can't be read is given up, too. */
    replace(other) {
      record = other;
      if (localStorage.blocked !== true) problem = unread = null;
      save();
      announce();
    },
  };
})();
