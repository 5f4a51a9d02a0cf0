"""What a bot tells about itself: commands, name, descriptions, menu button."""

from __future__ import annotations

import re
from typing import Any

from bot.standin.methods.common import find_chat
from bot.standin.model import Bot, Json
from bot.standin.params import Params
from bot.standin.refusal import bad_request
from bot.standin.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_PLAIN_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)
DEFAULT_MENU: Json = {"type": "commands"}


def get_me(world: World, bot: Bot, params: Params) -> Json:
    """getMe."""
    return bot.public()


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _scope(world: World, bot: Bot, params: Params) -> str:
    """Give the key of a command scope: its type, chat and member."""
    scope = params.structure("scope", "bot command scope")
    if scope is None:
        return "default"
    if not isinstance(scope, dict) or not isinstance(scope.get("type"), str):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = str(scope["type"])
    if kind in _PLAIN_SCOPES:
        return kind
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = find_chat(world, bot, scope.get("chat_id"), writing=False)
    if kind == "chat":
        return f"chat:{chat.id}"
    if chat.is_private:
        raise bad_request("can't use specified scope in private chats")
    if kind == "chat_administrators":
        return f"chat_administrators:{chat.id}"
    user_id = Params(scope).integer("user_id")
    if user_id not in world.users:
        raise bad_request("invalid user_id specified")
    return f"chat_member:{chat.id}:{user_id}"


def set_my_commands(world: World, bot: Bot, params: Params) -> bool:
    """setMyCommands; an empty list is as good as deleteMyCommands."""
    commands = params.structure("commands", "commands") or []
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(command) for command in commands]
    key = (_scope(world, bot, params), _language(params))
    if checked:
        bot.commands[key] = checked
    else:
        bot.commands.pop(key, None)
    world.emit("commands", bot_id=bot.id)
    return True


def _command(command: Any) -> Json:
    problem = "can't parse BotCommand"
    if not isinstance(command, dict):
        raise bad_request(f"{problem}: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f'{problem}: Can\'t find field "{name}"')
    name = command["command"].strip().removeprefix("/")
    description = command["description"].strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description or len(description) > 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, bot: Bot, params: Params) -> list[Json]:
    """getMyCommands: exactly what was set for the scope and language."""
    return bot.commands.get((_scope(world, bot, params), _language(params)), [])


def delete_my_commands(world: World, bot: Bot, params: Params) -> bool:
    """deleteMyCommands."""
    bot.commands.pop((_scope(world, bot, params), _language(params)), None)
    world.emit("commands", bot_id=bot.id)
    return True


def commands_for(bot: Bot, chat: Any, user: Any) -> list[Json]:
    """Give the commands a person sees in a chat, by Telegram's order of scopes."""
    if chat.is_private:
        scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    else:
        member = chat.member(user.id)
        scopes = [f"chat_member:{chat.id}:{user.id}"]
        if member is not None and member.is_admin:
            scopes += [f"chat_administrators:{chat.id}"]
        scopes += [f"chat:{chat.id}"]
        if member is not None and member.is_admin:
            scopes += ["all_chat_administrators"]
        scopes += ["all_group_chats", "default"]
    language = user.language_code.partition("-")[0].lower()
    for scope in scopes:
        for code in (language, ""):
            found = bot.commands.get((scope, code))
            if found:
                return found
    return []


def _set_words(kept: dict[str, str], params: Params, name: str, limit: int, refusal: str) -> bool:
    words = params.text(name)
    if len(words) > limit:
        raise bad_request(refusal)
    language = _language(params)
    if words:
        kept[language] = words
    else:
        kept.pop(language, None)
    return True


def set_my_name(world: World, bot: Bot, params: Params) -> bool:
    """setMyName."""
    done = _set_words(bot.names, params, "name", 64, "BOT_TITLE_INVALID")
    bot.user.first_name = bot.names.get("", bot.user.first_name)
    bot.user.refresh()
    return done


def set_my_description(world: World, bot: Bot, params: Params) -> bool:
    """setMyDescription: what an empty chat shows."""
    done = _set_words(bot.descriptions, params, "description", 512, "BOT_DESCRIPTION_INVALID")
    world.emit("commands", bot_id=bot.id)
    return done


def set_my_short_description(world: World, bot: Bot, params: Params) -> bool:
    """setMyShortDescription."""
    return _set_words(
        bot.short_descriptions, params, "short_description", 120, "BOT_SHORT_DESCRIPTION_INVALID"
    )


def _words(kept: dict[str, str], params: Params) -> str:
    return kept.get(_language(params)) or kept.get("", "")


def get_my_name(world: World, bot: Bot, params: Params) -> Json:
    """getMyName."""
    return {"name": _words(bot.names, params) or bot.user.first_name}


def get_my_description(world: World, bot: Bot, params: Params) -> Json:
    """getMyDescription."""
    return {"description": _words(bot.descriptions, params)}


def get_my_short_description(world: World, bot: Bot, params: Params) -> Json:
    """getMyShortDescription."""
    return {"short_description": _words(bot.short_descriptions, params)}


def _menu_chat(world: World, bot: Bot, params: Params) -> int:
    if not params.has("chat_id"):
        return 0
    chat = find_chat(world, bot, params.values["chat_id"], writing=False)
    if not chat.is_private:
        raise bad_request("chat menu button can be set only in private chats")
    return chat.id


def set_chat_menu_button(world: World, bot: Bot, params: Params) -> bool:
    """setChatMenuButton."""
    button = params.structure("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("MenuButton has unsupported type")
    chat_id = _menu_chat(world, bot, params)
    if button["type"] == "web_app":
        url = (button.get("web_app") or {}).get("url", "")
        if not button.get("text") or not str(url).startswith("https://"):
            raise bad_request("menu button Web App URL is invalid: Only HTTPS links are allowed")
    if button["type"] == "default":
        bot.menu_buttons.pop(chat_id, None)
    else:
        bot.menu_buttons[chat_id] = button
    world.emit("commands", bot_id=bot.id)
    return True


def get_chat_menu_button(world: World, bot: Bot, params: Params) -> Json:
    """getChatMenuButton."""
    chat_id = _menu_chat(world, bot, params)
    return bot.menu_buttons.get(chat_id) or bot.menu_buttons.get(0) or DEFAULT_MENU
