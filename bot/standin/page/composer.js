// The foot of a chat: writing, attaching, the reply keyboard, the menu of commands.

import { $, h } from "./dom.js";
import { brief, pendingBubble, phone } from "./log.js";
import { act, upload } from "./net.js";
import { botOf, current, fullName, keyboardOf, me, place, roleOf, isAdmin, state } from "./state.js";
import { ask, askText, failure, openMenu, toast } from "./ui.js";
import { word } from "./words.js";

const ALGIERS = { latitude: 36.7538, longitude: 3.0588 };
let context = null; // {kind: "reply" | "edit", message}
let folded = false;
const drafts = new Map();
const draftKey = () => `${state.me}|${state.chatKey}|${state.thread}`;

export function setUpComposer() {
  const text = $("text");
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", () => {
    grow();
    if (text.value === "/") openCommands($("menu"));
  });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !text.value) {
      const own = [...current().messages.values()].filter((message) => message.from?.id === state.me && message.text);
      if (own.length) setContext("edit", own.at(-1));
    } else if (event.key === "Escape") setContext(null);
  });
  $("menu").addEventListener("click", () => openCommands($("menu")));
  $("attach").addEventListener("click", () => openAttach($("attach")));
  $("keys").addEventListener("click", () => {
    folded = !folded;
    drawKeyboard();
  });
  $("context").querySelector("button").addEventListener("click", () => setContext(null));
  $("pick-photo").addEventListener("change", (event) => sendFiles(event.target, "photo"));
  $("pick-file").addEventListener("change", (event) => sendFiles(event.target, "document"));
  text.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      sendAll(files, "photo");
    }
  });
}

function grow() {
  const text = $("text");
  text.dir = text.value ? "auto" : document.documentElement.dir; // an empty field leans as the page does
  text.style.height = "auto";
  if (text.scrollHeight) text.style.height = `${Math.min(text.scrollHeight, 168)}px`;
  $("composer").classList.toggle("written", Boolean(text.value.trim()));
}

/** Keep what is half written when one looks elsewhere, and bring it back. */
export function keepDraft() {
  if (state.chatKey) drafts.set(draftKey(), $("text").value);
}

export function openDraft() {
  context = null;
  drawContext();
  $("text").value = drafts.get(draftKey()) ?? "";
  grow();
}

export function setContext(kind, message = null) {
  if (context?.kind === "edit" && kind === null) $("text").value = "";
  context = kind ? { kind, message } : null;
  if (kind === "edit") $("text").value = message.text ?? message.caption ?? "";
  drawContext();
  grow();
  if (kind) $("text").focus();
}

function drawContext() {
  $("context").hidden = !context;
  if (!context) return;
  const { kind, message } = context;
  $("context").querySelector("b").textContent = kind === "edit" ? word("editing") : word("replying", { who: message.from ? fullName(message.from) : (message.sender_chat?.title ?? "") });
  $("context").querySelector("span").textContent = brief(message);
}

async function submit() {
  const written = $("text").value.trim();
  if (!written) return;
  const now = context;
  $("text").value = "";
  setContext(null);
  grow();
  try {
    if (now?.kind === "edit") {
      const { chat_id } = place();
      await act("edit_text", state.me, { message_id: now.message.message_id, text: written, chat_id });
    } else await say(written, now?.message.message_id);
  } catch (error) {
    $("text").value = written;
    grow();
    failure(error);
  }
}

/** Send a text as the person one is. */
export async function say(text, replyTo = 0) {
  const row = pendingBubble(text);
  try {
    await act("send_text", state.me, { text, reply_to: replyTo, ...place() });
  } finally {
    row.remove();
  }
}

// --- commands -------------------------------------------------------------------------------

async function openCommands(anchor) {
  const { chat_id } = place();
  const menu = await act("commands", state.me, { chat_id });
  state.menu = menu;
  if (!menu.commands.length) return toast(word("no_commands"));
  openMenu(anchor, menu.commands.map(({ command, description }) => ({
    label: `/${command}`,
    code: true,
    hint: description,
    act: () => {
      if ($("text").value === "/") $("text").value = "";
      const bot = botOf(current());
      say(current().kind === "private" ? `/${command}` : `/${command}@${bot.username}`).catch(failure);
    },
  })), { title: word("commands"), wide: true });
}

// --- attaching ------------------------------------------------------------------------------

function openAttach(anchor) {
  const chat = current();
  const items = [
    { label: word("photo_or_video"), icon: "photo", act: () => $("pick-photo").click() },
    { label: word("document"), icon: "file", act: () => $("pick-file").click() },
    { label: word("voice"), icon: "mic", act: () => run(sendVoice) },
    { label: word("sticker"), icon: "smile", act: () => run(sendSticker) },
    { label: word("location"), icon: "pin", act: () => run(() => act("send_location", state.me, { ...ALGIERS, ...place() })) },
  ];
  if (chat.kind === "private") {
    items.push(null, { label: word("my_contact"), icon: "person", act: () => run(shareContact) },
      { label: word("other_contact"), icon: "people", act: otherContact },
      { label: word("open_link"), icon: "link", act: openLink });
  }
  openMenu(anchor, items);
}

const run = (work) => Promise.resolve().then(work).catch(failure);

export const shareContact = () => act("share_contact", state.me, { chat_id: current().bot_id });

async function otherContact() {
  const others = [...state.users.values()].filter((user) => user.id !== state.me && !user.is_bot && user.phone);
  if (!others.length) return;
  const select = h("select", { id: "box-input" }, others.map((user) => h("option", { value: user.id }, `${fullName(user)}  ${user.phone}`)));
  const answer = await ask({
    title: word("other_contact"),
    body: [h("label", { for: "box-input" }, word("whose_contact")), select],
    keys: [{ label: word("cancel"), value: "" }, { label: word("send"), value: "ok", main: true }],
  });
  if (answer !== "ok") return;
  const user = state.users.get(Number(select.value));
  run(() => act("send_contact", state.me, { phone: user.phone, first_name: user.first_name, user_id: user.id, chat_id: current().bot_id }));
}

export async function openLink() {
  const bot = botOf(current());
  const link = await askText(word("open_link"), { label: word("link_label"), hint: word("link_hint"), accept: word("open"), placeholder: `t.me/${bot.username}?start=…`, type: "url-like" });
  if (link) followLink(link);
}

/** Follow a deep link to the bot, given whole or as its start parameter alone. */
export function followLink(link) {
  const bot = botOf(current());
  const whole = /[/?=]/.test(link) ? link : `https://t.me/${bot.username}?start=${link}`;
  run(() => act("open_link", state.me, { link: whole }));
}

function sendFiles(input, kind) {
  const files = [...input.files];
  input.value = "";
  sendAll(files, kind);
}

async function sendAll(files, kind) {
  const caption = $("text").value.trim();
  try {
    const items = [];
    for (const file of files) {
      const real = kind === "photo" ? (file.type.startsWith("video/") ? "video" : file.type.startsWith("image/") && file.type !== "image/svg+xml" ? "photo" : "document") : "document";
      items.push({ kind: real, file_id: await upload(file, real) });
    }
    if (items.length > 1) await act("send_album", state.me, { items: items.slice(0, 10), caption, ...place() });
    else if (items.length) await act("send_file", state.me, { ...items[0], caption, ...place() });
    if (caption) {
      $("text").value = "";
      grow();
    }
  } catch (error) {
    failure(error);
  }
}

/** Send two seconds of a soft tone as a voice message: nobody's microphone is needed here. */
async function sendVoice() {
  const rate = 8000;
  const count = rate * 2;
  const bytes = new DataView(new ArrayBuffer(44 + count));
  const ascii = (at, text) => [...text].forEach((sign, index) => bytes.setUint8(at + index, sign.charCodeAt(0)));
  ascii(0, "RIFF");
  bytes.setUint32(4, 36 + count, true);
  ascii(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate, true);
  bytes.setUint16(32, 1, true);
  bytes.setUint16(34, 8, true);
  ascii(36, "data");
  bytes.setUint32(40, count, true);
  for (let at = 0; at < count; at += 1) {
    const loudness = 26 * Math.sin((Math.PI * at) / count);
    bytes.setUint8(44 + at, 128 + loudness * Math.sin((2 * Math.PI * 330 * at) / rate));
  }
  const file_id = await upload(new Blob([bytes]), "voice", "voice.wav", "audio/wav");
  await act("send_file", state.me, { file_id, kind: "voice", duration: 2, ...place() });
}

/** Send a face drawn on the spot as a sticker. */
async function sendSticker() {
  const canvas = h("canvas", { width: 256, height: 256 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffcc4d";
  pen.beginPath();
  pen.arc(128, 128, 112, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = pen.strokeStyle = "#664500";
  for (const x of [90, 166]) {
    pen.beginPath();
    pen.ellipse(x, 106, 13, 20, 0, 0, Math.PI * 2);
    pen.fill();
  }
  pen.lineWidth = 13;
  pen.lineCap = "round";
  pen.beginPath();
  pen.arc(128, 132, 58, 0.2 * Math.PI, 0.8 * Math.PI);
  pen.stroke();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const file_id = await upload(blob, "sticker", "sticker.png", "image/png");
  await act("send_file", state.me, { file_id, kind: "sticker", emoji: "🙂", ...place() });
}

// --- what is shown at the foot ----------------------------------------------------------------

/** Draw the reply keyboard, or the one big button of a chat where nothing can be written yet. */
export function drawFoot() {
  const chat = current();
  const big = $("big");
  const member = roleOf(chat, state.me);
  const topic = chat.topics.find((each) => each.thread_id === state.thread);
  let label = "";
  let press = null;
  if (chat.kind === "private" && chat.blocked) {
    label = word("restart");
    press = async () => {
      await act("unblock", state.me, { chat_id: chat.bot_id });
      await say("/start");
    };
  } else if (chat.kind === "private" && !chat.messages.size) {
    label = word("start");
    press = () => say("/start");
  } else if (chat.kind === "channel" && !isAdmin(chat, state.me)) label = word("read_only");
  else if (chat.kind !== "private" && (member === "restricted" || member === "")) label = word("read_only");
  else if (topic?.closed && !isAdmin(chat, state.me)) label = word("topic_is_closed");
  big.hidden = !label;
  $("composer").hidden = Boolean(label);
  big.textContent = label;
  big.disabled = !press;
  big.onclick = press ? () => run(press) : null;
  drawKeyboard();
}

function drawKeyboard() {
  const chat = current();
  const board = keyboardOf(chat, state.me);
  const rows = board?.keyboard;
  const visible = Boolean(rows) && !$("composer").hidden;
  $("keys").hidden = !visible;
  $("keys").setAttribute("aria-expanded", String(!folded));
  $("keyboard").hidden = !visible || folded;
  $("text").placeholder = board?.input_field_placeholder || word("write");
  grow();
  if (!visible) return;
  $("keyboard").replaceChildren(...rows.map((row) => h("div", { class: "keyboard-row" }, row.map((button) => keyboardButton(chat, button)))));
}

function keyboardButton(chat, button) {
  const asksContact = Boolean(button.request_contact);
  return h("button", { type: "button", class: `key ${asksContact ? "contact" : ""}`, onclick: () => run(async () => {
    if (asksContact) {
      const agreed = await ask({
        title: word("share_title"),
        body: [h("p", { class: "box-text" }, word("share_question", { bot: botOf(chat).first_name })), h("p", { class: "box-number", dir: "ltr" }, me().phone ? phone(me().phone) : "—")],
        keys: [{ label: word("cancel"), value: "" }, { label: word("share"), value: "yes", main: true }],
      });
      if (agreed) await shareContact();
    } else if (button.request_location) await act("send_location", state.me, { ...ALGIERS, ...place() });
    else await say(button.text);
  }) }, h("span", { dir: "auto" }, button.text));
}

export const unfoldKeyboard = () => {
  folded = false;
};
