// Small helpers for building the page. Text always goes in as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** Build an element: h("button", {class: "x", onclick: f}, "text", child). */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Build an icon of the sprite in index.html. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const HUES = [4, 28, 145, 172, 205, 228, 265, 325];

/** Paint an avatar: a colour of its own for each id, the person's emoji or initial in it. */
export function paintAvatar(element, id, name, emoji = "") {
  const hue = HUES[Math.abs(id) % HUES.length];
  element.style.setProperty("--hue", hue);
  element.classList.toggle("emoji", Boolean(emoji));
  element.textContent = emoji || [...name.trim()][0] || "?";
  return element;
}

export function avatar(id, name, emoji = "") {
  return paintAvatar(h("span", { class: "avatar", "aria-hidden": "true" }), id, name, emoji);
}

/** Let a list of buttons be walked with the arrow keys. */
export function arrows(container, selector = "button:not([disabled])") {
  container.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    const all = [...container.querySelectorAll(selector)];
    const here = all.indexOf(document.activeElement);
    if (here < 0) return;
    event.preventDefault();
    all[Math.min(Math.max(here + step, 0), all.length - 1)].focus();
  });
}
