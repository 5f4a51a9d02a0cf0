"""Scenes for conversations about complaints: an agency with staff, citizens who are linked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import people, staff
from services.people import Role
from services.records.complaints import Complaint
from services.records.people import Link, Person
from tests.support import fund
from tests.support.chat import Chat, FundBot

CITIZEN, ARAB, STRANGER = 7001, 7101, 7201
AGENT, COLLEAGUE, DIRECTOR, CENTRAL, ELSEWHERE = 9001, 9002, 9003, 9004, 9005
SSN, PHONE = "990000000077", "+213550000077"


def open_agencies(bot: FundBot) -> None:
    """Agencies 16 and 31, and the staff of 16, of 31 and of the central level."""

    def work(session: Session) -> None:
        fund.create_agency(session, "16")
        fund.create_agency(session, "31", name_fr="Oran", name_ar="وهران", wilaya="31")
        for number, name, role, agency in (
            (AGENT, "Amel", Role.AGENT, "16"),
            (COLLEAGUE, "Bachir", Role.AGENT, "16"),
            (DIRECTOR, "Djamila", Role.DIRECTOR, "16"),
            (CENTRAL, "Chafik", Role.CENTRAL, None),
            (ELSEWHERE, "Omar", Role.AGENT, "31"),
        ):
            staff.add(
                session,
                telegram_id=number,
                name=name,
                role=role,
                agency=agency,
                now=bot.clock.now(),
                actor="command",
                language="fr",
            )

    bot.do(work)
    for number in (AGENT, COLLEAGUE, DIRECTOR, CENTRAL, ELSEWHERE):
        bot.chat(number, first_name="Staff")


def linked_citizen(
    bot: FundBot, telegram_id: int = CITIZEN, *, language: str = "fr", **account: object
) -> Chat:
    """Someone who consented and is linked to an account of agency 16."""

    def work(session: Session) -> None:
        number = fund.create_contributor(session, bot.vault, **account)  # type: ignore[arg-type]
        _meet(session, bot, telegram_id, language)
        session.add(
            Link(
                telegram_id=telegram_id,
                contributor_id=number,
                kind="self",
                proof="phone",
                since=bot.clock.now(),
            )
        )

    bot.do(work)
    return bot.chat(telegram_id, language=language)


def unlinked_citizen(bot: FundBot, telegram_id: int = STRANGER, *, language: str = "fr") -> Chat:
    """Someone who consented and proved nothing."""
    bot.do(lambda session: _meet(session, bot, telegram_id, language))
    return bot.chat(telegram_id, language=language)


def _meet(session: Session, bot: FundBot, telegram_id: int, language: str) -> None:
    meet_citizen(session, telegram_id, language=language, now=bot.clock.now())


def meet_citizen(session: Session, telegram_id: int, *, language: str, now: datetime) -> None:
    """Someone who has written to the bot and consented."""
    if session.get(Person, telegram_id) is None:
        people.meet(session, telegram_id, chat_id=telegram_id, language_code=language, now=now)
    person = session.get(Person, telegram_id)
    assert person is not None
    person.consented_at = now


def complaints(bot: FundBot) -> list[Complaint]:
    def read(session: Session) -> list[Complaint]:
        found = list(session.scalars(select(Complaint).order_by(Complaint.id)))
        session.expunge_all()
        return found

    return bot.do(read)


def file_complaint(chat: Chat, *, text: str = "Ma carte est bloquée depuis un mois.") -> None:
    """A complaint about the Chifa card, in French, from the menu to the receipt."""
    chat.send("/complaint")
    chat.press("Chifa et droits")
    chat.press("Carte Chifa bloquée")
    chat.send(text)
    chat.press("Continuer")
    chat.press("Envoyer")
