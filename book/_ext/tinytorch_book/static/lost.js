/* Finds what was meant by an address that leads nowhere: the pages whose names are most like it. */
(() => {
  "use strict";
  const words = (text) => text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  const pairs = (word) => new Set([...` ${word} `].slice(1).map((c, i) => ` ${word} `[i] + c));
  const alike = (a, b) => {
    const [left, right] = [pairs(a), pairs(b)];
    return (2 * [...left].filter((pair) => right.has(pair)).length) / (left.size + right.size);
  };

  const pages = JSON.parse(document.getElementById("tt-pages").textContent);
  const path = decodeURIComponent(location.pathname).replace(/\.\w+$/, "");
  const asked = words(path.split("/").at(-1));
  const score = ([name, title]) => {
    const known = [...words(name.split("/").at(-1)), ...words(title)];
    const best = asked.map((word) => Math.max(...known.map((other) => alike(word, other))));
    return best.reduce((sum, x) => sum + x, 0) / Math.max(best.length, 1);
  };
  const nearest = Object.entries(pages)
    .map((page) => [score(page), ...page])
    .filter(([likeness]) => likeness > 0.5)
    .sort((a, b) => b[0] - a[0])
    .slice(0, 5);
  if (!nearest.length) return;
  document.getElementById("tt-meant").textContent = "Perhaps you meant:";
  for (const [, name, title] of nearest) {
    const link = document.createElement("a");
    link.href = `${name}.html`;
    link.textContent = title;
    const row = document.createElement("li");
    row.append(link);
    document.getElementById("tt-nearest").append(row);
  }
})();
