/* One cell of the page: its code, the reader's and the book's; its state; its outputs. */
(() => {
  "use strict";
  const live = self.ttLive;
  const { make } = live;
  const chapter = document.documentElement.dataset.ttChapter;

  const button = (name, text, press) => {
    const element = make("button", name, text);
    element.type = "button";
    element.hidden = true;
    element.addEventListener("click", press);
    return element;
  };

  const SAID = { waiting: "waiting", running: "running", error: "ended with an error" };

  live.Cell = class Cell {
    constructor(about, session) {
      const anew = { mine: null, showsBook: false, ran: false, now: "idle" };
      Object.assign(this, about, { session }, anew);
      if (this.place) this.build();
    }

    /** The code that Run runs: what the reader sees. */
    get code() {
      return this.mine === null || this.showsBook ? this.book : this.mine;
    }

    get state() {
      return this.now;
    }

    set state(state) {
      this.now = state;
      if (this.place) this.place.dataset.ttState = state;
      if (!this.said) return;
      const busy = state === "waiting" || state === "running";
      this.buttons.stop.hidden = !busy;
      this.buttons.run.setAttribute("aria-disabled", busy);
      this.said.textContent = SAID[state] ?? "";
    }

    build() {
      this.bookOutput = this.place.querySelector(".cell_output");
      this.output = new live.Output(this);
      this.output.element.hidden = true;
      const hidden = this.place.querySelector(":scope > details.hide");
      if (this.bookOutput) this.bookOutput.after(this.output.element);
      else if (this.note && !this.place.matches(".tag_hide-input")) {
        this.note.after(this.output.element);
      } else (hidden ?? this.place.lastElementChild)?.after(this.output.element);
      if (!this.tools) return;
      this.buttons.stop = button("tt-stop", "Stop", () => this.session.stop(this));
      this.buttons.book = button("tt-book", "Book’s version", () => this.turn());
      this.buttons.output = button("tt-book-output", "Book’s output", () => this.turnOutput());
      this.buttons.book.setAttribute("aria-label", "Book's version");
      this.buttons.output.setAttribute("aria-label", "Book's output");
      this.said = make("span", "tt-state");
      const { run, edit, stop, book, output } = this.buttons;
      run.after(stop);
      edit.after(book, output, this.said);
    }

    // Code

    /** Open the editor, or close it if it shows the book's own code. */
    edit() {
      if (this.showsBook) this.turn();
      else if (this.editor && this.mine === null) {
        this.closeEditor();
        return;
      }
      this.openEditor();
      this.editor.area.focus();
    }

    openEditor() {
      if (!this.editor) {
        this.editor = new live.Editor(this.mine ?? this.book, {
          change: (code) => this.change(code),
          run: () => this.session.press(this.id, "run"),
          leave: () => this.leave(),
        });
        this.input.append(this.editor.element);
      }
      this.input.classList.add("tt-editing");
      this.buttons.edit.setAttribute("aria-expanded", "true");
    }

    closeEditor() {
      this.editor.element.remove();
      this.editor = undefined;
      this.input.classList.remove("tt-editing");
      this.buttons.edit.setAttribute("aria-expanded", "false");
    }

    leave() {
      this.buttons.edit.focus();
      if (this.mine === null) this.closeEditor();
    }

    /** Take over what the reader has written. */
    change(code) {
      const mine = code === this.book ? null : code;
      if (mine === this.mine) return;
      this.mine = mine;
      this.outdate();
      this.buttons.book.hidden = this.mine === null;
      document.dispatchEvent(
        new CustomEvent("tt:edit", { detail: { chapter, cell: this.id, code: this.mine } }),
      );
    }

    /** Show code that was written before. */
    restore(code) {
      if (typeof code !== "string" || code === this.book) {
        this.mine = null;
        if (this.showsBook) this.turn();
        if (this.editor) this.closeEditor();
      } else {
        this.mine = code;
        if (!this.tools) return;
        this.openEditor();
        this.editor.code = code;
      }
      if (this.tools) this.buttons.book.hidden = this.mine === null;
      this.outdate();
    }

    /** Turn from the reader's version to the book's, or back. */
    turn() {
      this.showsBook = !this.showsBook;
      this.buttons.book.setAttribute("aria-pressed", this.showsBook);
      this.input.classList.toggle("tt-editing", !this.showsBook);
      this.outdate();
    }

    /** Note that what has run is not what the cell says now. */
    outdate() {
      this.ran = false;
      if (this.state === "done" || this.state === "error") this.state = "idle";
    }

    // Output

    /** Make room for new output; the book's stays one press away. */
    begin() {
      if (!this.output) return;
      this.output.clear();
      this.tell();
      this.showOutput(false);
    }

    showOutput(book) {
      const live = !this.output.empty && (this.tools || this.state === "error");
      this.output.element.hidden = !live || book;
      if (this.bookOutput) {
        const away = !book && (this.tools ? this.state !== "idle" || live : live);
        this.bookOutput.classList.toggle("tt-away", Boolean(away));
      }
      if (!this.buttons?.output) return;
      this.buttons.output.hidden = !this.bookOutput || this.state === "idle";
      this.buttons.output.setAttribute("aria-pressed", book);
    }

    turnOutput() {
      this.showOutput(this.buttons.output.getAttribute("aria-pressed") !== "true");
    }

    /** Show one message of Python's below the cell. */
    show(message) {
      if (!this.output) return;
      if (message.type === "cut") {
        const most = message.most.toLocaleString("en-US");
        this.output.note(`The cell has printed ${most} characters; the rest is not shown.`);
      } else this.output[message.type](message);
      this.showOutput(false);
    }

    /** Say something beside the buttons: plain words, or elements. */
    tell(...words) {
      if (!this.note) return;
      this.note.removeAttribute("role");
      this.note.replaceChildren(...words);
    }

    end(right, seconds) {
      this.state = right ? "done" : "error";
      this.ran = right;
      if (this.said && right) {
        this.said.textContent = seconds === undefined ? "" : `ran in ${seconds.toFixed(2)} s`;
      }
      this.showOutput(false);
    }
  };
})();
