"""Cases in a desk's group: a topic each, with a card that names no person.

A topic is a second window on the case. Its words are read in private chat, behind the card's
button, where the one who looks is known. The queue never depends on any of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.buttons import Button, LinkButton, Rows, laid_out
from handlers.desk import card_text
from handlers.kit import Kit
from services.complaints import desk_groups, forum, store
from services.complaints.desk_groups import Group
from services.complaints.forum import Topic
from services.complaints.office import Office
from services.complaints.store import Case
from services.outbox import Lane, Outbox

TOPIC_NAME_MAX = 128
LISTED_AT_MOST = 20


def post(kit: Kit, outbox: Outbox, office: Office, case: Case, group: Group) -> None:
    """Open a topic for a case and put its card there; the card waits for the topic."""
    words = kit.words[group.language]
    about = forum.subject(case.id, group.chat_id)
    name = f"{case.reference} · {words.label(f'category.{case.category}')}"
    topic = outbox.add(
        "createForumTopic",
        {"chat_id": group.chat_id, "name": name[:TOPIC_NAME_MAX]},
        chat_id=group.chat_id,
        lane=Lane.STAFF,
        subject=about,
    )
    card = outbox.add(
        "sendMessage",
        _card(kit, office, case, group) | {"message_thread_id": {"$from": "thread_id"}},
        chat_id=group.chat_id,
        lane=Lane.STAFF,
        after=topic,
        subject=about,
    )
    forum.keep_topic(office, case.id, group.chat_id, topic_call=topic.id, card_call=card.id)


def refresh(kit: Kit, outbox: Outbox, office: Office, case: Case) -> None:
    """Bring the card up to date, where the desk has a group. A case without topic gets one; while
    the group is full, the job makes it later."""
    group = desk_groups.group_for(office, case)
    if group is None:
        return
    topic = forum.topic_of(office, case.id, group.chat_id)
    if topic is None:
        if case.progress.status.is_open and forum.room_in(office, group):
            post(kit, outbox, office, case, group)
        return
    if topic.lost:
        return  # the job finds the failure, and opens another topic
    known = topic.card_id is not None and topic.thread_id is not None
    # Should the card be gone, the sender sends it anew: then into its topic.
    place = (
        {"message_id": topic.card_id, "message_thread_id": topic.thread_id}
        if known
        else {"message_id": {"$from": "message_id"}, "message_thread_id": {"$from": "thread_id"}}
    )
    edit = outbox.add(
        "editMessageText",
        _card(kit, office, case, group) | place,
        chat_id=group.chat_id,
        lane=Lane.STAFF,
        after_id=None if known else topic.card_call,
        subject=forum.subject(case.id, group.chat_id),
    )
    if known:
        forum.card_changed(office, topic, edit.id)


def show_waiting(kit: Kit, outbox: Outbox, office: Office, group: Group) -> None:
    """One list of the cases that wait for their topic, kept up to date until none does."""
    waiting = forum.count_without_topic(office, group)
    shown = forum.open_list(office, group)
    if not waiting and shown is None:
        return
    words = kit.words[group.language]
    if waiting:
        first = store.load_many(
            office.session, forum.without_topic(office, group, limit=LISTED_AT_MOST)
        )
        lines = [words.text("desk.waiting_topics", n=waiting)]
        lines += [
            words.text(
                "desk.waiting_topic",
                reference=case.reference,
                category=words.label(f"category.{case.category}"),
            )
            for case in first
        ]
        if waiting > len(first):
            lines.append(words.text("desk.waiting_more", n=waiting - len(first)))
    else:
        lines = [words.text("desk.waiting_over")]
    params: dict[str, Any] = {
        "chat_id": group.chat_id,
        "text": "\n".join(lines),
        "parse_mode": "HTML",
    }
    if shown is not None:
        params["message_id"] = {"$from": "message_id"}
    outbox.add(
        "sendMessage" if shown is None else "editMessageText",
        params,
        chat_id=group.chat_id,
        lane=Lane.STAFF,
        repeatable=shown is not None,
        after_id=shown,
        subject=forum.LIST if waiting else forum.LIST_ENDED,
    )


def tell(kit: Kit, outbox: Outbox, office: Office, case: Case, key: str, **values: Any) -> bool:
    """A line in the case's topic; False where there is none to say it in."""
    group = desk_groups.group_for(office, case)
    if group is None:
        return False
    topic = forum.topic_of(office, case.id, group.chat_id)
    if topic is None or topic.lost:
        return False
    words = kit.words[group.language]
    text = words.text(
        key,
        reference=case.reference,
        category=words.label(f"category.{case.category}"),
        **values,
    )
    _say(outbox, case, topic, text)
    return True


def close(kit: Kit, outbox: Outbox, office: Office, case: Case, desk: str) -> None:
    """The case left a desk: its topic there says so and is closed."""
    group = desk_groups.group_of(office, desk)
    topic = forum.topic_of(office, case.id, group.chat_id) if group is not None else None
    if group is None or topic is None or topic.lost:
        return
    words = kit.words[group.language]
    _say(outbox, case, topic, words.text("desk.topic_left", reference=case.reference))
    if topic.thread_id is not None:
        outbox.add(
            "closeForumTopic",
            {"chat_id": group.chat_id, "message_thread_id": topic.thread_id},
            chat_id=group.chat_id,
            lane=Lane.STAFF,
        )
    forum.forget_topic(office, case.id, group.chat_id)


def _say(outbox: Outbox, case: Case, topic: Topic, text: str) -> None:
    known = topic.thread_id is not None
    outbox.add(
        "sendMessage",
        {
            "chat_id": topic.chat_id,
            "message_thread_id": topic.thread_id if known else {"$from": "thread_id"},
            "text": text,
            "parse_mode": "HTML",
        },
        chat_id=topic.chat_id,
        lane=Lane.STAFF,
        repeatable=False,
        after_id=None if known else topic.topic_call,
        subject=forum.subject(case.id, topic.chat_id),
    )


def _card(kit: Kit, office: Office, case: Case, group: Group) -> dict[str, Any]:
    words = kit.words[group.language]
    number = str(case.id)
    rows: list[Sequence[Button | LinkButton]] = []
    if case.progress.status.is_open:
        first = (
            Button("desk.take", "desk.take", number)
            if case.progress.owner is None
            else Button("desk.release", "desk.release", number)
        )
        rows = [[first], *card_text.writing_rows(case)]
    if kit.bot_username:
        link = f"https://t.me/{kit.bot_username}?start=case_{case.reference}"
        rows.append([LinkButton("desk.read_in_private", link)])
    params: dict[str, Any] = {
        "chat_id": group.chat_id,
        "text": card_text.group_card(words, office, case),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    return params | ({"reply_markup": _markup(kit, group, rows)} if rows else {})


def _markup(kit: Kit, group: Group, rows: Rows) -> dict[str, Any]:
    words = kit.words[group.language]

    def button(one: Button | LinkButton) -> dict[str, Any]:
        text = words.label(one.label, **one.values)
        if isinstance(one, LinkButton):
            return {"text": text, "url": one.url}
        # Record actions, checked against the record when pressed: no version matters.
        return {
            "text": text,
            "callback_data": kit.seal.write(group.chat_id, one.action, one.argument, 0),
        }

    return {"inline_keyboard": laid_out(rows, button)}
