"use strict";
// The parts of the page: which is shown, where a link leads, light and dark, the keys.
const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
const one = (selector, from = document) => from.querySelector(selector);
const make = (name, values = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
const page = {
  views: all(".view"),
  searches: new Map(),
  opened: [],
  remember(key, value) {
    try { localStorage.setItem(key, value); return true; } catch { return false; }
  },
  recall(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  now: () => one(".view.now"),
};

// What an item says of itself, for search and export.
const keyOf = (item) => item.id.slice(2);
const textIn = (selector, from) => (one(selector, from) || { textContent: "" }).textContent;
const facts = {
  rule: (item) => (item.matches(".f") ? textIn(".rule", item) : undefined),
  severity: (item) => ["error", "warning", "note"].find((one) => item.classList.contains(one)),
  precision: (item) => (textIn("summary", item).match(/\b(low|medium) precision/) || [0, "high"])[1],
  file: (item) => textIn(".place", item).replace(/:\d+$/, ""),
  module: (item) => item.dataset.module || (item.closest(".module") || { dataset: {} }).dataset.module || "",
  context: (item) => all("summary [class*='c-']", item).map((tag) => tag.textContent.replace(" ", "-")).join(" "),
  safety: (item) => (item.matches(".s") ? (item.matches(".bare") ? "no" : "yes") : undefined),
  found: (item) => (item.matches(".s") ? (one("summary .warn", item) ? "yes" : "no") : undefined),
};
const factOf = (item, key) => (facts[key] ? facts[key](item) : item.dataset[key]);

function showView(view) {
  for (const other of page.views) other.classList.toggle("now", other === view);
  for (const link of all(".bar nav a")) {
    if (link.getAttribute("href") === "#" + view.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function lookAt(element) {
  const target = element.matches("details") ? one("summary", element) : element;
  if (!target.matches("summary, a, button, input")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  if (element.matches(".view")) window.scrollTo(0, 0);
  else element.scrollIntoView({ block: "start" });
}

function go(hash) {
  let text = hash.replace(/^#/, "");
  try { text = decodeURIComponent(text); } catch { /* an address somebody mistyped */ }
  const [name, ...rest] = text.split("?");
  const query = rest.join("?");
  const found = (name && document.getElementById(name)) || page.views[0];
  const element = found.id === "main" ? page.now() || page.views[0] : found;
  const view = element.closest(".view") || page.views[0];
  showView(view);
  const search = page.searches.get(view.id);
  if (search && (query || element === view)) search.ask(query);
  if (search && element.closest("[hidden]")) search.ask("");
  for (let at = element; at && at !== view; at = at.parentElement) {
    if (at.matches("details")) at.open = true;
  }
  if (element.matches(".picture")) page.showPicture(element.id);
  if (name || query) lookAt(element);
}

// The address that a click has led to already, before the browser tells of it.
let arrived = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const href = link && link.getAttribute("href");
  if (!href || !href.startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const hash = link.dataset.query ? `${href}?${link.dataset.query}` : href;
  if (decodeURIComponent(location.hash) !== hash) {
    location.hash = hash;
    arrived = location.hash;
  }
  go(hash);
});
window.addEventListener("hashchange", () => {
  const known = arrived;
  arrived = null;
  if (location.hash !== known) go(location.hash);
});

// Light and dark.
{
  const html = document.documentElement;
  const saved = page.recall("soundcheck:theme");
  if (saved) html.dataset.theme = saved;
  one("#theme").addEventListener("click", () => {
    const isDark = html.dataset.theme
      ? html.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    html.dataset.theme = isDark ? "light" : "dark";
    page.remember("soundcheck:theme", html.dataset.theme);
  });
}

// The table of modules, in the order of any of its columns.
{
  const table = one("#module-rows");
  const rows = all("tbody tr", table);
  const value = (row, index) => row.cells[index].textContent.trim();
  all("thead th", table).forEach((head, index) => {
    const button = make("button", { type: "button", className: "sort" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const number = (row) => parseFloat(value(row, index).replace(/,/g, ""));
      rows.sort((a, b) => {
        const [x, y] = [number(a), number(b)];
        if (!Number.isNaN(x) || !Number.isNaN(y)) return sign * ((x || 0) - (y || 0));
        return sign * value(a, index).localeCompare(value(b, index));
      });
      one("tbody", table).append(...rows);
    });
  });
}

// The keys.
{
  const dialog = one("#help");
  const switched = one("#keys-on");
  switched.checked = page.recall("soundcheck:keys") !== "off";
  switched.addEventListener("change", () => {
    page.remember("soundcheck:keys", switched.checked ? "on" : "off");
  });
  one("#keys").addEventListener("click", () => dialog.showModal());

  const items = () => {
    const view = page.now();
    return all(".item", view).filter((item) => !item.closest("[hidden]"));
  };
  const move = (step, fits = () => true) => {
    const shown = items();
    let at = shown.findIndex((item) => item.classList.contains("here"));
    if (at < 0 && step < 0) at = shown.length;
    for (at += step; at >= 0 && at < shown.length && !fits(shown[at]); at += step);
    if (!shown[at]) return;
    for (const item of all(".item.here")) item.classList.remove("here");
    shown[at].classList.add("here");
    one("summary", shown[at]).focus({ preventScroll: true });
    shown[at].scrollIntoView({ block: "center" });
  };
  const open = (item) => !item.querySelector(".tag.state");
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    n: () => move(1, open),
    p: () => move(-1, open),
    "?": () => dialog.showModal(),
    "/": () => {
      if (!one(".search", page.now())) location.hash = "#findings";
      setTimeout(() => one("input", one(".search", page.now())).focus());
    },
  };
  page.views.forEach((view, index) => {
    actions[index + 1] = () => { location.hash = "#" + view.id; };
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const isTyping = event.target.matches("input:not([type=radio]), textarea, select");
    if (event.key === "Escape" && event.target.matches("[type=search]")) {
      if (event.target.value) page.searches.get(page.now().id).ask("");
      else event.target.blur();
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.matches("[type=search]")) {
      move(1);
      event.preventDefault();
    } else if (!isTyping && switched.checked && actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  document.addEventListener("focusin", (event) => {
    const item = event.target.closest(".item");
    if (!item || !event.target.matches("summary")) return;
    for (const other of all(".item.here")) other.classList.remove("here");
    item.classList.add("here");
  });
}
