/* "Your work": all of the record, as text; export, import, forget. */
(() => {
  "use strict";
  const own = self.ttRecord;
  const { table, address, follow, progress, exercise } = own;
  const root = document.querySelector(".tt-work");
  if (!root) return;
  const MARKS = { nothing: "", begun: "begun", passed: "exercise passed", all: "all done" };
  const ENOUGH = 20_000_000; // bytes of a file: more than any record has
  const known = new Map(table.pages.map((page) => [page.name, page]));

  /** Return a new element with its children; a string becomes text, never markup. */
  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }
  const button = (words, act) => {
    const made = make("button", { type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  const many = (n, one, more = `${one}s`) => `${n} ${n === 1 ? one : more}`;
  const date = (when) => new Date(when).toLocaleDateString(undefined, { dateStyle: "medium" });
  const entries = (object) => Object.entries(object ?? {});

  /** Say in words how much a record holds. */
  function amount(record) {
    const chapters = Object.values(record.chapters);
    const count = (kind, fits = () => true) =>
      chapters.flatMap((chapter) => Object.values(chapter[kind] ?? {})).filter(fits).length;
    const edits = count("edits", (edit) => edit.code !== null);
    return [
      many(count("predicts"), "prediction"),
      `${many(count("exercises", (one) => one.passed), "exercise")} passed`,
      many(edits, "changed cell"),
    ].join(", ");
  }
  const isEmpty = (record) => !Object.keys(record.chapters).length;

  // ---------------------------------------------------------------------- what can be done
  const status = make("p", {});
  status.setAttribute("role", "status");
  const asks = make("div", { className: "tt-asks", hidden: true });
  const list = make("div", {});

  /** Put a question below the buttons; each answer closes it. */
  function ask(question, ...answers) {
    const close = () => {
      asks.hidden = true;
      asks.replaceChildren();
    };
    const buttons = answers.map(([words, act]) =>
      button(words, () => {
        close();
        act();
      }),
    );
    const cancel = button("Cancel", close);
    const text = make("p", { tabIndex: -1 }, question);
    const actions = make("div", { className: "tt-actions" }, ...buttons, cancel);
    asks.replaceChildren(text, actions);
    asks.hidden = false;
    text.focus();
  }

  /** Hand the reader a file. */
  function download(text, name) {
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = make("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url));
  }
  const exportAll = button("Export", () => {
    const text = own.unread ?? `${JSON.stringify(own.record, null, 2)}\n`;
    download(text, "tinytorch-record.json");
    status.textContent = "The file is tinytorch-record.json, in your downloads.";
  });

  const picker = make("input", { type: "file", accept: ".json,application/json" });
  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    if (!file) return;
    let record;
    try {
      record = own.parse(await file.slice(0, ENOUGH).text());
    } catch (error) {
      status.textContent = `${file.name} was not imported. ${error.message}`;
      return;
    } finally {
      picker.value = "";
    }
    const take = (taken) => {
      own.replace(taken);
      status.textContent = `Imported from ${file.name}: ${amount(record)}.`;
    };
    if (isEmpty(own.record) && !own.problem) {
      take(record);
      return;
    }
    const readable = own.unread === null;
    const mine = readable ? `The record here holds ${amount(own.record)}.` : own.problem;
    const join = () => take(own.merge(own.record, record));
    ask(
      `The file holds ${amount(record)}. ${mine}`,
      ...(readable ? [["Add it to mine, the later of two entries wins", join]] : []),
      ["Put it in place of mine", () => take(record)],
    );
  });
  const importAll = make("label", { className: "tt-file" }, "Import", picker);

  const forgetAll = button("Forget everything", () =>
    ask("All of your answers, your code and your marks in this browser will be gone.", [
      "Forget everything",
      () => {
        own.replace(own.empty());
        status.textContent = "Everything is forgotten.";
      },
    ]),
  );

  const open = make("input", { type: "checkbox" });
  open.addEventListener("change", () =>
    own.change((record) => (record.hints = open.checked ? "open" : "wait")),
  );
  const hints = make("label", {}, open, " Hints and answers open without waiting");

  // ------------------------------------------------------------------------------ the list
  const code = (text, words) =>
    make("details", {}, make("summary", {}, words), make("pre", {}, make("code", {}, text)));

  /** Return the entries of one chapter. */
  function section(name, chapter) {
    const page = known.get(name);
    const title = page?.title ?? name;
    const link = make("bdi", {}, page ? make("a", { href: address(name) }, title) : title);
    const mark = page ? MARKS[progress(page).mark] : "not in this book";
    const part = make("section", {}, make("h2", {}, link, mark && `, ${mark}`));
    const items = make("ul", {});
    for (const [id, { said, right, when }] of entries(chapter.predicts)) {
      const words = page?.predicts.includes(id)
        ? make("a", { href: address(name, id) }, "You predicted")
        : "You predicted";
      const verdict = right ? "right" : "not right";
      const quoted = make("q", {}, make("bdi", {}, said));
      items.append(make("li", {}, words, " ", quoted, `: ${verdict}, ${date(when)}`));
    }
    for (const [id, { passed, tried }] of entries(chapter.exercises)) {
      const held = page?.exercises.find((one) => one.name === id);
      const words = make("bdi", {}, held ? make("a", { href: address(name, held.cell) }, id) : id);
      const item = make("li", {}, "Exercise ", words, ": ");
      if (passed) {
        const changed = held && exercise(page, held) === "changed";
        const since = changed ? ", and the code has changed since" : "";
        item.append(`passed ${date(passed.when)}${since}`);
        item.append(code(passed.code, "The code that passed"));
      }
      if (tried && tried.passed !== true) {
        const message = make("bdi", {}, tried.message || "not passed");
        item.append(passed ? "Last check: " : "last check: ", message);
      }
      items.append(item);
    }
    for (const [cell, edit] of entries(chapter.edits)) {
      if (edit.code === null) continue;
      const words = make("bdi", {}, page ? make("a", { href: address(name, cell) }, cell) : cell);
      const item = make("li", {}, "Changed cell ", words, `, ${date(edit.when)}`);
      item.append(code(edit.code, "Your code"));
      items.append(item);
    }
    const { finished } = chapter;
    if (finished) items.append(make("li", {}, `Read to the end, ${date(finished)}`));
    const forget = button("Forget this chapter", () =>
      ask(`What you did in ${title} will be gone.`, [
        "Forget this chapter",
        () => own.change((record) => delete record.chapters[name]),
      ]),
    );
    part.append(items, make("div", { className: "tt-actions" }, forget));
    return part;
  }

  root.replaceChildren(
    make("div", { className: "tt-actions" }, exportAll, importAll, forgetAll),
    make("p", {}, hints),
    status,
    asks,
    list,
  );
  follow((record) => {
    open.checked = record.hints === "open";
    const order = table.pages.map((page) => page.name);
    const place = (name) => (order.indexOf(name) + 1 || order.length + 1);
    const names = Object.keys(record.chapters).sort((a, b) => place(a) - place(b));
    const words = isEmpty(record)
      ? "Nothing yet. Answer a Predict box, or change a cell, and it is listed here."
      : `${amount(record)}.`;
    const next = own.next();
    const lines = [make("p", {}, own.problem ?? words)];
    if (next && !isEmpty(record)) {
      lines.push(make("p", {}, "Go on with: ", make("a", { href: next.address }, next.words)));
    }
    list.replaceChildren(...lines, ...names.map((name) => section(name, record.chapters[name])));
  });
})();
