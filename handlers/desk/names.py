"""How a colleague and a citizen's language are named at the desk."""

from __future__ import annotations

from handlers.words import Words
from services import people
from services.complaints.office import Office
from services.complaints.store import Case
from services.staff import Member


def language_of(office: Office, case: Case) -> str:
    """The language the citizen speaks now."""
    person = people.find(office.session, case.telegram_id)
    return person.language if person is not None else case.language


def shown_name(words: Words, member: Member | None) -> str:
    """A colleague's name; whoever left has none here."""
    return member.name if member is not None else words.label("desk.someone")
