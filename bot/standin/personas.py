"""The people one may be on the demo's page; who they are is the caller's business."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.standin.acts import act
from bot.standin.groups import create_group
from bot.standin.model import Chat, User
from bot.standin.world import World


@dataclass(frozen=True, slots=True)
class Persona:
    """One person of the demo.

    `about_ar` and `about_fr` are the line under the name. `group_roles` says, by a group's
    key, whether the person is its "creator", "administrator" or "member" there.
    """

    user_id: int
    first_name: str
    last_name: str = ""
    phone: str = ""
    language_code: str = "ar"
    about_ar: str = ""
    about_fr: str = ""
    username: str = ""
    emoji: str = ""
    group_roles: dict[str, str] = field(default_factory=dict)

    def view(self) -> dict[str, Any]:
        """Give the persona as the page wants it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PersonaGroup:
    """A staff group of the demo, found again by its key."""

    key: str
    title: str
    is_forum: bool = True
    chat_id: int | None = None


def settle(
    world: World, personas: list[Persona], groups: list[PersonaGroup] | None = None
) -> dict[str, Chat]:
    """Make the personas and their groups known; every bot administers every group.

    Gives the groups by key. Raises `ValueError` for a group without a creator.
    """
    for persona in personas:
        world.add_user(
            User(
                persona.user_id,
                persona.first_name,
                persona.last_name,
                persona.username,
                persona.phone,
                persona.language_code,
                about={"ar": persona.about_ar, "fr": persona.about_fr, "emoji": persona.emoji},
            )
        )
    made: dict[str, Chat] = {}
    for group in groups or []:
        roles = {
            persona.user_id: persona.group_roles[group.key]
            for persona in personas
            if group.key in persona.group_roles
        }
        creator = next((user_id for user_id, role in roles.items() if role == "creator"), None)
        if creator is None:
            raise ValueError(f"group {group.key} has no creator among the personas")
        chat = create_group(
            world,
            world.users[creator],
            title=group.title,
            is_forum=group.is_forum,
            chat_id=group.chat_id,
        )
        for user_id, role in roles.items():
            if user_id != creator:
                name = "promote" if role == "administrator" else "add_member"
                act(world, name, creator, {"chat_id": chat.id, "member_id": user_id})
        for bot_id in world.bots_by_id:
            act(world, "promote", creator, {"chat_id": chat.id, "member_id": bot_id})
        made[group.key] = chat
    return made
