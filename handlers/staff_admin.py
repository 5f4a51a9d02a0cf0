"""/staff: administrators see who works with the bot, invite colleagues, shut leavers out.

Every step and every button asks again whether the one who presses is an administrator now.
An invitation is a one-time link; whoever opens `?start=staff_CODE` first has the role.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers import agency_choice, general, whose
from handlers.buttons import Button
from handlers.commands import set_commands, set_commands_of
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.notices import tell
from handlers.turn import Turn
from services import accounts, events, staff
from services.numbers.digits import latin_digits
from services.people import Role
from services.staff import Member

Handler = Callable[[Turn], None]


def for_admins(handler: Handler) -> Handler:
    """Run only for an active administrator; anyone else learns nothing, not even that it is."""

    def guarded(turn: Turn) -> None:
        if turn.caller.role is Role.ADMIN:
            handler(turn)
            return
        if (turn.caller.step or "").startswith("staff."):
            turn.close()
        if turn.query_id is not None:
            turn.toast("button.not_valid", alert=True)
        else:
            general.unknown_command(turn)

    return guarded


# --- the list ---------------------------------------------------------------------------------


def show_list(turn: Turn) -> None:
    members = staff.all_members(turn.session)
    page = whose.page_of(turn.press.argument if turn.press is not None else "", len(members))
    shown = members[page * whose.PAGE_ROWS : (page + 1) * whose.PAGE_ROWS]
    turn.show(
        "staff.list",
        [
            *[[_member_button(turn, member)] for member in shown],
            whose.page_turners("staff.open", page, len(members)),
            [Button("staff.invite", "staff.invite")],
        ],
        n=len(members),
    )


def show_card(turn: Turn) -> None:
    member = _pressed_member(turn)
    if member is None:
        return
    turn.show_html(
        _card(turn, member),
        [
            [Button("staff.deactivate", "staff.deactivate", str(member.telegram_id))],
            [Button("button.back", "staff.open")],
        ],
    )


def ask_deactivate(turn: Turn) -> None:
    """The first tap."""
    member = _pressed_member(turn)
    if member is None:
        return
    turn.show(
        "staff.deactivate_sure",
        [
            [Button("staff.deactivate_yes", "staff.deactivate_yes", str(member.telegram_id))],
            [Button("button.back", "staff.card", str(member.telegram_id))],
        ],
        name=member.name,
    )


def deactivate(turn: Turn) -> None:
    """The second tap: out at once, with a citizen's command list."""
    member = _pressed_member(turn)
    if member is None:
        return
    actor = events.staff(turn.caller.telegram_id)
    try:
        staff.deactivate(turn.session, member.telegram_id, now=turn.now, actor=actor)
    except staff.LastAdmin:
        turn.toast("staff.last_admin", alert=True)
        return
    turn.show("staff.deactivated", [[Button("staff.back_to_list", "staff.open")]], name=member.name)
    if member.language is not None:
        set_commands_of(turn.kit, turn.outbox, member.telegram_id, member.language, None)
        tell(turn.kit, turn.session, turn.outbox, member.telegram_id, "staff.you_left")


# --- inviting ---------------------------------------------------------------------------------


def ask_name(turn: Turn) -> None:
    turn.ask("staff.name")


def take_name(turn: Turn) -> None:
    """Keep the name, ask the role."""
    name = " ".join(turn.text.split())
    if not 1 <= len(name) <= staff.NAME_MAX:
        turn.ask("staff.name_wrong", longest=staff.NAME_MAX)
        return
    turn.draft["name"] = name
    turn.go("staff.role")


def ask_role(turn: Turn) -> None:
    turn.ask(
        "staff.role",
        [[Button(f"staff.role_{role.value}", "staff.choose_role", role.value)] for role in Role],
        name=turn.draft.get("name", ""),
    )


def take_role(turn: Turn) -> None:
    """Keep the role; some work in an agency, some for the whole fund."""
    assert turn.press is not None
    role = Role(turn.press.argument)
    turn.draft["role"] = role.value
    turn.draft.pop("agency", None)
    turn.go("staff.agency" if role in staff.MAY_HAVE_AGENCY else "staff.confirm")


def ask_agency(turn: Turn) -> None:
    whole = Role(turn.draft["role"]) not in staff.NEED_AGENCY
    rows = [[Button("staff.whole_fund", "staff.whole_fund")]] if whole else []
    turn.ask("staff.agency", rows)


def take_agency(turn: Turn) -> None:
    """Keep the agency by its code, or by a name that only one has."""
    fitting = agency_choice.found(office(turn), turn.text)
    code = fitting[0].code if len(fitting) == 1 else latin_digits(turn.text).strip()
    try:
        staff.check(
            turn.session, name=turn.draft["name"], role=Role(turn.draft["role"]), agency=code
        )
    except staff.UnknownAgency:
        turn.ask("staff.agency_unknown")
        return
    turn.draft["agency"] = code
    turn.go("staff.confirm")


def ask_confirm(turn: Turn) -> None:
    draft = turn.draft
    turn.ask(
        "staff.confirm",
        [[Button("staff.make_link", "staff.make_link")]],
        name=draft["name"],
        role=turn.words.label(f"staff.role_{draft['role']}"),
        place=_place(turn, draft.get("agency")),
    )


def make_link(turn: Turn) -> None:
    """The link is shown once; only its fingerprint is kept."""
    lives = turn.kit.policy.identity_rules(turn.today).code_lives
    code = staff.invite(
        turn.session,
        turn.kit.vault,
        name=turn.draft["name"],
        role=Role(turn.draft["role"]),
        agency=turn.draft.get("agency"),
        lives=lives,
        now=turn.now,
        actor=events.staff(turn.caller.telegram_id),
    )
    name = turn.draft["name"]
    turn.close()
    turn.show(
        "staff.link_ready",
        [[Button("staff.back_to_list", "staff.open")]],
        name=name,
        until=turn.now + lives,
        link=f"https://t.me/{turn.kit.bot_username}?start=staff_{code}"
        if turn.kit.bot_username
        else f"/start staff_{code}",
    )


def accept(turn: Turn) -> None:
    """`?start=staff_CODE`: the colleague has their role, and the commands that go with it."""
    try:
        member = staff.accept(
            turn.session,
            turn.kit.vault,
            turn.argument,
            telegram_id=turn.caller.telegram_id,
            now=turn.now,
        )
    except staff.InviteNotValid:
        turn.say("staff.invite_not_valid")
        return
    except staff.AlreadyStaff as present:
        turn.say("staff.already", role=turn.words.label(f"staff.role_{present.role.value}"))
        return
    turn.caller.role, turn.caller.agency = member.role, member.agency
    set_commands(turn)
    turn.say(
        "staff.welcome",
        name=member.name,
        role=turn.words.label(f"staff.role_{member.role.value}"),
        place=_place(turn, member.agency),
    )


# --- inside -----------------------------------------------------------------------------------


def _pressed_member(turn: Turn) -> Member | None:
    """The active member a button names; else the list as it is now."""
    assert turn.press is not None
    argument = turn.press.argument
    member = staff.of(turn.session, int(argument)) if argument.isdigit() else None
    if member is None:
        turn.toast("staff.nobody")
        show_list(turn)
    return member


def _member_button(turn: Turn, member: Member) -> Button:
    values = {
        "name": member.name,
        "role": turn.words.label(f"staff.role_{member.role.value}"),
        "agency": member.agency or "",
    }
    key = "staff.member_at" if member.agency is not None else "staff.member"
    return Button(key, "staff.card", str(member.telegram_id), values)


def _card(turn: Turn, member: Member) -> str:
    lines = [
        turn.words.text(
            "staff.card",
            name=member.name,
            role=turn.words.label(f"staff.role_{member.role.value}"),
            place=_place(turn, member.agency),
        )
    ]
    if member.language is None:
        lines.append(turn.words.text("staff.never_wrote"))
    elif not member.reachable:
        lines.append(turn.words.text("staff.unreachable"))
    return "\n".join(lines)


def _place(turn: Turn, agency: str | None) -> str:
    if agency is None:
        return turn.words.label("staff.whole_fund")
    card = accounts.agencies(turn.session).get(agency)
    if card is None:
        return agency
    return f"{agency} · {card.name_ar if turn.words.right_to_left else card.name_fr}"


CONVERSATION = Conversation(
    name="staff",
    personal=False,
    commands={"staff": for_admins(show_list)},
    steps=(
        Step("staff.name", ask=for_admins(ask_name), answer=for_admins(take_name)),
        Step("staff.role", ask=for_admins(ask_role), back="staff.name"),
        Step(
            "staff.agency",
            ask=for_admins(ask_agency),
            answer=for_admins(take_agency),
            back="staff.role",
        ),
        Step("staff.confirm", ask=for_admins(ask_confirm), back="staff.role"),
    ),
    actions={
        "staff.open": Action(for_admins(show_list)),
        "staff.card": Action(for_admins(show_card)),
        "staff.deactivate": Action(for_admins(ask_deactivate)),
        "staff.deactivate_yes": Action(for_admins(deactivate)),
        "staff.invite": Action(for_admins(lambda turn: turn.enter("staff.name"))),
        "staff.choose_role": Action(for_admins(take_role), step="staff.role"),
        "staff.whole_fund": Action(
            for_admins(lambda turn: turn.go("staff.confirm")), step="staff.agency"
        ),
        "staff.make_link": Action(for_admins(make_link), step="staff.confirm"),
    },
    deep_links={"staff": accept},
)
