"""Three browsers to try a page in, each with the few steps that tests need: open, evaluate, wait.

Chromium is driven by Playwright, Firefox by WebDriver BiDi, which it speaks itself, and WebKit by
its own driver in a display that is not shown.
"""

import json
import os
import re
import shutil
import subprocess
import time
import warnings
from pathlib import Path

import pytest

WEBKIT = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"


class Browser:
    """What the tests ask of any browser."""

    def wait(self, expression, seconds=60):
        """Wait until an expression is true; say what it was when it never is."""
        end = time.monotonic() + seconds
        while not (value := self.js(expression)):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)
        return value


class Chromium(Browser):
    """Playwright's page, in a context of its own."""

    def __init__(self, chromium):
        self.context = chromium.new_context()
        self.page = self.context.new_page()

    def open(self, url):
        """Go to a page and wait until it is loaded."""
        self.page.goto(url, wait_until="load")

    def js(self, expression):
        """Return the value of an expression."""
        return self.page.evaluate(expression)

    def close(self):
        """Forget all that it stored."""
        self.context.close()


class Firefox(Browser):
    """Firefox without a window, over its own WebDriver BiDi socket."""

    def __init__(self, folder):
        websocket = pytest.importorskip("websocket")
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        if path is None:
            pytest.skip("no Firefox on this machine")
        command = [path, "--headless", "--remote-debugging-port=0", "--no-remote"]
        log = folder / "firefox.log"
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--profile", str(folder)],
                stderr=out,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
            )
        end = time.monotonic() + 120
        while not (found := re.search(r"BiDi listening on (ws://\S+)", log.read_text())):
            assert self.process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        self.socket = websocket.create_connection(
            f"{found[1]}/session", suppress_origin=True, timeout=120
        )
        self.number = 0
        self.send("session.new", capabilities={})
        self.tab = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method, **params):
        """Send a command and return its result."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.number:
            pass  # an event
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, url):
        """Go to a page and wait until it is loaded."""
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def js(self, expression):
        """Return the value of an expression."""
        code = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        target = {"context": self.tab}
        answer = self.send("script.evaluate", expression=code, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def close(self):
        """End the process that was started."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(30)


class WebKit(Browser):
    """WebKitGTK's MiniBrowser, in a display that is not shown."""

    def __init__(self, folder):
        webdriver = pytest.importorskip("selenium.webdriver")
        driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
        browser = next(Path("/").glob(WEBKIT[1:]), None)
        if not (driver and display and browser):
            pytest.skip("no WebKitGTK, its driver or Xvfb on this machine")
        reading, writing = os.pipe()
        self.display = subprocess.Popen(
            [display, "-displayfd", str(writing), "-screen", "0", "1400x1000x24"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as numbers:
            number = numbers.readline().strip()
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(browser)
        options.add_argument("--automation")
        options.set_capability("pageLoadStrategy", "normal")
        env = os.environ | {
            "DISPLAY": f":{number}",
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        }
        service = webdriver.webkitgtk.service.Service(executable_path=driver, env=env)
        with warnings.catch_warnings(action="ignore"):  # selenium deprecates what it does itself
            self.driver = webdriver.WebKitGTK(options=options, service=service)
        self.driver.set_script_timeout(120)

    def open(self, url):
        """Go to a page and wait until it is loaded."""
        self.driver.get(url)

    def js(self, expression):
        """Return the value of an expression."""
        code = "const done = arguments[arguments.length - 1];"
        code += f"(async () => (await ({expression})) ?? null)()"
        code += ".then((value) => done({ value }), (error) => done({ error: String(error) }));"
        answer = self.driver.execute_async_script(code)
        assert "error" not in answer, answer
        return answer["value"]

    def close(self):
        """End the processes that were started."""
        self.driver.quit()
        self.display.terminate()
        self.display.wait(30)
