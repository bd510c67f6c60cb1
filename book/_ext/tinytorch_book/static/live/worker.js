/* The worker around Pyodide: fetches and verifies files, starts Python, passes messages on.
 *
 * Messages both ways are objects with a version and a type. From the page: start, run, moved. To
 * the page: progress, ready, loading, loaded, failed, what `page_kernel.py` posts, and done.
 */
"use strict";

const VERSION = 1;
const FOLDER = "/home/pyodide";
const AT_FIRST = ["numpy", "traitlets"];

const say = (type, more) => postMessage({ ...more, version: VERSION, type });

/** A reason not to start or go on; `why` names the sentence, the rest goes into it. */
class Failure extends Error {
  constructor(why, more = {}) {
    super(why);
    Object.assign(this, { why, more });
  }
}

const network = self.fetch.bind(self);
let pyodide;
let kernel;
let files; // what the site says of them
let base; // where the site keeps its own
let packages; // by the name of what one imports
const got = new Map(); // by address: a promise of the bytes
const amount = { loaded: 0, total: 0 };
let failure; // Pyodide reports no failed download itself

/** Count bytes for the bar, ten times a second at most. */
let told = 0;
function count(bytes) {
  amount.loaded += bytes;
  const now = performance.now();
  if (now - told < 100) return;
  told = now;
  say("progress", { ...amount });
}

async function bytesOf(response, name) {
  const pieces = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw new Failure("network", { name, host: new URL(response.url).host, error: `${error}` });
    });
    if (done) break;
    pieces.push(value);
    count(value.length);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Fetch one file and compare it with what is known of it. */
async function download(url, { sha256, bytes }) {
  const { host, pathname } = new URL(url);
  const name = decodeURIComponent(pathname.split("/").at(-1));
  amount.total += bytes ?? 0;
  const response = await network(url, { credentials: "omit" }).catch((error) => {
    throw new Failure("network", { name, host, error: `${error}` });
  });
  if (!response.ok) throw new Failure("missing", { name, host, status: response.status });
  if (!bytes) amount.total += Number(response.headers.get("Content-Length")) || 0;
  const data = await bytesOf(response, name);
  // Only a page that came by https, or from this machine, has the means to compare.
  if (self.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex !== sha256) throw new Failure("digest", { name, host });
  }
  return data;
}

/** Fetch once; a second request waits for the first. */
function get(url, about) {
  if (!got.has(url)) {
    const promise = download(url, about);
    promise.catch((error) => (failure ??= error));
    got.set(url, promise);
  }
  return got.get(url);
}

/** Everything Pyodide asks for is fetched and verified here. */
async function verified(input, init) {
  const url = String(input.url ?? input);
  const name = url.startsWith(files.address) ? url.slice(files.address.length) : "";
  const known =
    files.core[name] ?? Object.values(files.lock.packages).find((p) => p.file_name === name);
  if (!name || !known) return network(input, init);
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(await get(url, known), { headers: { "Content-Type": type } });
}

/** Ask whether this browser, and this site's policy, let WebAssembly run. */
function check() {
  if (typeof WebAssembly === "undefined" || typeof BigInt64Array === "undefined") {
    throw new Failure("browser");
  }
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch (error) {
    throw new Failure("policy", { error: `${error}` });
  }
}

async function list() {
  const url = `${base}files.json`;
  const { host } = new URL(url);
  const response = await network(url, { cache: "no-cache" }).catch((error) => {
    throw new Failure("network", { name: "files.json", host, error: `${error}` });
  });
  if (!response.ok) {
    throw new Failure("missing", { name: "files.json", host, status: response.status });
  }
  return response.json();
}

async function start({ at }) {
  base = at;
  check();
  files = await list();
  if (files.version !== VERSION) throw new Failure("version");
  files.address ||= base;
  packages = {};
  for (const [name, about] of Object.entries(files.lock.packages)) {
    for (const imported of about.imports) packages[imported] = name;
  }
  const core = Object.entries(files.core).map(([name, about]) => get(files.address + name, about));
  for (const name of AT_FIRST) {
    const about = files.lock.packages[name];
    get(files.address + about.file_name, about).catch(() => {});
  }
  const own = Promise.all(
    Object.entries(files.own).map(async ([name, about]) => {
      return [name, await get(`${base}${name}?v=${about.sha256.slice(0, 12)}`, about)];
    }),
  );
  own.catch(() => {}); // awaited below, if all goes well until then
  await Promise.all(core.slice(0, 2));
  self.fetch = verified;
  for (const name of ["pyodide.js", "pyodide.asm.js"]) {
    const blob = new Blob([await get(files.address + name)], { type: "text/javascript" });
    try {
      importScripts(URL.createObjectURL(blob));
    } catch (error) {
      throw new Failure("policy", { error: `${error}` });
    }
  }
  await Promise.all(core);
  pyodide = await loadPyodide({
    indexURL: files.address,
    packageBaseUrl: files.address,
    lockFileContents: files.lock,
    packages: AT_FIRST,
    stdout: () => {},
    stderr: (text) => console.info(text),
  });
  lacks(AT_FIRST);
  for (const [name, data] of await own) {
    const wheel = name.endsWith(".whl");
    pyodide.unpackArchive(data, wheel ? "wheel" : "zip", wheel ? {} : { extractDir: FOLDER });
  }
  pyodide.runPython(`import sys; sys.path.insert(0, "${FOLDER}")`);
  const send = (text) => {
    const message = JSON.parse(text);
    say(message.type, message);
  };
  kernel = pyodide.pyimport("page_kernel").start(send, `${FOLDER}/book/page`);
  pyodide.runPython("import numpy, tinytorch");
  say("ready", { python: pyodide.runPython("sys.version.split()[0]") });
}

/** Say what failed if a package is not there, for Pyodide itself goes on in silence. */
function lacks(names) {
  const absent = names.filter((name) => !pyodide.loadedPackages[name]);
  if (!absent.length) return;
  const reason = failure ?? new Failure("missing", { name: absent[0], host: "", status: "" });
  failure = undefined;
  throw reason;
}

/** Load what a cell imports and Python has not got yet. */
async function prepare(cell, code) {
  let imported = [];
  try {
    imported = pyodide.runPython("import pyodide.code; pyodide.code.find_imports")(code).toJs();
  } catch {
    return; // a syntax error is told when the cell runs
  }
  const wanted = [...new Set(imported.map((name) => packages[name.split(".")[0]]))].filter(
    (name) => name && !pyodide.loadedPackages[name],
  );
  if (!wanted.length) return;
  say("loading", { cell, names: wanted });
  for (const url of got.keys()) {
    const done = await got.get(url).then(() => true, () => false);
    if (!done) got.delete(url); // it is asked for once more
  }
  failure = undefined;
  await pyodide.loadPackage(wanted, { messageCallback() {}, errorCallback() {} });
  lacks(wanted);
  say("loaded", { cell });
}

async function run({ cell, code }) {
  try {
    await prepare(cell, code);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say("refused", { cell, why: error.why, ...error.more });
    say("done", { cell, right: false });
    return;
  }
  say("started", { cell });
  const begun = performance.now();
  const right = kernel.run(cell, code);
  say("done", { cell, right, seconds: (performance.now() - begun) / 1000 });
}

function moved({ model, changes }) {
  kernel.moved(model, pyodide.toPy(changes));
}

const handlers = { start, run, moved };
let last = Promise.resolve();

onmessage = ({ data }) => {
  last = last.then(async () => {
    try {
      await handlers[data.type](data);
    } catch (error) {
      const memory = /memory|allocation|RangeError: (Array buffer|Invalid typed)/i.test(`${error}`);
      const stack = /call stack|too much recursion/i.test(`${error}`);
      const why = error.why ?? (memory ? "memory" : stack ? "stack" : "crash");
      say("failed", { why, error: `${error}`.slice(0, 2000), ...error.more });
    }
  });
};
