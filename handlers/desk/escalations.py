"""The job `escalations`: what the clock did, told to whoever it concerns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.buttons import Button
from handlers.desk import forum as topics
from handlers.desk import healing
from handlers.desk.notices import holders, tell_member
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
    for notice in watch.run(office):
        _tell(kit, outbox, office, notice)
    healing.run(kit, outbox, office)
    for failed in undelivered.take(office):
        case = store.load(session, failed.complaint_id)
        if case is None:
            continue
        for member in holders(office, case):
            tell_member(
                kit, outbox, office, member, case, "desk.news_undelivered", repeatable=False
            )


def _tell(kit: Kit, outbox: Outbox, office: Office, notice: Notice) -> None:
    case = notice.case
    key = f"desk.news_{notice.kind}" + (f"_{notice.clock}" if notice.clock else "")
    topics.refresh(kit, outbox, office, case)
    topics.tell(kit, outbox, office, case, key)
    for member in notice.members:
        tell_member(kit, outbox, office, member, case, key, repeatable=False)
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
