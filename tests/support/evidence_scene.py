"""The fund's copies in a test without sockets: as if the keeper had fetched them."""

from __future__ import annotations

from sqlalchemy import select

from handlers.complaints import not_kept
from services.complaints import copies
from services.complaints.office import Office
from services.file_content import Content
from services.outbox import Outbox
from services.records.complaints import ComplaintFile
from tests.support.chat import FundBot


def conclude(bot: FundBot, *reasons: str | None) -> None:
    """Every waiting file in order is kept (None), or refused or lost for a reason; what there is
    to say is delivered."""
    with bot.sessions.begin() as session:
        now = bot.clock.now()
        office = Office(session, bot.kit.policy, bot.vault, now)
        box = Outbox(session, now)
        for task, reason in zip(
            copies.claim(session, bot.kit.policy, now, limit=100), reasons, strict=True
        ):
            if reason is None:
                pdf = Content("pdf", "application/pdf", "pdf")
                assert copies.keep(session, task, pdf, size=3, sha256=b"x" * 32, now=now)
                continue
            lost = reason == copies.LOST
            case = copies.lose(office, task) if lost else copies.refuse(office, task, reason)
            assert case is not None
            not_kept.tell(bot.kit, box, office, case, task.id)
    bot.deliver()


def files(bot: FundBot) -> list[ComplaintFile]:
    def read(session):  # type: ignore[no-untyped-def]
        found = list(session.scalars(select(ComplaintFile).order_by(ComplaintFile.id)))
        session.expunge_all()
        return found

    return list(bot.do(read))
