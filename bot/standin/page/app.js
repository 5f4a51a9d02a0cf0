// Puts the page together: who one is, which chat is open, and what each event changes.

import { $, arrows, avatar, h, icon, paintAvatar } from "./dom.js";
import { drawClock, setUpClock, syncClock } from "./clock.js";
import { drawFoot, followLink, keepDraft, openDraft, openLink, say, setContext, setUpComposer, unfoldKeyboard } from "./composer.js";
import { answered, appendMessage, brief, drawLog, flash, removeMessages, replaceMessage, setUpLog } from "./log.js";
import { act, follow, status } from "./net.js";
import { safe } from "./rich.js";
import { drawSide, firstPerson, setUpSide } from "./side.js";
import { GENERAL, botOf, chatsOf, current, fullName, isAdmin, keyOf, keyboardOf, markRead, me, place, roleOf, state, take, threadOf, unreadOf } from "./state.js";
import { alertBox, askText, confirmBox, failure, openMenu, setUpMenus, toast } from "./ui.js";
import { language, loadWords, word } from "./words.js";

const address = new URLSearchParams(location.hash.slice(1));
let typingUntil = 0;
let connected = true;
let botListens = true;

function remember(key, value) {
  try {
    localStorage.setItem(`standin.${key}`, value);
  } catch {
    // a browser without storage forgets, nothing else
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(`standin.${key}`);
  } catch {
    return null;
  }
}

// --- choosing -------------------------------------------------------------------------------

async function choose(userId, key, thread = null) {
  keepDraft();
  state.me = userId;
  state.chatKey = key;
  const chat = current();
  if (!chat) return;
  state.thread = chat.is_forum ? (thread ?? GENERAL) : 0;
  $("app").dataset.view = "chat";
  markRead();
  writeAddress();
  unfoldKeyboard();
  drawAll();
  openDraft();
  await loadMenu();
  if (!chat.messages.size) drawLog();
  if (matchMedia("(min-width: 56rem)").matches) $("text").focus({ preventScroll: true });
}

async function loadMenu() {
  const { chat_id } = place();
  state.menu = await act("commands", state.me, { chat_id }).catch(() => null);
  drawHead();
}

function writeAddress() {
  address.set("as", state.me);
  address.set("chat", state.chatKey);
  if (state.thread > GENERAL) address.set("topic", state.thread);
  else address.delete("topic");
  history.replaceState(null, "", `#${address}`);
}

function drawAll() {
  drawSide();
  drawHead();
  drawTopics();
  drawPinned();
  drawLog();
  drawFoot();
}

// --- the head of a chat -----------------------------------------------------------------------

function drawHead() {
  const chat = current();
  const bot = botOf(chat);
  const user = me();
  const title = chat.kind === "private" ? state.menu?.name || bot.first_name : chat.title;
  $("chat-title").textContent = title;
  paintAvatar($("chat-avatar"), chat.kind === "private" ? bot.id : chat.chat_id, title);
  const status = $("chat-status");
  const typing = typingUntil > Date.now();
  status.classList.toggle("typing", typing);
  status.textContent = typing
    ? word("typing")
    : chat.kind === "private"
      ? chat.blocked ? word("you_blocked") : word("bot")
      : word("members", { count: chat.members.length });
  $("as-whom").replaceChildren(
    h("span", { class: "as-text" }, h("small", {}, word("writing_as")), h("bdi", {}, fullName(user))),
    avatar(user.id, fullName(user), user.about?.emoji));
  $("as-whom").title = `${word("writing_as")} ${fullName(user)}`;
  const offline = $("offline");
  offline.hidden = connected && botListens;
  offline.textContent = connected ? word("bot_away") : word("disconnected");
}

function drawTopics() {
  const chat = current();
  const tabs = $("topics");
  tabs.hidden = !chat.is_forum;
  if (!chat.is_forum) return;
  tabs.replaceChildren(...chat.topics.map((topic) => {
    const chosen = topic.thread_id === state.thread;
    const count = unreadOf(state.me, chat.key, topic.thread_id);
    return h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(chosen), "data-thread": topic.thread_id, tabindex: chosen ? 0 : -1, onclick: () => choose(state.me, chat.key, topic.thread_id) },
      topic.closed ? icon("lock") : "", h("bdi", {}, topic.thread_id === GENERAL ? word("general") : topic.name), count ? h("b", { class: "badge" }, String(count)) : "");
  }));
  const open = tabs.querySelector('[aria-selected="true"]');
  if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - 40;
}

function walkTopics(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...$("topics").children];
  const forward = document.documentElement.dir === "rtl" ? -step : step;
  const next = all[all.indexOf(document.activeElement) + forward];
  if (next) {
    next.click();
    $("topics").querySelector('[aria-selected="true"]')?.focus();
  }
}

function drawPinned() {
  const chat = current();
  const id = chat.pinned.findLast((each) => chat.messages.has(each) && (!chat.is_forum || threadOf(chat, chat.messages.get(each)) === state.thread));
  const box = $("pinned");
  box.hidden = id === undefined;
  if (id === undefined) return;
  box.replaceChildren(h("button", { type: "button", onclick: () => flash(id) }, h("b", {}, word("pinned")), h("span", { dir: "auto" }, brief(chat.messages.get(id)))));
}

function openMore() {
  const chat = current();
  const details = { chat_id: chat.kind === "private" ? chat.bot_id : chat.chat_id };
  const run = (name, more = {}) => act(name, state.me, { ...details, ...more }).catch(failure);
  if (chat.kind === "private") {
    return openMenu($("more"), [
      { label: word("open_link"), icon: "link", act: openLink },
      { label: word("clear_history"), icon: "close", act: async () => (await confirmBox(word("clear_question"), word("delete"))) && run("clear_history") },
      null,
      chat.blocked
        ? { label: word("unblock"), icon: "check", act: () => run("unblock") }
        : { label: word("block"), icon: "lock", danger: true, act: async () => (await confirmBox(word("block_question"), word("block"))) && run("block") },
    ]);
  }
  const admin = isAdmin(chat, state.me);
  const items = [];
  const topic = chat.topics.find((each) => each.thread_id === state.thread);
  if (admin && chat.is_forum) {
    items.push({ label: word("new_topic"), icon: "people", act: async () => {
      const name = await askText(word("new_topic"), { label: word("topic_name") });
      if (name) run("create_topic", { name });
    } });
    if (topic) {
      const thread = { thread_id: topic.thread_id };
      items.push(topic.closed
        ? { label: word("reopen_topic"), icon: "check", act: () => run("reopen_topic", thread) }
        : { label: word("close_topic"), icon: "lock", act: () => run("close_topic", thread) });
      if (topic.thread_id !== GENERAL) items.push({ label: word("delete_topic"), icon: "close", danger: true, act: async () => (await confirmBox(word("delete_topic_question"), word("delete"))) && run("delete_topic", thread) });
    }
  }
  const bot = botOf(chat);
  if (admin && bot) {
    items.push(null, isAdmin(chat, bot.id)
      ? { label: word("demote_bot"), icon: "bot", act: () => run("demote", { member_id: bot.id }) }
      : { label: word("promote_bot"), icon: "bot", act: () => run("promote", { member_id: bot.id }) });
  }
  if (admin && chat.kind === "group") items.push({ label: word("upgrade"), icon: "people", act: () => run("upgrade") });
  if (roleOf(chat, state.me)) items.push(null, { label: word("leave"), icon: "open", danger: true, act: async () => (await confirmBox(word("leave_question"), word("leave"))) && run("leave") });
  return openMenu($("more"), items[0] === null ? items.slice(1) : items);
}

// --- events -----------------------------------------------------------------------------------

function onEvent(event) {
  const first = event.event === "hello";
  const key = take(event);
  if (first) return begin();
  if (!current()) return undefined;
  const here = key === state.chatKey;
  switch (event.event) {
    case "message":
      if (here) {
        if (event.message.from?.is_bot) typingUntil = 0;
        const alone = current().messages.size === 1;
        appendMessage(event.message);
        if (alone || typingUntil === 0) drawHead();
        drawFoot();
        if (event.message.from?.is_bot && keyboardOf(current(), state.me)?.force_reply) setContext("reply", event.message);
        if (current().is_forum) drawTopics();
        if (!document.hidden && threadOf(current(), event.message) === state.thread) markRead();
      }
      scheduleSide();
      break;
    case "edit":
      if (here) replaceMessage(event.message);
      scheduleSide();
      break;
    case "delete":
      if (here) {
        removeMessages(event.message_ids);
        drawFoot();
        drawPinned();
      }
      scheduleSide();
      break;
    case "keyboard":
      if (here) {
        unfoldKeyboard();
        drawFoot();
      }
      break;
    case "reaction":
      if (here && current().messages.has(event.message_id)) replaceMessage(current().messages.get(event.message_id));
      break;
    case "answer":
      answered(event.query_id);
      if (event.user_id === state.me) {
        if (event.url) follow_(event.url);
        else if (event.text && event.alert) alertBox(event.text);
        else if (event.text) toast(event.text);
      }
      break;
    case "action":
      if (here && (!current().is_forum || event.thread_id === state.thread)) {
        typingUntil = Date.now() + 5000;
        drawHead();
        setTimeout(drawHead, 5050);
      }
      break;
    case "chat":
      if (here) onChatChanged();
      scheduleSide();
      break;
    case "commands":
      loadMenu();
      break;
    case "user":
      scheduleSide();
      break;
    case "clock":
      drawClock();
      break;
  }
  return undefined;
}

function onChatChanged() {
  const chat = current();
  if (chat.migrated_to) return choose(state.me, keyOf(chat.migrated_to, 0));
  if (chat.kind !== "private" && !roleOf(chat, state.me)) return choose(state.me, chatsOf(state.me)[0].key);
  if (chat.is_forum && !chat.topics.some((topic) => topic.thread_id === state.thread)) return choose(state.me, chat.key, GENERAL);
  drawHead();
  drawTopics();
  drawPinned();
  return drawFoot();
}

let sideScheduled = false;

function scheduleSide() {
  if (sideScheduled) return;
  sideScheduled = true;
  requestAnimationFrame(() => {
    sideScheduled = false;
    const focused = document.activeElement?.closest?.("#people [data-user]")?.dataset.user;
    drawSide();
    if (focused) $("people").querySelector(`[data-user="${focused}"]`)?.focus({ preventScroll: true });
  });
}

async function begin() {
  connected = true;
  syncClock();
  const wanted = Number(address.get("as")) || state.me;
  const who = state.users.has(wanted) && !state.bots.has(wanted) ? wanted : firstPerson();
  if (!who) {
    drawSide();
    $("app").dataset.view = "people";
    return;
  }
  const chats = chatsOf(who);
  const chat = chats.find((each) => each.key === (state.chatKey || address.get("chat"))) ?? chats[0];
  const narrow = !matchMedia("(min-width: 56rem)").matches;
  const stayOut = narrow && (state.chatKey ? $("app").dataset.view === "people" : !address.get("as"));
  await choose(who, chat.key, Number(address.get("topic")) || null);
  if (stayOut) $("app").dataset.view = "people";
  document.body.dataset.ready = "true";
}

/** Open an address: a deep link to the bot goes into the chat, the rest into a new tab. */
function follow_(link) {
  const whole = safe(link);
  if (!whole) return;
  const url = new URL(whole);
  const bot = botOf(current());
  const ours = (["t.me", "telegram.me"].includes(url.hostname) && url.pathname.slice(1).toLowerCase() === bot.username.toLowerCase()) || url.protocol === "tg:";
  if (ours) followLink(whole);
  else window.open(whole, "_blank", "noopener,noreferrer");
}

function openFromText(event, link) {
  const bot = botOf(current());
  if (new RegExp(`^https?://t(elegram)?\\.me/${bot.username}\\b`, "i").test(link)) {
    event.preventDefault();
    followLink(link);
  }
}

async function copy(text) {
  await navigator.clipboard?.writeText(text);
  toast(word("copied"));
}

async function watchBot() {
  try {
    const { bots } = await status();
    botListens = bots.every((bot) => bot.connected);
  } catch {
    botListens = true; // the lost connection is said already
  }
  if (current()) drawHead();
}

async function switchLanguage() {
  await loadWords(language === "ar" ? "fr" : "ar");
  remember("language", language);
  $("language").textContent = word("other_language");
  drawClock();
  if (current()) {
    drawAll();
  } else drawSide();
}

async function main() {
  await loadWords(address.get("lang") ?? remembered("language") ?? "ar");
  $("language").textContent = word("other_language");
  setUpMenus();
  setUpComposer();
  setUpSide(choose);
  setUpLog({
    say: (text) => say(text).catch(failure),
    press: (message_id, data) => act("press", state.me, { message_id, data, chat_id: place().chat_id }),
    reply: (message) => setContext("reply", message),
    edit: (message) => setContext("edit", message),
    remove: (message) => act("delete_own", state.me, { message_id: message.message_id, chat_id: place().chat_id }).catch(failure),
    open: openFromText,
    follow: follow_,
    copy,
    failed: failure,
  });
  $("language").addEventListener("click", switchLanguage);
  $("back").addEventListener("click", () => {
    $("app").dataset.view = "people";
  });
  $("more").addEventListener("click", openMore);
  $("topics").addEventListener("keydown", walkTopics);
  arrows($("keyboard"));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && current()) {
      markRead();
      scheduleSide();
    }
  });
  setUpClock();
  follow(onEvent, () => {
    connected = false;
    if (current()) drawHead();
  });
  setInterval(watchBot, 4000);
  setTimeout(watchBot, 800);
}

main();
