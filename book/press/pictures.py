"""A picture of each chapter's first figure, for where a link to the chapter is shown.

Pages name them in their `og:image` when they know where the site will stand (`SITE_URL`).
"""

from browser import chromium
from chapters import contents

CARD = {"width": 1200, "height": 630}  # what services that show links ask for
# The figure alone, on a card of its own, as large as fits.
SHOW = """() => {
  const place = document.querySelector(".tt-place");
  if (!place) return false;
  const [width, height] = [innerWidth, innerHeight];
  document.body.replaceChildren(place);
  document.body.style.cssText = `display: grid; place-content: center; margin: 0; padding: 0;
    height: ${height}px; min-height: 0; overflow: hidden; background: var(--tt-page, white)`;
  place.style.width = "680px";
  const box = place.getBoundingClientRect();
  const fit = Math.min((width - 80) / box.width, (height - 60) / box.height);
  place.style.zoom = fit;
  return true;
}"""


def make(site):
    """Put the pictures into a built site; return what was made in words."""
    folder, made = site / "_static" / "pictures", 0
    with chromium() as open_page:
        for name, _ in contents(site):
            if 'class="tt-place"' not in (site / f"{name}.html").read_text(encoding="utf8"):
                continue
            page = open_page(site / f"{name}.html", **CARD)
            page.emulate_media(media="print")  # without controls
            page.evaluate(SHOW)
            page.wait_for_timeout(100)  # the figure is laid out anew
            path = folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, animations="disabled")
            page.close()
            made += 1
    return f"{folder}: {made} pictures"
