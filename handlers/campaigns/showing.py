"""Campaigns as they stand: the list, one of them, its examples, its result, who was not reached."""

from __future__ import annotations

from itertools import islice

from handlers import reminder_text
from handlers.buttons import Button
from handlers.campaigns import text
from handlers.papers.order import Draw, NotToBeMade, Order, Wanted
from handlers.turn import Turn
from handlers.words import LANGUAGES
from services.people import Role
from services.records.reminders import Campaign
from services.reminders import (
    campaign_examples,
    campaign_forecast,
    campaign_list,
    campaign_results,
    campaigns,
)
from services.reminders.campaigns import NoSuchCampaign, NotAllowed

LISTED = 6
EXAMPLES = 10
NAMED_MAX = 10_000
"""How many people a file in the chat names; the whole list is made at the seat."""


def home(turn: Turn) -> None:
    """The newest campaigns, and the one switch."""
    found = campaigns.newest(turn.session, LISTED)
    stopped = campaigns.are_stopped(turn.session)
    rows = [
        [
            Button(
                "campaigns.button_one",
                "campaigns.show",
                str(one.id),
                values={
                    "number": one.id,
                    "state": turn.words.label(f"campaigns.state_{one.state}"),
                },
            )
        ]
        for one in found
    ]
    member = campaigns.member(turn.session, turn.caller.telegram_id)
    if member.role is Role.CENTRAL:
        rows.append([Button("campaigns.button_new", "campaigns.new")])
    switch = "campaigns.button_allow" if stopped else "campaigns.button_stop_all"
    rows.append([Button(switch, "campaigns.allow" if stopped else "campaigns.stop_all")])
    rows.append([Button("button.menu", "menu.open")])
    turn.show_html(text.home(turn.words, turn.session, stopped, turn.now), rows)


def show(turn: Turn) -> None:
    """One campaign as it stands."""
    show_one(turn, campaigns.one(turn.session, turn.caller.telegram_id, number(turn)))


def examples(turn: Turn) -> None:
    """Ten messages as they would arrive, without the names of those they go to."""
    campaign = campaigns.one(turn.session, turn.caller.telegram_id, number(turn))
    found = campaign_examples.examples(
        turn.session, turn.kit.policy, campaign, EXAMPLES, turn.now, languages=LANGUAGES
    )
    turn.press = None  # the campaign stays in sight
    texts = []
    for letter in found:
        words = turn.kit.words[letter.language]
        name = words.label("campaigns.somebody")
        texts.append(reminder_text.text(words, turn.session, letter, name=name))
    parts = [turn.words.text("campaigns.examples", n=len(texts)), *texts]
    turn.say_html("\n\n———\n\n".join(parts))


def result(turn: Turn) -> None:
    """What came of it so far, as a file."""
    campaign = campaigns.one(turn.session, turn.caller.telegram_id, number(turn))
    turn.say_paper(
        _csv("campaign_result", f"campaign-{campaign.id}.csv", campaign),
        "campaigns.result",
        number=campaign.id,
        days=turn.kit.policy.reminder_rules(campaign.last).result_window_days,
    )


def people(turn: Turn) -> None:
    """Who was not reached or will not be, by name, for the fund's own letters and calls. A file
    in the chat shows the last four digits of a number; only the central level gets it."""
    campaign = campaigns.to_be_listed(turn.session, turn.caller.telegram_id, number(turn), turn.now)
    fits = campaign_forecast.of(turn.session, turn.kit.policy, campaign, turn.now).fits
    count = campaign_list.count_not_reached(turn.session, campaign, fits=fits)
    turn.press = None  # the campaign stays in sight
    if not count:
        turn.say("campaigns.everyone_reached")
        return
    turn.say_paper(
        _csv("campaign_people", f"campaign-{campaign.id}-people.csv", campaign),
        "campaigns.people_cut" if count > NAMED_MAX else "campaigns.people",
        number=campaign.id,
        people=min(count, NAMED_MAX),
    )


def make_result(order: Order) -> Draw:
    campaign = _ordered(order)
    found = campaign_results.of(order.session, order.kit.policy, campaign)
    return lambda: campaign_results.as_csv(found)


def make_people(order: Order) -> Draw:
    campaign = _ordered(order, only=Role.CENTRAL)
    fits = campaign_forecast.of(order.session, order.kit.policy, campaign, order.at).fits
    found = campaign_list.not_reached(order.session, order.kit.vault, campaign, fits=fits)
    named = list(islice(found, NAMED_MAX))
    return lambda: campaign_list.as_csv(named)


def _csv(kind: str, name: str, campaign: Campaign) -> Wanted:
    return Wanted(kind, name, "text/csv", details={"campaign": campaign.id})


def _ordered(order: Order, *, only: Role | None = None) -> Campaign:
    """The campaign, if whoever ordered the file may still see it."""
    try:
        member = campaigns.member(order.session, order.telegram_id)
        campaign = campaigns.one(order.session, order.telegram_id, order.details["campaign"])
    except (NotAllowed, NoSuchCampaign):
        raise NotToBeMade from None
    if only is not None and member.role is not only:
        raise NotToBeMade
    return campaign


def show_one(turn: Turn, campaign: Campaign) -> None:
    this = str(campaign.id)
    rows: list[list[Button]] = []
    if campaign.state == "ready" and campaigns.ready_count(campaign):
        rows.append([Button("campaigns.button_examples", "campaigns.examples", this)])
        if campaign.started_by == turn.caller.telegram_id:
            rows.append([Button("campaigns.button_ask", "campaigns.ask", this)])
        else:
            rows.append([Button("campaigns.button_approve", "campaigns.approve", this)])
    if campaign.state in ("approved", "running"):
        rows.append([Button("campaigns.button_pause", "campaigns.pause", this)])
    if campaign.state == "paused":
        rows.append([Button("campaigns.button_resume", "campaigns.resume", this)])
    if campaign.state in campaigns.OPEN:
        rows.append([Button("campaigns.button_stop", "campaigns.stop", this)])
    if campaign.state not in ("preparing", "ready", "approved"):
        rows.append([Button("campaigns.button_result", "campaigns.result", this)])
    if campaign.state != "preparing" and _may_list(turn):
        rows.append([Button("campaigns.button_people", "campaigns.people", this)])
    rows.append(
        [
            Button("campaigns.button_refresh", "campaigns.show", this),
            Button("campaigns.button_all", "campaigns.open"),
        ]
    )
    turn.show_html(text.one(turn.words, turn.session, turn.kit.policy, campaign, turn.now), rows)


def number(turn: Turn) -> int:
    """The campaign a button names.

    Raises:
        NoSuchCampaign
    """
    argument = turn.press.argument if turn.press is not None else ""
    if not argument.isdecimal() or len(argument) > 18:
        raise NoSuchCampaign
    return int(argument)


def _may_list(turn: Turn) -> bool:
    return campaigns.member(turn.session, turn.caller.telegram_id).role is Role.CENTRAL
