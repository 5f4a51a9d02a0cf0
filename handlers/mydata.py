"""/mydata: the rights of law 18-07 in the chat.

What is kept, why and how long; who looked; a copy; correction; taking consent back; erasure.
It waits for no consent: whoever took theirs back can still see and erase what there is.
"""

from __future__ import annotations

import json

from handlers import shown_files
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.identity import accounts as account_pages
from handlers.papers.order import Draw, Order, Wanted
from handlers.turn import Turn
from services import access_trail, linking, people, personal_data
from services.complaints import personal as complaints
from services.complaints.evidence import Kept
from services.complaints.store import Case
from services.linking import SELF
from services.policy.service_rows import Retention

DAYS_SHOWN = 20  # the copy holds every look
BACK = (Button("button.back", "mydata.open"),)


def show_mydata(turn: Turn) -> None:
    """What is kept of this person, a line each."""
    text, caller = turn.words.text, turn.caller
    lines = [text("mydata.title"), ""]
    if caller.consented_at is not None:
        lines.append(text("mydata.consented", at=caller.consented_at))
    else:
        lines.append(text("mydata.not_consented"))
    lines.append(text(f"mydata.language_{caller.language}"))
    for linked in linking.accounts_of(turn.session, caller.telegram_id, turn.today):
        lines.append(account_pages.line_of(turn, linked))
    for given in linking.mandates_given_by(
        turn.session, turn.kit.vault, caller.telegram_id, turn.today
    ):
        lines.append(account_pages.given_line_of(turn, given))
    drafts = sum(1 for draft in caller.drafts.values() if draft)
    if drafts:
        lines.append(text("mydata.drafts", n=drafts))
    withdraw = [[Button("mydata.withdraw", "mydata.withdraw")]] if caller.consented_at else []
    turn.show_html(
        "\n".join(lines),
        [
            [Button("mydata.kept", "mydata.kept"), Button("mydata.who", "mydata.who")],
            [Button("mydata.export", "mydata.export"), Button("mydata.correct", "mydata.correct")],
            [Button("link.manage", "link.accounts")],
            *withdraw,
            [Button("mydata.erase", "mydata.erase")],
            [Button("button.back", "settings.open")],
        ],
    )


def show_kept(turn: Turn) -> None:
    """Why, and how long each kind of record is kept: the policy's own figures."""
    lines = [turn.words.text("mydata.why"), ""]
    for row in turn.kit.policy.rows(Retention):
        key = f"mydata.kept_{row.subject}"
        if row.covers(turn.today) and turn.words.has(key):
            lines.append(turn.words.text(key, length=_length(turn, row.keep.days)))
    turn.show_html("\n".join(lines), [BACK])


def show_who(turn: Turn) -> None:
    """Who of the fund looked at the person's data, newest first."""
    own = [
        one.contributor_id
        for one in linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
        if one.kind == SELF
    ]
    looks = access_trail.looks_at(
        turn.session, telegram_id=turn.caller.telegram_id, contributor_ids=own
    )
    if not looks:
        turn.show("mydata.who_nobody", [BACK])
        return
    words = turn.words
    lines = [words.text("mydata.who_title"), ""]
    for one in access_trail.by_day(looks)[:DAYS_SHOWN]:
        what = words.label("mydata.look_and").join(
            words.label(f"mydata.look_{w}") for w in one.what
        )
        if one.role is None:
            lines.append(words.text("mydata.who_fund", day=one.day, what=what))
            continue
        place = "at_agency" if one.agency is not None else "central"
        lines.append(
            words.text(
                f"mydata.who_{place}",
                day=one.day,
                role=words.label(f"staff.role_{one.role}"),
                agency=one.agency or "",
                what=what,
            )
        )
    turn.show_html("\n".join(lines), [BACK])


def send_export(turn: Turn) -> None:
    """A copy of everything, as a document in this chat."""
    turn.say_paper(
        Wanted("mydata", f"mydata-{turn.today.isoformat()}.json", "application/json"),
        "mydata.export_caption",
        [[Button("evidence.my_files", "mydata.files")] if _own_files(turn) else [], BACK],
    )


def send_files(turn: Turn) -> None:
    """The files themselves, as they were sent."""
    for case, files in _own_files(turn):
        shown_files.send_to_citizen(turn.outbox, turn.caller.telegram_id, turn.words, case, files)


def _own_files(turn: Turn) -> list[tuple[Case, list[Kept]]]:
    return complaints.files(office(turn), turn.caller.telegram_id)


def make_export(order: Order) -> Draw:
    content = personal_data.export(order.session, order.kit.vault, order.telegram_id, order.at)
    return lambda: json.dumps(content, ensure_ascii=False, indent=2).encode()


def show_correct(turn: Turn) -> None:
    """What the fund has wrong is put right by a complaint; else at the agency."""
    if "complaint.open" in turn.kit.book.actions:
        turn.show(
            "mydata.correct_by_complaint", [[Button("menu.complaint", "complaint.open")], BACK]
        )
    else:
        turn.show("mydata.correct_at_agency", [BACK])


# --- taking consent back, erasure -------------------------------------------------------------


def ask_withdraw(turn: Turn) -> None:
    turn.ask("mydata.withdraw_sure", [[Button("mydata.withdraw_yes", "mydata.withdraw_yes")]])


def withdraw(turn: Turn) -> None:
    """Nothing personal from now on: links and drafts end with the consent."""
    turn.close()
    turn.caller.drafts.clear()
    linking.unlink_all(turn.session, turn.caller.telegram_id, why="consent_withdrawn", now=turn.now)
    people.withdraw_consent(turn.session, turn.caller, turn.now)
    turn.show("mydata.withdrawn", [[Button("consent.reconsider", "consent.open")]])


def ask_erase(turn: Turn) -> None:
    turn.ask("mydata.erase_what", [[Button("mydata.erase_go_on", "mydata.erase_go_on")]])


def ask_erase_sure(turn: Turn) -> None:
    turn.ask("mydata.erase_sure", [[Button("mydata.erase_yes", "mydata.erase_yes")]])


def erase(turn: Turn) -> None:
    """Erase the person; what remains, and why, is said."""
    counted = turn.caller.wrong_proofs > 0 or (
        turn.caller.locked_until is not None and turn.caller.locked_until > turn.now
    )
    turn.close()
    turn.caller.drafts.clear()
    turn.show("mydata.erased_counted" if counted else "mydata.erased")
    if turn.caller.role is None:
        scope = {"type": "chat", "chat_id": turn.caller.telegram_id}
        turn.outbox.add("deleteMyCommands", {"scope": scope}, chat_id=turn.caller.telegram_id)
    linking.unlink_all(turn.session, turn.caller.telegram_id, why="erased", now=turn.now)
    personal_data.erase(turn.session, turn.caller.telegram_id, turn.now)


def _length(turn: Turn, days: int) -> str:
    """A length of time in the largest unit that fits whole."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return turn.words.text("mydata.years", n=years)
    return turn.words.text("mydata.days", n=days)


CONVERSATION = Conversation(
    name="mydata",
    personal=False,
    commands={"mydata": show_mydata},
    steps=(
        Step("mydata.withdraw", ask=ask_withdraw),
        Step("mydata.erase", ask=ask_erase),
        Step("mydata.erase_sure", ask=ask_erase_sure, back="mydata.erase"),
    ),
    actions={
        "mydata.open": Action(show_mydata),
        "mydata.kept": Action(show_kept),
        "mydata.who": Action(show_who),
        "mydata.export": Action(send_export),
        "mydata.files": Action(send_files),
        "mydata.correct": Action(show_correct),
        "mydata.withdraw": Action(lambda turn: turn.go("mydata.withdraw")),
        "mydata.withdraw_yes": Action(withdraw, step="mydata.withdraw"),
        "mydata.erase": Action(lambda turn: turn.go("mydata.erase")),
        "mydata.erase_go_on": Action(
            lambda turn: turn.go("mydata.erase_sure"), step="mydata.erase"
        ),
        "mydata.erase_yes": Action(erase, step="mydata.erase_sure"),
    },
    papers={"mydata": make_export},
)
