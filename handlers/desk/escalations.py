"""The job `escalations`: what the clock did, told to whoever it concerns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.buttons import Button
from handlers.desk import forum as topics
from handlers.desk import healing
from handlers.desk.notices import SINGLY, holders, tell_members
from handlers.kit import Kit
from handlers.notices import tell
from services.complaints import store, undelivered, watch
from services.complaints.office import Office
from services.complaints.watch import Notice
from services.outbox import Lane, Outbox


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> None:
    """Warn, let cases rise, close what is over, return what was not delivered. Idempotent:
    what was done is in the records, so another run finds nothing."""
    office = Office(session, kit.policy, kit.vault, now)
    notices = watch.run(office)
    news = [(member, one.case, _key(one)) for one in notices for member in one.members]
    for notice in notices:
        topics.refresh(kit, outbox, office, notice.case)
        if len(notices) <= SINGLY:  # else the cards show it, and a line each would fill the group
            topics.tell(kit, outbox, office, notice.case, _key(notice))
        _tell_citizen(kit, outbox, office, notice)
    healing.run(kit, outbox, office)
    for failed in undelivered.take(office):
        case = store.load(session, failed.complaint_id)
        if case is not None:
            news += [(one, case, "desk.news_undelivered") for one in holders(office, case)]
    tell_members(kit, outbox, office, news)


def _key(notice: Notice) -> str:
    return f"desk.news_{notice.kind}" + (f"_{notice.clock}" if notice.clock else "")


def _tell_citizen(kit: Kit, outbox: Outbox, office: Office, notice: Notice) -> None:
    """An answer is late: a word in between, with the new date."""
    case = notice.case
    if notice.to_citizen and case.progress.promised_by is not None:
        tell(
            kit,
            office.session,
            outbox,
            case.telegram_id,
            f"cases.interim_{case.progress.level.value}",
            [[Button("cases.show", "cases.show", str(case.id))]],
            lane=Lane.CONVERSATION,
            repeatable=False,
            reference=case.reference,
            by=case.progress.promised_by,
        )
