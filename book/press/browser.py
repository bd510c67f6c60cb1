"""The Chromium that draws the book's figures and formulas."""

import os
import re
import shutil
import sys
from contextlib import contextmanager

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWS = re.compile(r"/figures/|/mathjax/|/runtime\.js")  # the scripts of figures and of formulas
DRAWN = """() => document.readyState === "complete"
  && document.fonts.status === "loaded"
  && [...document.querySelectorAll(".tt-place")].every((place) =>
    place.querySelector(".tt-readout")?.textContent.trim() || place.querySelector(".tt-message"))
  && !document.querySelector(".math:not(:has(mjx-container)):not(mjx-container *)")"""


@contextmanager
def chromium(scale=1):
    """Start the browser with the network closed; yield a function that opens a page."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as p:
        try:
            browser = p.chromium.launch(
                executable_path=path,
                channel=None if path else "chrome",  # where Windows and macOS keep it
                args=[*FLAGS, *(["--no-sandbox"] if root else [])],
            )
        except Error:
            sys.exit("no Chromium, Chrome or Edge on this machine")
        context = browser.new_context(
            color_scheme="light", reduced_motion="reduce", device_scale_factor=scale
        )
        context.set_offline(True)
        context.route(  # what the others would add is of use in a page alone
            re.compile(r"^file:.*\.js(\?.*)?$"),
            lambda route: route.continue_() if DRAWS.search(route.request.url) else route.abort(),
        )

        def open_page(path, width=1000, height=1400):
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.set_default_timeout(600_000)  # all chapters at once take a while
            page.goto(path.as_uri(), wait_until="load")
            page.wait_for_function(DRAWN, polling=500)
            return page

        yield open_page
        browser.close()
