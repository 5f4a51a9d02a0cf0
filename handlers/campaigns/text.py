"""How a campaign is shown to those who decide about it: audience, reasons, time, result."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.words import Words
from services.policy import Policy
from services.records.reminders import Campaign
from services.reminders import campaign_forecast, campaign_results, campaigns, counts

WEEK = timedelta(days=7)


def home(words: Words, session: Session, stopped: bool, now: datetime) -> str:
    """The title, whether all is stopped, and what became of the week's reminders."""
    parts = [words.text("campaigns.title")]
    if stopped:
        parts.append(words.text("campaigns.are_stopped"))
    found = counts.since(session, now - WEEK)
    if found:
        lines = [words.text("campaigns.week")]
        lines += [
            words.text(f"campaigns.outcome_{outcome}", people=number)
            for outcome, number in found.items()
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def one(words: Words, session: Session, policy: Policy, campaign: Campaign, now: datetime) -> str:
    """A campaign: whom it is for, how many are held and why, when it goes, how far it is."""
    lines = [
        words.text(
            "campaigns.one",
            number=campaign.id,
            state=words.label(f"campaigns.state_{campaign.state}"),
        ),
        words.text(
            "campaigns.audience",
            agency=campaign.agency or words.label("campaigns.every_agency"),
            category=words.label(
                f"category.{campaign.category}" if campaign.category else "campaigns.every_category"
            ),
            year=str(campaign.year) if campaign.year else words.label("campaigns.every_year"),
        ),
        words.text("campaigns.size", people=campaign.audience),
    ]
    if campaign.state == "preparing":
        lines.append(words.text("campaigns.still_preparing"))
        return "\n".join(lines)
    ready = campaigns.ready_count(campaign)
    lines.append(words.text("campaigns.ready", people=ready))
    for reason, number in sorted(campaign.counts.items(), key=lambda pair: -pair[1]):
        if reason != "ready":
            lines.append(words.text(f"campaigns.outcome_{reason}", people=number))
    lines.append(words.text("campaigns.days", first=campaign.starts_on, last=campaign.last))
    if campaign.state in ("ready", "approved", "running"):
        lines += _forecast(words, session, policy, campaign, now)
    if campaign.state not in ("ready", "approved"):
        lines += _progress(words, session, policy, campaign)
    return "\n".join(lines)


def _forecast(
    words: Words, session: Session, policy: Policy, campaign: Campaign, now: datetime
) -> list[str]:
    """How long sending takes, when it ends, and how many will not be reached by then."""
    found = campaign_forecast.of(session, policy, campaign, now)
    minutes = -(-int(found.takes.total_seconds()) // 60)
    lines = [words.text("campaigns.duration", hours=minutes // 60, minutes=minutes % 60)]
    if found.ends is not None:
        lines.append(words.text("campaigns.ends", at=found.ends))
    if found.fits < found.left:
        lines.append(words.text("campaigns.does_not_fit", people=found.left - found.fits))
    return lines


def _progress(words: Words, session: Session, policy: Policy, campaign: Campaign) -> list[str]:
    """How far it is; once it sends no more, also what people did. Of three million that takes a
    few seconds, so it is not counted again each time someone looks at a campaign on its way."""
    over = campaign.state != "running"
    found = (
        campaign_results.of(session, policy, campaign)
        if over
        else campaign_results.outcomes(session, campaign)
    )
    of = campaign_results.total(found).counts
    lines = [
        "",
        words.text("campaigns.progress", sent=of["sent"], left=of["ready"] + of["queued"]),
        words.text("campaigns.trouble", failed=of["failed"], unknown=of["unknown"]),
    ]
    if over:
        lines.append(
            words.text(
                "campaigns.effect",
                days=policy.reminder_rules(campaign.last).result_window_days,
                paid=of["paid"],
                amount=of["paid_centimes"],
                plans=of["plans"],
                opted_out=of["opted_out"],
                complaints=of["complaints"],
            )
        )
    return lines
