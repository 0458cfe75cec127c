"use strict";
// The report on one capture: the table of exchanges with its waterfall, packets, connections, and links between them.

const PHASES = ["Connect", "TLS", "Sending", "Waiting", "Receiving"];
const MARKS = ["Hole in the capture", "Reset", "No answer"];
const [ID, STREAM, FRAME, AT, METHOD, PLACE, STATUS, CODE, REQUEST_ID, FINDING, OPERATION, SPANS, MARKED, SERVER, IS_OSS] = Array(15).keys();
const MAX_CODES = 200; // codes to choose from
const WAITING = 3;
const end = (row) => row[SPANS].reduce((last, [, start, length]) => Math.max(last, start + length), 0); // us
const hasFailed = (row) => row[STATUS] === null || row[STATUS] >= 400 || row[STATUS] === 203;

class Report {
  constructor(root) {
    const facts = data(`${root.dataset.report}data`);
    Object.assign(this, { root, facts, prefix: facts.prefix, noteNames: facts.noteNames });
    this.rows = facts.rows;
    this.isTimeline = this.fitsOneAxis();
    this.buildLadders();
    this.buildExchanges();
    this.buildConnections();
    this.buildLegend();
    root.addEventListener("click", (event) => this.clicked(event));
    for (const link of root.querySelectorAll("a[data-packet]")) if (!this.ladderOf(link)) link.removeAttribute("href");
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  /** The code of a finding, as a link to it or, where a link cannot stand, as a mark. */
  tag(number, element = "a") {
    const [rule, severity, name] = this.facts.findings[number];
    return h(element, { class: `pill tag is-${severity}`, href: element === "a" ? `#${this.prefix}f${number}` : null, title: name }, rule);
  }

  // --- exchanges ---

  /** One axis for all is legible while an exchange takes a visible share of it. */
  fitsOneAxis() {
    if (this.rows.length < 2) return true;
    const ends = this.rows.map((row) => row[AT] + end(row));
    const span = Math.max(...ends.slice(0, 1000)) - this.rows[0][AT];
    const mean = this.rows.slice(0, 1000).reduce((sum, row) => sum + end(row), 0) / Math.min(this.rows.length, 1000);
    return span <= 0 || mean / span > 0.03;
  }

  buildExchanges() {
    const root = this.part("exchanges");
    if (!this.rows.length) {
      root.replaceChildren(h("p", { class: "grid-empty grid" }, "No HTTP request or response was read."));
      this.root.querySelector("[role=search]").hidden = true;
      return;
    }
    this.axis = h("div", { class: "axis", "aria-hidden": "true" });
    const columns = [
      { label: "#", index: ID, width: "5ch", kind: "number", class: "is-quiet" },
      { label: "At", index: AT, width: "10ch", kind: "number", hide: "narrow", class: "is-quiet", draw: (row) => this.time(row[AT]) },
      { label: "Request", index: PLACE, width: "minmax(120px, 1.5fr)", draw: (row) => this.request(row) },
      { label: "Status", index: STATUS, width: "62px", kind: "status" },
      { label: "Code", index: CODE, width: "168px", hide: "medium", class: "code" },
      { label: "Stream", index: STREAM, width: "7ch", kind: "number", hide: "medium", class: "is-quiet" },
      { label: "Took", index: ID, width: "9ch", kind: "number", hide: "narrow", sort: end, draw: (row) => duration(end(row) / 1000) },
      { label: "Waterfall", head: this.axis, width: "minmax(150px, 1.4fr)", hide: "below", sortable: false, class: "fall-cell", draw: (row) => this.fall(row) },
    ];
    const search = this.root.querySelector("input[type=search]");
    const hasCodes = this.rows.some((row) => row[CODE]);
    this.table = new Table(root, {
      label: "Exchanges", noun: "exchange", rows: this.rows, search,
      columns: hasCodes ? columns : columns.filter((column) => column.index !== CODE),
      counter: this.part("count"),
      filters: [(row) => this.keeps(row)],
      before: (rows) => this.scale(rows),
      searchText: (row) => [row[METHOD], row[PLACE], row[STATUS] ?? "none", row[CODE], row[REQUEST_ID], row[OPERATION]].join(" "),
      rowClass: (row) => this.tone(row),
      detail: (row) => this.detail(row),
    });
    tables.push(this.table);
    this.buildFilters();
    const { total, listed } = this.facts;
    if (listed < total || this.rows.length < listed) {
      root.after(h("p", { class: "muted small" }, `Listed: ${this.rows.length.toLocaleString("en")} of ${count(total, "exchange")}, failed ones first. The JSON report holds them all.`));
    }
  }

  buildFilters() {
    const counts = new Map();
    for (const row of this.rows) counts.set(row[STATUS], (counts.get(row[STATUS]) || 0) + 1);
    const failed = this.rows.filter(hasFailed).length;
    const statuses = [...counts].sort(([a], [b]) => (a ?? 0) - (b ?? 0));
    this.status = this.root.querySelector("[data-filter=status]");
    this.status.append(h("option", { value: "" }, "all"));
    if (failed) this.status.append(h("option", { value: "failed" }, `failed (${failed.toLocaleString("en")})`));
    for (const [status, number] of statuses) {
      this.status.append(h("option", { value: String(status) }, `${status === null ? "no answer" : status} (${number.toLocaleString("en")})`));
    }
    this.code = this.root.querySelector("[data-filter=code]");
    const codes = new Map();
    for (const row of this.rows) if (row[CODE]) codes.set(row[CODE], (codes.get(row[CODE]) || 0) + 1);
    this.code.closest("label").hidden = codes.size === 0;
    this.code.append(h("option", { value: "" }, "all"));
    for (const [code, number] of [...codes].sort(([, a], [, b]) => b - a).slice(0, MAX_CODES)) {
      this.code.append(h("option", { value: code }, `${code} (${number.toLocaleString("en")})`));
    }
    this.stream = this.root.querySelector("[data-filter=stream]");
    for (const field of [this.status, this.code, this.stream]) field.addEventListener("input", () => this.table.refresh());
    const scale = this.part("scale");
    scale.setAttribute("aria-pressed", String(this.isTimeline));
    scale.hidden = this.rows.length < 2;
    scale.addEventListener("click", () => {
      this.isTimeline = !this.isTimeline;
      scale.setAttribute("aria-pressed", String(this.isTimeline));
      this.table.refresh();
    });
  }

  keeps(row) {
    const status = this.status ? this.status.value : "";
    const stream = this.stream ? this.stream.value.trim() : "";
    const code = this.code ? this.code.value : "";
    if (code && row[CODE] !== code) return false;
    if (status === "failed" ? !hasFailed(row) : status && String(row[STATUS]) !== status) return false;
    return !stream || String(row[STREAM]) === stream;
  }

  tone(row) {
    if (row[FINDING] !== null) return `lit-${this.facts.findings[row[FINDING]][1]}`;
    if (!row[IS_OSS]) return "is-other";
    return hasFailed(row) ? "lit-warning" : "";
  }

  time(us) {
    return `${(us / 1e6).toFixed(3)} s`;
  }

  request(row) {
    const place = row[PLACE] || (row[METHOD] ? "" : "request not captured");
    return h("div", { class: "request", title: [row[OPERATION], row[PLACE]].filter(Boolean).join(": ") }, row[METHOD] ? h("b", {}, row[METHOD]) : null, h("span", {}, place));
  }

  /** Choose what the axis shows: from the first to the last of these exchanges, or the longest of them. */
  scale(rows) {
    if (this.isTimeline) {
      this.from = rows.reduce((least, row) => Math.min(least, row[AT]), Infinity);
      this.span = rows.reduce((most, row) => Math.max(most, row[AT] + end(row)), 0) - this.from;
    } else {
      const ends = rows.map(end).sort((a, b) => a - b);
      const [usual, most] = [ends[Math.floor(ends.length * 0.95)] || 0, ends.at(-1) || 0];
      this.from = null;
      this.span = most > 5 * usual && usual > 0 ? usual * 1.6 : most; // a few that took very long do not flatten the others
    }
    this.span = Math.max(this.span, 1) * 1.02;
    const ticks = [0, 1, 2, 3].map((step) => {
      const tick = h("span", {}, duration((this.span * step) / 4000));
      tick.style.insetInlineStart = `${step * 25}%`;
      return tick;
    });
    this.axis.replaceChildren(...ticks);
  }

  fall(row) {
    const base = this.from === null ? 0 : row[AT] - this.from;
    const at = (us) => Math.min(100, Math.max(0, ((base + us) / this.span) * 100));
    const bars = row[SPANS].map(([kind, start, length]) => {
      const bar = h("i", { class: `k${kind}` });
      bar.style.insetInlineStart = `${at(start)}%`;
      bar.style.width = `${at(start + length) - at(start)}%`;
      return bar;
    });
    const wait = row[SPANS].find(([kind]) => kind === WAITING);
    if (wait && row[SERVER]) {
      const length = Math.min(row[SERVER] * 1000, wait[2]);
      const start = wait[1] + (wait[2] - length) / 2;
      const bar = h("i", { class: "in" });
      bar.style.insetInlineStart = `${at(start)}%`;
      bar.style.width = `${at(start + length) - at(start)}%`;
      bars.push(bar);
    }
    for (const [kind, moment, text] of row[MARKED]) {
      const mark = h("b", { class: `m${kind}`, title: text });
      mark.style.insetInlineStart = `${Math.min(at(moment), 99.5)}%`;
      bars.push(mark);
    }
    return h("div", { class: "fall", role: "img", "aria-label": this.told(row) }, ...bars);
  }

  told(row) {
    const spans = row[SPANS].map(([kind, , length]) => `${PHASES[kind].toLowerCase()} ${duration(length / 1000)}`);
    return [...spans, ...row[MARKED].map(([, , text]) => text)].join(", ");
  }

  detail(row) {
    const facts = this.facts.details[row[ID]];
    const ladder = this.ladders.find((one) => one.facts.stream === row[STREAM]);
    const filter = `tcp.stream eq ${row[STREAM]}${this.framesOf(facts)}`;
    const show = `${this.facts.show || "osspcap show CAPTURE --exchange"} ${row[ID]}`;
    const tags = this.facts.findings.map((_, number) => number).filter((number) => number === row[FINDING]);
    const head = h("div", { class: "opened-head" },
      h("h3", {}, `Exchange ${row[ID]}`),
      ladder ? h("a", { href: `#${this.prefix}packets`, "data-packet": `${row[STREAM]}:${row[FRAME]}` }, `Packets from frame ${row[FRAME]}`) : null,
      h("span", {}, h("code", { class: "muted wire" }, filter), copyButton(filter, "the Wireshark filter")),
      h("span", {}, h("code", { class: "muted wire" }, show), copyButton(show, "the command that shows it")),
      ...tags.map((number) => this.tag(number)));
    const parts = h("div", { class: "parts" }, ...row[SPANS].map(([kind, , length]) =>
      h("span", {}, `${PHASES[kind]} `, h("b", {}, duration(length / 1000)), kind === WAITING && row[SERVER] !== null ? `, of this the server ${duration(row[SERVER])}` : "")),
      h("span", {}, "Together ", h("b", {}, duration(end(row) / 1000))),
      facts && facts.held ? h("span", {}, "Held up by ", h("b", {}, facts.held)) : null,
      ...row[MARKED].map(([kind, , text]) => h("span", { class: `pill ${kind === 0 ? "is-warning" : "is-error"}` }, text)));
    if (!facts) {
      return h("div", { class: "opened" }, head, parts, h("p", { class: "muted" }, "This page has no room for the headers of this exchange; the command above shows them."));
    }
    const pairs = facts.facts.map(([name, value]) => h("div", { class: value.length > 44 ? "is-long" : null }, h("dt", {}, name), h("dd", {}, h("span", { class: "wire" }, value), name === "Request ID" ? copyButton(value, "the request ID") : null)));
    return h("div", { class: "opened" }, head, parts,
      pairs.length ? h("dl", { class: "opened-facts" }, ...pairs) : null,
      h("div", { class: "messages" }, this.message("Request", facts.request), ...facts.interims.map((one) => this.message("Interim response", one)), this.message("Response", facts.response)),
      facts.notes.length ? h("p", { class: "muted" }, facts.notes.join("; ")) : null);
  }

  /** The frames of an exchange as a part of a display filter. */
  framesOf(facts) {
    const messages = facts ? [facts.request, ...facts.interims, facts.response].filter(Boolean) : [];
    if (!messages.length) return "";
    const frames = messages.flatMap((one) => [one.frame, one.last]);
    return ` && frame.number >= ${Math.min(...frames)} && frame.number <= ${Math.max(...frames)}`;
  }

  message(title, facts) {
    if (!facts) return h("section", { class: "message" }, h("header", {}, h("h4", {}, title), h("span", { class: "muted" }, "not in the capture")));
    const frames = facts.last === facts.frame ? `frame ${facts.frame}` : `frames ${facts.frame} to ${facts.last}`;
    const headers = facts.headers.flatMap(([name, value]) => [h("dt", { class: "wire" }, name), h("dd", { class: "wire" }, value)]);
    return h("section", { class: "message", "aria-label": title },
      h("header", {}, h("h4", {}, title), h("span", { class: "muted" }, `${frames}, ${facts.time}`)),
      h("p", { class: "start mono wire" }, facts.line),
      h("dl", { class: "headers" }, ...headers),
      facts.more ? h("p", { class: "notes" }, `${count(facts.more, "more header")}`) : null,
      ...facts.body.map(([kind, text]) => h("pre", { class: kind === "hex" ? "hex" : "wire", tabindex: 0 }, text)),
      facts.notes.length ? h("div", { class: "notes" }, ...facts.notes.map((text) => h("p", {}, text))) : null);
  }

  // --- packets, connections ---

  buildLadders() {
    const root = this.part("ladders");
    this.ladders = this.facts.ladders.map((facts, index) => new Ladder(this, facts, index === 0));
    const lack = this.facts.lack ? `No packets here: ${this.facts.lack}.` : "No TCP connection.";
    root.replaceChildren(...(this.ladders.length ? this.ladders.map((one) => one.element) : [h("p", { class: "grid-empty grid" }, lack)]));
  }

  ladderOf(link) {
    const [stream, frame] = link.dataset.packet.split(":").map(Number);
    const ladder = this.ladders.find((one) => one.facts.stream === stream);
    return ladder && ladder.has(frame) ? [ladder, frame] : null;
  }

  buildConnections() {
    const root = this.part("connections");
    const columns = [
      { label: "Stream", width: "7ch", kind: "number" },
      { label: "Client", width: "minmax(90px, 1fr)", kind: "mono" },
      { label: "Server", width: "minmax(90px, 1fr)", kind: "mono" },
      { label: "Name", width: "minmax(0, 0.7fr)", hide: "medium" },
      { label: "Protocol", width: "9ch", hide: "narrow" },
      { label: "Packets", width: "9ch", kind: "number", hide: "narrow" },
      { label: "Round trip", width: "10ch", kind: "number", hide: "narrow", draw: (row) => (row[6] === null ? "" : duration(row[6] / 1000)) },
      { label: "Repeated", width: "9ch", kind: "number", hide: "medium", draw: (row) => (row[7] ? row[7].toLocaleString("en") : "") },
      { label: "Missing", width: "9ch", kind: "number", hide: "medium", draw: (row) => (row[8] ? bytes(row[8]) : "") },
      { label: "End", width: "minmax(100px, 0.8fr)", hide: "narrow" },
    ];
    columns.forEach((column, index) => { column.index = index; });
    const rows = this.facts.connections;
    if (!rows.length) {
      root.replaceChildren(h("p", { class: "grid-empty grid" }, "No TCP connection."));
      return;
    }
    const told = columns.filter((column) => ![3, 6, 7, 8].includes(column.index) || rows.some((row) => row[column.index]));
    new Table(root, { label: "Connections", noun: "connection", rows, columns: told, counter: this.part("connection-count") });
    const left = this.facts.allConnections - this.facts.connections.length;
    if (left > 0) root.after(h("p", { class: "muted small" }, `${count(left, "more connection")}: the JSON report holds them all.`));
  }

  buildLegend() {
    const used = new Set(this.rows.slice(0, 5000).flatMap((row) => row[SPANS].map(([kind]) => kind)));
    const marks = new Set(this.rows.slice(0, 5000).flatMap((row) => row[MARKED].map(([kind]) => kind)));
    const sample = (child) => h("span", { class: "fall", "aria-hidden": "true" }, child);
    const items = PHASES.map((name, kind) => (used.has(kind) ? h("span", {}, sample(h("i", { class: `k${kind}` })), name.toLowerCase()) : null));
    if (this.rows.some((row) => row[SERVER])) items.push(h("span", {}, sample(h("i", { class: "in" })), "of this the server, as x-oss-server-time says"));
    MARKS.forEach((name, kind) => marks.has(kind) && items.push(h("span", {}, sample(h("b", { class: `m${kind}` })), name.toLowerCase())));
    this.part("legend").replaceChildren(...items.filter(Boolean));
  }

  // --- links ---

  clicked(event) {
    const link = event.target.closest("a[data-packet], a[data-exchange]");
    if (!link) return;
    event.preventDefault();
    if (link.dataset.exchange) this.showExchange(Number(link.dataset.exchange));
    else {
      const found = this.ladderOf(link);
      if (found) found[0].reveal(found[1]);
    }
  }

  showExchange(id) {
    if (!this.table) return;
    if (!this.table.shown.some((row) => row[ID] === id)) {
      for (const field of [this.status, this.code, this.stream]) field.value = "";
      this.table.search.value = "";
      this.table.words = [];
      this.table.refresh();
    }
    if (this.table.show(id)) this.root.querySelector(".tools").scrollIntoView({ block: "start" });
  }
}

const reports = [...document.querySelectorAll("[data-report]")].filter((root) => document.getElementById(`${root.dataset.report}data`)).map((root) => new Report(root));

/** Open and focus the finding that the address names. */
function followHash() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target || !target.classList.contains("finding")) return;
  target.querySelector("details").open = true;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", followHash);
followHash();

keys.set("n", () => {
  const findings = [...document.querySelectorAll(".finding")];
  const focused = document.activeElement.closest(".finding");
  const next = focused ? findings[findings.indexOf(focused) + 1] || findings[0] : findings.find((one) => one.getBoundingClientRect().top > 60) || findings[0];
  if (!next) return false;
  next.querySelector("details").open = true;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
  return true;
});

document.querySelectorAll("[data-nav]").forEach((link) => { link.hidden = !document.getElementById(link.hash.slice(1)); });

const captures = document.querySelector("[data-captures]");
if (captures) {
  const items = [...document.querySelectorAll("[data-report]")].map((root) => {
    const tally = [...root.querySelectorAll(".tally .pill")].map((pill) => pill.cloneNode(true));
    return h("li", {}, h("a", { href: `#${root.dataset.report}top`, class: "mono" }, root.getAttribute("aria-label")), " ", ...tally);
  });
  captures.replaceChildren(h("ol", {}, ...items));
}

// Paper shows what is folded on the screen.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll(".finding details:not([open])")];
  folded.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
