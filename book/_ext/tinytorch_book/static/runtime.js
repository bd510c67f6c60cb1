/* Live figures without a kernel.
 *
 * Reads the state that the build put into the page, imports each distinct module once, and gives
 * it what anywidget gives it in a notebook: a model with get, set, save_changes, on and off.
 * A plain script, since a page opened from disk may not load modules; their text is in
 * `self.ttModules`, and a blob makes a module of it.
 */
(() => {
  "use strict";
  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

  /** The state of one figure, and who listens to it. Events as in Backbone: "change:x", "change". */
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
  function restore({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const parent = path.slice(0, -1).reduce((value, key) => value[key], state);
      parent[path.at(-1)] = new DataView(bytes.buffer);
    }
    return new Model(state);
  }

  /** Let one trait follow another, at once and from then on. */
  function follow(source, from, target, to) {
    const copy = () => target.set(to, source.get(from));
    source.on(`change:${from}`, copy);
    copy();
  }

  const imports = new Map();
  function load(name) {
    if (!imports.has(name)) {
      const blob = new Blob([self.ttModules[name]], { type: "text/javascript" });
      imports.set(name, import(URL.createObjectURL(blob)));
    }
    return imports.get(name);
  }

  async function show(place, model, name) {
    const el = document.createElement("div");
    el.dataset.host = "static";
    place.append(el);
    try {
      const { default: figure } = await load(name);
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

  const page = JSON.parse(document.getElementById("tt-page").textContent);
  const models = {};
  for (const [id, saved] of Object.entries(page.models)) models[id] = restore(saved);
  for (const [[source, from], [target, to], direction] of page.links) {
    follow(models[source], from, models[target], to);
    if (direction === "both") follow(models[target], to, models[source], from);
  }
  for (const place of document.querySelectorAll(".tt-place")) {
    const id = place.dataset.model;
    show(place, models[id], page.models[id].module);
  }
})();
