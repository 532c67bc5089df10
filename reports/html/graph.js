// The pictures of the module graph: one at a time, larger and smaller, and one module with its
// neighbours.
{
  const pictures = all(".picture").filter((picture) => picture.id !== "graph-neighbours");
  const focus = one("#graph-neighbours");
  const choice = one("#graph-choice");
  const SVG = "http://www.w3.org/2000/svg";
  const draw = (name, values, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  let size = 1;
  const shown = () => (focus.hidden ? one(".picture.now") : focus);
  const resize = (wanted) => {
    const svg = one("svg", shown());
    if (!svg) return;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const room = one(".scroll", shown()).clientWidth - 24;
    size = wanted || Math.min(1, Math.max(room / width, 0.6));
    size = Math.min(3, Math.max(0.2, size));
    svg.setAttribute("width", Math.round(width * size));
    svg.setAttribute("height", Math.round(height * size));
  };
  const leave = () => {
    focus.hidden = true;
    one("#graph-clear").hidden = true;
    one("#graph-focus").value = "";
  };
  page.showPicture = (id) => {
    leave();
    for (const picture of pictures) picture.classList.toggle("now", picture.id === id);
    choice.value = id;
    resize();
  };

  // What is pointed at shows all its arrows.
  const spotOf = (box) => box.getAttribute("transform").match(/-?\d+/g).map(Number);
  const weakArrows = (svg, index) => {
    const frame = one("#box rect");
    const [width, height] = ["width", "height"].map((name) => Number(frame.getAttribute(name)));
    const boxes = all(".box", svg);
    return svg.dataset.weak.split(" ").filter(Boolean).flatMap((pair) => {
      const [a, b] = pair.split("-");
      if (a !== index && b !== index) return [];
      const [[x, y], [u, v]] = [spotOf(boxes[a]), spotOf(boxes[b])];
      const isUp = v <= y;
      const [start, end] = isUp ? [y, v + height] : [y + height, v];
      const bend = Math.max(Math.abs(end - start) / 2, 30) * (isUp ? -1 : 1);
      const [from, to] = [x + width / 2, u + width / 2];
      const d = `M${from} ${start}C${from} ${start + bend} ${to} ${end - bend} ${to} ${end}`;
      return [draw("path", { class: `weak w1${isUp ? " up" : ""}`, d, "data-a": a, "data-b": b })];
    });
  };
  const light = (box) => {
    const svg = box.closest("svg");
    const boxes = all(".box", svg);
    const index = String(boxes.indexOf(box));
    const near = new Set([index]);
    for (const path of all(".arrows .weak", svg)) path.remove();
    one(".arrows", svg).append(...weakArrows(svg, index));
    for (const path of all(".arrows path", svg)) {
      const isNear = path.dataset.a === index || path.dataset.b === index;
      path.classList.toggle("lit", isNear);
      if (isNear) near.add(path.dataset.a).add(path.dataset.b);
    }
    boxes.forEach((other, at) => other.classList.toggle("lit", near.has(String(at))));
    svg.classList.add("pointed");
  };
  for (const svg of pictures.map((picture) => one("svg", picture))) {
    for (const kind of ["pointerover", "focusin"]) {
      svg.addEventListener(kind, (event) => {
        const box = event.target.closest(".box");
        if (box) light(box);
      });
    }
    for (const kind of ["pointerleave", "focusout"]) {
      svg.addEventListener(kind, () => svg.classList.remove("pointed"));
    }
    svg.addEventListener("click", (event) => {
      const box = event.target.closest(".box");
      if (!box || box.matches(".folder") || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      const anchor = box.getAttribute("href").slice(1);
      lookInto(page.graph.modules.find((module) => module[1] === anchor)[0]);
    });
  }

  const [WIDTH, HEIGHT, STEP, ACROSS, MOST, LETTERS] = [236, 40, 52, 128, 14, 28];
  const cut = (text) => (text.length > LETTERS ? `…${text.slice(1 - LETTERS)}` : text);
  const tell = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;
  const lookInto = (path) => {
    const { modules, uses } = page.graph;
    const me = modules.findIndex((module) => module[0] === path);
    if (me < 0) return false;
    const by = (column) =>
      uses
        .filter((use) => use[column] === me)
        .sort((a, b) => b[3] - a[3] || b[2] - a[2])
        .map((use) => [use[1 - column], use[2], use[3]]);
    const [users, used] = [by(1), by(0)];
    const most = Math.max(1, Math.min(MOST, Math.max(users.length, used.length)));
    const height = most * STEP + 16;
    const svg = draw("svg", {
      class: "graph", viewBox: `0 0 ${3 * WIDTH + 2 * ACROSS + 8} ${height}`,
      role: "group", "aria-labelledby": "graph-neighbours-head",
    });
    const box = (index, column, row, rows, calls) => {
      const [name, anchor, sites, density] = modules[index];
      const x = 4 + column * (WIDTH + ACROSS);
      const y = 8 + ((most - rows) * STEP) / 2 + row * STEP;
      const link = draw(
        "a",
        { class: `box d${density}${column === 1 ? " chosen" : ""}`, href: `#${anchor}` },
        draw("title", {}, `${name}: ${tell(sites, "unsafe site")}`),
        draw("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 6 }),
        draw("rect", { class: "strip", x, y: y + 6, width: 5, height: HEIGHT - 12 }),
        draw("text", { class: "name", x: x + 13, y: y + 17 }, cut(name)),
        draw("text", { class: "detail", x: x + 13, y: y + 32 },
          `${sites ? tell(sites, "unsafe site") : "no unsafe"}${calls ? ` · ${tell(calls, "call")}` : ""}`),
      );
      link.addEventListener("click", (event) => {
        if (column === 1 || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        lookInto(name);
      });
      svg.append(link);
      return [x, y + HEIGHT / 2];
    };
    const arrows = draw("g", { class: "arrows", "aria-hidden": "true" });
    svg.append(arrows);
    const [left, middle] = box(me, 1, 0, 1, 0);
    const side = (found, column) => {
      const rows = found.slice(0, MOST);
      rows.forEach(([index, calls, breaks], row) => {
        const [x, y] = box(index, column, row, rows.length, calls);
        const [from, to] = column ? [[left + WIDTH, middle], [x, y]] : [[x + WIDTH, y], [left, middle]];
        const half = (from[0] + to[0]) / 2;
        const weight = Math.min(1 + Math.floor(Math.log2(Math.max(calls, 1))), 5);
        arrows.append(draw("path", {
          class: `w${weight}${breaks ? " breaks" : ""}`, d: `M${from}C${half} ${from[1]} ${half} ${to[1]} ${to}`,
        }));
      });
      return found.length - rows.length;
    };
    const more = [side(users, 0), side(used, 2)];
    const head = make("span", {}, make("b", {}, path), " with its neighbours: ",
      `used by ${users.length}, on the left; uses ${used.length}, on the right`,
      more[0] + more[1] ? `; ${more[0] + more[1]} of them are not drawn` : "");
    one("figcaption", focus).replaceChildren(head);
    one(".scroll", focus).replaceChildren(svg);
    const anchor = modules[me][1];
    one("#graph-neighbours-links").replaceChildren(
      make("a", { href: `#${anchor}` }, modules[me][2] ? "Its unsafe code" : "Its row in the table"));
    for (const picture of pictures) picture.classList.remove("now");
    focus.hidden = false;
    one("#graph-clear").hidden = false;
    one("#graph-focus").value = path;
    resize();
    return true;
  };
  page.lookInto = lookInto;

  if (choice) {
    choice.addEventListener("change", () => page.showPicture(choice.value));
    one("#zoom-in").addEventListener("click", () => resize(size * 1.25));
    one("#zoom-out").addEventListener("click", () => resize(size / 1.25));
    one("#zoom-fit").addEventListener("click", () => resize());
    one("#graph-clear").addEventListener("click", () => page.showPicture(choice.value));
    const field = one("#graph-focus");
    one("#graph-names").append(
      ...page.graph.modules.map((module) => make("option", { value: module[0] })));
    field.addEventListener("change", () => {
      const wanted = field.value.trim();
      const names = page.graph.modules.map((module) => module[0]);
      lookInto(names.includes(wanted) ? wanted : names.find((name) => name.endsWith(wanted)) || "");
    });
    pictures[0].classList.add("now");
    choice.value = pictures[0].id;
    new ResizeObserver(() => {
      if (page.now() && page.now().id === "modules") resize();
    }).observe(one("#modules"));
  } else {
    page.showPicture = () => {};
  }
}
document.documentElement.classList.add("ready");
for (const search of page.searches.values()) search.ask("");
go(location.hash);
// A browser that has read a page goes to its hash itself, and forgets what had the focus.
window.addEventListener("load", () => setTimeout(() => go(location.hash)));
