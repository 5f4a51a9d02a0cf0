"""Whose figures someone may see: the one rule behind digest, report and pages.

The central level, managers of the whole fund and administrators see every place, and the
central one with its restricted cases. A director or a manager of an agency sees that agency
and the counters under it; restricted cases do not exist for them, not even as a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services import accounts, staff
from services.accounts import AgencyCard
from services.people import Role
from services.references import CENTRAL
from services.staff import Member

MAY_READ = frozenset({Role.DIRECTOR, Role.CENTRAL, Role.MANAGER, Role.ADMIN})


class NotForYou(PermissionError):
    """Whoever asks reads no figures (any more), or not those of this place."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`places` None: all of them. `cards` are the agencies within, by code."""

    member: Member
    places: frozenset[str] | None
    cards: dict[str, AgencyCard]

    @property
    def whole_fund(self) -> bool:
        return self.places is None

    def covers(self, place: str) -> bool:
        return self.places is None or place in self.places

    def names(self, right_to_left: bool) -> dict[str, str]:
        """Every agency within, as it is called in a language."""
        return {
            code: card.name_ar if right_to_left else card.name_fr
            for code, card in self.cards.items()
        }


def of(session: Session, telegram_id: int) -> Scope:
    """The scope of someone, by the records of this moment.

    Raises:
        NotForYou
    """
    member = staff.of(session, telegram_id)
    if member is None or member.role not in MAY_READ:
        raise NotForYou
    return of_member(session, member)


def of_member(session: Session, member: Member) -> Scope:
    """The scope of an active member with a role that reads figures."""
    cards = accounts.agencies(session)
    if member.agency is None:
        return Scope(member, None, cards)
    within = {
        code: card
        for code, card in cards.items()
        if code == member.agency or card.parent == member.agency
    }
    places = frozenset({member.agency, *within}) - {CENTRAL}
    return Scope(member, places, within)
