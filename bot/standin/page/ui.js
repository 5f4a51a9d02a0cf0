// Menus, boxes and passing lines that lie over the page.

import { $, arrows, h, icon } from "./dom.js";
import { word } from "./words.js";

let opener = null;

/** Open a menu beside a button: items are {label, hint, icon, danger, act} or null for a line. */
export function openMenu(anchor, items, { title = "", wide = false } = {}) {
  const popup = $("popup");
  if (opener === anchor && !popup.hidden) return closeMenu();
  opener = anchor;
  popup.replaceChildren(
    ...(title ? [h("div", { class: "popup-title" }, title)] : []),
    ...items.map((item) =>
      item === null
        ? h("hr")
        : h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => { closeMenu(); item.act(); } },
            item.icon ? icon(item.icon) : null,
            h("span", { dir: "auto", class: item.code ? "code" : "" }, item.label),
            item.hint ? h("small", { dir: "auto" }, item.hint) : null)),
  );
  popup.classList.toggle("wide", wide);
  popup.hidden = false;
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const start = document.documentElement.dir === "rtl" ? box.right - width : box.left;
  popup.style.left = `${Math.max(8, Math.min(start, innerWidth - width - 8))}px`;
  const above = box.top - height - 8;
  popup.style.top = `${above >= 8 && box.top > innerHeight / 2 ? above : Math.max(8, Math.min(box.bottom + 6, innerHeight - height - 8))}px`;
  popup.querySelector("button")?.focus({ preventScroll: true });
}

export function closeMenu() {
  const popup = $("popup");
  if (popup.hidden) return;
  popup.hidden = true;
  if (popup.contains(document.activeElement) || document.activeElement === document.body) opener?.focus({ preventScroll: true });
  opener = null;
}

export function setUpMenus() {
  arrows($("popup"));
  document.addEventListener("pointerdown", (event) => {
    if (!$("popup").contains(event.target) && !opener?.contains(event.target)) closeMenu();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenu());
  addEventListener("resize", closeMenu);
}

/** Show a passing line, as Telegram does for a button's answer. */
export function toast(text, kind = "") {
  const line = h("div", { class: `toast ${kind}`, dir: "auto" }, text);
  $("toasts").append(line);
  while ($("toasts").children.length > 3) $("toasts").firstChild.remove();
  setTimeout(() => line.classList.add("leaving"), 3600);
  setTimeout(() => line.remove(), 4000);
}

/** Say in the page's language why something could not be done; the log has the details. */
export function failure(error) {
  console.info(error);
  toast(error.code ? word(`impossible_${error.code}`) : word("failed"), "bad");
}

/** Open a box with a body and buttons; resolves with the pressed button's value, null when closed. */
export function ask({ title = "", body = [], keys = [] }) {
  const box = $("box");
  box.querySelector("h3").textContent = title;
  box.querySelector("h3").hidden = !title;
  box.querySelector(".box-body").replaceChildren(...body);
  box.querySelector(".box-keys").replaceChildren(
    ...keys.map(({ label, value, main, danger }) =>
      h("button", { type: "submit", value, class: `box-key ${main ? "main" : ""} ${danger ? "danger" : ""}`, formnovalidate: value === "" }, label)),
  );
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(box.returnValue || null), { once: true });
    box.returnValue = "";
    box.showModal();
  });
}

/** Show a button's answer that must be acknowledged. */
export const alertBox = (text) =>
  ask({ body: [h("p", { dir: "auto", class: "box-text" }, text)], keys: [{ label: word("ok"), value: "ok", main: true }] });

export const confirmBox = async (text, label, danger = true) =>
  (await ask({
    body: [h("p", { dir: "auto", class: "box-text" }, text)],
    keys: [{ label: word("cancel"), value: "" }, { label, value: "yes", main: true, danger }],
  })) === "yes";

/** Ask for one line of text. */
export async function askText(title, { label, value = "", type = "text", hint = "", accept = word("ok"), placeholder = "" }) {
  const input = h("input", { id: "box-input", type, value, dir: type === "text" ? "auto" : "ltr", placeholder, required: true, maxlength: 512 });
  const body = [h("label", { for: "box-input" }, label), input, hint ? h("small", {}, hint) : ""].filter(Boolean);
  const answer = ask({ title, body, keys: [{ label: word("cancel"), value: "" }, { label: accept, value: "ok", main: true }] });
  input.focus();
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (input.reportValidity()) $("box").close("ok");
    }
  });
  return (await answer) === "ok" && input.value.trim() ? input.value.trim() : null;
}
