"""The questions that start a campaign: agency, category, year of debt, within how many days."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.turn import Turn
from services import accounts
from services.people import Role
from services.policy.category import Category
from services.reminders import campaigns
from services.reminders.campaigns import NotAllowed

WITHIN_DAYS = (3, 7, 14, 30)
_ALL = "all"


def new(turn: Turn) -> None:
    """Open the questions; only the central level starts a campaign."""
    if campaigns.member(turn.session, turn.caller.telegram_id).role is not Role.CENTRAL:
        raise NotAllowed
    turn.press = None
    turn.close()
    turn.go("campaigns.agency")


def ask_agency(turn: Turn) -> None:
    turn.ask("campaigns.agency", [[Button("campaigns.every_agency", "campaigns.agency_is", _ALL)]])


def answer_agency(turn: Turn) -> None:
    """Keeps the agency's code as typed, asks the category."""
    _keep_agency(turn, turn.text.strip())


def agency_is(turn: Turn) -> None:
    assert turn.press is not None
    _keep_agency(turn, turn.press.argument)


def _keep_agency(turn: Turn, code: str) -> None:
    if code != _ALL and code not in accounts.agencies(turn.session):
        turn.say("campaigns.no_such_agency")
        return
    turn.draft["agency"] = None if code == _ALL else code
    turn.go("campaigns.category")


def ask_category(turn: Turn) -> None:
    buttons = [
        Button(f"category.{category}", "campaigns.category_is", category.value)
        for category in Category
    ]
    every = Button("campaigns.every_category", "campaigns.category_is", _ALL)
    turn.ask("campaigns.category", [[every], *_by_two(buttons)])


def category_is(turn: Turn) -> None:
    """Keeps the category, asks the year."""
    assert turn.press is not None
    chosen = turn.press.argument
    turn.draft["category"] = None if chosen not in set(Category) else chosen
    turn.go("campaigns.year")


def ask_year(turn: Turn) -> None:
    buttons = [
        Button("campaigns.one_year", "campaigns.year_is", str(year), values={"year": str(year)})
        for year in campaigns.years_of_debt(turn.today, turn.kit.policy)
    ]
    every = Button("campaigns.every_year", "campaigns.year_is", _ALL)
    turn.ask("campaigns.year", [[every], *_by_two(buttons)])


def year_is(turn: Turn) -> None:
    """Keeps the year, asks by when everyone is to be reached."""
    assert turn.press is not None
    chosen = turn.press.argument
    turn.draft["year"] = int(chosen) if chosen.isdecimal() else None
    turn.go("campaigns.within")


def ask_within(turn: Turn) -> None:
    turn.ask(
        "campaigns.within",
        [
            [
                Button(
                    "campaigns.within_days",
                    "campaigns.within_is",
                    str(days),
                    values={"n": days},
                )
                for days in WITHIN_DAYS
            ]
        ],
    )


def within_is(turn: Turn) -> None:
    """Begins to prepare the campaign; its numbers come when they are known."""
    assert turn.press is not None
    draft = turn.draft
    chosen = turn.press.argument
    campaign = campaigns.start(
        turn.session,
        turn.kit.policy,
        telegram_id=turn.caller.telegram_id,
        agency=draft.get("agency"),
        category=Category(draft["category"]) if draft.get("category") else None,
        year=draft.get("year"),
        within_days=int(chosen) if chosen.isdecimal() else WITHIN_DAYS[-1],
        now=turn.now,
    )
    turn.close()
    turn.show(
        "campaigns.preparing",
        [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
        number=campaign.id,
    )


def _by_two(buttons: list[Button]) -> list[list[Button]]:
    return [buttons[place : place + 2] for place in range(0, len(buttons), 2)]
