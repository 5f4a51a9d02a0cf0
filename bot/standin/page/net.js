// Everything that goes over the wire: acts of people, files, the stream of events.

/** What Telegram would not let a person do; `code` names the reason for the page's words. */
export class Refused extends Error {
  constructor({ error, code }) {
    super(error);
    this.code = code;
  }
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const content = await answer.json().catch(() => ({ ok: false, error: answer.statusText }));
  if (!content.ok) throw new Refused(content);
  return content;
}

/** Carry out an act of a person; see bot/standin/acts.py. */
export const act = async (name, userId, details = {}) =>
  (await post(`/standin/act/${name}`, { actor: userId, ...details })).result;

export async function upload(file, kind, name = file.name, mime = file.type) {
  const query = new URLSearchParams({ kind, name });
  const answer = await fetch(`/standin/upload?${query}`, {
    method: "POST",
    headers: { "Content-Type": mime || "application/octet-stream" },
    body: file,
  });
  const content = await answer.json();
  if (!content.ok) throw new Refused(content);
  return content.result;
}

export const fileAddress = (fileId) => `/standin/file/${encodeURIComponent(fileId)}`;
export const status = async () => (await fetch("/standin/status")).json();
export const readClock = async () => (await fetch("/standin/clock")).json();
export const setClock = (now) => post("/standin/clock", { now });

/** Keep the stream of events open; `take` gets each event, `lost` learns of a break. */
export function follow(take, lost) {
  let pause = 300;
  const open = () => {
    const address = new URL("/standin/events", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.onmessage = (message) => {
      pause = 300;
      take(JSON.parse(message.data));
    };
    socket.onclose = () => {
      lost();
      setTimeout(open, pause);
      pause = Math.min(pause * 2, 5000);
    };
  };
  open();
}
