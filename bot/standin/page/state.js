// What the page knows: people, chats, messages; and who one is and where one looks.

export const state = {
  users: new Map(),
  bots: new Map(),
  personas: [],
  chats: new Map(),
  unread: new Map(), // `${user}|${chat key}|${thread}` -> count
  me: 0,
  chatKey: "",
  thread: 0,
  offset: 0, // seconds the stand-in's clock is ahead of this machine's
  clock: false,
};

export const keyOf = (chatId, botId) => `${chatId}:${botId}`;
export const GENERAL = 1;

/** Give the topic a message belongs to; 1 is the general one, 0 where there are none. */
export function threadOf(chat, message) {
  if (!chat.is_forum) return 0;
  return message.is_topic_message ? message.message_thread_id : GENERAL;
}

/** Give the chats of a person: their bots first, then their groups. */
export function chatsOf(userId) {
  const found = [];
  for (const bot of state.bots.values()) found.push(privateChat(userId, bot.id));
  for (const chat of state.chats.values()) {
    if (chat.kind !== "private" && !chat.gone && chat.members.some((member) => member.user_id === userId)) found.push(chat);
  }
  return found;
}

function privateChat(userId, botId) {
  const key = keyOf(userId, botId);
  if (!state.chats.has(key)) {
    state.chats.set(key, { key, chat_id: userId, bot_id: botId, kind: "private", title: "", members: [], topics: [], keyboards: {}, pinned: [], blocked: false, messages: new Map() });
  }
  return state.chats.get(key);
}

export const current = () => state.chats.get(state.chatKey);
export const me = () => state.users.get(state.me);
export const botOf = (chat) =>
  state.bots.get(chat.bot_id) ?? [...state.bots.values()].find((bot) => chat.members.some((member) => member.user_id === bot.id));
export const fullName = (user) => [user?.first_name, user?.last_name].filter(Boolean).join(" ");
export const now = () => Date.now() / 1000 + state.offset;

/** Give the address parameters of an act in the present chat. */
export function place() {
  const chat = current();
  const details = { chat_id: chat.kind === "private" ? chat.bot_id : chat.chat_id };
  if (chat.is_forum) details.thread_id = state.thread;
  return details;
}

export function roleOf(chat, userId) {
  return chat.members.find((member) => member.user_id === userId)?.status ?? "";
}

export const isAdmin = (chat, userId) => ["creator", "administrator"].includes(roleOf(chat, userId));

export function unreadOf(userId, key = null, thread = null) {
  let total = 0;
  for (const [name, count] of state.unread) {
    const [user, chat, topic] = name.split("|");
    if (Number(user) === userId && (key === null || chat === key) && (thread === null || Number(topic) === thread)) total += count;
  }
  return total;
}

export const markRead = () => state.unread.delete(`${state.me}|${state.chatKey}|${state.thread}`);

function takeChat(view) {
  const key = keyOf(view.chat_id, view.bot_id);
  const known = state.chats.get(key);
  const messages = view.messages ? new Map(view.messages.map((message) => [message.message_id, message])) : (known?.messages ?? new Map());
  state.chats.set(key, { ...view, key, messages });
  return key;
}

function countUnread(chat, message) {
  const from = message.from?.id;
  const readers = chat.kind === "private" ? [chat.chat_id] : chat.members.map((member) => member.user_id);
  for (const reader of readers) {
    if (reader === from || state.bots.has(reader)) continue;
    const name = `${reader}|${chat.key}|${threadOf(chat, message)}`;
    if (name !== `${state.me}|${state.chatKey}|${state.thread}` || document.hidden) {
      state.unread.set(name, (state.unread.get(name) ?? 0) + 1);
    }
  }
}

/** Bring one event into the state; gives the key of the chat it is about. */
export function take(event) {
  switch (event.event) {
    case "hello":
      state.users = new Map(event.users.map((user) => [user.id, user]));
      state.bots = new Map(event.bots.map((bot) => [bot.id, bot]));
      state.personas = event.personas;
      state.chats.clear();
      event.chats.forEach(takeChat);
      state.clock = event.clock;
      state.offset = event.date - Date.now() / 1000;
      return "";
    case "user":
      state.users.set(event.user.id, event.user);
      return "";
    case "clock":
      state.offset = event.date - Date.now() / 1000;
      return "";
    case "chat":
      return takeChat(event.chat);
  }
  if (event.chat_id === undefined) return "";
  const key = keyOf(event.chat_id, event.event === "answer" || event.event === "action" ? (event.chat_id > 0 ? event.bot_id : 0) : event.bot_id);
  const chat = state.chats.get(key) ?? (event.chat_id > 0 ? privateChat(event.chat_id, event.bot_id) : null);
  if (!chat) return "";
  switch (event.event) {
    case "message":
      chat.messages.set(event.message.message_id, event.message);
      countUnread(chat, event.message);
      break;
    case "edit":
      if (chat.messages.has(event.message.message_id)) chat.messages.set(event.message.message_id, event.message);
      break;
    case "delete":
      event.message_ids.forEach((id) => chat.messages.delete(id));
      break;
    case "keyboard":
      chat.keyboards[event.user_id] = event.keyboard;
      break;
    case "reaction": {
      const message = chat.messages.get(event.message_id);
      if (message) message.reaction = event.reaction[0]?.emoji ?? "";
      break;
    }
  }
  return key;
}

/** Give the keyboard a person has on screen in a chat: their own, else everyone's. */
export function keyboardOf(chat, userId) {
  const own = chat.keyboards[userId];
  return own !== undefined ? own : chat.kind === "private" ? null : (chat.keyboards[0] ?? null);
}
