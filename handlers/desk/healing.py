"""What becomes of groups: topics made for cases that lack one, lost ones opened anew, and
administrators told when a whole group cannot be used. The cases themselves are in the queue.
"""

from __future__ import annotations

from handlers.desk import forum as topics
from handlers.desk.notices import holders, tell_member
from handlers.kit import Kit
from handlers.notices import tell
from services import staff
from services.complaints import desk_groups, forum, store
from services.complaints.office import Office
from services.outbox import Lane, Outbox

# A group takes 20 messages a minute; a topic with its card is two, a check is one.
NEW_A_RUN = 6
CHECKS_A_RUN = 6


def run(kit: Kit, outbox: Outbox, office: Office) -> None:
    """Look after every group; what was done is in the records, so it may run at any time."""
    _mend(kit, outbox, office)
    for group in desk_groups.working(office):
        room = min(NEW_A_RUN, forum.room_in(office, group))
        for number in forum.without_topic(office, group, limit=room):
            if (case := store.load(office.session, number)) is not None:
                topics.post(kit, outbox, office, case, group)
        topics.show_waiting(kit, outbox, office, group)
        for number in forum.unchecked(office, group, limit=CHECKS_A_RUN):
            if (case := store.load(office.session, number)) is not None:
                topics.refresh(kit, outbox, office, case)


def _mend(kit: Kit, outbox: Outbox, office: Office) -> None:
    troubled: dict[int, str] = {}
    lost: set[tuple[int, int]] = set()
    for failure in forum.take_failures(office):
        if not forum.concerns_topic(office, failure):
            continue
        lost.add((failure.complaint_id, failure.chat_id))
        if failure.trouble != "topic":
            troubled[failure.chat_id] = failure.trouble
    for chat_id, trouble in troubled.items():
        report_trouble(kit, outbox, office, chat_id, trouble)
    for number, chat_id in sorted(lost):
        forum.forget_topic(office, number, chat_id)
        case = store.load(office.session, number)
        if case is None or not case.progress.status.is_open:
            continue
        if chat_id not in troubled:
            continue  # the run goes on to open another topic, with the card as its summary
        for member in holders(office, case):
            tell_member(kit, outbox, office, member, case, "desk.news_moved", repeatable=False)


def report_trouble(kit: Kit, outbox: Outbox, office: Office, chat_id: int, trouble: str) -> None:
    """A group cannot be used: its cases go on in private chat, an administrator is told."""
    group = desk_groups.group_at(office, chat_id)
    if group is None or not desk_groups.set_trouble(office, chat_id, trouble):
        return
    for member in staff.admins(office.session) or staff.central(office.session):
        tell(
            kit,
            office.session,
            outbox,
            member.telegram_id,
            f"desk.group_{trouble}",
            lane=Lane.STAFF,
            repeatable=False,
            desk=group.desk,
        )
