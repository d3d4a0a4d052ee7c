// Sets the pieces of one document into columns and pages, and tells where everything came to stand.
"use strict";

const PT = 0.75; // points of a CSS pixel
const BAND_SHARE = 0.62; // of a page's body that full-width pieces may take
const MISSES = 8;

function element(tag, name, parent) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (parent) parent.append(made);
  return made;
}

function pieceElement(piece, id) {
  const box = element("div", "piece " + (piece.style || ""));
  box.dataset.id = id;
  box.innerHTML = piece.html;
  for (const tex of box.querySelectorAll(".tex")) {
    const display = tex.classList.contains("display");
    katex.render(tex.textContent, tex, { displayMode: display, output: "html", throwOnError: true, strict: "ignore" });
  }
  return box;
}

class Setter {
  constructor(spec) {
    this.spec = spec;
    this.sheets = [];
    this.queue = []; // full-width groups that wait for the next page
    this.floats = []; // figures and tables that wait for the next column while the text runs on
    this.misses = 0;
  }

  run() {
    this.openPage();
    for (const group of this.groups()) {
      if (this.page.ended && !this.openPage()) break;
      if (!this.place(group) && ++this.misses > MISSES) break; // the last page is full; something smaller may still fit
      this.page.ended = group[group.length - 1].piece.endsPage;
    }
    while (this.floats.length && this.nextColumn());
    while (this.queue.length && this.openPage());
  }

  *groups() {
    let group = [];
    for (const [index, piece] of this.spec.pieces.entries()) {
      group.push({ piece, index });
      if (!piece.keeps) {
        yield group;
        group = [];
      }
    }
  }

  openPage() {
    if (this.sheets.length === this.spec.maxPages) return false;
    const { width, height, margin, columns, gap } = this.spec;
    const sheet = element("div", "sheet", document.body);
    Object.assign(sheet.style, { width: width + "pt", height: height - 0.4 + "pt" });
    const main = element("div", "main", sheet);
    const [top, right, bottom, left] = margin;
    Object.assign(main.style, {
      top: top + "pt", left: left + "pt", width: width - left - right + "pt", height: height - top - bottom + "pt",
    });
    const page = { sheet, main, band: element("div", "band", main), columns: [], at: 0 };
    const cols = element("div", "cols", main);
    cols.style.columnGap = cols.style.gap = gap + "pt";
    for (let n = 0; n < columns; n++) {
      const col = element("div", "col c" + n, cols);
      page.columns.push({ col, flow: element("div", "flow", col), foot: element("div", "foot", col) });
    }
    this.running(sheet, this.sheets.length);
    this.sheets.push(page);
    this.page = page;
    while (this.queue.length && this.intoBand(this.queue[0])) this.queue.shift();
    return true;
  }

  running(sheet, index) {
    for (const name of ["header", "footer", "number"]) {
      const line = this.spec.running[name];
      if (!line || (index === 0 && line.notFirst)) continue;
      const box = element("div", name, sheet);
      box.innerHTML = line.html.replace("{n}", this.spec.firstNumber + index);
      box.style.cssText += line.css;
      box.dataset.id = name;
    }
  }

  intoBand(group) {
    const { band, main, columns } = this.page;
    const made = group.map(({ piece, index }) => pieceElement(piece, index));
    band.append(...made);
    const room = main.clientHeight * (columns.length > 1 ? BAND_SHARE : 1);
    if (band.offsetHeight <= room || (band.children.length === made.length && band.offsetHeight <= main.clientHeight)) {
      return true;
    }
    made.forEach((box) => box.remove());
    return false;
  }

  place(group) {
    if (group[0].piece.place === "band") {
      const fresh = this.page.columns.every(({ flow }) => !flow.children.length);
      if (!fresh || !this.intoBand(group)) this.queue.push(group);
      return true;
    }
    for (;;) {
      const column = this.page.columns[this.page.at];
      const empty = !column.flow.children.length;
      const rest = this.intoColumn(group, column);
      if (!rest) return true;
      if (rest === group) {
        if (empty && column.col.clientHeight > 0.9 * this.page.main.clientHeight) return true; // too large for any column
        if (!empty && group.some(({ piece }) => piece.floats)) {
          this.floats.push(group);
          return true;
        }
      }
      group = rest;
      if (!this.nextColumn()) return false;
    }
  }

  // Null when the group stands in the column, else what of it does not: the group, or the rest of its table.
  intoColumn(group, column) {
    const made = this.put(group, column);
    if (this.fits(column)) return null;
    const rest = this.split(group, made, column);
    if (!rest) made.forEach((box) => box.remove());
    return rest || group;
  }

  put(group, { flow, foot }) {
    const made = [];
    for (const { piece, index, node } of group) {
      const box = node || pieceElement(piece, index);
      flow.append(box);
      made.push(box);
      for (const [n, note] of (piece.notes || []).entries()) {
        const noteBox = pieceElement(note, index + "n" + n);
        foot.append(noteBox);
        made.push(noteBox);
      }
    }
    return made;
  }

  fits({ col, flow, foot }) {
    return flow.offsetHeight + foot.offsetHeight <= col.clientHeight + 0.5 && flow.scrollWidth <= col.clientWidth + 1;
  }

  nextColumn() {
    if (this.page.at + 1 < this.page.columns.length) this.page.at++;
    else if (!this.openPage()) return false;
    const waiting = this.floats.splice(0);
    for (const group of waiting) {
      const column = this.page.columns[this.page.at];
      const empty = !column.flow.children.length;
      const rest = this.intoColumn(group, column);
      if (rest && !(empty && rest === group)) this.floats.push(rest);
    }
    return true;
  }

  // Cut a long table at the end of the column; what is left becomes a table of its own with the same header rows.
  split(group, made, column) {
    const last = group[group.length - 1];
    const box = made[made.length - 1];
    if (!last.piece.splits || !box || !box.querySelector("tbody")) return null;
    const body = box.querySelector("tbody");
    const rest = box.cloneNode(true);
    const restBody = rest.querySelector("tbody");
    restBody.replaceChildren();
    const all = [...body.rows];
    let cut = all.length;
    while (cut > 2 && !this.fits(column)) {
      cut--;
      restBody.prepend(all[cut]);
    }
    while (cut > 2 && spansInto(all, cut)) {
      cut--;
      restBody.prepend(all[cut]);
    }
    if (cut < 3 || all.length - cut < 2 || !this.fits(column)) {
      body.replaceChildren(...all);
      return null;
    }
    const from = Number(box.dataset.from || 0);
    box.dataset.from = from;
    box.dataset.to = from + cut;
    rest.dataset.from = from + cut;
    return [{ piece: { ...last.piece, notes: [] }, index: last.index, node: rest }];
  }
}

function spansInto(rows, cut) {
  return rows.slice(0, cut).some((row, at) => [...row.cells].some((cell) => at + cell.rowSpan > cut));
}

// ---- where everything stands, in points from the top left of its page

function rectOf(node) {
  let found = null;
  const add = (r) => {
    if (r.width <= 0 && r.height <= 0) return;
    found = found
      ? [Math.min(found[0], r.left), Math.min(found[1], r.top), Math.max(found[2], r.right), Math.max(found[3], r.bottom)]
      : [r.left, r.top, r.right, r.bottom];
  };
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    range.selectNodeContents(walker.currentNode);
    for (const r of range.getClientRects()) add(r);
  }
  for (const inner of node.querySelectorAll("img,svg,table,pre,.katex-html,.katex-html *,.rule,.field")) add(inner.getBoundingClientRect());
  return found;
}

function report() {
  const placed = [];
  for (const [page, sheet] of [...document.querySelectorAll(".sheet")].entries()) {
    const origin = sheet.getBoundingClientRect();
    const toPt = (r) => r && [(r[0] - origin.left) * PT, (r[1] - origin.top) * PT, (r[2] - origin.left) * PT, (r[3] - origin.top) * PT];
    let nth = 0;
    const order = [".header", ".band > .piece", ".flow > .piece", ".foot > .piece", ".footer", ".number"];
    for (const box of order.flatMap((query) => [...sheet.querySelectorAll(query)])) {
      const cells = {};
      for (const cell of box.querySelectorAll("[data-c]")) cells[cell.dataset.c] = toPt(rectOf(cell));
      if (rectOf(box)) box.classList.add("shown" + (nth++ % 4)); // so that a test can print some of them alone
      const own = box.getBoundingClientRect();
      placed.push({
        page, id: box.dataset.id, box: toPt(rectOf(box)), frame: toPt([own.left, own.top, own.right, own.bottom]),
        rows: box.dataset.from === undefined ? null : [Number(box.dataset.from), box.dataset.to === undefined ? -1 : Number(box.dataset.to)],
        cells, items: [...box.querySelectorAll("[data-li]")].map((item) => toPt(rectOf(item))),
      });
    }
  }
  return placed;
}

async function setDocument(spec) {
  document.body.replaceChildren();
  document.documentElement.lang = spec.language;
  document.documentElement.dir = spec.rtl ? "rtl" : "ltr";
  document.getElementById("theme").textContent = `@page{size:${spec.width}pt ${spec.height}pt;margin:0}` + spec.css;
  new Setter(spec).run();
  await Promise.all([...document.images].map((image) => image.decode()));
  return report();
}

async function ready() {
  await Promise.all([...document.fonts].map((font) => font.load())); // KaTeX's own, so that one pass is enough
}
