"use strict";
// The packets of one connection: time runs down, the client stands left, the server right. Drawn when it is opened.

const FLAGS = [[0x02, "SYN"], [0x01, "FIN"], [0x04, "RST"], [0x20, "URG"], [0x08, "PSH"], [0x10, "ACK"], [0x40, "ECE"], [0x80, "CWR"]];
const [SYN, FIN, RST] = [0x02, 0x01, 0x04];
const MIN_FOLD = 6; // plain packets in a row from which on they are folded
const MIN_PAUSE_NS = 40e6; // a silence worth a line of its own
const PAUSE_SHARE = 0.04; // and its least share of the connection's time

class Ladder {
  constructor(report, facts, isOpen) {
    this.report = report;
    this.facts = facts;
    this.prefix = `${report.prefix}s${facts.stream}-p`;
    this.rungs = h("ol", { class: "rungs", tabindex: 0, "aria-label": `Packets of stream ${facts.stream}` });
    this.element = h("details", { class: "ladder", id: `${report.prefix}s${facts.stream}` }, this.summary(), this.tools(), this.rungs);
    this.element.addEventListener("toggle", () => this.element.open && this.draw());
    if (isOpen) {
      this.element.open = true;
      this.draw();
    }
  }

  summary() {
    const { stream, client, server, packets, end, protocol, name } = this.facts;
    const about = new Set(Object.values(this.facts.named).flat());
    return h("summary", {},
      h("b", {}, `Stream ${stream}`),
      h("code", { class: "wire" }, `${client} → ${server}`),
      h("span", { class: "muted" }, [name, protocol, count(packets, "packet"), end].filter(Boolean).join(", ")),
      ...[...about].sort((a, b) => a - b).map((number) => this.report.tag(number, "span")));
  }

  tools() {
    const filter = `tcp.stream eq ${this.facts.stream}`;
    return h("div", { class: "ladder-tools" }, h("code", { class: "muted" }, filter), copyButton(filter, "the Wireshark filter"),
      h("span", { class: "muted" }, "Numbers are relative, as Wireshark shows them."));
  }

  has(frame) {
    return this.facts.steps.some((step) => step[0] === frame);
  }

  /** Open the ladder, unfold what hides the packet, and light it up. */
  reveal(frame) {
    this.element.open = true;
    this.draw();
    const fold = [...this.rungs.querySelectorAll("[data-from]")].find((one) => Number(one.dataset.from) <= frame && frame <= Number(one.dataset.to));
    if (fold) fold.querySelector("button").click();
    const rung = document.getElementById(this.prefix + frame);
    if (!rung) return false;
    this.element.scrollIntoView({ block: "start" });
    this.rungs.scrollTop = rung.offsetTop - this.rungs.clientHeight / 2;
    rung.focus({ preventScroll: true });
    const box = rung.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight) rung.scrollIntoView({ block: "center" });
    rung.classList.remove("is-lit");
    void rung.offsetWidth;
    rung.classList.add("is-lit");
    return true;
  }

  draw() {
    if (this.rungs.childElementCount) return;
    const { client, server } = this.facts;
    const ends = h("li", { class: "rung is-ends" },
      h("div", { class: "rung-time" }, h("span", {}, "ms"), h("span", {}, "frame")),
      h("div", { class: "ends" }, h("span", {}, h("b", {}, "client "), client), h("span", {}, h("b", {}, "server "), server)),
      h("div", { class: "rung-notes" }));
    this.rungs.append(ends, ...this.items().flatMap((item) => this.element_of(item)));
  }

  /** What is drawn, in order: packets, folds, silences, holes, and packets that were left out. */
  items() {
    const { steps, gaps } = this.facts;
    const times = steps.filter((step) => step[0]).map((step) => step[1]);
    const least = Math.max(MIN_PAUSE_NS, PAUSE_SHARE * ((times.at(-1) || 0) - (times[0] || 0)));
    const items = [];
    let plain = [];
    let before = null;
    const flush = () => {
      if (plain.length >= MIN_FOLD) items.push(plain[0], { fold: plain.slice(1, -1) }, plain.at(-1));
      else items.push(...plain);
      plain = [];
    };
    for (const step of steps) {
      if (!step[0]) {
        flush();
        items.push({ left: step });
        before = null;
        continue;
      }
      for (const gap of gaps.filter((one) => one[0] === step[0])) {
        flush();
        items.push({ gap });
      }
      if (before !== null && step[1] - before >= least) {
        flush();
        items.push({ pause: step[1] - before });
      }
      before = step[1];
      if (this.isPlain(step)) plain.push(step);
      else {
        flush();
        items.push(step);
      }
    }
    flush();
    return items;
  }

  isPlain(step) {
    const [frame, , , flags, , , , , notes] = step;
    return !(flags & (SYN | FIN | RST)) && !notes && !this.facts.labels[frame] && !this.facts.named[frame];
  }

  element_of(item) {
    if (Array.isArray(item)) return [this.packet(item)];
    if (item.fold) return [this.fold(item.fold)];
    if (item.pause) return [this.between("is-gap", `${duration(item.pause / 1e6)} of silence`)];
    if (item.gap) {
      const [, fromClient, length, cause, acknowledged] = item.gap;
      const text = `Hole: ${bytes(length)} of the ${fromClient ? "client" : "server"}, ${cause}${acknowledged ? ", yet acknowledged" : ""}`;
      return [this.between("is-gap is-hole", text)];
    }
    const [, first, last, packets, client, server] = item.left;
    const data = client === null ? "" : `, ${bytes(client)} from the client, ${bytes(server)} from the server`;
    return [this.between("is-gap", `${count(packets, "packet")} not shown${data} (frames ${first} to ${last})`)];
  }

  between(name, content, attributes = {}) {
    const inner = typeof content === "string" ? h("span", {}, content) : content;
    return h("li", { class: `rung ${name}`, ...attributes }, h("div", { class: "rung-time" }), h("div", { class: "lane" }, inner), h("div", { class: "rung-notes" }));
  }

  fold(steps) {
    const say = (fromClient, who) => {
      const own = steps.filter((step) => step[2] === fromClient);
      const data = own.filter((step) => step[6]);
      const sum = data.reduce((total, step) => total + step[6], 0);
      if (!own.length) return "";
      return sum ? `${who} ${bytes(sum)} in ${count(data.length, "segment")}` : `${who} ${count(own.length, "ACK")}`;
    };
    const text = `${count(steps.length, "packet")}: ${[say(1, "client"), say(0, "server")].filter(Boolean).join(", ")}`;
    const rung = this.between("is-gap", h("button", { type: "button", class: "fold" }, text), { "data-from": steps[0][0], "data-to": steps.at(-1)[0] });
    rung.querySelector("button").addEventListener("click", () => {
      const shown = steps.map((step) => this.packet(step));
      rung.replaceWith(...shown);
      shown[0].focus({ preventScroll: true });
    });
    return rung;
  }

  packet(step) {
    const [frame, time, fromClient, flags, seq, ack, length, window, notes] = step;
    const labels = this.facts.labels[frame] || [];
    const named = this.facts.named[frame] || [];
    const names = FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name).join(" ") || "no flags";
    const classes = ["rung", fromClient ? "from-client" : "from-server", length ? "has-data" : "", notes ? "is-odd" : "",
      flags & RST ? "is-reset" : "", named.length ? "is-named" : "", !length && !(flags & (SYN | FIN | RST)) ? "is-quiet" : ""];
    const numbers = [`seq ${seq}`, ack === null ? "" : `ack ${ack}`].filter(Boolean).join(" ");
    const marks = this.report.noteNames.filter((_, bit) => notes & (1 << bit)).map((name) => h("span", { class: "pill is-warning" }, name));
    if (flags & RST) marks.unshift(h("span", { class: "pill is-error" }, "reset"));
    return h("li", { class: classes.filter(Boolean).join(" "), id: this.prefix + frame, tabindex: -1, title: `${names}, ${numbers}, window ${window.toLocaleString("en")} bytes` },
      h("div", { class: "rung-time" }, h("span", {}, (time / 1e6).toFixed(3)), h("span", { class: "mono" }, String(frame))),
      h("div", { class: "lane" },
        h("div", { class: "lane-text" },
          h("span", { class: "visually-hidden" }, fromClient ? "client to server:" : "server to client:"),
          ...labels.slice(0, 2).map((label) => h("b", {}, label)),
          h("span", {}, names),
          length ? h("span", {}, `len ${length.toLocaleString("en")}`) : null,
          h("span", { class: "faint" }, numbers)),
        h("span", { class: "arrow", "aria-hidden": "true" })),
      h("div", { class: "rung-notes" }, ...marks, ...named.map((number) => this.report.tag(number))));
  }
}
