"use strict";
// The page of a scan: two tables, and what is chosen above them.

const FAULT = { severity: 0, rule: 1, name: 2, captures: 3, times: 4, bucket: 5, endpoint: 6, client: 7, first: 8, last: 9, summary: 10, path: 11, report: 12, frame: 13, request: 14, members: 15 };
const CAPTURE = { path: 0, state: 1, worst: 2, rules: 3, errors: 4, warnings: 5, infos: 6, undecided: 7, exchanges: 8, oss: 9, packets: 10, size: 11, first: 12, last: 13, verdict: 14, lacks: 15, report: 16, sha256: 17 };
const STATES = { unreadable: "unreadable", changed: "changed", "too-large": "too large", timeout: "timeout", memory: "memory", crashed: "crashed", defect: "defect" };
const RANK = { error: 0, warning: 1, info: 2, "": 3 };

const faults = data("fault-rows").map((row, index) => Object.assign(row, { id: index }));
const captures = data("capture-rows").map((row, index) => Object.assign(row, { id: index }));
const steps = data("steps");
const SVG = "http" + "://www.w3.org/2000/svg"; // a name, no address

function vector(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const chosen = { show: "all", facet: null, value: "", members: null, label: "", notes: false };
const kindOf = (row) => (row[CAPTURE.state] !== "done" ? "failed" : row[CAPTURE.worst] === "error" || row[CAPTURE.worst] === "warning" ? row[CAPTURE.worst] : "good");
const FACETS = {
  rule: (row) => `${row[FAULT.rule]} ${row[FAULT.name]}`,
  bucket: (row) => row[FAULT.bucket],
  endpoint: (row) => row[FAULT.endpoint],
  client: (row) => row[FAULT.client],
};
const isOfFacet = (row) => chosen.facet === null || FACETS[chosen.facet](row) === chosen.value;

/** The folders that all captures are in: told once, at the top of the page. */
const common = captures.reduce((prefix, row) => {
  let place = prefix === null ? row[CAPTURE.path].slice(0, row[CAPTURE.path].lastIndexOf("/") + 1) : prefix;
  while (place && !row[CAPTURE.path].startsWith(place)) place = place.slice(0, place.lastIndexOf("/", place.length - 2) + 1);
  return place;
}, null) || "";

/** A whole path, its folders set back. */
function path(text) {
  const cut = text.lastIndexOf("/") + 1;
  return h("bdi", {}, h("span", { class: "folder" }, text.slice(0, cut)), text.slice(cut));
}

/** The name first: folders may be cut off at the end of a narrow column. */
function file(text) {
  const cut = text.lastIndexOf("/") + 1;
  return h("bdi", { title: text }, text.slice(cut), " ", h("span", { class: "folder" }, text.slice(Math.min(common.length, cut), cut)));
}

const minute = (text) => h("span", { class: "when", title: text && `${text} UTC` }, text.slice(0, 16));

function mark(row) {
  if (row[CAPTURE.state] !== "done") return h("span", { class: "pill" }, STATES[row[CAPTURE.state]] || row[CAPTURE.state]);
  return kindOf(row) === "good" ? h("span", { class: "pill is-good" }, "no fault") : Table.kinds.severity(row[CAPTURE.worst]);
}

const told = faults.filter((row) => row[FAULT.severity] !== "info"); // notes stand beside any fault
const most = told.reduce((highest, row) => Math.max(highest, row[FAULT.captures]), 1);
function share(row) {
  const width = Math.min(100, (100 * row[FAULT.captures]) / most);
  const bar = vector("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, vector("rect", { width, height: 1 }));
  return h("span", { class: `share is-${row[FAULT.severity]}` }, bar, row[FAULT.captures].toLocaleString("en"));
}

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return h("dl", {}, ...shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const link = (report, words) => (report ? h("a", { href: report, class: "button" }, words) : null);
const copied = (text, label) => h("span", { class: "mono" }, text, " ", copyButton(text, label));

function faultDetail(row) {
  const list = steps[row[FAULT.rule]] || [];
  const show = h("button", { type: "button", class: "button", onclick: () => choose({ members: new Set(row[FAULT.members]), label: `${row[FAULT.rule]} ${row[FAULT.name]}`, show: "all", facet: null }, true) }, `Show its ${count(row[FAULT.captures], "capture")}`);
  return h(
    "div",
    { class: "opened" },
    h("p", {}, row[FAULT.summary]),
    list.length ? h("div", {}, h("h4", {}, "What to do"), h("ol", {}, ...list.map((step) => h("li", {}, step)))) : null,
    facts([
      ["Example", path(row[FAULT.path])],
      ["Frame", String(row[FAULT.frame])],
      ["Request ID", row[FAULT.request] && copied(row[FAULT.request], "request ID")],
      ["Bucket", row[FAULT.bucket]],
      ["Endpoint", row[FAULT.endpoint]],
      ["Client", row[FAULT.client]],
      ["Seen", row[FAULT.first] && `${row[FAULT.first]} to ${row[FAULT.last]} UTC`],
    ]),
    h("div", { class: "actions" }, link(row[FAULT.report], "Report of the example"), show),
  );
}

function captureDetail(row) {
  const of = [[CAPTURE.errors, "error"], [CAPTURE.warnings, "warning"], [CAPTURE.infos, "note"]];
  const found = of.filter(([index]) => row[index]).map(([index, noun]) => count(row[index], noun));
  const isDone = row[CAPTURE.state] === "done";
  return h(
    "div",
    { class: "opened" },
    h("p", {}, row[CAPTURE.verdict]),
    facts([
      ["File", h("span", {}, path(row[CAPTURE.path]), " ", copyButton(row[CAPTURE.path], "path"))],
      ["Found", isDone ? found.join(", ") || "nothing" : ""],
      ["Undecided", row[CAPTURE.undecided] ? count(row[CAPTURE.undecided], "question") : ""],
      ["Lacks", row[CAPTURE.lacks]],
      ["Packets", row[CAPTURE.first] && `${row[CAPTURE.packets].toLocaleString("en")}, ${row[CAPTURE.first]} to ${row[CAPTURE.last]} UTC`],
      ["SHA-256", row[CAPTURE.sha256] && copied(row[CAPTURE.sha256], "SHA-256")],
    ]),
    h("div", { class: "actions" }, link(row[CAPTURE.report], "Open its report")),
  );
}

const element = (name) => document.querySelector(`[data-grid="${name}"]`);
const faultTable = new Table(element("faults"), {
  label: "Faults",
  noun: "fault",
  rows: told,
  key: (row) => row.id,
  search: document.getElementById("fault-search"),
  counter: document.querySelector('[data-count="faults"]'),
  filters: [isOfFacet],
  searchText: (row) => row.slice(0, FAULT.members).join(" "),
  detail: faultDetail,
  columns: [
    { label: "Severity", width: "88px", index: FAULT.severity, kind: "severity", sort: (row) => RANK[row[FAULT.severity]] },
    { label: "Fault", width: "minmax(0, 1.9fr)", index: FAULT.name, draw: (row) => h("span", { title: row[FAULT.summary] }, h("span", { class: "code mono muted" }, row[FAULT.rule], " "), row[FAULT.name]), sort: (row) => row[FAULT.rule] },
    { label: "Captures", width: "minmax(60px, 0.7fr)", kind: "number", index: FAULT.captures, draw: share },
    { label: "Times", width: "64px", kind: "number", index: FAULT.times, hide: "narrow" },
    { label: "Bucket", width: "minmax(0, 0.9fr)", index: FAULT.bucket, hide: "narrow" },
    { label: "Endpoint", width: "minmax(0, 1.6fr)", index: FAULT.endpoint, class: "is-quiet", hide: "medium" },
    { label: "Client", width: "minmax(0, 1.3fr)", index: FAULT.client, class: "is-quiet", hide: "medium" },
    { label: "Last seen", width: "136px", index: FAULT.last, draw: (row) => minute(row[FAULT.last]), class: "is-quiet", hide: "medium" },
  ],
});
const captureTable = new Table(element("captures"), {
  label: "Captures",
  noun: "capture",
  rows: captures,
  key: (row) => row.id,
  search: document.getElementById("capture-search"),
  counter: document.querySelector('[data-count="captures"]'),
  filters: [(row) => chosen.show === "all" || kindOf(row) === chosen.show, (row) => chosen.members === null || chosen.members.has(row.id)],
  detail: captureDetail,
  columns: [
    { label: "State", width: "88px", index: CAPTURE.worst, draw: mark, sort: (row) => (row[CAPTURE.state] === "done" ? RANK[row[CAPTURE.worst]] : 9) },
    { label: "File", width: "minmax(0, 3fr)", index: CAPTURE.path, draw: (row) => file(row[CAPTURE.path]) },
    { label: "Faults", width: "minmax(0, 1.1fr)", index: CAPTURE.rules, class: "is-mono", hide: "narrow" },
    { label: "Exchanges", width: "84px", kind: "number", index: CAPTURE.exchanges, hide: "medium" },
    { label: "Packets", width: "84px", kind: "number", index: CAPTURE.packets, hide: "medium" },
    { label: "Size", width: "84px", kind: "number", index: CAPTURE.size, draw: (row) => bytes(row[CAPTURE.size]), hide: "narrow" },
    { label: "First packet", width: "136px", index: CAPTURE.first, draw: (row) => minute(row[CAPTURE.first]), class: "is-quiet", hide: "medium" },
    { label: "Report", width: "60px", index: CAPTURE.report, sortable: false, draw: (row) => (row[CAPTURE.report] ? h("a", { href: row[CAPTURE.report], "aria-label": `Report of ${row[CAPTURE.path]}` }, "open") : "") },
  ],
});
tables.push(faultTable, captureTable);

/** Change what is chosen; both tables and the marks above them follow. */
function choose(change, jumps = false) {
  Object.assign(chosen, change);
  if (chosen.facet !== null) {
    const rows = told.filter(isOfFacet);
    chosen.members = new Set(rows.flatMap((row) => row[FAULT.members]));
    chosen.label = chosen.facet === "rule" ? chosen.value : `${chosen.facet} ${chosen.value}`;
  }
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === chosen.show));
  for (const button of document.querySelectorAll("[data-facet]")) button.setAttribute("aria-pressed", String(button.dataset.facet === chosen.facet && button.dataset.value === chosen.value));
  document.querySelector(".chosen").hidden = chosen.members === null;
  document.querySelector("[data-chosen]").textContent = chosen.members === null ? "" : `${chosen.label}: ${count(chosen.members.size, "capture")}`;
  faultTable.all = chosen.notes ? faults : told;
  faultTable.refresh();
  captureTable.refresh();
  if (jumps) document.getElementById("captures").scrollIntoView();
}

const EVERYTHING = { facet: null, value: "", members: null, label: "" };
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => choose({ show: button.dataset.show }, button.dataset.show !== "all"));
}
for (const button of document.querySelectorAll("[data-facet]")) {
  const { facet, value } = button.dataset;
  button.addEventListener("click", () => choose(button.getAttribute("aria-pressed") === "true" ? EVERYTHING : { facet, value, show: "all" }));
}
document.querySelector("[data-clear]").addEventListener("click", () => choose({ ...EVERYTHING, show: "all" }));
document.querySelector("[data-notes]").addEventListener("change", (event) => choose({ notes: event.target.checked }));
