// The left column: the people one may be, and their chats.

import { $, arrows, avatar, h, icon } from "./dom.js";
import { brief } from "./log.js";
import { botOf, chatsOf, fullName, state, unreadOf } from "./state.js";
import { ask, failure } from "./ui.js";
import { act } from "./net.js";
import { hour, language, word } from "./words.js";

let choose = () => {};

export function setUpSide(onChoose) {
  choose = onChoose;
  arrows($("people"), "button");
}

const people = () => {
  const listed = new Set(state.personas.map((persona) => persona.user_id));
  const rest = [...state.users.values()].filter((user) => !user.is_bot && !listed.has(user.id)).map((user) => user.id);
  return [...listed, ...rest].filter((id) => state.users.has(id));
};

export const firstPerson = () => people()[0] ?? 0;

/** Draw all people; the chosen one is opened out to their chats. */
export function drawSide() {
  $("people").replaceChildren(
    h("ul", {}, people().map(personItem)),
    h("button", { type: "button", class: "add", onclick: addPerson }, icon("person"), h("span", {}, word("add_person"))),
  );
}

const badge = (count) => (count ? h("b", { class: "badge", "aria-label": word("unread", { count }) }, count > 99 ? "99+" : String(count)) : "");

function personItem(id) {
  const user = state.users.get(id);
  const mine = id === state.me;
  const about = user.about?.[language] || (user.phone ? `\u2066${user.phone}\u2069` : "");
  const chats = chatsOf(id);
  const lone = chats.length === 1;
  const item = h("li", { class: mine ? "chosen" : "" },
    h("button", { type: "button", class: "person", "data-user": id, "aria-current": mine ? "true" : null, onclick: () => choose(id, mine && !lone ? state.chatKey : chats[0].key) },
      avatar(id, fullName(user), user.about?.emoji),
      h("span", { class: "person-text" },
        h("span", { class: "person-name" }, h("bdi", {}, fullName(user)), h("small", { class: "code-tag" }, (user.language_code || "").slice(0, 2))),
        h("small", { class: "person-about", dir: "auto" }, about)),
      badge(unreadOf(id))));
  if (mine && !lone) item.append(h("ul", { class: "chats" }, chats.map((chat) => chatItem(chat))));
  return item;
}

function chatItem(chat) {
  const open = chat.key === state.chatKey;
  const last = [...chat.messages.values()].at(-1);
  const bot = botOf(chat);
  const title = chat.kind === "private" ? bot.first_name : chat.title;
  return h("li", {}, h("button", { type: "button", class: `chat-item ${open ? "open" : ""}`, "aria-current": open ? "page" : null, onclick: () => choose(state.me, chat.key) },
    icon(chat.kind === "private" ? "bot" : "people"),
    h("span", { class: "person-text" },
      h("span", { class: "person-name" }, h("bdi", {}, title), last ? h("time", {}, hour(last.date)) : ""),
      h("small", { class: "person-about", dir: "auto" }, last ? brief(last) : word("no_messages"))),
    badge(unreadOf(state.me, chat.key))));
}

async function addPerson() {
  const name = h("input", { id: "new-name", required: true, maxlength: 64, dir: "auto" });
  const phone = h("input", { id: "new-phone", type: "tel", dir: "ltr", value: "+2135500000", maxlength: 20 });
  const speech = h("select", { id: "new-language" }, ["ar", "fr", "en"].map((code) => h("option", { value: code }, word(`language_${code}`))));
  const field = (input, key) => h("div", { class: "box-field" }, h("label", { for: input.id }, word(key)), input);
  const answer = ask({
    title: word("add_person"),
    body: [field(name, "name"), field(phone, "phone"), field(speech, "telegram_language")],
    keys: [{ label: word("cancel"), value: "" }, { label: word("add"), value: "ok", main: true }],
  });
  name.focus();
  if ((await answer) !== "ok" || !name.value.trim()) return;
  const id = Math.max(900000000, ...state.users.keys().filter((known) => known < 1e9)) + 1;
  try {
    const details = { first_name: name.value.trim(), phone: phone.value.trim(), language_code: speech.value };
    await act("add_user", id, details);
    // The answer may be here before the event that tells of the person.
    if (!state.users.has(id)) state.users.set(id, { id, last_name: "", is_bot: false, ...details });
    choose(id, chatsOf(id)[0].key);
  } catch (error) {
    failure(error);
  }
}
