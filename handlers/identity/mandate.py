"""Mandates seen from both sides: told to the contributor, ended by either."""

from __future__ import annotations

from collections.abc import Callable

from handlers import whose
from handlers.buttons import Button
from handlers.notices import tell
from handlers.turn import Turn
from handlers.words import Words
from services import linking
from services.linking import Mandate, Proven


def tell_holders(turn: Turn, proven: Proven) -> None:
    """The contributor is told who may see their account until when, and can end it."""
    for holder in proven.holders:
        tell(
            turn.kit,
            turn.session,
            turn.outbox,
            holder,
            "mandate.given",
            [[Button("mandate.revoke", "mandate.revoke", str(proven.linked.link_id))]],
            name=proven.name,
            account=_account_name(turn, proven.linked.contributor_id),
            until=proven.linked.until,
        )


def tell_replaced(turn: Turn, proven: Proven) -> None:
    """Whoever was linked before is told: it may be their new telephone, or somebody else."""
    for former in proven.replaced:
        tell(
            turn.kit,
            turn.session,
            turn.outbox,
            former,
            "link.replaced",
            account=_account_name(turn, proven.linked.contributor_id),
        )


def tell_given_up(turn: Turn, linked: linking.Linked, name: str) -> None:
    """The contributor is told that someone gave their mandate back."""
    for holder in linking.holders_of(turn.session, linked.contributor_id):
        tell(turn.kit, turn.session, turn.outbox, holder, "mandate.given_up", name=name)


def ask_revoke(turn: Turn) -> None:
    """The first tap; what is asked about is looked up among the person's own."""
    mandate = _mandate(turn)
    if mandate is None:
        turn.toast("mandate.none", alert=True)
        return
    turn.show(
        "mandate.revoke_sure",
        [
            [Button("mandate.revoke_yes", "mandate.revoke_yes", str(mandate.link_id))],
            [Button("link.keep", "link.accounts")],
        ],
        name=mandate.name,
        until=mandate.until,
    )


def revoke(turn: Turn) -> None:
    """The second tap: ended at once, and the other side is told."""
    asked = _mandate(turn)
    ended = (
        linking.revoke(
            turn.session,
            turn.kit.vault,
            asked.link_id,
            telegram_id=turn.caller.telegram_id,
            now=turn.now,
        )
        if asked is not None
        else None
    )
    if ended is None:
        turn.toast("mandate.none", alert=True)
        return
    turn.show("mandate.revoked", [[Button("link.manage", "link.accounts")]], name=ended.name)
    tell(
        turn.kit,
        turn.session,
        turn.outbox,
        ended.telegram_id,
        "mandate.ended_for_you",
        account=_account_name(turn, ended.contributor_id),
    )


def _mandate(turn: Turn) -> Mandate | None:
    assert turn.press is not None
    given = linking.mandates_given_by(
        turn.session, turn.kit.vault, turn.caller.telegram_id, turn.today
    )
    return next((one for one in given if str(one.link_id) == turn.press.argument), None)


def _account_name(turn: Turn, contributor_id: int) -> Callable[[Words], str]:
    """The contributor's name in the language of whoever is told."""
    return lambda words: whose.name_in(words, turn.session, contributor_id)
