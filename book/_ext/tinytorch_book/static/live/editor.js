/* A plain editor for Python: a text area over its own colored copy.
 *
 * The text area keeps what a browser gives for nothing: undo, selection, software keyboards, screen
 * readers. Tab and Enter indent; Escape leaves, so that Tab can go on through the page.
 */
(() => {
  "use strict";
  const live = self.ttLive;
  const { make } = live;

  const KEYWORDS =
    "False None True and as assert async await break class continue def del elif else except " +
    "finally for from global if import in is lambda nonlocal not or pass raise return try while " +
    "with yield";
  const TOKEN = new RegExp(
    [
      "(?<c1>#[^\\n]*)",
      "(?<s1>\\b[rbfuRBFU]{0,2}(?:\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)" +
        "|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?))",
      "(?<nd>@[\\w.]+)",
      `(?<k>\\b(?:${KEYWORDS.replaceAll(" ", "|")})\\b)`,
      "(?<mf>\\b(?:0[xXbBoO][\\da-fA-F_]+|\\d[\\d_]*\\.?[\\d_]*(?:[eE][+-]?\\d+)?j?)\\b)",
      "(?<n>[^\\W\\d]\\w*)",
    ].join("|").replace("\\b[rbfu", "(?<![\\w])[rbfu"),
    "gu",
  );

  /** Color Python with the classes that the book's own code has. */
  live.highlight = (code) => {
    const part = document.createDocumentFragment();
    let end = 0;
    for (const match of code.matchAll(TOKEN)) {
      const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
      if (kind === "n") continue;
      part.append(code.slice(end, match.index), make("span", kind, match[0]));
      end = match.index + match[0].length;
    }
    part.append(code.slice(end));
    return part;
  };

  const INDENT = "    ";

  live.Editor = class Editor {
    /** `on` has change, run and leave. */
    constructor(code, on) {
      this.on = on;
      this.element = make("div", "tt-editor highlight");
      this.shade = this.element.appendChild(make("pre", "tt-shade"));
      this.shade.setAttribute("aria-hidden", "true");
      this.area = this.element.appendChild(make("textarea", "tt-area"));
      Object.assign(this.area, { value: code, spellcheck: false, wrap: "off" });
      for (const help of ["autocapitalize", "autocomplete", "autocorrect"]) {
        this.area.setAttribute(help, "off");
      }
      this.area.setAttribute(
        "aria-label",
        "Code of this cell. Tab indents, Control and Enter run it, Escape leaves.",
      );
      this.area.addEventListener("input", () => {
        this.draw();
        this.on.change(this.code);
      });
      this.area.addEventListener("keydown", (event) => this.key(event));
      this.draw();
    }

    get code() {
      return this.area.value;
    }

    set code(code) {
      this.area.value = code;
      this.draw();
    }

    draw() {
      this.shade.replaceChildren(live.highlight(this.code), "\n");
    }

    /** Replace what is between two places, so that undo brings it back. */
    put(text, start = this.area.selectionStart, end = this.area.selectionEnd) {
      this.area.setSelectionRange(start, end);
      const kept = text
        ? document.execCommand("insertText", false, text)
        : start === end || document.execCommand("delete");
      if (!kept) {
        this.area.setRangeText(text, start, end, "end");
        this.area.dispatchEvent(new Event("input"));
      }
    }

    key(event) {
      event.stopPropagation();
      const { selectionStart: start, selectionEnd: end, value } = this.area;
      const line = value.lastIndexOf("\n", start - 1) + 1;
      const before = value.slice(line, start);
      if (event.isComposing) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
        this.on.run();
      } else if (event.key === "Escape") this.on.leave();
      else if (event.key === "Enter") {
        const deeper = /:\s*(#.*)?$/.test(before) ? INDENT : "";
        const shallower = /^\s*(return|raise|pass|break|continue)\b/.test(before);
        const indent = /^ */.exec(before)[0].slice(shallower ? INDENT.length : 0);
        this.put(`\n${indent}${deeper}`);
      } else if (event.key === "Tab" && !event.altKey && !event.ctrlKey && !event.metaKey) {
        this.tab(event.shiftKey, start, end, line, before);
      } else if (event.key === "Backspace" && start === end && /^ +$/.test(before)) {
        this.put("", start - ((before.length - 1) % INDENT.length) - 1, start);
      } else return;
      event.preventDefault();
    }

    tab(back, start, end, line, before) {
      const { value } = this.area;
      if (!back && start === end) {
        this.put(" ".repeat(INDENT.length - (before.length % INDENT.length)));
        return;
      }
      const last = value.indexOf("\n", Math.max(start, end - 1));
      const stop = last < 0 ? value.length : last;
      const old = value.slice(line, stop);
      const text = back ? old.replace(/^ {1,4}/gm, "") : old.replace(/^(?=.)/gm, INDENT);
      if (text === old) return;
      this.put(text, line, stop);
      if (start === end) {
        const place = Math.max(line, start + text.length - old.length);
        this.area.setSelectionRange(place, place);
      } else this.area.setSelectionRange(line, line + text.length);
    }
  };
})();
