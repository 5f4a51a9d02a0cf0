// The messages of the open chat: bubbles, keyboards under them, days between them.

import { $, avatar, h, icon } from "./dom.js";
import { fileAddress } from "./net.js";
import { rich } from "./rich.js";
import { botOf, current, fullName, isAdmin, state, threadOf } from "./state.js";
import { openMenu } from "./ui.js";
import { day, dayKey, hour, list, size, word } from "./words.js";

let actions = {};
let atEnd = true;
const waiting = new Map(); // query id -> pressed button
const early = new Set(); // answers that overtook the press

export const setUpLog = (given) => {
  actions = given;
  $("scroll").addEventListener("scroll", onScroll, { passive: true });
  $("to-end").addEventListener("click", () => toEnd(true));
  // a keyboard that opens or a field that grows takes room: the last message stays in sight
  new ResizeObserver(() => atEnd && toEnd()).observe($("scroll"));
};

const nearEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 140;

function onScroll() {
  const near = nearEnd();
  atEnd = near;
  $("to-end").hidden = near;
  if (near) $("to-end").querySelector("b").textContent = "";
}

export function toEnd(smooth = false) {
  atEnd = true;
  $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

const shown = (chat) => [...chat.messages.values()].filter((message) => !chat.is_forum || threadOf(chat, message) === state.thread);

/** Draw the whole chat anew. */
export function drawLog() {
  const chat = current();
  const log = $("log");
  log.setAttribute("aria-live", "off"); // a chat that is opened is not read out whole
  const nodes = [];
  let before = null;
  for (const message of shown(chat)) {
    nodes.push(...withDay(chat, message, before));
    before = message;
  }
  log.replaceChildren(...(nodes.length ? nodes : [empty(chat)]));
  toEnd();
  onScroll();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function empty(chat) {
  if (chat.kind !== "private") return h("div", { class: "empty" }, h("p", {}, word("no_messages")));
  const bot = botOf(chat);
  const about = state.menu?.description;
  return h("div", { class: "empty card" }, avatar(bot.id, bot.first_name), h("strong", { dir: "auto" }, state.menu?.name || bot.first_name),
    h("p", { dir: "auto" }, about || word("start_hint")));
}

function withDay(chat, message, before) {
  const nodes = [];
  if (!before || dayKey(before.date) !== dayKey(message.date)) nodes.push(h("div", { class: "day" }, h("span", {}, day(message.date))));
  nodes.push(drawMessage(chat, message, before));
  return nodes;
}

/** Add a new message at the end, keeping the view where it is unless it was at the end. */
export function appendMessage(message) {
  const chat = current();
  if (chat.is_forum && threadOf(chat, message) !== state.thread) return;
  const log = $("log");
  const near = nearEnd();
  log.querySelector(".empty")?.remove();
  const others = shown(chat);
  const before = others[others.indexOf(message) - 1] ?? null;
  log.append(...withDay(chat, message, before));
  const own = message.from?.id === state.me;
  if (near || own) toEnd(!matchMedia("(prefers-reduced-motion: reduce)").matches && !document.hidden);
  else {
    const badge = $("to-end").querySelector("b");
    badge.textContent = String(Number(badge.textContent || 0) + 1);
    $("to-end").hidden = false;
  }
}

export function replaceMessage(message) {
  const chat = current();
  const old = $("log").querySelector(`[data-id="${message.message_id}"]`);
  if (!old) return;
  const near = nearEnd();
  const others = shown(chat);
  const before = others[others.indexOf(message) - 1] ?? null;
  const fresh = drawMessage(chat, message, before);
  fresh.classList.add("changed");
  old.replaceWith(fresh);
  if (near) toEnd();
}

export function removeMessages(ids) {
  for (const id of ids) {
    const row = $("log").querySelector(`[data-id="${id}"]`);
    const above = row?.previousElementSibling;
    row?.remove();
    if (above?.classList.contains("day") && (!above.nextElementSibling || above.nextElementSibling.classList.contains("day"))) above.remove();
  }
  if (!$("log").children.length) drawLog();
}

/** A query was answered: its button stops waiting. */
export function answered(queryId) {
  if (!waiting.has(queryId)) early.add(queryId);
  waiting.get(queryId)?.classList.remove("waiting");
  waiting.delete(queryId);
}

// --- one message -------------------------------------------------------------------------

const SERVICE = {
  group_chat_created: "group_created",
  supergroup_chat_created: "group_created",
  channel_chat_created: "channel_created",
  forum_topic_closed: "topic_closed",
  forum_topic_reopened: "topic_reopened",
  migrate_to_chat_id: "migrated",
  migrate_from_chat_id: "migrated",
};

function serviceText(message) {
  const who = fullName(message.from);
  for (const [field, key] of Object.entries(SERVICE)) if (message[field] !== undefined) return word(key, { who });
  if (message.forum_topic_created) return word("topic_created", { name: message.forum_topic_created.name });
  if (message.forum_topic_edited) return word("topic_renamed", { name: message.forum_topic_edited.name });
  if (message.new_chat_members) return word("joined", { who: list(message.new_chat_members.map(fullName)) });
  if (message.left_chat_member) return word("left", { who: fullName(message.left_chat_member) });
  if (message.pinned_message) return word("pinned_by", { who });
  if (message.new_chat_title) return word("renamed", { name: message.new_chat_title });
  return null;
}

function drawMessage(chat, message, before) {
  const service = serviceText(message);
  if (service) return h("div", { class: "service", "data-id": message.message_id }, h("span", { dir: "auto" }, service));
  const sender = message.from ?? message.sender_chat ?? {};
  const own = sender.id === state.me;
  const grouped = before && !serviceText(before) && (before.from ?? before.sender_chat)?.id === sender.id && message.date - before.date < 600 && dayKey(before.date) === dayKey(message.date);
  const inGroup = chat.kind !== "private" && !own;
  const name = sender.title ?? fullName(sender);
  const bubble = h("div", { class: "bubble", dir: direction(message) });
  if (inGroup && !grouped) {
    const title = chat.members.find((member) => member.user_id === sender.id)?.title;
    const line = h("div", { class: "sender", dir: "auto" }, name, title ? h("em", {}, title) : "");
    bubble.append(line);
    bubble.style.setProperty("--hue", [4, 28, 145, 172, 205, 228, 265, 325][Math.abs(sender.id) % 8]);
  }
  if (message.forward_origin) bubble.append(h("div", { class: "forwarded", dir: "auto" }, word("forwarded", { who: originName(message.forward_origin) })));
  const reply = message.reply_to_message;
  if (reply && !reply.forum_topic_created) bubble.append(quoted(reply));
  bubble.append(...content(message));
  bubble.append(meta(message, own));
  const column = h("div", { class: "column" }, bubble);
  if (message.reaction) column.append(h("span", { class: "reaction" }, message.reaction));
  const board = message.reply_markup?.inline_keyboard;
  if (board) column.append(inlineKeyboard(message, board));
  const more = h("button", { type: "button", class: "message-more", "aria-label": word("message_menu"), "aria-haspopup": "menu", onclick: (event) => messageMenu(event.currentTarget, chat, message) }, icon("more"));
  const row = h("article", { class: `row ${own ? "own" : "theirs"} ${grouped ? "grouped" : ""} ${media(message)}`, "data-id": message.message_id, "aria-label": `${own ? word("you") : name}` });
  if (inGroup) row.append(grouped ? h("span", { class: "avatar ghost" }) : avatar(sender.id, name));
  row.append(column, more);
  row.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, img, audio, button.key") || String(getSelection())) return;
    event.preventDefault();
    messageMenu(more, chat, message);
  });
  return row;
}

const media = (message) => (message.sticker ? "is-sticker" : message.photo || message.video ? "is-photo" : "");

/** Tell the direction of a whole bubble from its first strong letter, so time and edges fit. */
function direction(message) {
  const text = message.text ?? message.caption ?? "";
  const strong = text.match(/[\u0590-\u08ff\ufb1d-\ufefc]|[A-Za-z\u00c0-\u024f]/u);
  if (!strong) return document.documentElement.dir;
  return /[\u0590-\u08ff\ufb1d-\ufefc]/u.test(strong[0]) ? "rtl" : "ltr";
}

function originName(origin) {
  return origin.sender_user ? fullName(origin.sender_user) : (origin.chat?.title ?? origin.sender_user_name ?? "");
}

function quoted(reply) {
  const to = reply.from ?? reply.sender_chat;
  return h("button", { type: "button", class: "quoted", onclick: () => flash(reply.message_id) },
    h("b", { dir: "auto" }, to?.title ?? fullName(to)), h("span", { dir: "auto" }, brief(reply)));
}

export function brief(message) {
  if (message.text) return message.text.split("\n")[0];
  for (const kind of ["photo", "video", "voice", "sticker", "location", "contact"]) if (message[kind]) return message.caption || word(kind);
  if (message.document) return message.document.file_name ?? word("document");
  return serviceText(message) ?? word("message");
}

export function flash(id) {
  const row = $("log").querySelector(`[data-id="${id}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.add("flash");
  setTimeout(() => row.classList.remove("flash"), 1500);
}

function content(message) {
  const nodes = [];
  if (message.photo) nodes.push(photo(message.photo.at(-1), message.caption));
  if (message.video) nodes.push(h("video", { class: "media", controls: true, preload: "metadata", src: fileAddress(message.video.file_id) }));
  if (message.sticker) nodes.push(h("img", { class: "sticker", alt: word("sticker"), src: fileAddress(message.sticker.file_id) }));
  if (message.voice || message.audio) {
    const sound = message.voice ?? message.audio;
    nodes.push(h("div", { class: "sound" }, icon("mic"), h("audio", { controls: true, preload: "metadata", src: fileAddress(sound.file_id), "aria-label": word("voice") })));
  }
  if (message.document) nodes.push(fileLink(message.document));
  if (message.contact) nodes.push(contactCard(message.contact));
  if (message.location) nodes.push(locationCard(message.location));
  const text = message.text ?? message.caption;
  if (text !== undefined) nodes.push(h("div", { class: "text" }, rich(text, message.entities ?? message.caption_entities, { open: actions.open, say: actions.say })));
  if (!nodes.length) nodes.push(h("div", { class: "text unknown" }, word("unsupported")));
  return nodes;
}

function photo(full, caption) {
  const image = h("img", { class: "media", alt: caption || word("photo"), src: fileAddress(full.file_id), width: full.width, height: full.height });
  image.addEventListener("load", () => nearEnd() && toEnd());
  return h("a", { href: fileAddress(full.file_id), target: "_blank", rel: "noopener" }, image);
}

function fileLink(document) {
  const name = document.file_name ?? word("document");
  return h("a", { class: "file", href: fileAddress(document.file_id), download: name },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-text" }, h("bdi", { class: "file-name" }, name), h("small", { dir: "auto" }, size(document.file_size ?? 0))));
}

function contactCard(contact) {
  const name = fullName(contact);
  return h("div", { class: "card-row" }, avatar(contact.user_id ?? name.length, name),
    h("span", { class: "file-text" }, h("b", { dir: "auto" }, name), h("bdi", { dir: "ltr" }, phone(contact.phone_number))));
}

export const phone = (number) => (number.startsWith("+") ? number : `+${number}`).replace(/^(\+213)(\d{3})(\d{2})(\d{2})(\d{2})$/, "$1 $2 $3 $4 $5");

function locationCard(place) {
  const text = `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`;
  return h("div", { class: "card-row" }, h("span", { class: "file-icon" }, icon("pin")),
    h("span", { class: "file-text" }, h("b", {}, word("location")), h("bdi", { dir: "ltr" }, text)));
}

function meta(message, own) {
  const line = h("span", { class: "meta" });
  if (message.has_protected_content) line.append(icon("lock"));
  if (message.edit_date) line.append(h("span", {}, word("edited")));
  line.append(h("time", { datetime: new Date(message.date * 1000).toISOString(), dir: "ltr" }, hour(message.date)));
  if (own) line.append(icon("check"));
  return line;
}

/** Put a line of one's own up before the stand-in has it. */
export function pendingBubble(text) {
  const line = h("span", { class: "meta" }, icon("clock"));
  const row = h("article", { class: "row own pending" }, h("div", { class: "column" }, h("div", { class: "bubble", dir: direction({ text }) }, h("div", { class: "text" }, text), line)));
  $("log").querySelector(".empty")?.remove();
  $("log").append(row);
  toEnd();
  return row;
}

// --- buttons under a message -------------------------------------------------------------

function inlineKeyboard(message, board) {
  return h("div", { class: "inline", role: "group", "aria-label": word("buttons") },
    board.map((row) => h("div", { class: "inline-row" }, row.map((button) => inlineButton(message, button)))));
}

function inlineButton(message, button) {
  const address = button.url ?? button.web_app?.url ?? button.login_url?.url;
  const key = h("button", { type: "button", class: "key" }, h("span", { dir: "auto" }, button.text), address ? icon("open") : "");
  key.addEventListener("click", async (event) => {
    if (address) return actions.follow(address);
    if (button.copy_text) return actions.copy(button.copy_text.text);
    if (button.callback_data === undefined || key.classList.contains("waiting")) return;
    key.classList.add("waiting");
    try {
      const queryId = await actions.press(message.message_id, button.callback_data);
      waiting.set(queryId, key);
      if (early.delete(queryId)) answered(queryId);
      else setTimeout(() => waiting.has(queryId) && answered(queryId), 15000);
    } catch (error) {
      key.classList.remove("waiting");
      actions.failed(error);
    }
    event.preventDefault();
  });
  return key;
}

function messageMenu(anchor, chat, message) {
  const own = message.from?.id === state.me;
  const text = message.text ?? message.caption;
  const items = [{ label: word("reply"), icon: "back", act: () => actions.reply(message) }];
  if (own && text !== undefined) items.push({ label: word("edit"), icon: "menu", act: () => actions.edit(message) });
  if (text) items.push({ label: word("copy"), icon: "file", act: () => actions.copy(text) });
  if (own || chat.kind === "private" || isAdmin(chat, state.me)) items.push({ label: word("delete"), icon: "close", danger: true, act: () => actions.remove(message) });
  openMenu(anchor, items);
}
