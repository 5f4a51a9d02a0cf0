// The demo's clock: shows the bot's time and jumps ahead, to see deadlines and reminders come.

import { $, h } from "./dom.js";
import { readClock, setClock } from "./net.js";
import { now, state } from "./state.js";
import { ask, failure } from "./ui.js";
import { dayAndHour, word } from "./words.js";

export async function setUpClock() {
  for (const key of document.querySelectorAll("[data-jump]")) {
    key.addEventListener("click", () => jump(now() + Number(key.dataset.jump)));
  }
  $("clock-set").addEventListener("click", chooseDate);
  setInterval(drawClock, 5000);
}

export async function syncClock() {
  $("clock").hidden = !state.clock;
  if (!state.clock) return;
  const { date } = await readClock();
  state.offset = date - Date.now() / 1000;
  drawClock();
}

export function drawClock() {
  if (!state.clock) return;
  $("clock-now").textContent = dayAndHour(now());
  $("clock-now").dateTime = new Date(now() * 1000).toISOString();
}

/** Give a moment in Algiers as ISO text; the offset is +01:00 all year. */
function algiers(seconds) {
  return new Date((seconds + 3600) * 1000).toISOString().slice(0, 19);
}

async function jump(seconds) {
  $("clock").classList.add("busy");
  try {
    await setClock(`${algiers(seconds)}+01:00`);
  } catch (error) {
    failure(error);
  } finally {
    $("clock").classList.remove("busy");
  }
}

async function chooseDate() {
  const input = h("input", { id: "box-input", type: "datetime-local", value: algiers(now()).slice(0, 16), required: true });
  const answer = await ask({
    title: word("set_date"),
    body: [h("label", { for: "box-input" }, word("date_label")), input, h("small", {}, word("date_hint"))],
    keys: [{ label: word("real_time"), value: "real" }, { label: word("set"), value: "ok", main: true }],
  });
  if (answer === "real") jump(Date.now() / 1000);
  else if (answer === "ok" && input.value) jump(Date.parse(`${input.value}:00+01:00`) / 1000);
}
