"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const all = (selector, from) => [...(from || document).querySelectorAll(selector)];
  const form = by("filters"), need = by("need"), told = by("told"), answers = by("answers");
  if (!form) return;
  const words = need.dataset;
  const fill = (text, values) => text.replace(/\[(\w+)\]/g, (_, name) => values[name]);
  const shown = (cell) => cell.dataset.word;
  const tables = all("section[data-linkage]").map((node) => ({
    node,
    rows: all("tbody tr", node),
    columns: all("thead th[data-vendor]", node),
    cells: all("td[data-state]", node),
  }));
  const chosen = () => all("input[name=linkage]:checked", need).map((box) => box.value);
  const value = (name) => form.elements[name].value;

  function narrow() {
    let count = 0;
    const vendor = value("vendor");
    for (const { node, rows, columns, cells } of tables) {
      const one = node.dataset;
      const asked = [["system", one.system], ["linkage", one.key], ["edition", one.edition]];
      let fits = asked.every(([name, own]) => !value(name) || value(name) === own);
      const cols = columns.map((column) => column.dataset.vendor);
      const lines = rows.map((row) => row.dataset.vendor);
      fits = fits && (!vendor || cols.includes(vendor) || lines.includes(vendor));
      const state = value("state");
      const right = (cell) => (!state || cell.dataset.state === state)
        && (!vendor || cell.dataset.provider === vendor || cell.dataset.consumer === vendor);
      for (const cell of cells) cell.classList.toggle("aside", !right(cell));
      fits = fits && cells.some(right);
      for (const row of rows) row.hidden = all("td[data-state]", row).every((cell) => !right(cell));
      node.hidden = !fits;
      count += fits ? 1 : 0;
    }
    by("none").hidden = count > 0;
    told.textContent = fill(words.shown, { count, all: tables.length });
    for (const card of all("details[data-cell]")) {
      const cell = by(card.dataset.cell);
      card.hidden = cell.classList.contains("aside") || cell.closest("section").hidden;
    }
    ask();
  }

  function ask() {
    const wanted = chosen(), vendor = value("vendor"), edition = value("edition");
    const found = new Map();
    for (const { node, cells } of tables) {
      const key = node.dataset.linkage;
      if (!wanted.includes(key) || (edition && node.dataset.edition !== edition)) continue;
      for (const cell of cells) {
        const { provider, consumer, state } = cell.dataset;
        if (vendor && provider !== vendor && consumer !== vendor) continue;
        const pair = JSON.stringify([provider, consumer]);
        if (!found.has(pair)) found.set(pair, new Map());
        const known = found.get(pair).get(key);
        if (!known || known.dataset.state === "passed") found.get(pair).set(key, cell);
      }
    }
    const lines = [...found].map(([pair, states]) => {
      const [provider, consumer] = JSON.parse(pair);
      const open = wanted.filter((key) => !states.has(key) || states.get(key).dataset.state !== "passed");
      const rest = open.map((key) => [names.get(key), states.has(key) ? shown(states.get(key)) : words.untested]);
      return { provider, consumer, rest, works: wanted.length - open.length };
    });
    lines.sort((one, other) => one.rest.length - other.rest.length
      || (one.provider + one.consumer < other.provider + other.consumer ? -1 : 1));
    answers.replaceChildren(...lines.map((line) => {
      const item = document.createElement("li"), name = document.createElement("b"), note = document.createElement("span");
      item.className = line.rest.length ? "part" : "whole";
      name.textContent = fill(words.pair, line);
      note.textContent = line.rest.length
        ? fill(words.some, { works: line.works, all: wanted.length })
          + line.rest.map(([linkage, state]) => fill(words.item, { linkage, state })).join(words.comma)
        : fill(words.every, { all: wanted.length });
      item.append(name, note);
      return item;
    }));
    by("verdict").textContent = !wanted.length ? words.choose
      : fill(words.total, { count: lines.filter((line) => !line.rest.length).length, all: lines.length });
  }

  const names = new Map(all("input[name=linkage]", need).map((box) => [box.value, box.dataset.name]));
  form.hidden = need.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("reset", () => setTimeout(narrow));
  need.addEventListener("input", (event) => {
    if (event.target.name === "find") {
      const text = event.target.value.trim().toLowerCase();
      for (const line of all("li[data-text]", need)) line.hidden = !line.dataset.text.toLowerCase().includes(text);
    } else ask();
  });
  for (const button of all("button[data-check]", need)) {
    button.addEventListener("click", () => {
      for (const line of all("li[data-text]", need)) {
        if (!line.hidden) line.querySelector("input").checked = button.dataset.check === "all";
      }
      ask();
    });
  }
  const unfold = () => {
    const card = location.hash && by(decodeURIComponent(location.hash.slice(1)));
    if (card && card.tagName === "DETAILS") card.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  narrow();
})();
