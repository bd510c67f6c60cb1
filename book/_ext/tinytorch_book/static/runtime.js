/* Live figures without a kernel.
 *
 * Reads the state that the build put into the page, imports each distinct module once, and gives
 * it what anywidget gives it in a notebook: a model with get, set, save_changes, on and off.
 * A plain script, since a page opened from disk may not load modules; their text is in
 * `self.ttModules`, and a blob makes a module of it. Figures that the page's Python makes
 * (`live/figures.js`) are drawn by the same parts, `self.ttFigures`.
 */
(() => {
  "use strict";
  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

  /** The state of one figure, and who listens. Events as in Backbone: "change:x", "change". */
  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = new Map();
    }
    get(key) {
      return this.state[key];
    }
    set(key, value) {
      const changes = typeof key === "object" ? key : { [key]: value };
      const changed = Object.keys(changes).filter((name) => !same(this.state[name], changes[name]));
      for (const name of changed) this.state[name] = changes[name];
      for (const name of changed) this.emit(`change:${name}`, changes[name]);
      if (changed.length) this.emit("change");
    }
    save_changes() {} // nobody to save to: listeners have heard of it in `set`
    on(events, callback) {
      for (const event of events.split(" ")) {
        this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]);
      }
    }
    off(events, callback) {
      for (const event of events ? events.split(" ") : this.listeners.keys()) {
        const kept = (this.listeners.get(event) ?? []).filter((f) => callback && f !== callback);
        this.listeners.set(event, kept);
      }
    }
    emit(event, ...values) {
      for (const callback of this.listeners.get(event) ?? []) callback(this, ...values);
    }
  }

  /** Put bytes, which travel beside the state, back where they belong. */
  function restore({ state, buffers = [] }, Kind = Model) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const parent = path.slice(0, -1).reduce((value, key) => value[key], state);
      parent[path.at(-1)] = new DataView(bytes.buffer);
    }
    return new Kind(state);
  }

  /** Let one trait follow another, at once and from then on. */
  function follow(source, from, target, to) {
    const copy = () => {
      target.set(to, source.get(from));
      target.save_changes();
    };
    source.on(`change:${from}`, copy);
    copy();
  }

  const imports = new Map();
  function load(text) {
    if (!imports.has(text)) {
      const blob = new Blob([text], { type: "text/javascript" });
      imports.set(text, import(URL.createObjectURL(blob)));
    }
    return imports.get(text);
  }

  async function show(place, model, text, host) {
    const el = document.createElement("div");
    el.dataset.host = host;
    place.append(el);
    try {
      const { default: figure } = await load(text);
      await figure.render({ model, el });
      place.replaceChildren(el); // the figure has its own words for those who can't see it
    } catch (error) {
      const sentence = document.createElement("p");
      sentence.className = "tt-failed";
      sentence.setAttribute("role", "alert");
      sentence.textContent = `This figure could not be drawn (${error.message}). It shows:`;
      el.remove();
      place.prepend(sentence);
      place.classList.add("tt-broken");
      console.error(error);
    }
  }

  self.ttFigures = { Model, restore, follow, same, show };

  const saved = document.getElementById("tt-page");
  const page = saved ? JSON.parse(saved.textContent) : { models: {}, links: [] };
  const models = {};
  for (const [id, saved] of Object.entries(page.models)) models[id] = restore(saved);
  for (const [[source, from], [target, to], direction] of page.links) {
    follow(models[source], from, models[target], to);
    if (direction === "both") follow(models[target], to, models[source], from);
  }
  for (const place of document.querySelectorAll(".tt-place[data-model]")) {
    const id = place.dataset.model;
    show(place, models[id], self.ttModules[page.models[id].module], "static");
  }
})();
