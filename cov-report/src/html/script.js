// What the pages of cov-report do beyond being read. Without it everything is there, but nothing sorts, filters or jumps.
"use strict";

// Storage may be forbidden, as in a sandbox; then nothing is remembered.
const remembered = {
  get(key) { try { return localStorage.getItem("cov-report." + key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem("cov-report." + key, value); } catch { /* forgotten */ } },
};

// Before the page is painted.
const theme = remembered.get("theme");
if (theme) document.documentElement.dataset.theme = theme;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// Keys and what they do: [key, description, action].
const keys = [];

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remembered.set("theme", root.dataset.theme);
}

function showHelp() {
  const open = document.querySelector("dialog");
  if (open) { open.close(); return; }
  const rows = keys.map(([key, description]) =>
    element("tr", {}, element("td", {}, element("kbd", { textContent: key })), element("td", { textContent: description })));
  const dialog = element("dialog", {}, element("b", { textContent: "Keys" }), element("table", {}, ...rows),
    element("button", { textContent: "Close", onclick: () => dialog.close() }));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input[type=search]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const found = keys.find(([key]) => key === event.key);
  if (!found) return;
  event.preventDefault();
  found[2]();
}

const goTo = (address) => { if (address) location.href = address; };

function everyPage() {
  const { previous, next } = document.body.dataset;
  keys.push(
    ["[", "previous file", () => goTo(previous)],
    ["]", "next file", () => goTo(next)],
    ["t", "light or dark", switchTheme],
    ["?", "these keys", showHelp],
  );
  document.querySelector("header nav").append(
    element("button", { id: "theme", title: "light or dark (t)", textContent: "\u25D1", ariaLabel: "light or dark", onclick: switchTheme }),
    element("button", { id: "help", title: "keys (?)", textContent: "?", ariaLabel: "keys", onclick: showHelp }),
  );
  document.addEventListener("keydown", onKey);
  const header = document.querySelector("header");
  const measure = () => document.documentElement.style.setProperty("--top", header.offsetHeight + "px");
  new ResizeObserver(measure).observe(header);
}

// ---- the index ----

function indexPage() {
  const table = document.querySelector("#files");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, index) => {
    const cells = [...row.cells];
    const meter = row.querySelector("meter");
    return {
      row, index,
      name: cells[0].querySelector("a").textContent,
      numbers: cells.slice(1, -1).map((cell) => Number(cell.textContent)),
      covered: meter ? meter.value : 0,
      total: meter ? meter.max : 0,
    };
  });
  const headers = [...table.tHead.rows[0].cells];
  const last = headers.length - 1;
  const share = ({ covered, total }) => (total ? covered / total : 1);

  function sort(column, descending) {
    const value = column === 0 ? () => 0 : column === last ? share : ({ numbers }) => numbers[column - 1];
    const sign = descending ? -1 : 1;
    rows.sort((a, b) => sign * (value(a) - value(b)) || (column === 0 ? sign : 1) * (a.index - b.index));
    body.append(...rows.map(({ row }) => row));
    headers.forEach((header, index) => {
      if (index === column) header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    });
    remembered.set("sort", headers[column].dataset.key + (descending ? "-" : "+"));
  }

  // Names and percentages begin with the least, counts with the greatest; the second time it is turned around.
  function sortBy(column) {
    const now = headers[column].getAttribute("aria-sort");
    sort(column, now ? now === "ascending" : column !== 0 && column !== last);
  }

  headers.forEach((header, column) => {
    header.querySelector("button").onclick = () => sortBy(column);
    keys.push([header.dataset.key, "sort by " + header.textContent.trim().toLowerCase(), () => sortBy(column)]);
  });

  const filter = element("input", { type: "search", id: "filter", placeholder: "Filter files (f)", ariaLabel: "Filter files" });
  const hide = element("input", { type: "checkbox", id: "hide" });
  const found = element("span", { role: "status" });
  table.before(element("div", { className: "controls" }, filter, element("label", {}, hide, " hide fully covered"), found));

  const foot = [...table.tFoot.rows[0].cells];
  const all = foot[0].textContent;

  function show() {
    // Smart case, as in editors: capitals make it exact.
    const exact = filter.value !== filter.value.toLowerCase();
    const isFound = ({ name }) => (exact ? name : name.toLowerCase()).includes(filter.value);
    const sums = headers.map(() => 0);
    let covered = 0, total = 0, count = 0;
    for (const file of rows) {
      const visible = isFound(file) && !(hide.checked && file.covered === file.total);
      file.row.hidden = !visible;
      if (!visible) continue;
      count += 1;
      covered += file.covered;
      total += file.total;
      file.numbers.forEach((number, index) => { sums[index] += number; });
    }
    foot[0].textContent = count === rows.length ? all : count + " of " + all;
    foot.slice(1, -1).forEach((cell, index) => { cell.textContent = sums[index]; });
    const meter = foot[last].querySelector("meter");
    if (meter) { meter.max = total || 1; meter.value = total ? covered : 1; }
    foot[last].querySelector("span").textContent = percent(covered, total, Number(table.dataset.precision)) + "%";
    found.textContent = count ? "" : "No file has this in its name.";
    remembered.set("filter", filter.value);
    remembered.set("hide", hide.checked ? "1" : "");
  }

  filter.oninput = show;
  hide.onchange = show;
  document.querySelectorAll("[data-filter]").forEach((link) => {
    link.onclick = () => { filter.value = link.dataset.filter; show(); };
  });

  const links = () => rows.filter(({ row }) => !row.hidden).map(({ row }) => row.querySelector("a"));
  function step(by) {
    const all = links();
    const now = all.indexOf(document.activeElement);
    const next = all[now < 0 ? 0 : Math.min(Math.max(now + by, 0), all.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  keys.unshift(
    ["f", "filter", () => filter.focus()],
    ["h", "hide fully covered", () => hide.click()],
    ["j", "down", () => step(1)],
    ["k", "up", () => step(-1)],
  );

  filter.value = remembered.get("filter") || "";
  hide.checked = Boolean(remembered.get("hide"));
  const [key, direction] = remembered.get("sort") || "n+";
  const column = headers.findIndex((header) => header.dataset.key === key);
  if (column >= 0) sort(column, direction === "-");
  show();
}

// The percentage as cov-report prints it: never 0 or 100 unless it is that, and halves to the even digit.
function percent(covered, total, precision) {
  const exact = total ? (100 * covered) / total : 100;
  const least = 10 ** -precision;
  if (exact > 0 && exact < least) return least.toFixed(precision);
  if (exact < 100 && exact > 100 - least) return (100 - least).toFixed(precision);
  const isHalf = Number.isInteger(exact * 2 ** (precision + 1)) && !Number.isInteger(exact * 2 ** precision)
    && Math.abs((exact * 10 ** precision) % 1) === 0.5;
  if (!isHalf) return exact.toFixed(precision);
  const below = Math.floor(exact * 10 ** precision);
  return ((below + (below % 2)) / 10 ** precision).toFixed(precision);
}

// ---- the page of a file ----

function filePage() {
  const source = document.querySelector("#source");
  const lines = [...source.querySelectorAll("p")];
  const number = (line) => Number(line.id.slice(1));
  const isOn = (state) => !source.classList.contains("no-" + state);

  // Neighbouring lines of one state; lines without code do not part them.
  function chunks(states) {
    const found = [];
    let open = null;
    for (const line of lines) {
      const state = line.className;
      if (!state) continue;
      if (!states.includes(state)) open = null;
      else if (open && open.state === state) open.last = line;
      else found.push(open = { state, first: line, last: line });
    }
    return found;
  }
  const uncovered = () => chunks(["m", "p"].filter(isOn));

  // The line that was jumped to, while it is in sight; else the place before the first line that is.
  function here() {
    const top = document.querySelector("header").offsetHeight;
    const isInSight = (line) => {
      const { top: above, bottom: below } = line.getBoundingClientRect();
      return above >= top && below <= innerHeight;
    };
    const target = document.querySelector("#source p:target");
    if (target && isInSight(target)) return number(target);
    const line = lines.find(isInSight);
    return line ? number(line) - 0.5 : Infinity;
  }
  const jump = (chunk) => { if (chunk) location.replace("#" + chunk.first.id); };

  document.querySelectorAll("header button[aria-pressed]").forEach((button) => {
    const state = button.className;
    const noun = button.textContent.replace(/^\d+ /, "");
    const set = (on) => {
      source.classList.toggle("no-" + state, !on);
      button.setAttribute("aria-pressed", on);
      map();
    };
    const flip = () => { set(!isOn(state)); remembered.set("show." + state, isOn(state) ? "1" : "0"); };
    button.onclick = flip;
    button.title = "mark " + noun + " lines (" + state + ")";
    button.append(element("kbd", { textContent: state }));
    keys.push([state, "mark " + noun + " lines", flip]);
    const before = remembered.get("show." + state);
    if (before) set(before === "1");
  });

  const wrap = () => { remembered.set("wrap", source.classList.toggle("wrap") ? "1" : ""); };
  if (remembered.get("wrap")) source.classList.add("wrap");

  keys.unshift(
    ["j", "next uncovered lines", () => jump(uncovered().find(({ first }) => number(first) > here()))],
    ["k", "previous uncovered lines", () => jump(uncovered().findLast(({ first }) => number(first) < here()))],
    ["1", "first uncovered lines", () => jump(uncovered()[0])],
    ["0", "top of the page", () => scrollTo(0, 0)],
    ["u", "up to the index", () => goTo("index.html")],
    ["w", "wrap long lines", wrap],
  );

  // Marks along the edge, where the page is longer than the window.
  function map() {
    document.querySelector("#map")?.remove();
    const marked = uncovered();
    const height = document.documentElement.scrollHeight;
    if (!marked.length || height <= innerHeight) return;
    const top = document.querySelector("header").offsetHeight;
    const strip = element("div", { id: "map", ariaHidden: "true" });
    strip.style.top = top + "px";
    for (const { state, first, last } of marked) {
      const mark = element("a", { className: state, href: "#" + first.id, tabIndex: -1 });
      mark.style.top = (100 * first.offsetTop) / height + "%";
      mark.style.height = (100 * (last.offsetTop + last.offsetHeight - first.offsetTop)) / height + "%";
      strip.append(mark);
    }
    document.body.append(strip);
  }
  addEventListener("resize", map);
  map();
}

document.addEventListener("DOMContentLoaded", () => {
  if (document.body.classList.contains("index")) indexPage();
  else filePage();
  everyPage();
});
