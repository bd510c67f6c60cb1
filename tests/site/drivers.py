"""Firefox over WebDriver BiDi, WebKitGTK over WebDriver, as far as a test of a page needs them."""

import itertools
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

FIREFOXES = "firefox-esr", "firefox"
MINIBROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser", "/usr/libexec/webkit2gtk-4.*/MiniBrowser"


@contextmanager
def firefox(folder, private=False):
    """Yield a page of Firefox, with a new profile in `folder`; None if there is no Firefox."""
    path = next(filter(None, map(shutil.which, FIREFOXES)), None)
    if path is None:
        yield None
        return
    import websocket  # of websocket-client, which JupyterLab's server brings

    (folder / "user.js").write_text(
        'user_pref("app.normandy.enabled", false);\n'
        'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
        'user_pref("browser.shell.checkDefaultBrowser", false);\n'
        f'user_pref("browser.privatebrowsing.autostart", {json.dumps(private)});\n'
    )
    command = [path, "--headless", "--remote-debugging-port=0", "--profile", str(folder)]
    env = os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
    log = folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen(command, env=env, stdout=file, stderr=file)
    try:
        while not (
            found := re.search(r"WebDriver BiDi listening on (ws://\S+)\n", log.read_text())
        ):
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        socket = websocket.create_connection(
            f"{found[1]}/session", timeout=600, suppress_origin=True
        )
        yield Firefox(socket)
        socket.close()
    finally:
        process.terminate()
        process.wait()


class Browser:
    """What a reader does, in either of them."""

    def press(self, key):
        """Press a key and let it go; `key` as WebDriver names it."""
        strokes = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keyboard", "actions": strokes})

    def click(self, x, y):
        """Click at a place of the window."""
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        kind = {"pointerType": "mouse"}
        self.act({"type": "pointer", "id": "mouse", "parameters": kind, "actions": moves})

    def wait(self, condition, what=""):
        """Wait until a function of JavaScript returns something true."""
        for _ in range(6000):  # five minutes: only a fault or a busy machine takes them
            if self.call(condition):
                return
            time.sleep(0.05)
        raise AssertionError(f"never true: {what or condition}")


class Firefox(Browser):
    """One tab of Firefox."""

    def __init__(self, socket):
        self.socket, self.numbers = socket, itertools.count(1)
        self.ask("session.new", capabilities={})
        # Not the tab that is there from the start: it never has the focus.
        self.context = self.ask("browsingContext.create", type="tab")["context"]

    def ask(self, method, **parameters):
        """Send a command and return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def act(self, source):
        """Do what a source of input does."""
        self.ask("input.performActions", context=self.context, actions=[source])

    def goto(self, url):
        """Open a page and wait until it has loaded."""
        self.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def call(self, function, *arguments):
        """Call a function of JavaScript, wait for what it promises, and return that."""
        texts = ", ".join(map(json.dumps, arguments))
        result = self.ask(
            "script.evaluate",
            expression=f"Promise.resolve(({function})({texts})).then(JSON.stringify)",
            target={"context": self.context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        value = result["result"].get("value")
        return None if value is None else json.loads(value)


@contextmanager
def webkit(folder):
    """Yield a page of WebKitGTK on a screen of its own; None if it is not installed."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browser = next((p for glob in MINIBROWSERS for p in Path("/").glob(glob[1:])), None)
    if not (driver and screen and browser):
        yield None
        return
    reading, writing = os.pipe()
    display = subprocess.Popen(
        [screen, "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        env = os.environ | {"DISPLAY": f":{number.readline().strip()}", "HOME": str(folder)}
    server = subprocess.Popen([driver, "--port=0"], env=env, stdout=subprocess.DEVNULL)
    page = None
    try:
        page = WebKit(port_of(server), str(browser))
        yield page
    finally:
        if page:
            with suppress(OSError):
                page.ask("DELETE", "")
        for process in (server, display):
            process.terminate()
            process.wait()


def port_of(process):
    """Return the port on which a process listens, from what the kernel lists of it."""
    for _ in range(3000):
        inodes = set()
        for link in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(OSError):
                if found := re.match(r"socket:\[(\d+)\]", os.readlink(link)):
                    inodes.add(found[1])
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                return int(fields[1].rpartition(":")[2], 16)
        time.sleep(0.1)
    raise RuntimeError("the driver of WebKit does not listen")


class WebKit(Browser):
    """One window of WebKitGTK's MiniBrowser."""

    def __init__(self, port, browser):
        self.address = f"http://127.0.0.1:{port}/session"
        options = {"binary": browser, "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        session = self.ask("POST", "", capabilities=wanted)
        self.address += f"/{session['sessionId']}"
        self.ask("POST", "/timeouts", script=600_000, pageLoad=600_000)

    def ask(self, method, path, **body):
        """Send a command and return its value."""
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)["value"]

    def act(self, source):
        """Do what a source of input does."""
        self.ask("POST", "/actions", actions=[source])

    def goto(self, url):
        """Open a page and wait until it has loaded."""
        self.ask("POST", "/url", url=url)

    def call(self, function, *arguments):
        """Call a function of JavaScript, wait for what it promises, and return that."""
        texts = ", ".join(map(json.dumps, arguments))
        script = (
            "const done = arguments[0];"
            f"Promise.resolve(({function})({texts}))"
            ".then((value) => done([value]), (error) => done([null, String(error)]));"
        )
        value, *error = self.ask("POST", "/execute/async", script=script, args=[])
        if error:
            raise RuntimeError(error[0])
        return value
