/* What happens when a button is pressed: Python starts, cells run in order, answers are told. */
(() => {
  "use strict";
  const live = self.ttLive;
  const { make } = live;
  const chapter = document.documentElement.dataset.ttChapter;

  class Session {
    constructor() {
      this.cells = new Map();
      for (const about of live.cells.values()) {
        this.cells.set(about.id, new live.Cell(about, this));
      }
      this.order = [...this.cells.values()];
      for (const cell of this.order) live.cells.set(cell.id, cell);
      this.waiting = []; // cells that were pressed, in order
      this.steps = []; // what has to run for the first of them
      this.region = make("div", "tt-region");
      this.region.setAttribute("aria-live", "polite");
      document.body.append(this.region);
      this.python = new live.Python((message) => this.receive(message));
      this.figures = new live.Figures(this.python);
      // One worker a page, and none for a page that is only kept for the way back.
      addEventListener("pagehide", () => this.python.stop());
    }

    /** Let a screen reader say something when it has time. */
    announce(text) {
      this.region.textContent = text;
    }

    press(id, action) {
      const cell = this.cells.get(id);
      if (action === "edit") cell.edit();
      else if (cell.state !== "waiting" && cell.state !== "running") this.ask(cell);
    }

    restore({ cell, code }) {
      this.cells.get(cell).restore(code);
    }

    runAsked({ cell }) {
      this.press(cell, "run");
    }

    ask(cell) {
      cell.tell();
      cell.state = "waiting";
      this.waiting.push(cell);
      if (!this.python.worker) {
        this.python.start();
        if (this.python.worker) this.showProgress(cell);
      } else if (this.python.state === "loading") this.showProgress(cell);
      this.next();
    }

    // Loading

    showProgress(cell) {
      const bar = make("progress");
      bar.setAttribute("aria-label", "Loading Python");
      const said = make("span", "", `Loading Python: ${live.size} from ${live.from}, once. `);
      const cancel = make("button", "tt-cancel", "Cancel");
      cancel.type = "button";
      cancel.addEventListener("click", () => this.stop(cell));
      cell.tell(said, bar, cancel);
      this.progress ??= [];
      this.progress.push({ bar, said });
      this.announce(said.textContent);
    }

    moveProgress({ loaded, total }) {
      for (const { bar } of this.progress ?? []) {
        bar.max = total;
        bar.value = loaded;
      }
    }

    // Running

    /** Run the next step, if Python is free. */
    next() {
      if (this.python.state !== "ready" || !this.waiting.length) return;
      const [target] = this.waiting;
      if (!this.steps.length) {
        const above = this.order.slice(0, this.order.indexOf(target)).filter((cell) => !cell.ran);
        this.steps = [...above, target];
        if (above.length) {
          const words = `running ${above.length} cell${above.length > 1 ? "s" : ""} to get here`;
          target.tell(words);
          this.announce(words);
        }
      }
      this.run(this.steps[0], this.steps[0].code);
    }

    run(cell, code) {
      this.current = { cell, code };
      cell.state = "running";
      cell.begin();
      this.python.run(cell.id, code);
    }

    receive(message) {
      const cell = this.cells.get(message.cell);
      const act = {
        progress: () => this.moveProgress(message),
        ready: () => this.ready(),
        loading: () => this.loadsMore(message),
        loaded: () => this.waiting[0]?.tell(),
        started() {},
        refused: () => this.refused(cell, message),
        checked: () => this.checked(cell, message),
        done: () => this.done(cell, message),
        failed: () => this.failed(message),
        ended: () => this.ended(),
      }[message.type];
      if (act) act();
      else if (["figure", "changed", "moved", "link"].includes(message.type)) {
        this.figures.receive(message, cell?.output);
        cell?.showOutput?.(false);
      } else cell?.show(message);
    }

    ready() {
      this.progress = undefined;
      for (const cell of this.waiting) cell.tell();
      this.announce("Python is ready.");
      this.next();
    }

    loadsMore({ names }) {
      this.waiting[0]?.tell(`loading ${names.join(", ")} from ${live.from}`);
    }

    refused(cell, { why, ...more }) {
      const sentence = live.sentence(why, more);
      cell.output?.note(sentence);
      this.announce(sentence);
    }

    checked(cell, { passed, message }) {
      const code = this.current?.code ?? cell.code;
      if (this.current?.cell === this.waiting[0]) this.announce(message.replace(/[*`]/g, ""));
      if (!cell.exercise) return;
      const detail = { chapter, exercise: cell.exercise, cell: cell.id, passed, message, code };
      document.dispatchEvent(new CustomEvent("tt:checked", { detail }));
    }

    done(cell, { right, seconds }) {
      const { code } = this.current;
      this.current = undefined;
      cell.end(right, seconds);
      const [target] = this.waiting;
      if (!right && cell !== target) {
        if (cell.exercise && code !== cell.book) {
          this.run(cell, cell.book); // what it defines may be needed; its error stays the reader's
          return;
        }
        this.giveUp(target, cell);
      } else if (cell === target) {
        this.waiting.shift();
        this.steps = [];
        target.tell();
        if (!cell.exercise || !right) this.announce(right ? "done" : "ended with an error");
      } else this.steps.shift();
      this.next();
    }

    /** Leave a cell alone because one above it ended with an error. */
    giveUp(target, cell) {
      this.waiting.shift();
      this.steps = [];
      target.state = "idle";
      const link = make("a", "", "A cell above");
      link.href = "#";
      link.addEventListener("click", (event) => {
        event.preventDefault();
        cell.place?.scrollIntoView({ block: "center" });
        cell.buttons?.run.focus({ preventScroll: true });
      });
      target.tell(link, " ended with an error, so this one did not run.");
      this.announce(target.note?.textContent ?? "");
    }

    // Ending

    /** End Python, in the midst of whatever it does. */
    stop(cell) {
      const started = this.python.state !== "loading";
      this.python.stop();
      const words = started
        ? "Stopped. Python was ended and its variables are gone; the next Run starts it afresh."
        : "Cancelled. Nothing of Python was kept running; Run starts it again.";
      cell.tell(words);
      this.announce(words);
      cell.buttons.run.focus();
    }

    /** Forget what has run: a new Python knows nothing of it. */
    ended() {
      this.progress = undefined;
      for (const cell of new Set([...this.waiting, ...this.steps])) {
        cell.tell();
        cell.state = "idle";
      }
      this.waiting = [];
      this.steps = [];
      this.current = undefined;
      this.figures.forget();
      for (const cell of this.order) cell.outdate();
    }

    failed({ sentence }) {
      const cell = this.current?.cell ?? this.waiting[0];
      const pressed = this.waiting[0] ?? cell;
      this.ended();
      if (!pressed) return;
      pressed.state = "error";
      pressed.tell(make("p", "tt-failed", sentence));
      pressed.note?.setAttribute("role", "alert");
    }
  }

  live.session = new Session();
})();
