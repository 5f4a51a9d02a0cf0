// Text with entities as DOM nodes. Offsets are UTF-16 units, which JavaScript strings are made of.

import { h } from "./dom.js";

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

/** Render text with its entities; `open` is called with an address, `say` with a command. */
export function rich(text, entities = [], { open, say } = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, { open, say });
}

function build(text, entities, from, to, actions) {
  const nodes = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    index += 1;
    if (end <= start) continue;
    if (start > at) nodes.push(text.slice(at, start));
    const block = ["pre", "blockquote", "expandable_blockquote"].includes(entity.type);
    const inner = [];
    while (index < entities.length && entities[index].offset < end) inner.push(entities[index++]);
    nodes.push(wrap(entity, text.slice(start, end), build(text, inner, start, end, actions), actions));
    at = block && text[end] === "\n" ? end + 1 : end; // a block ends its line by itself
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, plain, children, { open, say }) {
  const { type } = entity;
  if (SIMPLE[type]) return h(SIMPLE[type], {}, children);
  if (type === "pre") return h("pre", { dir: "ltr" }, h("code", {}, children));
  if (type === "blockquote" || type === "expandable_blockquote") return h("blockquote", { dir: "auto" }, children);
  if (type === "spoiler") {
    const reveal = (event) => event.currentTarget.classList.add("shown");
    return h("span", { class: "spoiler", role: "button", tabindex: 0, onclick: reveal, onkeydown: (event) => event.key === "Enter" && reveal(event) }, children);
  }
  if (type === "bot_command" && say) {
    return h("button", { type: "button", class: "in-text", dir: "ltr", onclick: () => say(plain) }, children);
  }
  const address = { url: plain, text_link: entity.url, email: `mailto:${plain}`, phone_number: `tel:${plain}` }[type];
  const link = address && safe(address);
  if (link) {
    return h("a", { href: link, rel: "noopener noreferrer", target: "_blank", onclick: (event) => open?.(event, link) }, children);
  }
  return h("span", { class: `e-${type}` }, children);
}

/** Give an address that may be followed: web, mail, phone, Telegram; nothing else. */
export function safe(address) {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  try {
    const url = new URL(full);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
