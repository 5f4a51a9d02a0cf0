"""/campaigns: a message to everyone who is late, by agency, category and year; two pairs of eyes.

The central level starts one; a second officer or a manager approves it; either pauses or stops
it, and one switch stops all.
"""

from __future__ import annotations

from handlers.campaigns import deciding, showing, starting
from handlers.campaigns.guard import guarded
from handlers.conversation import Action, Conversation, Step

CONVERSATION = Conversation(
    name="campaigns",
    personal=False,  # staff are asked for their role, not for consent
    commands={"campaigns": guarded(showing.home)},
    steps=(
        Step(
            "campaigns.agency",
            ask=guarded(starting.ask_agency),
            answer=guarded(starting.answer_agency),
        ),
        Step("campaigns.category", ask=guarded(starting.ask_category), back="campaigns.agency"),
        Step("campaigns.year", ask=guarded(starting.ask_year), back="campaigns.category"),
        Step("campaigns.within", ask=guarded(starting.ask_within), back="campaigns.year"),
    ),
    actions={
        "campaigns.open": Action(guarded(showing.home)),
        "campaigns.show": Action(guarded(showing.show)),
        "campaigns.new": Action(guarded(starting.new)),
        "campaigns.examples": Action(guarded(showing.examples)),
        "campaigns.ask": Action(guarded(deciding.ask_approval)),
        "campaigns.approve": Action(guarded(deciding.approve)),
        "campaigns.pause": Action(guarded(deciding.pause)),
        "campaigns.resume": Action(guarded(deciding.resume)),
        "campaigns.stop": Action(guarded(deciding.stop)),
        "campaigns.stop_all": Action(guarded(deciding.stop_all)),
        "campaigns.allow": Action(guarded(deciding.allow)),
        "campaigns.result": Action(guarded(showing.result)),
        "campaigns.people": Action(guarded(showing.people)),
        "campaigns.agency_is": Action(guarded(starting.agency_is), step="campaigns.agency"),
        "campaigns.category_is": Action(guarded(starting.category_is), step="campaigns.category"),
        "campaigns.year_is": Action(guarded(starting.year_is), step="campaigns.year"),
        "campaigns.within_is": Action(guarded(starting.within_is), step="campaigns.within"),
    },
    papers={
        "campaign_result": showing.make_result,
        "campaign_people": showing.make_people,
    },
)
