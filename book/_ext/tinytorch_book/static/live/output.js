/* What a cell puts out: text as it streams, light Markdown, images, errors in sentences. */
(() => {
  "use strict";
  const live = self.ttLive;
  const { make } = live;

  const INLINE = new RegExp(
    [
      "(`+)(?<code>.+?)(?<!`)\\1(?!`)",
      "\\*\\*(?<strong>.+?)\\*\\*",
      "\\*(?<em>[^*\\s](?:[^*]*[^*\\s])?)\\*",
      "\\[(?<text>[^\\]]*)\\]\\((?<href>[^)\\s]*)\\)",
      "\\$(?<math>[^$\\s](?:[^$]*[^$\\s])?)\\$",
      "(?<br><br ?/?>)",
    ].join("|"),
    "gs",
  );

  /** Append inline Markdown to an element. Links to the book's labels lead where the page's do. */
  function inline(text, to) {
    let end = 0;
    for (const match of text.matchAll(INLINE)) {
      to.append(text.slice(end, match.index));
      end = match.index + match[0].length;
      const { code, strong, em, text: label, href, math, br } = match.groups;
      if (br) to.append(make("br"));
      else if (code) to.append(make("code", "docutils literal notranslate", code));
      else if (math) to.append(make("span", "math notranslate nohighlight", `\\(${math}\\)`));
      else if (strong) inline(strong, to.appendChild(make("strong")));
      else if (em) inline(em, to.appendChild(make("em")));
      else {
        const known = href.startsWith("#") && !document.getElementById(href.slice(1));
        const plain = label.replace(/[`*]/g, "");
        const same = known && [...document.querySelectorAll("a.internal, a.reference")].find(
          (a) => a.textContent.trim() === plain,
        );
        const safe = /^(https?:|#|[\w./-]+$)/.test(href) && (!known || same);
        const link = make(safe ? "a" : "span");
        if (safe) link.href = same ? same.href : href;
        inline(label, to.appendChild(link));
      }
    }
    to.append(text.slice(end));
  }

  const row = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

  /** Turn light Markdown into elements: fences, headings, tables, lists, paragraphs. */
  live.markdown = (text) => {
    const part = document.createDocumentFragment();
    const lines = text.replace(/\s+$/, "").split("\n");
    while (lines.length) {
      const line = lines.shift();
      const fence = /^(```+)\s*(\w*)/.exec(line);
      const heading = /^(#{1,6}) (.*)/.exec(line);
      if (!line.trim()) continue;
      if (fence) {
        const code = [];
        while (lines.length && !lines[0].startsWith(fence[1])) code.push(lines.shift());
        lines.shift();
        const pre = make("pre");
        if (/^py/.test(fence[2])) pre.append(live.highlight(code.join("\n")));
        else pre.textContent = code.join("\n");
        const box = part.appendChild(make("div", "highlight"));
        box.append(pre);
      } else if (heading) {
        inline(heading[2], part.appendChild(make("p", "tt-heading")));
      } else if (/^\|.*\|$/.test(line.trim()) && /^[\s|:-]+$/.test(lines[0] ?? "")) {
        const rows = [row(line)];
        lines.shift();
        while (lines.length && lines[0].trim().startsWith("|")) rows.push(row(lines.shift()));
        const box = part.appendChild(make("div", "pst-scrollable-table-container"));
        const table = box.appendChild(make("table", "table"));
        rows.forEach((cells, i) => {
          const tr = table.appendChild(make("tr"));
          for (const cell of cells) inline(cell, tr.appendChild(make(i ? "td" : "th")));
        });
      } else if (/^\s*([-*]|\d+\.) /.test(line)) {
        const list = part.appendChild(make(/^\s*\d/.test(line) ? "ol" : "ul"));
        const items = [line];
        while (lines.length && lines[0].trim()) items.push(lines.shift());
        for (const item of items) {
          const begins = /^\s*(?:[-*]|\d+\.) (.*)/.exec(item);
          if (begins) inline(begins[1], list.appendChild(make("li")));
          else inline(` ${item.trim()}`, list.lastElementChild);
        }
      } else {
        const words = [line];
        while (lines.length && lines[0].trim() && !/^(```|\||#{1,6} |[-*] )/.test(lines[0])) {
          words.push(lines.shift());
        }
        inline(words.join("\n"), part.appendChild(make("p")));
      }
    }
    return part;
  };

  /** Set the formulas of an element, if the page has what sets its own. */
  live.typeset = (element) => {
    if (element.querySelector(".math")) self.MathJax?.typesetPromise?.([element]);
  };

  /** Copy a caption: its name and the link to it stay with the first. */
  live.copied = (caption) => {
    const copy = caption.cloneNode(true);
    for (const link of copy.querySelectorAll(".headerlink")) link.remove();
    for (const named of [copy, ...copy.querySelectorAll("[id]")]) named.removeAttribute("id");
    return copy;
  };

  /** The live output of one cell. */
  live.Output = class Output {
    constructor(cell) {
      this.cell = cell;
      this.element = make("div", "cell_output docutils container tt-output");
      this.element.dataset.ttOutput = "";
    }

    clear() {
      this.element.replaceChildren();
      this.pre = undefined;
      this.images = 0;
    }

    get empty() {
      return !this.element.childNodes.length;
    }

    /** Append a box, which ends the text before it. */
    add(kind) {
      this.pre = undefined;
      return this.element.appendChild(make("div", `output ${kind}`));
    }

    /** Append printed text to what stands there; \r goes back to the start of the line. */
    stream({ name, text }) {
      if (this.pre?.dataset.name !== name) {
        const box = this.add(`stream highlight-myst-ansi notranslate tt-stream tt-${name}`);
        this.pre = box.appendChild(make("div", "highlight")).appendChild(make("pre"));
        this.pre.dataset.name = name;
        this.pre.append("");
      }
      const node = this.pre.lastChild;
      for (const piece of text.replaceAll("\r\n", "\n").split(/(?=\r)/)) {
        if (piece.startsWith("\r")) {
          node.data = node.data.slice(0, node.data.lastIndexOf("\n") + 1);
        }
        node.appendData(piece.replace("\r", ""));
      }
    }

    note(text) {
      this.add("tt-said").append(make("p", "", text));
    }

    display({ data }) {
      if (data["text/markdown"] !== undefined) {
        const box = this.add("text_markdown");
        box.append(live.markdown(data["text/markdown"]));
        live.typeset(box);
      } else if (data["image/svg+xml"] || data["image/png"]) this.image(data);
      else {
        const box = this.add("text_plain highlight-myst-ansi notranslate");
        box.appendChild(make("div", "highlight")).appendChild(make("pre", "", data["text/plain"]));
      }
    }

    /** Show an image, with the caption and the words that the book has for the one in its place. */
    image(data) {
      const image = make("img");
      const svg = data["image/svg+xml"];
      image.src = svg
        ? `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
        : `data:image/png;base64,${data["image/png"]}`;
      const twin = this.cell.bookOutput?.querySelectorAll("img")[this.images++];
      image.alt = twin?.alt ?? data["text/plain"];
      image.addEventListener("load", () => (image.width = image.naturalWidth / (svg ? 1 : 2)));
      const box = this.add("image_png");
      box.append(image);
      const caption = twin?.closest("figure")?.querySelector("figcaption");
      if (caption) {
        const figure = make("figure");
        box.append(figure);
        figure.append(image, live.copied(caption));
      }
    }

    /** Show an error: what it says, the reader's own lines, and where the book explains. */
    error({ kind, message, lines, explained }) {
      const box = this.add("tt-error");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Error");
      const said = box.appendChild(make("p", "tt-error-said"));
      said.append(make("strong", "", kind), message ? `: ${message}` : "");
      const list = box.appendChild(make("ol", "tt-lines"));
      for (const line of lines) {
        const item = list.appendChild(make("li"));
        if (line.left_out) {
          item.textContent = `… ${line.left_out} more …`;
          continue;
        }
        const here = line.cell === this.cell.id;
        const where = here ? `line ${line.line}` : `line ${line.line} of `;
        item.append(where);
        if (!here) {
          const link = item.appendChild(make("a", "", "another cell"));
          link.href = "#";
          link.addEventListener("click", (event) => {
            event.preventDefault();
            live.cells.get(line.cell)?.place?.scrollIntoView({ block: "center" });
          });
        }
        if (line.name !== "<module>") item.append(`, in ${line.name}`);
        if (line.code) item.append(": ", make("code", "", line.code));
      }
      const { ttExplained: page } = document.documentElement.dataset;
      if (explained && page) {
        const link = make("a", "", "What a failing cell means");
        link.href = page;
        box.appendChild(make("p", "tt-more")).append(link);
      }
    }
  };
})();
