"""The topics of cases in the group of their desk: where each is, and what failed there.

A topic is a convenience: every case lives in the queue, whatever becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, update

from services import outbox
from services.complaints.desk_groups import Group, is_of_staff
from services.complaints.office import Office
from services.complaints.state import OPEN
from services.complaints.undelivered import FAILED
from services.records.base import table_of
from services.records.complaints import Complaint, DeskTopic
from services.records.traffic import OutgoingCall

CHECK_EVERY = timedelta(days=1)
UNSENT_AT_MOST = 12  # messages to one group that wait in the outbox before cases wait instead
LIST, LIST_ENDED = "forum_list", "forum_list_ended"  # subjects of the list of those that wait
_SUBJECT = "forum:"
_topics = table_of(DeskTopic)
_complaints = table_of(Complaint)
_calls = table_of(OutgoingCall)
# What Telegram says when a topic is gone; anything else is the matter of the whole group.
_TOPIC_GONE = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
_NO_TOPICS = ("not a forum", "chat_not_modified", "forum")
_NO_RIGHT = ("not enough rights", "chat_admin_required", "have no rights")


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a case is talked about. `thread_id` and `card_id` are None while their calls are
    still in the outbox; `lost` when those calls failed. `card_call` is the call that made the
    card, later the newest that changed it."""

    complaint_id: int
    chat_id: int
    topic_call: int
    card_call: int
    thread_id: int | None
    card_id: int | None
    lost: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A message to a group that failed; `trouble` is topic, removed, no_topics or no_right."""

    call_id: int
    complaint_id: int
    chat_id: int
    trouble: str


# --- topics ---------------------------------------------------------------------------------


def subject(complaint_id: int, chat_id: int) -> str:
    """How the outbox names a message to a topic, so that its failure is found."""
    return f"{_SUBJECT}{complaint_id}:{chat_id}"


def keep_topic(
    office: Office, complaint_id: int, chat_id: int, *, topic_call: int, card_call: int
) -> None:
    forget_topic(office, complaint_id, chat_id)
    office.session.execute(
        insert(_topics).values(
            complaint_id=complaint_id,
            chat_id=chat_id,
            topic_call=topic_call,
            card_call=card_call,
            checked_at=office.now,
        )
    )


def topic_of(office: Office, complaint_id: int, chat_id: int) -> Topic | None:
    """The topic of a case in a group, with its ids as soon as they are known."""
    row = office.session.execute(
        select(_topics).where(_topics.c.complaint_id == complaint_id, _topics.c.chat_id == chat_id)
    ).one_or_none()
    if row is None:
        return None
    thread_id, card_id, lost = row.thread_id, row.card_id, False
    here = (_topics.c.complaint_id == complaint_id, _topics.c.chat_id == chat_id)
    if thread_id is not None and card_id is not None:
        # A card that was gone was sent anew: the newest change of it tells its new id.
        _, shown, _ = outbox.result_of(office.session, row.card_call)
        if shown is not None and shown != card_id:
            card_id = shown
            office.session.execute(update(_topics).where(*here).values(card_id=card_id))
    else:
        topic_state, _, thread_id = outbox.result_of(office.session, row.topic_call)
        card_state, card_id, _ = outbox.result_of(office.session, row.card_call)
        lost = "failed" in (topic_state, card_state)
        if thread_id is not None:
            office.session.execute(
                update(_topics).where(*here).values(thread_id=thread_id, card_id=card_id)
            )
    return Topic(
        complaint_id=complaint_id,
        chat_id=chat_id,
        topic_call=row.topic_call,
        card_call=row.card_call,
        thread_id=thread_id,
        card_id=card_id,
        lost=lost,
    )


def card_changed(office: Office, topic: Topic, call_id: int) -> None:
    """A call that changes the card is under way; only of a card whose message is known."""
    office.session.execute(
        update(_topics)
        .where(_topics.c.complaint_id == topic.complaint_id, _topics.c.chat_id == topic.chat_id)
        .values(card_call=call_id)
    )


def case_in(office: Office, chat_id: int, thread_id: int) -> int | None:
    """The case a topic is about."""
    waiting = office.session.execute(
        select(_topics.c.complaint_id).where(
            _topics.c.chat_id == chat_id, _topics.c.thread_id.is_(None)
        )
    ).scalars()
    for number in waiting.all():  # learn the ids of topics just made
        topic_of(office, number, chat_id)
    found = office.session.execute(
        select(_topics.c.complaint_id).where(
            _topics.c.chat_id == chat_id, _topics.c.thread_id == thread_id
        )
    ).scalars()
    return found.first()


def forget_topic(office: Office, complaint_id: int, chat_id: int) -> None:
    office.session.execute(
        delete(_topics).where(_topics.c.complaint_id == complaint_id, _topics.c.chat_id == chat_id)
    )


def concerns_topic(office: Office, failure: Failure) -> bool:
    """Whether a failure is about the present topic of its case, not an earlier one."""
    topic_call = office.session.execute(
        select(_topics.c.topic_call).where(
            _topics.c.complaint_id == failure.complaint_id, _topics.c.chat_id == failure.chat_id
        )
    ).scalar_one_or_none()
    return topic_call is not None and failure.call_id >= topic_call


def without_topic(office: Office, group: Group, *, limit: int) -> list[int]:
    """Open cases of a desk that have no topic in its group yet, the oldest first."""
    rows = office.session.execute(
        select(_complaints.c.id)
        .where(_lacks_topic(office, group))
        .order_by(_complaints.c.id)
        .limit(limit)
    )
    return list(rows.scalars())


def count_without_topic(office: Office, group: Group) -> int:
    return int(
        office.session.execute(
            select(func.count()).select_from(_complaints).where(_lacks_topic(office, group))
        ).scalar_one()
    )


def _lacks_topic(office: Office, group: Group) -> ColumnElement[bool]:
    return and_(
        ~is_of_staff(office),
        _complaints.c.desk == group.desk,
        _complaints.c.status.in_(OPEN),
        ~exists().where(
            _topics.c.complaint_id == _complaints.c.id, _topics.c.chat_id == group.chat_id
        ),
    )


# --- a group takes only so many messages a minute ---------------------------------------------


def room_in(office: Office, group: Group) -> int:
    """How many more cases may get their topic now: each takes two messages, and a group takes
    20 a minute. What does not fit waits in the records, not in the outbox."""
    unsent = office.session.execute(
        select(func.count())
        .select_from(_calls)
        .where(_calls.c.chat_id == group.chat_id, _calls.c.state == "queued")
    ).scalar_one()
    return max(0, (UNSENT_AT_MOST - int(unsent)) // 2)


def open_list(office: Office, group: Group) -> int | None:
    """The call that sent the list of cases waiting for their topic, while it stands."""

    def newest(*conditions: ColumnElement[bool]) -> int | None:
        number = office.session.execute(
            select(func.max(_calls.c.id)).where(_calls.c.chat_id == group.chat_id, *conditions)
        ).scalar_one()
        return None if number is None else int(number)

    sent = newest(_calls.c.subject == LIST, _calls.c.method == "sendMessage")
    ended = newest(_calls.c.subject == LIST_ENDED)
    return sent if sent is not None and (ended is None or ended < sent) else None


def unchecked(office: Office, group: Group, *, limit: int) -> list[int]:
    """Open cases whose topic was not looked at for a day; they count as looked at from now."""
    before: datetime = office.now - CHECK_EVERY
    found = list(
        office.session.execute(
            select(_topics.c.complaint_id)
            .join(_complaints, _complaints.c.id == _topics.c.complaint_id)
            .where(
                _topics.c.chat_id == group.chat_id,
                _topics.c.checked_at <= before,
                _complaints.c.desk == group.desk,
                _complaints.c.status.in_(OPEN),
            )
            .order_by(_topics.c.checked_at, _topics.c.complaint_id)
            .limit(limit)
        ).scalars()
    )
    if found:
        office.session.execute(
            update(_topics)
            .where(_topics.c.chat_id == group.chat_id, _topics.c.complaint_id.in_(found))
            .values(checked_at=office.now)
        )
    return found


def take_failures(office: Office) -> list[Failure]:
    """Messages to groups that failed since the last time; each is handed out once."""
    rows = office.session.execute(
        select(_calls.c.id, _calls.c.subject, _calls.c.error, _calls.c.method)
        .where(FAILED, _calls.c.subject.like(f"{_SUBJECT}%"))
        .order_by(_calls.c.id)
    ).all()
    if rows:
        office.session.execute(
            update(_calls).where(_calls.c.id.in_([row.id for row in rows])).values(subject=None)
        )
    found = []
    for row in rows:
        case, _, chat = row.subject.removeprefix(_SUBJECT).partition(":")
        trouble = _trouble(row.method, row.error or "")
        found.append(Failure(row.id, int(case), int(chat), trouble))
    return found


def _trouble(method: str, error: str) -> str:
    said = error.lower()
    if any(words in said for words in _TOPIC_GONE):
        return "topic"
    if any(words in said for words in _NO_RIGHT):
        return "no_right"
    if any(words in said for words in _NO_TOPICS):
        return "no_topics"
    if "403" in said or "unreachable" in said or "kicked" in said:
        return "removed"
    # A topic that cannot be made for a reason unknown here is not tried again for ever.
    return "no_topics" if method == "createForumTopic" else "topic"
