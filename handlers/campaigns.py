"""/campaigns: a message to everyone who is late, by agency, category and year; two pairs of eyes.

The central level starts one; a second officer or a manager approves it; either pauses or stops
it, and one switch stops all. Also the job `campaigns`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers import campaign_text, general, reminder_text
from handlers.buttons import Button
from handlers.conversation import Action, Conversation, Step
from handlers.notices import tell
from handlers.turn import Kit, Turn
from services import accounts
from services.outbox import Lane, Outbox
from services.people import Role
from services.policy.category import Category
from services.records.reminders import Campaign
from services.reminders import campaign_results, campaign_work, campaigns, letters
from services.reminders.campaigns import NoSuchCampaign, NotAllowed, NotNow, SecondPairOfEyes

LISTED = 6
EXAMPLES = 10
WITHIN_DAYS = (3, 7, 14, 30)
_ALL = "all"


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> bool:
    """The job: a slice of preparing, else a slice of sending; True when there is more."""
    letters.settle(session)
    preparing = session.scalars(
        select(Campaign).where(Campaign.state == "preparing").order_by(Campaign.id).limit(1)
    ).one_or_none()
    if preparing is not None:
        if not campaign_work.prepare(session, kit.policy, preparing, now):
            _tell_ready(kit, session, outbox, preparing)
        return True
    if campaigns.are_stopped(session):
        return False
    say = reminder_text.sayer(kit, session, outbox)
    going = session.scalars(
        select(Campaign).where(Campaign.state.in_(("approved", "running"))).order_by(Campaign.id)
    ).all()
    return any(campaign_work.send(session, kit.policy, one, now, say) for one in going)


def guarded(handler: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """Run for those who may; to anyone else there is no such command and no such button."""

    def inner(turn: Turn) -> None:
        try:
            campaigns.member(turn.session, turn.caller.telegram_id)
            handler(turn)
        except (NotAllowed, NoSuchCampaign):
            if (turn.caller.step or "").startswith("campaigns."):
                turn.close()
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            else:
                general.unknown_command(turn)
        except NotNow:
            turn.toast("campaigns.not_now", alert=True)
            _show(turn, campaigns.one(turn.session, turn.caller.telegram_id, _number(turn)))
        except SecondPairOfEyes:
            turn.toast("campaigns.four_eyes", alert=True)

    return inner


# --- looking --------------------------------------------------------------------------------


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
    turn.show_html(campaign_text.home(turn.words, turn.session, stopped, turn.now), rows)


def show(turn: Turn) -> None:
    """One campaign as it stands."""
    _show(turn, campaigns.one(turn.session, turn.caller.telegram_id, _number(turn)))


def examples(turn: Turn) -> None:
    """Ten messages as they would arrive, without the names of those they go to."""
    campaign = campaigns.one(turn.session, turn.caller.telegram_id, _number(turn))
    found = campaign_work.examples(turn.session, turn.kit.policy, campaign, EXAMPLES, turn.now)
    turn.press = None  # the campaign stays in sight
    texts = [
        reminder_text.text(turn.kit.words[letter.language], turn.session, letter)
        for letter in found
    ]
    parts = [turn.words.text("campaigns.examples", n=len(texts)), *texts]
    turn.say_html("\n\n———\n\n".join(parts))


def result(turn: Turn) -> None:
    """What came of it so far, as a file."""
    campaign = campaigns.one(turn.session, turn.caller.telegram_id, _number(turn))
    found = campaign_results.of(turn.session, turn.kit.policy, campaign, turn.now)
    turn.say_document(
        f"campaign-{campaign.id}.csv",
        "text/csv",
        campaign_results.as_csv(found),
        "campaigns.result",
        number=campaign.id,
        days=turn.kit.policy.reminder_rules(campaign.last).result_window_days,
    )


# --- deciding -------------------------------------------------------------------------------


def ask_approval(turn: Turn) -> None:
    """Ask everyone who may approve."""
    campaign = campaigns.one(turn.session, turn.caller.telegram_id, _number(turn))
    if campaign.state != "ready":
        raise NotNow(campaign.state)
    asked = 0
    for one in campaigns.approvers(turn.session, campaign):
        call = tell(
            turn.kit,
            turn.session,
            turn.outbox,
            one.telegram_id,
            "campaigns.asked",
            [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
            lane=Lane.STAFF,
            number=campaign.id,
            people=campaigns.ready_count(campaign),
        )
        asked += call is not None
    turn.toast("campaigns.approval_asked" if asked else "campaigns.nobody_approves", alert=True)


def approve(turn: Turn) -> None:
    campaign = campaigns.approve(turn.session, turn.caller.telegram_id, _number(turn), turn.now)
    turn.toast("campaigns.approved")
    tell(
        turn.kit,
        turn.session,
        turn.outbox,
        campaign.started_by,
        "campaigns.news_approved",
        [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
        lane=Lane.STAFF,
        number=campaign.id,
        day=campaign.starts_on,
    )
    _show(turn, campaign)


def pause(turn: Turn) -> None:
    _show(
        turn,
        campaigns.pause(turn.session, turn.caller.telegram_id, _number(turn), turn.now),
    )


def resume(turn: Turn) -> None:
    _show(
        turn,
        campaigns.resume(turn.session, turn.caller.telegram_id, _number(turn), turn.now),
    )


def stop(turn: Turn) -> None:
    _show(
        turn,
        campaigns.stop(turn.session, turn.caller.telegram_id, _number(turn), turn.now),
    )


def stop_all(turn: Turn) -> None:
    """The one switch."""
    campaigns.stop_all(turn.session, turn.caller.telegram_id, turn.now)
    turn.toast("campaigns.all_stopped", alert=True)
    home(turn)


def allow(turn: Turn) -> None:
    campaigns.allow_again(turn.session, turn.caller.telegram_id, turn.now)
    home(turn)


# --- starting -------------------------------------------------------------------------------


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


# --- inside ---------------------------------------------------------------------------------


def _show(turn: Turn, campaign: Campaign) -> None:
    number = str(campaign.id)
    rows: list[list[Button]] = []
    if campaign.state == "ready":
        rows.append([Button("campaigns.button_examples", "campaigns.examples", number)])
        if campaign.started_by == turn.caller.telegram_id:
            rows.append([Button("campaigns.button_ask", "campaigns.ask", number)])
        else:
            rows.append([Button("campaigns.button_approve", "campaigns.approve", number)])
    if campaign.state in ("approved", "running"):
        rows.append([Button("campaigns.button_pause", "campaigns.pause", number)])
    if campaign.state == "paused":
        rows.append([Button("campaigns.button_resume", "campaigns.resume", number)])
    if campaign.state in campaigns.OPEN:
        rows.append([Button("campaigns.button_stop", "campaigns.stop", number)])
    if campaign.state not in ("preparing", "ready", "approved"):
        rows.append([Button("campaigns.button_result", "campaigns.result", number)])
    rows.append(
        [
            Button("campaigns.button_refresh", "campaigns.show", number),
            Button("campaigns.button_all", "campaigns.open"),
        ]
    )
    turn.show_html(
        campaign_text.one(turn.words, turn.session, turn.kit.policy, campaign, turn.now), rows
    )


def _tell_ready(kit: Kit, session: Session, outbox: Outbox, campaign: Campaign) -> None:
    tell(
        kit,
        session,
        outbox,
        campaign.started_by,
        "campaigns.news_ready",
        [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
        lane=Lane.STAFF,
        repeatable=False,
        number=campaign.id,
        people=campaigns.ready_count(campaign),
    )


def _number(turn: Turn) -> int:
    argument = turn.press.argument if turn.press is not None else ""
    if not argument.isdecimal() or len(argument) > 18:
        raise NoSuchCampaign
    return int(argument)


def _by_two(buttons: list[Button]) -> list[list[Button]]:
    return [buttons[place : place + 2] for place in range(0, len(buttons), 2)]


CONVERSATION = Conversation(
    name="campaigns",
    personal=False,  # staff are asked for their role, not for consent
    commands={"campaigns": guarded(home)},
    steps=(
        Step("campaigns.agency", ask=guarded(ask_agency), answer=guarded(answer_agency)),
        Step("campaigns.category", ask=guarded(ask_category), back="campaigns.agency"),
        Step("campaigns.year", ask=guarded(ask_year), back="campaigns.category"),
        Step("campaigns.within", ask=guarded(ask_within), back="campaigns.year"),
    ),
    actions={
        "campaigns.open": Action(guarded(home)),
        "campaigns.show": Action(guarded(show)),
        "campaigns.new": Action(guarded(new)),
        "campaigns.examples": Action(guarded(examples)),
        "campaigns.ask": Action(guarded(ask_approval)),
        "campaigns.approve": Action(guarded(approve)),
        "campaigns.pause": Action(guarded(pause)),
        "campaigns.resume": Action(guarded(resume)),
        "campaigns.stop": Action(guarded(stop)),
        "campaigns.stop_all": Action(guarded(stop_all)),
        "campaigns.allow": Action(guarded(allow)),
        "campaigns.result": Action(guarded(result)),
        "campaigns.agency_is": Action(guarded(agency_is), step="campaigns.agency"),
        "campaigns.category_is": Action(guarded(category_is), step="campaigns.category"),
        "campaigns.year_is": Action(guarded(year_is), step="campaigns.year"),
        "campaigns.within_is": Action(guarded(within_is), step="campaigns.within"),
    },
)
