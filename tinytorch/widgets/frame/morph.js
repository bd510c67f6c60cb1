/** The page's elements: making one, and keeping those that a new picture still has. */

export function node(tag, classes, parent) {
  const made = document.createElement(tag);
  made.className = classes;
  parent.append(made);
  return made;
}

/** Draw the layers of a panel, back to front; one whose markup did not change costs nothing. */
export function layers(svg, markups) {
  markups.forEach((markup, i) => {
    const layer =
      svg.children[i] ?? svg.appendChild(document.createElementNS(svg.namespaceURI, "g"));
    morph(layer, markup);
  });
}

const painted = new WeakMap();
/** Make `old` contain `markup`, keeping the elements that stay: focus, capture, transitions. */
export function morph(old, markup) {
  if (painted.get(old) === markup) return;
  painted.set(old, markup);
  const next = old.cloneNode(false);
  next.innerHTML = markup;
  sync(old, next);
}

function sync(old, next) {
  const have = [...old.childNodes];
  const wanted = [...next.childNodes];
  wanted.forEach((want, i) => {
    const is = have[i];
    if (!is) old.append(want);
    else if (is.nodeName !== want.nodeName) is.replaceWith(want);
    else if (is.nodeType === Node.TEXT_NODE) is.data = want.data;
    else {
      for (const { name } of [...is.attributes])
        if (!want.hasAttribute(name)) is.removeAttribute(name);
      for (const { name, value } of want.attributes)
        if (is.getAttribute(name) !== value) is.setAttribute(name, value);
      sync(is, want);
    }
  });
  for (const extra of have.slice(wanted.length)) extra.remove();
}
