"""The accounts a person may see, and who may see theirs: the list, and ending either."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.identity import mandate
from handlers.turn import Turn
from services import accounts, linking
from services.identity import mask_ssn
from services.linking import MANDATE, Linked, Mandate


def show_accounts(turn: Turn) -> None:
    """A line and a button for each, a page at a time."""
    caller = turn.caller.telegram_id
    entries: list[Linked | Mandate] = [
        *linking.accounts_of(turn.session, caller, turn.today),
        *linking.mandates_given_by(turn.session, turn.kit.vault, caller, turn.today),
    ]
    back = [Button("button.back", "settings.open")]
    if not entries:
        turn.show("link.accounts_none", [[Button("whose.link", "link.open")], back])
        return
    asked = turn.press.argument if turn.press is not None else ""
    page = whose.page_of(asked, len(entries))
    lines, rows = [turn.words.text("link.accounts")], []
    for entry in entries[page * whose.PAGE_ROWS : (page + 1) * whose.PAGE_ROWS]:
        line, button = _given(turn, entry) if isinstance(entry, Mandate) else _seen(turn, entry)
        lines.append(line)
        rows.append([button])
    turn.show_html(
        "\n".join(lines),
        [
            *rows,
            whose.page_turners("link.accounts", page, len(entries)),
            [Button("link.add", "link.open"), *back],
        ],
    )


def ask_unlink(turn: Turn) -> None:
    """The first tap."""
    linked = _linked(turn)
    if linked is None:
        turn.toast("link.unlink_none", alert=True)
        return
    turn.show(
        "link.unlink_sure",
        [
            [Button("link.unlink_yes", "link.unlink_yes", whose.argument_of(linked))],
            [Button("link.keep", "link.accounts")],
        ],
        name=whose.display_name(turn, linked.contributor_id),
    )


def unlink(turn: Turn) -> None:
    """The second tap: what was being prepared for that account goes with it."""
    linked = _linked(turn)
    name = ""
    if linked is not None and linked.kind == MANDATE:
        name = linking.mandate_name(turn.session, turn.kit.vault, linked.link_id)
    if linked is None or not linking.unlink(
        turn.session, linked.link_id, telegram_id=turn.caller.telegram_id, now=turn.now
    ):
        turn.toast("link.unlink_none", alert=True)
        return
    turn.close()
    turn.caller.drafts.clear()
    turn.show(
        "link.unlinked",
        [[Button("link.manage", "link.accounts")], [Button("button.menu", "menu.open")]],
        name=whose.display_name(turn, linked.contributor_id),
    )
    if linked.kind == MANDATE:
        mandate.tell_given_up(turn, linked, name)


def line_of(turn: Turn, linked: Linked) -> str:
    """One account as it stands in a list: name, masked number, and a mandate's last day."""
    ssn = accounts.ssn_of(turn.session, turn.kit.vault, linked.contributor_id)
    return turn.words.text(
        f"link.line_{linked.kind}",
        name=whose.display_name(turn, linked.contributor_id),
        ssn=mask_ssn(ssn),
        until=linked.until,
    )


def given_line_of(turn: Turn, given: Mandate) -> str:
    """Someone who may see one's own account, and until when."""
    return turn.words.text("link.line_given", name=given.name, until=given.until)


def _seen(turn: Turn, linked: Linked) -> tuple[str, Button]:
    name = whose.display_name(turn, linked.contributor_id)
    argument = whose.argument_of(linked)
    return line_of(turn, linked), Button("link.unlink", "link.unlink", argument, {"name": name})


def _given(turn: Turn, given: Mandate) -> tuple[str, Button]:
    button = Button("mandate.stop", "mandate.revoke", str(given.link_id), {"name": given.name})
    return given_line_of(turn, given), button


def _linked(turn: Turn) -> Linked | None:
    assert turn.press is not None
    return whose.by_argument(turn, turn.press.argument)


CONVERSATION = Conversation(
    name="accounts",
    actions={
        "link.accounts": Action(show_accounts),
        "link.unlink": Action(ask_unlink),
        "link.unlink_yes": Action(unlink),
        "mandate.revoke": Action(mandate.ask_revoke),
        "mandate.revoke_yes": Action(mandate.revoke),
    },
)
