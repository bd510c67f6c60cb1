/* The page's Python: a worker, its states, and a sentence for each way it can fail. */
(() => {
  "use strict";
  const live = self.ttLive;
  const VERSION = 1;
  const root = document.documentElement;

  const MEGABYTE = 1e6;
  const AGAIN = "Press Run to try again.";

  /** What a reader is told, and what they can do, for each reason. */
  const SENTENCES = {
    disk: () =>
      "Python cannot start on a page opened from disk: browsers forbid it. Serve the folder with " +
      "`python -m http.server --directory _build/html` and open http://localhost:8000.",
    browser: () =>
      "This browser is too old to run Python: it lacks WebAssembly or web workers. A current " +
      "Firefox, Chrome, Edge or Safari has both; Binder, at the rocket above, needs neither.",
    policy: () =>
      "A security policy of this site or browser forbids WebAssembly, which Python needs here. " +
      "The rocket above opens the chapter on Binder instead.",
    network: ({ name, host }) =>
      `${name} could not be fetched from ${host}: the network is down or blocks it. ` +
      `Check the connection. ${AGAIN}`,
    missing: ({ name, host, status }) =>
      `${name} is missing${host ? ` at ${host}` : ""}${status ? ` (status ${status})` : ""}. ` +
      "Whoever publishes this site has to add it; the rocket above opens the chapter on Binder.",
    digest: ({ name, host }) =>
      `${name} from ${host} is not the file it should be: its digest differs, so it was not run. ` +
      "Reload the page; if that does not help, the site or the way to it is faulty.",
    version: () => "The site has changed since this page was loaded. Reload the page.",
    memory: () =>
      "Python ran out of memory and was ended. Its variables are gone, your code is not. " +
      "Use smaller arrays, then press Run: Python starts afresh.",
    stack: () =>
      "Calls inside each other went deeper than a browser allows, and Python was ended. Its " +
      "variables are gone, your code is not. Use a loop, then press Run: Python starts afresh.",
    crash: ({ error }) =>
      `Python stopped for a reason of its own (${String(error).split("\n")[0].slice(0, 200)}). ` +
      "Its variables are gone, your code is not. Press Run: Python starts afresh.",
    worker: () =>
      "The script that starts Python could not be loaded: the network is down, or a policy of " +
      `this site or browser forbids it. Check the connection. ${AGAIN}`,
  };

  live.sentence = (why, more = {}) => (SENTENCES[why] ?? SENTENCES.crash)(more);
  live.megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

  /** Python in a worker. Reports to `listener`: progress, ready, failed, ended, and messages. */
  live.Python = class Python {
    constructor(listener) {
      this.listener = listener;
    }

    get state() {
      return root.dataset.ttPython;
    }

    set state(state) {
      root.dataset.ttPython = state;
    }

    /** Start the worker, unless there is one. */
    start() {
      if (this.worker) return;
      const refused = this.refusal();
      if (refused) {
        this.fail(refused);
        return;
      }
      this.state = "loading";
      try {
        this.worker = new Worker(`${live.here}live/worker.js`);
      } catch {
        this.fail("worker");
        return;
      }
      const worker = this.worker;
      worker.onmessage = ({ data }) => worker === this.worker && this.receive(data);
      worker.onerror = (event) => {
        event.preventDefault();
        if (worker !== this.worker) return;
        this.fail(this.state === "loading" && !event.message ? "worker" : "crash", {
          error: event.message,
        });
      };
      this.send("start", { at: new URL(`${live.here}python/`, location.href).href });
    }

    /** Return why this page can start no Python at all, if so. */
    refusal() {
      if (location.protocol === "file:") return "disk";
      if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") return "browser";
      return "";
    }

    send(type, more) {
      this.worker?.postMessage({ ...more, version: VERSION, type });
    }

    receive(message) {
      if (message.version !== VERSION) this.fail("version");
      else if (message.type === "failed") this.fail(message.why, message);
      else {
        if (message.type === "ready") this.state = "ready";
        if (message.type === "done") this.state = "ready";
        this.listener(message);
      }
    }

    run(cell, code) {
      this.state = "running";
      this.send("run", { cell, code });
    }

    fail(why, more = {}) {
      this.worker?.terminate();
      this.worker = undefined;
      this.state = "failed";
      this.listener({ type: "failed", why, sentence: live.sentence(why, more) });
    }

    /** End the worker, whatever it is doing. */
    stop() {
      if (!this.worker) return;
      this.worker.terminate();
      this.worker = undefined;
      this.state = "off";
      this.listener({ type: "ended" });
    }
  };
})();
