"""Every act of a person by name, with plain JSON in and out.

The page and the tests' client both go through here, the one over HTTP and the other
directly when it lives in the same process.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from bot.standin import groups, keeping, people
from bot.standin.methods.profile import DEFAULT_MENU, commands_for
from bot.standin.model import Chat, Json, Message, Topic, User
from bot.standin.refusal import Impossible
from bot.standin.world import World

_ACTS: dict[str, Callable[..., Any]] = {
    "send_text": people.send_text,
    "press": people.press,
    "share_contact": people.share_contact,
    "send_contact": people.send_contact,
    "send_file": people.send_file,
    "send_album": people.send_album,
    "send_location": people.send_location,
    "send_raw": people.send_raw,
    "forward": keeping.forward,
    "edit_text": keeping.edit_text,
    "delete_own": keeping.delete_own,
    "clear_history": keeping.clear_history,
    "block": keeping.block,
    "unblock": keeping.unblock,
    "deactivate": keeping.deactivate,
    "react": keeping.react,
    "open_link": keeping.open_link,
    "create_group": groups.create_group,
    "add_member": groups.add_member,
    "join": groups.join,
    "leave": groups.leave,
    "remove_member": groups.remove_member,
    "promote": groups.promote,
    "demote": groups.demote,
    "restrict": groups.restrict,
    "upgrade": groups.upgrade,
    "set_forum": groups.set_forum,
    "rename": groups.rename,
    "delete_group": groups.delete_group,
    "create_topic": groups.create_topic,
    "close_topic": groups.close_topic,
    "reopen_topic": groups.reopen_topic,
    "delete_topic": groups.delete_topic,
}


def act(world: World, name: str, user_id: int, details: Json) -> Any:
    """Carry out a person's act and give its outcome as plain JSON.

    Raises `Impossible` for an unknown act or person, and where Telegram would not let
    the person do it.
    """
    try:
        return _carry_out(world, name, user_id, details)
    except (TypeError, KeyError) as error:  # a wrong or missing detail
        raise Impossible(f"{name}: {error}") from error


def _carry_out(world: World, name: str, user_id: int, details: Json) -> Any:
    if name == "add_user":
        return add_user(world, user_id, details)
    user = world.users.get(user_id)
    if user is None:
        raise Impossible("no such person")
    if name == "add_file":
        return add_file(world, details)
    if name == "commands":
        return menu(world, user, details.get("chat_id"))
    chosen = _ACTS.get(name)
    if chosen is None:
        raise Impossible(f"no such act: {name}")
    return plain(chosen(world, user, **details))


def plain(outcome: Any) -> Any:
    """Give an outcome as JSON: messages as their data, chats as their view."""
    if isinstance(outcome, Message):
        return outcome.data
    if isinstance(outcome, Chat):
        return outcome.view()
    if isinstance(outcome, Topic):
        return {"thread_id": outcome.thread_id, "name": outcome.name}
    if isinstance(outcome, list):
        return [plain(each) for each in outcome]
    return outcome


def add_user(world: World, user_id: int, details: Json) -> Json:
    """Make a person known to the stand-in, or change what is known of them."""
    user = world.add_user(User(user_id, **details))
    return world.user_view(user)


def add_file(world: World, details: Json) -> str:
    """Keep a file a person is about to send; gives its id. Content is base64 in `data`."""
    return world.files.add(
        kind=details.get("kind", "document"),
        name=details.get("name", "file.bin"),
        mime=details.get("mime", "application/octet-stream"),
        data=base64.b64decode(details.get("data", "")),
        declared_size=details.get("declared_size"),
    ).file_id


def menu(world: World, user: User, chat_id: int | None) -> Json:
    """Give what a person sees around a chat: commands, menu button, the bot's description."""
    chat = people.chat_of(world, user, chat_id)
    language = user.language_code.partition("-")[0].lower()
    bots = list(world.bots_in(chat))
    if not bots:
        return {"commands": [], "menu_button": DEFAULT_MENU, "description": "", "name": ""}
    bot = bots[0]
    button = bot.menu_buttons.get(chat.id) or bot.menu_buttons.get(0) or DEFAULT_MENU
    return {
        "commands": commands_for(bot, chat, user),
        "menu_button": button,
        "description": bot.descriptions.get(language) or bot.descriptions.get("", ""),
        "name": bot.names.get(language) or bot.user.first_name,
    }
