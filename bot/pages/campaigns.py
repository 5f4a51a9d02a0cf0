"""Campaigns: all of them, and one with its audience, who was held and why, and what came of it."""

from __future__ import annotations

from bot.pages.html import Html, el
from bot.pages.layout import Look, page, table_of_rows
from handlers import figures
from handlers.report_tables import Table
from services.evaluation import listing
from services.records.reminders import Campaign
from services.reminders import campaign_results
from services.reminders.campaign_results import Result

_AUDIENCE = ("ready", "held", "queued", "sent", "unknown", "failed")


def every(look: Look) -> Html:
    """All campaigns that concern the reader, the newest first."""
    words = look.words
    found = listing.campaigns(look.session, look.scope)
    body = [el("p", words.label("pages.campaigns_help"), class_="soft")]
    if found:
        links = {row: look.address(f"campaign/{one.id}") for row, one in enumerate(found)}
        body.append(
            table_of_rows(look, _every(look, found), "campaigns", links=links, class_="words")
        )
    else:
        body.append(el("p", words.label("pages.no_campaign")))
    return page(look, "campaigns", words.label("pages.campaigns"), body)


def every_table(look: Look) -> Table:
    return _every(look, listing.campaigns(look.session, look.scope))


def one(look: Look, number: str) -> Html:
    """One campaign.

    Raises:
        LookupError: there is none for this reader.
    """
    words = look.words
    campaign, results = _read(look, number)
    whole = campaign_results.total(results)
    of = whole.counts
    days = _days(look, campaign)
    facts = [
        (words.label("pages.state"), words.label(f"campaigns.state_{campaign.state}")),
        (words.label("pages.audience"), _target(look, campaign)),
        (words.label("pages.people"), words.number(sum(of[state] for state in _AUDIENCE))),
        (words.label("pages.sending"), _span(look, campaign)),
        (words.label("pages.sent"), words.number(of["sent"])),
        (words.label("pages.left_to_send"), words.number(of["ready"] + of["queued"])),
        (words.label("pages.failed"), words.number(of["failed"])),
        (words.label("pages.unreachable"), words.number(whole.reasons["unreachable"])),
        (words.label("pages.unknown"), words.number(of["unknown"])),
        (words.label("pages.held"), words.number(of["held"])),
        (words.label("pages.paid", n=days), words.number(of["paid"])),
        (words.label("pages.paid_amount", n=days), words.money(of["paid_centimes"])),
        (words.label("pages.plans_after", n=days), words.number(of["plans"])),
    ]
    body: list[Html] = [
        el(
            "dl",
            [part for name, value in facts for part in (el("dt", name), el("dd", value))],
            class_="facts",
        ),
        el("p", words.label("pages.no_proof"), class_="soft"),
        _reasons(look, whole),
        table_of_rows(look, _by_place(look, campaign, results), f"campaign/{campaign.id}"),
    ]
    title = words.label("pages.campaign", number=campaign.id)
    return page(look, "campaigns", title, body, path=f"campaign/{campaign.id}")


def one_table(look: Look, number: str) -> Table:
    return _by_place(look, *_read(look, number))


# --- inside -----------------------------------------------------------------------------------


def _read(look: Look, number: str) -> tuple[Campaign, dict[str, Result]]:
    if not (number.isascii() and number.isdecimal() and len(number) < 12):
        raise LookupError(number)
    office = look.view.office
    return listing.campaign(look.session, office.policy, look.scope, int(number))


def _every(look: Look, found: list[Campaign]) -> Table:
    words = look.words
    rows = [
        [
            words.label("pages.campaign", number=one.id),
            words.label(f"campaigns.state_{one.state}"),
            _target(look, one),
            _span(look, one),
        ]
        for one in found
    ]
    columns = ("campaign_name", "state", "audience", "sending")
    return Table("pages.campaigns", [words.label(f"pages.{name}") for name in columns], rows)


def _reasons(look: Look, whole: Result) -> Html:
    """Why people were not written to, the most frequent first."""
    words = look.words
    rows = [
        [words.label(f"pages.reason_{reason}"), words.number(count)]
        for reason, count in whole.reasons.most_common()
        if count and words.has(f"pages.reason_{reason}")
    ]
    if not rows:
        return el("p", words.label("pages.nobody_held"))
    head = [words.label("pages.reason"), words.label("pages.people")]
    return table_of_rows(look, Table("pages.held_why", head, rows), None)


def _by_place(look: Look, campaign: Campaign, results: dict[str, Result]) -> Table:
    words = look.words
    days = _days(look, campaign)
    rows = []
    for place, one in results.items():
        of = one.counts
        numbers = (
            sum(of[state] for state in _AUDIENCE),
            of["sent"],
            of["held"],
            of["failed"],
            one.reasons["unreachable"],
            of["unknown"],
            of["paid"],
        )
        rows.append(
            [
                figures.place_name(words, look.scope, place),
                *(words.number(number) for number in numbers),
                words.money(of["paid_centimes"]),
                words.number(of["plans"]),
            ]
        )
    head = [
        words.label(f"pages.{name}")
        for name in ("place", "people", "sent", "held", "failed", "unreachable", "unknown")
    ]
    head += [
        words.label(f"pages.{name}", n=days) for name in ("paid", "paid_amount", "plans_after")
    ]
    return Table("table.places", head, rows)


def _days(look: Look, campaign: Campaign) -> int:
    return look.view.office.policy.reminder_rules(campaign.last).result_window_days


def _span(look: Look, campaign: Campaign) -> str:
    return look.words.label("figure.period", first=campaign.starts_on, last=campaign.last)


def _target(look: Look, campaign: Campaign) -> str:
    """Whom it is for: agency, category, year."""
    words = look.words
    agency = campaign.agency
    parts = [
        figures.place_name(words, look.scope, agency)
        if agency
        else words.label("campaigns.every_agency"),
        words.label(
            f"category.{campaign.category}" if campaign.category else "campaigns.every_category"
        ),
        str(campaign.year) if campaign.year else words.label("campaigns.every_year"),
    ]
    return words.label("pages.target", agency=parts[0], category=parts[1], year=parts[2])
