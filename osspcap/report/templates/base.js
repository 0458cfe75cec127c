"use strict";
// What all pages share: building elements, the theme, copy buttons, keys. No element is ever made from markup.

/** Make an element: h("a", {href: "#x", class: "y", onclick: f}, "text", child). */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Read a block of data that the page carries. */
function data(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/** A duration in milliseconds as people write it. */
function duration(ms) {
  const size = Math.abs(ms);
  if (size < 0.0005) return "0 ms";
  if (size < 1) return `${ms.toFixed(2)} ms`;
  if (size < 100) return `${Number(ms.toPrecision(3))} ms`;
  if (size < 1000) return `${Math.round(ms)} ms`;
  if (size < 120000) return `${Number((ms / 1000).toPrecision(3))} s`;
  const minutes = Math.floor(size / 60000);
  return `${ms < 0 ? "-" : ""}${minutes} min ${Math.round((size % 60000) / 1000)} s`;
}

/** A size in binary units. */
function bytes(number) {
  if (number < 1024) return `${number} ${number === 1 ? "byte" : "bytes"}`;
  let size = number;
  for (const unit of ["KiB", "MiB", "GiB"]) {
    size /= 1024;
    if (size < 1024) return `${size.toFixed(1)} ${unit}`;
  }
  return `${(size / 1024).toFixed(1)} TiB`;
}

/** Copy text, also where the clipboard is closed to pages opened from a file. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (_) {
    const area = h("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    const focused = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (focused) focused.focus({ preventScroll: true });
    return done;
  }
}

function copyButton(text, label) {
  return h("button", { type: "button", class: "copy", "data-copy": text, "aria-label": `Copy ${label}` }, "Copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.stopPropagation();
  const done = await copyText(button.dataset.copy);
  button.textContent = done ? "Copied" : "Not copied";
  button.toggleAttribute("data-done", done);
  setTimeout(() => {
    button.textContent = "Copy";
    button.removeAttribute("data-done");
  }, 1600);
});

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("osspcap-theme", theme);
  } catch (_) {
    // It holds until the page is closed.
  }
}

/** Key to action; pages add theirs. An action that returns false did nothing. */
const keys = new Map();
keys.set("t", toggleTheme);
keys.set("?", () => document.getElementById("keys").showModal());
keys.set("/", () => {
  const fields = [...document.querySelectorAll("input[type=search]")].filter((field) => field.offsetParent);
  if (!fields.length) return false;
  const visible = fields.find((field) => field.getBoundingClientRect().bottom > 60);
  (visible || fields[0]).focus();
  return true;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
  const action = keys.get(event.key);
  if (action && action(event) !== false) event.preventDefault();
});

document.querySelectorAll("[data-theme-toggle]").forEach((button) => button.addEventListener("click", toggleTheme));
document.querySelectorAll("[data-keys-open]").forEach((button) => button.addEventListener("click", keys.get("?")));
