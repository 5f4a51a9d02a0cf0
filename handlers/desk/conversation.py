"""The desk's steps and buttons in one table."""

from __future__ import annotations

from handlers.conversation import Action, Conversation, Step
from handlers.desk import absence, card, queue, reuse, sending, writing
from handlers.desk.guard import for_staff
from handlers.turn import Turn


def _rewrite(turn: Turn) -> None:
    turn.go("desk.text")


def _name_template(turn: Turn) -> None:
    turn.go("desk.template")


CONVERSATION = Conversation(
    name="desk",
    personal=False,  # whoever works here is asked for their role, not for consent
    commands={"queue": for_staff(queue.show), "case": for_staff(queue.open_case)},
    steps=(
        Step("desk.outcome", ask=for_staff(writing.ask_outcome)),
        Step(
            "desk.where",
            ask=for_staff(writing.ask_where),
            answer=for_staff(writing.answer_where),
        ),
        Step(
            "desk.text",
            ask=for_staff(writing.ask_text),
            answer=for_staff(writing.answer_text),
            takes_albums=True,
        ),
        Step("desk.check", ask=for_staff(sending.ask_check), back="desk.text"),
        Step("desk.absence", ask=for_staff(absence.ask_days)),
        Step("desk.deputy", ask=for_staff(absence.ask_deputy), back="desk.absence"),
        Step(
            "desk.template",
            ask=for_staff(reuse.ask_title),
            answer=for_staff(reuse.answer_title),
            back="desk.check",
        ),
    ),
    actions={
        "desk.queue": Action(for_staff(queue.show)),
        "desk.show": Action(for_staff(card.show)),
        "desk.take": Action(for_staff(card.take)),
        "desk.release": Action(for_staff(card.release)),
        "desk.number": Action(for_staff(card.see_number)),
        "desk.files": Action(for_staff(card.see_files)),
        "desk.unsay": Action(for_staff(card.unsay)),
        "desk.write": Action(for_staff(writing.start)),
        "desk.outcome_is": Action(for_staff(writing.choose_outcome), step="desk.outcome"),
        "desk.where_is": Action(for_staff(writing.choose_where), step="desk.where"),
        "desk.where_page": Action(for_staff(writing.ask_where), step="desk.where"),
        "desk.template": Action(for_staff(writing.use_template), step="desk.text"),
        "desk.template_end": Action(for_staff(reuse.end), step="desk.text"),
        "desk.template_keep": Action(for_staff(_name_template), step="desk.check"),
        "desk.my_absence": Action(for_staff(absence.open_)),
        "desk.come_back": Action(for_staff(absence.come_back)),
        "desk.away_for": Action(for_staff(absence.choose_days), step="desk.absence"),
        "desk.deputy": Action(for_staff(absence.choose_deputy), step="desk.deputy"),
        "desk.files_joined": Action(for_staff(writing.files_joined), step="desk.text"),
        "desk.rewrite": Action(for_staff(_rewrite), step="desk.check"),
        "desk.send": Action(for_staff(sending.send), step="desk.check"),
        "desk.send_with_number": Action(for_staff(sending.send_with_number), step="desk.check"),
    },
)
