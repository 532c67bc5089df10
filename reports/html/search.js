// Search in a list: words, and `key:value` for what an item says of itself; `-` before either
// excludes.
for (const form of all(".search")) {
  const list = document.getElementById(form.dataset.list);
  const view = form.closest(".view");
  const input = one("input", form);
  const found = one(".found", form);
  const toggle = one(".toggle", form);
  const items = all(".item", list);
  const groups = all(".module", list);
  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) {
      const summary = one("summary", item).textContent;
      texts.set(item, `${summary} ${facts.module(item)}`.toLowerCase());
    }
    return texts.get(item);
  };

  const read = (query) =>
    Array.from(query.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g), (part) => {
      const [, minus, key, quoted, bare] = part;
      return { no: minus === "-", key, value: (quoted ?? bare).toLowerCase() };
    });
  const has = (item, term) => {
    if (!term.key) return textOf(item).includes(term.value);
    if (term.key === "state") return page.stateOf(item) === term.value;
    const value = factOf(item, term.key);
    if (value === undefined) return textOf(item).includes(`${term.key}:${term.value}`);
    const text = value.toLowerCase();
    if (term.key === "file" || term.key === "module") return text.includes(term.value);
    return term.value.split("|").some((wanted) => text.split(" ").includes(wanted));
  };
  const run = () => {
    const terms = read(input.value);
    let count = 0;
    for (const item of items) {
      const fits = terms.every((term) => has(item, term) !== term.no);
      count += fits;
      if (item.hidden === fits) item.hidden = !fits;
    }
    for (const group of groups) group.hidden = !one(".item:not([hidden])", group);
    const whole = items.length.toLocaleString("en");
    found.textContent = terms.length ? `${count.toLocaleString("en")} of ${whole}` : `${whole} in all`;
  };

  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      run();
      const query = input.value.trim();
      try {
        const hash = query ? `#${view.id}?${encodeURIComponent(query)}` : `#${view.id}`;
        history.replaceState(null, "", hash);
      } catch { /* some browsers do not let a local file do this */ }
    }, 60);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  toggle.addEventListener("click", () => {
    const isOpening = toggle.textContent === "Open all";
    for (const item of items) if (!item.hidden) item.open = isOpening;
    toggle.textContent = isOpening ? "Close all" : "Open all";
  });
  page.searches.set(view.id, {
    ask(query) {
      input.value = query;
      run();
    },
  });
}
