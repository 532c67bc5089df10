// What reviewers make of findings and sites. It is kept in this browser, and goes from one to
// another, and back to the project, as a file.
{
  const key = `soundcheck:review:${document.body.dataset.report}`;
  const states = {
    f: ["unreviewed", "sound", "unsound", "false-alarm", "fixed"],
    s: ["unreviewed", "sound", "unsound", "fixed"],
  };
  const words = (state) => state.replace("-", " ");
  const items = all(".item.f, .item.s");
  const kindOf = (item) => (item.matches(".f") ? "f" : "s");
  const graph = JSON.parse(one("#graph-data").textContent);
  const anchors = new Map(graph.modules.map(([path, anchor]) => [path, anchor]));
  const moduleOf = (item) =>
    kindOf(item) === "s" ? item.closest(".module").id : anchors.get(item.dataset.module);
  let kept = { f: {}, s: {} };
  page.graph = graph;

  const load = () => {
    try {
      const { f = {}, s = {} } = JSON.parse(page.recall(key) || "{}");
      kept = { f, s };
    } catch { kept = { f: {}, s: {} }; }
  };
  const save = () => {
    if (!page.remember(key, JSON.stringify(kept))) {
      one("#review-note").textContent =
        "This browser keeps nothing for local files: export before you leave.";
    }
  };
  const reviewOf = (item) => kept[kindOf(item)][keyOf(item)];
  page.stateOf = (item) => (reviewOf(item) || { state: "unreviewed" }).state;

  const label = (item) => {
    const meta = one("summary .meta", item);
    for (const old of all(".state, .verdict", meta)) old.remove();
    const review = reviewOf(item);
    if (!review || review.state === "unreviewed") return;
    const who = review.reviewer ? ` (${review.reviewer})` : "";
    meta.append(make("span", { className: `tag state ${review.state}` }, words(review.state)));
    if (review.note || who) {
      meta.append(make("span", { className: "verdict" }, `${review.note}${who}`));
    }
  };
  const count = () => {
    const done = { f: 0, s: 0 };
    const modules = new Map();
    for (const item of items) {
      const isDone = page.stateOf(item) !== "unreviewed";
      done[kindOf(item)] += isDone;
      const module = moduleOf(item);
      const sums = modules.get(module) || [0, 0];
      modules.set(module, [sums[0] + isDone, sums[1] + 1]);
    }
    for (const place of all(".progress")) {
      const [ready, whole] = modules.get(place.dataset.module) || [0, 0];
      place.textContent = whole ? `${ready} of ${whole} reviewed` : "nothing to review";
    }
    one("#reviewed-findings").textContent = done.f.toLocaleString("en");
    one("#reviewed-sites").textContent = done.s.toLocaleString("en");
    const meter = one("#reviewed-meter");
    meter.max = items.length || 1;
    meter.value = done.f + done.s;
    one("#reviewed-words").textContent =
      `${done.f + done.s} of ${items.length.toLocaleString("en")} findings and sites`;
  };
  const refresh = () => {
    items.forEach(label);
    for (const form of all("form.review")) fill(form);
    count();
  };

  // The form is made where an item is opened, so that the page stays small.
  const fill = (form) => {
    const item = form.closest(".item");
    const review = reviewOf(item) || { state: "unreviewed", note: "", reviewer: "" };
    for (const radio of all("[type=radio]", form)) radio.checked = radio.value === review.state;
    one("textarea", form).value = review.note || "";
    one(".who", form).textContent = review.reviewer ? `Reviewed by ${review.reviewer}` : "";
  };
  const write = (form) => {
    const item = form.closest(".item");
    const state = one("[type=radio]:checked", form).value;
    const note = one("textarea", form).value.trim();
    const reviewer = one("#reviewer").value.trim();
    const all = kept[kindOf(item)];
    if (state === "unreviewed" && !note) delete all[keyOf(item)];
    else all[keyOf(item)] = { state, note, reviewer };
    save();
    label(item);
    one(".who", form).textContent = reviewer ? `Reviewed by ${reviewer}` : "";
    count();
  };
  const dress = (item) => {
    if (one("form.review", item)) return;
    const body = one(".body", item);
    const rule = facts.rule(item);
    const source = rule && document.getElementById(`r-${rule}`);
    if (source) {
      const summary = make("summary", {}, "The rule: ", make("code", {}, rule));
      const copies = all(".body > *", source).map((child) => child.cloneNode(true));
      body.append(make("details", { className: "rulepage" }, summary, make("div", { className: "page" }, ...copies)));
    }
    const form = one("#review-form").content.cloneNode(true).firstElementChild;
    for (const state of states[kindOf(item)]) {
      const radio = make("input", { type: "radio", name: `state-${item.id}`, value: state });
      one(".states", form).append(make("label", {}, radio, words(state)));
    }
    one(".row", form).prepend(make("a", { href: `#${item.id}` }, "Link to this"));
    body.append(form);
    fill(form);
    form.addEventListener("change", () => write(form));
    form.addEventListener("submit", (event) => event.preventDefault());
    one(".copy", form).addEventListener("click", () => copy(item, one(".said", form)));
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches(".item.f, .item.s")) dress(event.target);
  }, true);

  // An item as Markdown, for an issue or a mail.
  const fence = (text) => {
    const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
    const ticks = "`".repeat(longest + 1);
    return `${ticks}rust\n${text.replace(/\n+$/, "")}\n${ticks}`;
  };
  const plain = (element) => {
    const copied = element.cloneNode(true);
    for (const code of all("code", copied)) code.textContent = `\`${code.textContent}\``;
    return copied.textContent.replace(/\s+/g, " ").trim();
  };
  const markdown = (item) => {
    const [rule, severity] = [facts.rule(item), facts.severity(item)];
    const head = plain(one("summary .what", item));
    const lines = [rule ? `**${severity}** \`${rule}\`: ${head}` : `**${head}**`, ""];
    lines.push(`\`${one("summary .place", item).textContent}\``, "");
    const code = one(".body > .code", item);
    if (code) lines.push(fence(code.textContent), "");
    for (const side of all(".side", item)) {
      lines.push(`${one("h4", side).textContent}:`);
      all("li", side).forEach((step, index) => {
        const place = one(".place", step).textContent;
        lines.push(`${index + 1}. \`${place}\` ${plain(one(".says", step))}`);
      });
      lines.push("");
    }
    for (const name of all(".body > .facts > dt", item)) {
      lines.push(`- ${name.textContent}: ${plain(name.nextElementSibling)}`);
    }
    const review = reviewOf(item);
    if (review) lines.push(`- Review: ${words(review.state)} ${review.note}`.trimEnd());
    return `${lines.join("\n").trimEnd()}\n`;
  };
  page.markdown = markdown;
  const copy = async (item, said) => {
    const text = markdown(item);
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied.";
    } catch {
      const area = make("textarea", { value: text, readOnly: true, rows: 8, ariaLabel: "Markdown" });
      said.replaceChildren("Copy this: ", area);
      area.select();
    }
  };

  // Files of reviews.
  const rows = (kind, name) =>
    items
      .filter((item) => kindOf(item) === kind && reviewOf(item))
      .map((item) => {
        const more = kind === "s"
          ? { kind: item.dataset.kind, module: facts.module(item), file: facts.file(item) }
          : { rule: facts.rule(item), file: facts.file(item) };
        return { [name]: keyOf(item), ...more, ...reviewOf(item) };
      });
  one("#export").addEventListener("click", () => {
    const { report, version } = document.body.dataset;
    const value = { version: 1, report, tool: `soundcheck ${version}` };
    value.reviews = rows("f", "fingerprint");
    value.sites = rows("s", "site");
    const text = `${JSON.stringify(value, null, 2)}\n`;
    const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = make("a", { href, download: "soundcheck-review.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
    one("#review-note").textContent =
      `${value.reviews.length + value.sites.length} reviews exported. ` +
      "soundcheck baseline import takes them back to the project.";
  });
  const take = (text) => {
    const value = JSON.parse(text);
    if (value.version !== 1 || !Array.isArray(value.reviews)) throw new Error("no reviews");
    const known = new Set(items.map((item) => kindOf(item) + keyOf(item)));
    let lost = 0;
    let taken = 0;
    const add = (kind, name, row) => {
      if (typeof row[name] !== "string" || !states[kind].includes(row.state)) return void (lost += 1);
      const { state, note = "", reviewer = "" } = row;
      kept[kind][row[name]] = { state, note: String(note), reviewer: String(reviewer) };
      if (known.has(kind + row[name])) taken += 1;
      else lost += 1;
    };
    for (const row of value.reviews) add("f", "fingerprint", row);
    for (const row of value.sites || []) add("s", "site", row);
    save();
    refresh();
    return `${taken} reviews imported` + (lost ? `, ${lost} are about nothing that is here.` : ".");
  };
  const file = one("#import-file");
  one("#import").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const note = one("#review-note");
    try {
      note.textContent = take(await file.files[0].text());
    } catch {
      note.textContent = "That is no file of reviews.";
    }
    file.value = "";
  });

  const reviewer = one("#reviewer");
  reviewer.value = page.recall("soundcheck:reviewer") || "";
  reviewer.addEventListener("change", () => page.remember("soundcheck:reviewer", reviewer.value));
  window.addEventListener("storage", (event) => {
    if (event.key !== key) return;
    load();
    refresh();
  });

  // On paper: what is bad or was reviewed is open, and there is room to sign.
  one("#print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => {
    page.opened = items.filter(
      (item) =>
        !item.open &&
        (page.stateOf(item) !== "unreviewed" ||
          item.matches(".error, .warning")),
    );
    for (const item of page.opened) item.open = true;
    const sums = {};
    for (const item of items) sums[page.stateOf(item)] = (sums[page.stateOf(item)] || 0) + 1;
    const parts = Object.keys(sums).sort().map((state) => `${sums[state]} ${words(state)}`);
    one("#signature-words").textContent = parts.length
      ? `Of ${items.length} findings and unsafe sites: ${parts.join(", ")}.`
      : "There was nothing to review.";
  });
  window.addEventListener("afterprint", () => {
    for (const item of page.opened) item.open = false;
    page.opened = [];
  });

  load();
  refresh();
}
