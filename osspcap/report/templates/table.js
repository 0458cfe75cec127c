"use strict";
// A table of any length: rows are data, and only those in sight are elements. Sorts, searches, opens rows, takes keys.
//
// new Table(root, {
//   label: "Exchanges", rows: [[...], ...], noun: "exchange",
//   columns: [{label, width: "5ch", kind: "number|text|mono|status|severity", index: 0, hide: "narrow|medium|below",
//              draw: (row) => Node | string, sort: (row) => number | string, sortable: false}],
//   search: element of the search field, filters: [(row) => boolean], detail: (row) => Node, key: (row) => id,
//   before: (rows) => called when other rows are about to be shown, counter: element that holds the count,
// })
//
// Pages that need no more than the data write it down: <div data-table="id of a JSON block"></div>, where the block
// holds label, noun, columns and rows as above, and {"order": [column, "descending"]} if the rows are not in order.

const LONG = 60; // rows from which on the table scrolls inside of itself
const OVERSCAN = 10; // rows drawn beyond both edges
const MAX_PRINTED = 1000;
const PAPER_WIDTH = 680;
const collator = new Intl.Collator("en", { numeric: true });

class Table {
  constructor(root, options) {
    Object.assign(this, { root, noun: "row", filters: [], search: null, detail: null, key: (row) => row[0] }, options);
    this.all = this.rows;
    this.shown = this.rows;
    this.order = options.order || null;
    this.active = -1;
    this.open = null;
    this.words = [];
    this.text = new WeakMap();
    this.build();
    this.refresh();
  }

  build() {
    const head = this.columns.map((column, index) => this.headCell(column, index));
    this.head = h("div", { class: "grid-head", role: "row", "aria-rowindex": 1 }, ...head);
    this.above = h("div", { role: "presentation" });
    this.body = h("div", { role: "rowgroup" });
    this.below = h("div", { role: "presentation" });
    this.empty = h("div", { class: "grid-empty", hidden: true }, `No ${this.noun} matches.`);
    this.scroll = h("div", { class: "grid-scroll" }, h("div", { role: "rowgroup" }, this.head), this.above, this.body, this.below);
    this.grid = h("div", { class: "grid", role: this.detail ? "treegrid" : "grid", "aria-label": this.label, "aria-colcount": this.columns.length }, this.scroll);
    this.live = h("div", { class: "grid-count", role: "status" });
    this.root.replaceChildren(this.grid, this.empty);
    (this.counter || this.root).append(this.live);
    this.layout();
    this.scroll.addEventListener("scroll", () => this.draw(), { passive: true });
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("focusin", (event) => {
      const row = event.target.closest(".grid-row");
      if (row) this.active = Number(row.dataset.index);
    });
    this.grid.addEventListener("keydown", (event) => this.pressed(event));
    if (this.search) this.listen();
    new ResizeObserver(() => {
      this.layout();
      this.draw();
    }).observe(this.root);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  /** Lay out for paper: as many columns as fit on it, all rows up to a limit. */
  print(isPaper) {
    this.isPaper = isPaper;
    this.layout();
    this.draw();
  }

  headCell(column, index) {
    const isSortable = column.sortable !== false;
    const inner = isSortable
      ? h("button", { type: "button", class: "sort", onclick: () => this.sortBy(index) }, column.label)
      : h("span", { class: column.head ? "visually-hidden" : null }, column.label);
    const attributes = { role: "columnheader", class: column.kind === "number" ? "is-end" : null };
    if (isSortable) attributes["aria-sort"] = "none";
    return h("div", attributes, inner, column.head);
  }

  listen() {
    let timer = 0;
    const apply = () => {
      this.words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      this.refresh();
    };
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      if (this.all.length > 2000) timer = setTimeout(apply, 120);
      else apply();
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.search.value = "";
        apply();
        this.search.blur();
      } else if (event.key === "Enter" || event.key === "ArrowDown") {
        clearTimeout(timer);
        apply();
        this.move(0, 0);
      } else return;
      event.preventDefault();
    });
  }

  /** Lay the columns out anew: some are hidden where the page is narrow. */
  layout() {
    const width = this.isPaper ? PAPER_WIDTH : this.root.clientWidth;
    const size = width < 560 ? "narrow" : width < 900 ? "medium" : "wide";
    this.visible = this.columns.map((column) => {
      if (column.hide === "below") return true; // on a narrow page it has a line of its own
      if (column.hide === "medium") return size === "wide";
      return column.hide !== "narrow" || size !== "narrow";
    });
    const isInLine = (column, index) => this.visible[index] && (column.hide !== "below" || size !== "narrow");
    const widths = this.columns.filter(isInLine).map((column) => column.width || "minmax(0, 1fr)");
    this.grid.style.setProperty("--columns", widths.join(" "));
    this.grid.classList.toggle("has-below", size === "narrow" && this.columns.some((column) => column.hide === "below"));
    [...this.head.children].forEach((cell, index) => { cell.hidden = !isInLine(this.columns[index], index); });
    this.rowHeight = parseFloat(getComputedStyle(this.grid).getPropertyValue("--row")) || 32;
    this.drawn = null;
  }

  /** The text that searches look at: made when first needed. */
  textOf(row) {
    let text = this.text.get(row);
    if (text === undefined) {
      text = (this.searchText ? this.searchText(row) : row.filter((cell) => cell !== null && typeof cell !== "object").join(" ")).toLowerCase();
      this.text.set(row, text);
    }
    return text;
  }

  refresh() {
    const words = this.words;
    let rows = this.all;
    if (words.length || this.filters.length) {
      rows = rows.filter((row) => this.filters.every((keep) => keep(row)) && words.every((word) => this.textOf(row).includes(word)));
    }
    if (this.order) rows = this.sorted(rows);
    this.shown = rows;
    if (this.before) this.before(rows);
    if (this.open !== null && !rows.some((row) => this.key(row) === this.open)) this.open = null;
    this.active = -1;
    this.drawn = null;
    this.scroll.scrollTop = 0;
    this.scroll.classList.toggle("is-long", rows.length > LONG);
    this.grid.setAttribute("aria-rowcount", rows.length + 1);
    this.empty.hidden = rows.length > 0;
    this.grid.hidden = rows.length === 0;
    const total = this.all.length;
    this.live.textContent = rows.length === total ? count(total, this.noun) : `${rows.length.toLocaleString("en")} of ${count(total, this.noun)}`;
    this.draw();
  }

  sortBy(index) {
    const [old, direction] = this.order || [];
    if (old !== index) this.order = [index, "ascending"];
    else this.order = direction === "ascending" ? [index, "descending"] : null;
    [...this.head.children].forEach((cell, at) => {
      if (cell.hasAttribute("aria-sort")) cell.setAttribute("aria-sort", this.order && at === index ? this.order[1] : "none");
    });
    this.refresh();
  }

  sorted(rows) {
    const [index, direction] = this.order;
    const column = this.columns[index];
    const value = column.sort || ((row) => row[column.index]);
    const sign = direction === "ascending" ? 1 : -1;
    const isEmpty = (one) => one === null || one === undefined || one === "";
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (isEmpty(x) || isEmpty(y)) return isEmpty(x) - isEmpty(y); // what is not there comes last, either way
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y));
    });
  }

  /** Draw the rows in sight, or for paper all up to a limit. */
  draw() {
    const total = this.shown.length;
    const all = this.isPaper;
    const isLong = total > LONG && !all;
    const openAt = this.open === null ? -1 : this.shown.findIndex((row) => this.key(row) === this.open);
    const extra = openAt < 0 ? 0 : this.detailHeight || 0;
    let [first, last] = [0, all ? Math.min(total, MAX_PRINTED) : total];
    if (isLong) {
      const top = this.scroll.scrollTop;
      const before = openAt >= 0 && top > (openAt + 1) * this.rowHeight ? Math.min(extra, top - (openAt + 1) * this.rowHeight) : 0;
      first = Math.max(0, Math.floor((top - before) / this.rowHeight) - OVERSCAN);
      last = Math.min(total, first + Math.ceil(this.scroll.clientHeight / this.rowHeight) + 2 * OVERSCAN + 2);
      if (openAt >= 0 && openAt < first) first = Math.max(openAt, first - Math.ceil(extra / this.rowHeight));
    }
    const state = `${first} ${last} ${openAt}`;
    if (state === this.drawn) return;
    this.drawn = state;
    const focused = this.body.contains(document.activeElement) && document.activeElement.classList.contains("grid-row");
    const rows = [];
    for (let index = first; index < last; index += 1) {
      rows.push(this.rowElement(index));
      if (index === openAt) rows.push(this.detailElement());
    }
    this.body.replaceChildren(...rows);
    const height = (from, to) => (to - from) * this.rowHeight + (openAt >= from && openAt < to ? extra : 0);
    this.above.style.height = isLong ? `${height(0, first)}px` : "";
    this.below.style.height = isLong ? `${height(last, total)}px` : "";
    if (focused) this.focus();
  }

  rowElement(index) {
    const row = this.shown[index];
    const isOpen = this.key(row) === this.open;
    const cells = this.columns.map((column, at) => (this.visible[at] ? this.cell(column, row) : null));
    const isFirst = this.active === index || (this.active < 0 && index === 0);
    const attributes = {
      class: `grid-row${this.detail ? " can-open" : ""} ${this.rowClass ? this.rowClass(row) : ""}`,
      role: "row",
      tabindex: isFirst ? 0 : -1,
      "aria-rowindex": index + 2,
      "data-index": index,
      "data-key": this.key(row),
    };
    if (this.detail) Object.assign(attributes, { "aria-expanded": String(isOpen), "aria-level": 1 });
    return h("div", attributes, ...cells);
  }

  cell(column, row) {
    const value = row[column.index];
    const drawn = column.draw ? column.draw(row) : Table.kinds[column.kind || "text"](value);
    const names = [column.kind === "number" ? "is-end" : "", column.kind === "mono" ? "is-mono" : "", column.hide === "below" ? "is-below" : "", column.class || ""];
    const title = column.draw || value === null || value === undefined ? null : String(value);
    return h("div", { role: "gridcell", class: names.join(" ").trim() || null, title }, drawn);
  }

  detailElement() {
    const cell = h("div", { role: "gridcell" }, this.detail(this.shown.find((row) => this.key(row) === this.open)));
    const element = h("div", { class: "grid-detail", role: "row", "aria-level": 2 }, cell);
    new ResizeObserver(() => {
      if (!element.isConnected || element.offsetHeight === this.detailHeight) return;
      this.detailHeight = element.offsetHeight;
    }).observe(element);
    return element;
  }

  clicked(event) {
    const row = event.target.closest(".grid-row");
    if (!row || event.target.closest("a, button") || !this.detail) return;
    if (String(getSelection()) && getSelection().containsNode(row, true)) return; // text is being marked
    this.active = Number(row.dataset.index);
    this.toggle(this.key(this.shown[this.active]));
  }

  toggle(key) {
    this.open = this.open === key ? null : key;
    this.drawn = null;
    this.draw();
    this.focus();
  }

  /** Bring a row into sight by its key and open it; false if the filters hide it. */
  show(key) {
    const index = this.shown.findIndex((row) => this.key(row) === key);
    if (index < 0) return false;
    this.open = this.detail ? key : null;
    this.drawn = null;
    this.draw();
    this.move(0, index);
    return true;
  }

  /** Move the focus by rows, or to one. */
  move(step, to = null) {
    if (!this.shown.length) return false;
    const target = to !== null ? to : this.active < 0 ? (step > 0 ? 0 : this.shown.length - 1) : this.active + step;
    this.active = Math.max(0, Math.min(this.shown.length - 1, target));
    if (this.scroll.classList.contains("is-long")) {
      const openAt = this.open === null ? -1 : this.shown.findIndex((row) => this.key(row) === this.open);
      const extra = openAt >= 0 && openAt < this.active ? this.detailHeight || 0 : 0;
      const top = this.active * this.rowHeight + extra;
      const view = this.scroll;
      const headHeight = this.head.offsetHeight;
      if (top < view.scrollTop) view.scrollTop = top;
      else if (top + this.rowHeight + headHeight > view.scrollTop + view.clientHeight) {
        view.scrollTop = top + this.rowHeight + headHeight - view.clientHeight;
      }
    }
    this.drawn = null;
    this.draw();
    this.focus();
    return true;
  }

  focus() {
    const row = this.body.querySelector(`[data-index="${this.active}"]`);
    if (!row) return;
    row.focus({ preventScroll: this.scroll.classList.contains("is-long") });
    const box = row.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight) row.scrollIntoView({ block: "center" });
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, button, a")) return;
    const page = Math.max(1, Math.floor(this.scroll.clientHeight / this.rowHeight) - 2);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === "Home") this.move(0, 0);
    else if (event.key === "End") this.move(0, this.shown.length - 1);
    else if ((event.key === "Enter" || event.key === " ") && this.detail && this.active >= 0) this.toggle(this.key(this.shown[this.active]));
    else if (event.key === "Escape" && this.open !== null) this.toggle(this.open);
    else return;
    event.preventDefault();
  }
}

Table.kinds = {
  text: (value) => (value === null || value === undefined ? "" : String(value)),
  mono: (value) => (value === null || value === undefined ? "" : String(value)),
  number: (value) => (typeof value === "number" ? value.toLocaleString("en") : value === null || value === undefined ? "" : String(value)),
  status: (value) => {
    if (value === null || value === undefined || value === "") return h("span", { class: "pill is-error" }, "none");
    const tone = value >= 400 ? "is-error" : value === 203 ? "is-warning" : "";
    return h("span", { class: `pill ${tone}` }, String(value));
  },
  severity: (value) => (value ? h("span", { class: `pill is-${value}` }, value === "info" ? "note" : value) : ""),
};

/** The table that j and k move in: the one with the focus, else the first in sight. */
const tables = [];
function currentTable() {
  const focused = tables.find((table) => table.root.contains(document.activeElement));
  if (focused) return focused;
  const inSight = tables.filter((table) => table.root.offsetParent);
  return inSight.find((table) => table.root.getBoundingClientRect().bottom > 120) || inSight[0];
}
function step(by) {
  const table = currentTable();
  return table ? table.move(by) : false;
}
keys.set("j", () => step(1));
keys.set("k", () => step(-1));
keys.set("Escape", () => {
  const table = currentTable();
  if (!table || table.open === null) return false;
  table.toggle(table.open);
  return true;
});

document.querySelectorAll("[data-table]").forEach((root) => {
  const given = data(root.dataset.table);
  const search = root.dataset.search ? document.getElementById(root.dataset.search) : null;
  given.columns.forEach((column, index) => { column.index = index; });
  tables.push(new Table(root, { ...given, search }));
});
