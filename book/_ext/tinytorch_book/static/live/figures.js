/* Figures that the page's Python makes: the same modules and traits as in a notebook, both ways.
 *
 * A figure sends what the reader moves; while Python works on it, later moves are joined and wait,
 * so that Python answers the last of them and never lags behind.
 */
(() => {
  "use strict";
  const live = self.ttLive;
  const { make } = live;
  const styles = new Set();

  /** The parts that a page without figures of its own has not loaded yet. */
  const runtime = async () => {
    if (!self.ttFigures) await live.script(`${live.here}runtime.js`);
    return self.ttFigures;
  };

  live.Figures = class Figures {
    constructor(python) {
      this.python = python;
      this.models = new Map();
      this.later = Promise.resolve(); // messages wait until the parts are there
    }

    /** Forget all figures: their Python has ended. They stay where they are and still move. */
    forget() {
      for (const { figure } of this.models.values()) figure.forgotten = true;
      this.models.clear();
    }

    receive(message, output) {
      const act = message.type === "figure" ? "show" : message.type;
      this.later = this.later
        .then(runtime)
        .then((parts) => this[act](message, parts, output))
        .catch((error) => output?.note(`This figure could not be drawn (${error.message}).`));
      return this.later;
    }

    show({ tree, models }, parts, output) {
      for (const [id, whole] of Object.entries(models)) this.make(id, whole, parts);
      const box = output.add("tt-figures");
      box.append(this.place(tree, parts, output.cell));
      live.typeset(box);
    }

    make(id, whole, { Model, restore, same }) {
      if (this.models.has(id)) return;
      const { python } = this;
      const figure = { pending: {}, busy: false, forgotten: false, whole };
      const send = () => {
        if (figure.busy || figure.forgotten || !Object.keys(figure.pending).length) return;
        figure.busy = true;
        python.send("moved", { model: id, changes: figure.pending });
        figure.pending = {};
      };
      class Linked extends Model {
        set(key, value) {
          const changes = typeof key === "object" ? key : { [key]: value };
          for (const [name, next] of Object.entries(changes)) {
            if (!same(this.get(name), next)) figure.pending[name] = next;
          }
          super.set(changes);
        }
        take(changes) {
          super.set(changes);
        }
        save_changes() {
          send();
        }
      }
      figure.send = send;
      this.models.set(id, { figure, model: restore(whole, Linked) });
      if (whole.style && !styles.has(whole.style)) {
        styles.add(whole.style);
        document.head.append(make("style", "", whole.style));
      }
    }

    /** Make the place of a figure, or of a box of figures. */
    place(tree, parts, cell) {
      if (typeof tree !== "string") {
        const box = make("div", `tt-box ${tree.box === "HBoxModel" ? "tt-hbox" : "tt-vbox"}`);
        box.append(...tree.children.map((child) => this.place(child, parts, cell)));
        return box;
      }
      const { model, figure } = this.models.get(tree);
      const element = make("figure", "tt-live");
      const slot = element.appendChild(make("div", "tt-slot"));
      const [wide, stacked] = model.get("space") ?? [0, 0];
      slot.style.setProperty("--tt-wide", `${wide}px`);
      slot.style.setProperty("--tt-stacked", `${stacked}px`);
      const place = slot.appendChild(make("div", "tt-place"));
      place.dataset.ttModel = tree;
      place.append(make("p", "tt-alt", model.get("alt") ?? ""));
      parts.show(place, model, figure.whole.module, "page");
      element.append(this.caption(model, cell));
      return element;
    }

    /** Return the book's own caption, with its number, unless the reader has changed the code. */
    caption(model, cell) {
      const twin = document.getElementById(model.get("name"))?.querySelector("figcaption");
      if (twin && cell.code === cell.book) return live.copied(twin);
      const caption = make("figcaption");
      caption.append(live.markdown(model.get("caption") ?? ""));
      return caption;
    }

    changed({ model: id, changes }, { restore, Model }) {
      const known = this.models.get(id);
      known?.model.take(restore({ ...changes }, Model).state);
    }

    moved({ model: id }) {
      const known = this.models.get(id);
      if (!known) return;
      known.figure.busy = false;
      known.figure.send();
    }

    link({ source: [a, from], target: [b, to], both }, { follow }) {
      const [one, other] = [this.models.get(a)?.model, this.models.get(b)?.model];
      if (!one || !other) return;
      follow(one, from, other, to);
      if (both) follow(other, to, one, from);
    }
  };
})();
