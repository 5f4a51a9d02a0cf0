// The page's own words, in Arabic or French, and its dates (Africa/Algiers, 24 hours).

let words = {};
export let language = "ar";

export async function loadWords(wanted) {
  language = wanted === "fr" ? "fr" : "ar";
  words = await (await fetch(`/page/words/${language}`)).json();
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = word(element.dataset.label);
  }
}

/** Give a word; {name} is replaced, and a key with _one, _two, _few chosen by `count`. */
export function word(key, values = {}) {
  let text = words[key];
  if (values.count !== undefined) {
    const form = new Intl.PluralRules(language).select(values.count);
    text = words[`${key}_${form}`] ?? words[`${key}_other`] ?? text;
  }
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const formats = new Map();

function format(options) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(`${language}-DZ-u-nu-latn`, { timeZone: "Africa/Algiers", hourCycle: "h23", ...options }));
  }
  return formats.get(key);
}

const moment = (seconds) => new Date(seconds * 1000);

export const hour = (seconds) => format({ hour: "2-digit", minute: "2-digit" }).format(moment(seconds));
export const day = (seconds) => format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(moment(seconds));
export const dayKey = (seconds) => new Intl.DateTimeFormat("en-CA", { timeZone: "Africa/Algiers" }).format(moment(seconds));
export const dayAndHour = (seconds) =>
  `${format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(moment(seconds))} · ${hour(seconds)}`;

/** Give a file's size in words. */
export function size(bytes) {
  const unit = bytes >= 1 << 20 ? "megabyte" : "kilobyte";
  const value = bytes >= 1 << 20 ? bytes / (1 << 20) : Math.max(bytes / 1024, 0.1);
  return new Intl.NumberFormat(`${language}-DZ-u-nu-latn`, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}

/** Join names the way the language does. */
export const list = (names) => new Intl.ListFormat(language).format(names);
