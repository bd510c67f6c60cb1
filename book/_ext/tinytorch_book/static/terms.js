/* What a term of the glossary means, shown over a link to it.
 *
 * By pointer after a moment, by keyboard at once; it stays while the pointer is on it, and Escape
 * closes it. A finger's first tap shows it, its link or a second tap leads to the glossary.
 */
(() => {
  "use strict";
  const SELECTOR = 'article a[href*="#term-"]';
  let box, shownFor, wanted, timer, loading;

  /** The definitions, loaded when first wanted. A script, since a page from disk may not fetch. */
  function glossary() {
    loading ??= new Promise((resolve, reject) => {
      const root = document.documentElement.dataset.content_root ?? "./";
      const script = document.createElement("script");
      script.src = `${root}_static/glossary.js`;
      script.onload = () => resolve(self.ttGlossary);
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  async function show(link, byTouch) {
    wanted = link;
    const entry = (await glossary())[link.hash.slice(1)];
    if (!entry || wanted !== link || shownFor === link) return; // or left before it has loaded
    hide();
    shownFor = link;
    box = document.createElement("div");
    box.className = "tt-term";
    box.id = "tt-term";
    box.role = "tooltip";
    const name = document.createElement("strong");
    name.textContent = entry[0];
    const meaning = document.createElement("span");
    meaning.className = "tex2jax_process";
    meaning.textContent = entry[1];
    box.append(name, " ", meaning);
    if (byTouch) {
      const more = document.createElement("a");
      more.href = link.href;
      more.textContent = "Glossary";
      box.append(" ", more);
    }
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => later(hide, 300));
    document.body.append(box);
    link.setAttribute("aria-describedby", box.id);
    await self.MathJax?.typesetPromise?.([meaning]);
    place(link);
  }

  /** Below the link, or above it where there is no room; never beyond the page's edges. */
  function place(link) {
    if (!box) return;
    const [at, size] = [link.getClientRects()[0], box.getBoundingClientRect()];
    const below = at.bottom + size.height + 8 < innerHeight;
    const room = document.documentElement.clientWidth - size.width - 8;
    const left = Math.max(8, Math.min(at.left, room));
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(below ? at.bottom + 6 : at.top - size.height - 6) + scrollY}px`;
  }

  function hide() {
    clearTimeout(timer);
    shownFor?.removeAttribute("aria-describedby");
    box?.remove();
    box = shownFor = wanted = undefined;
  }

  function later(act, ms) {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  }

  let finger = false;
  addEventListener("pointerdown", (event) => (finger = event.pointerType === "touch"), true);
  addEventListener("keydown", (event) => {
    finger = false;
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerover", (event) => {
    const link = event.target.closest?.(SELECTOR);
    if (link && event.pointerType === "mouse") later(() => show(link), 150);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest?.(SELECTOR) && event.pointerType === "mouse") later(hide, 300);
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest?.(SELECTOR);
    if (link && !finger) show(link);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.closest?.(SELECTOR) && !finger) hide();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(SELECTOR);
    if (link && finger && shownFor !== link) {
      event.preventDefault();
      show(link, true);
    } else if (!link && !event.target.closest?.(".tt-term")) hide();
  });
})();
