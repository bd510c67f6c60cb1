/* The buttons of a page's cells. Nothing else is loaded until one of them is pressed.
 *
 * A plain script, since a page opened from disk may not load modules; so are the parts that follow
 * a press. They share `self.ttLive`.
 */
(() => {
  "use strict";
  const PARTS = ["output", "editor", "figures", "python", "cell", "session"];
  const here = new URL("../", document.currentScript.src).href;
  const root = document.documentElement;
  const live = (self.ttLive = { here, cells: new Map() });
  const { ttFrom: from, ttSize: size } = root.dataset;
  const host = from === "site" ? "" : new URL(from, location.href).host;

  /** Make an element: `make("button", "tt-run", "Run")`. */
  live.make = (kind, name, text) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  live.from = host || "this site";
  live.size = size;

  let loading;
  function load() {
    loading ??= Promise.all(PARTS.map(script)).then(() => live.session);
    loading.catch(() => (loading = undefined));
    return loading;
  }

  function script(part) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = `${here}live/${part}.js`;
      element.async = false; // they run in this order
      element.onload = resolve;
      element.onerror = () => {
        element.remove();
        reject(new Error(`${part}.js`));
      };
      document.head.append(element);
    });
  }
  live.script = (url) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = url;
      element.onload = resolve;
      element.onerror = reject;
      document.head.append(element);
    });

  /** Do something with the session; say so on the page if its scripts are out of reach. */
  function withSession(cell, act) {
    load().then(act, (error) => {
      cell.note.textContent =
        `${error.message} could not be loaded from ${location.host || "disk"}. ` +
        "Check the connection and press again.";
      cell.note.setAttribute("role", "alert");
    });
  }

  function addTools(cell) {
    const { place } = cell;
    const input = place.querySelector(".cell_input");
    if (!input) return;
    cell.input = input;
    cell.tools = live.make("div", "tt-tools");
    cell.note = live.make("div", "tt-note");
    cell.buttons = {};
    const names = { run: cell.exercise ? "Check" : "Run", edit: "Edit" };
    for (const [action, name] of Object.entries(names)) {
      const button = live.make("button", `tt-${action}`, name);
      button.type = "button";
      button.addEventListener("click", () => {
        withSession(cell, (session) => session.press(cell.id, action));
      });
      cell.buttons[action] = button;
      cell.tools.append(button);
    }
    if (host) {
      const asks = live.make("span", "tt-asks", `first loads Python, ${size}, from ${host}`);
      asks.id = `tt-asks-${cell.id}`;
      cell.buttons.run.setAttribute("aria-describedby", asks.id);
      cell.tools.append(asks);
    }
    input.after(cell.tools, cell.note);
  }

  for (const { id, code } of JSON.parse(document.getElementById("tt-cells").textContent)) {
    const place = document.querySelector(`[data-tt-cell="${CSS.escape(id)}"]`);
    const shown = code ?? place.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
    const exercise = /^exercise-(\w+?)(?:-\d+)?$/.exec(id)?.[1];
    const cell = { id, place, exercise, book: shown };
    live.cells.set(id, cell);
    if (place) addTools(cell);
  }

  // For other scripts of the page: code to put into a cell, and a cell to run.
  for (const [event, method] of [["tt:restore", "restore"], ["tt:run", "runAsked"]]) {
    document.addEventListener(event, ({ detail }) => {
      const cell = live.cells.get(detail?.cell);
      if (cell?.note) withSession(cell, (session) => session[method](detail));
      else if (cell) load().then((session) => session[method](detail), console.error);
    });
  }
})();
