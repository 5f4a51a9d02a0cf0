"""Every conversation of the bot, in one place."""

from __future__ import annotations

from handlers import (
    agencies,
    answers,
    callback,
    digest,
    free_text,
    general,
    join,
    mydata,
    person,
    reminders,
    report,
    settings,
    staff_admin,
    start,
)
from handlers.account import explain, pay, simulate, statement, status
from handlers.campaigns import conversation as campaigns
from handlers.complaints import cases, filing, known_subject
from handlers.conversation import Book
from handlers.desk import calls, phrasebook
from handlers.desk import conversation as desk
from handlers.identity import accounts, link
from handlers.plans import conversation as plans


def open_book() -> Book:
    return Book(
        [
            general.CONVERSATION,
            start.CONVERSATION,
            link.CONVERSATION,
            accounts.CONVERSATION,
            settings.CONVERSATION,
            reminders.CONVERSATION,
            campaigns.CONVERSATION,
            mydata.CONVERSATION,
            status.CONVERSATION,
            explain.CONVERSATION,
            simulate.CONVERSATION,
            pay.CONVERSATION,
            statement.CONVERSATION,
            filing.CONVERSATION,
            cases.CONVERSATION,
            desk.CONVERSATION,
            phrasebook.CONVERSATION,
            plans.DOOR,
            plans.CONVERSATION,
            plans.DESK,
            staff_admin.CONVERSATION,
            agencies.CONVERSATION,
            digest.CONVERSATION,
            report.CONVERSATION,
            free_text.CONVERSATION,
            answers.CONVERSATION,
            known_subject.CONVERSATION,
            person.CONVERSATION,
            join.CONVERSATION,
            callback.CONVERSATION,
            calls.CONVERSATION,
        ]
    )
