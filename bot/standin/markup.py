"""Keyboards: checks the shape of a `reply_markup` the way Telegram does."""

from __future__ import annotations

import re
from typing import Any

from bot.standin.params import Params
from bot.standin.refusal import bad_request

MAX_BUTTONS = 100
_URL = re.compile(r"(?:https?://|tg://|tel:)\S+|[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)
_INLINE_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_REPLY_REQUESTS = (
    "request_contact",
    "request_location",
    "request_poll",
    "request_users",
    "request_chat",
    "web_app",
)
Markup = dict[str, Any]


def read_markup(params: Params, *, private: bool) -> Markup | None:
    """Give the checked markup of a new message, None when the call has none."""
    markup = params.structure("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply_keyboard(markup, private=private)
    if markup.get("remove_keyboard"):
        return {"remove_keyboard": True, "selective": bool(markup.get("selective"))}
    if markup.get("force_reply"):
        return dict(markup)
    return None


def read_inline_markup(params: Params) -> Markup | None:
    """Give the checked inline keyboard of an edit; any other markup is refused."""
    markup = params.structure("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return _inline(markup["inline_keyboard"])


def _rows(value: Any, field: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{field}" must be of type Array')
    for row in value:
        if not isinstance(row, list):
            raise bad_request(f'field "{field}" must be an Array of Arrays')
    rows = [row for row in value if row]
    if sum(len(row) for row in rows) > MAX_BUTTONS * (1 if field == "inline_keyboard" else 3):
        raise bad_request("reply markup is too long")
    return rows


def _inline(value: Any) -> Markup | None:
    rows = [[_inline_button(button) for button in row] for row in _rows(value, "inline_keyboard")]
    return {"inline_keyboard": rows} if rows else None


def _inline_button(button: Any) -> dict[str, Any]:
    problem = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"{problem}: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if text is None:
        raise bad_request(f'{problem}: Can\'t find field "text"')
    if not isinstance(text, str):
        raise bad_request(f'{problem}: Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    action = next((name for name in _INLINE_ACTIONS if button.get(name) is not None), None)
    if action is None:
        raise bad_request(f"{problem}: Text buttons are unallowed in the inline keyboard")
    if action == "callback_data":
        data = button["callback_data"]
        if not isinstance(data, str):
            raise bad_request(f'{problem}: Field "callback_data" must be of type String')
        if not 1 <= len(data.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url" and not _URL.fullmatch(str(button["url"])):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    elif action == "web_app" and not str(button["web_app"].get("url", "")).startswith("https://"):
        raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links")
    return {name: item for name, item in button.items() if item is not None}


def _reply_keyboard(markup: Markup, *, private: bool) -> Markup:
    rows = [
        [_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard")
    ]
    if not rows:
        raise bad_request("REPLY_MARKUP_INVALID")
    if not private:
        for row in rows:
            for button in row:
                if button.get("request_contact"):
                    raise bad_request("phone number can be requested in private chats only")
                if button.get("request_location"):
                    raise bad_request("location can be requested in private chats only")
    placeholder = markup.get("input_field_placeholder") or ""
    if len(placeholder) > 64:
        raise bad_request("input field placeholder is too long")
    return {**markup, "keyboard": rows}


def _reply_button(button: Any) -> dict[str, Any]:
    problem = "can't parse keyboard button"
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request(f"{problem}: KeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f'{problem}: Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("keyboard button text must be non-empty")
    if sum(1 for name in _REPLY_REQUESTS if button.get(name)) > 1:
        raise bad_request(f"{problem}: only one request can be made by a button")
    return {name: item for name, item in button.items() if item not in (None, False)}
