"""The paper of a signed plan, made when it is about to leave."""

from __future__ import annotations

from handlers.papers.order import Draw, NotToBeMade, Order
from handlers.plans.summary import summary
from services.office import Office
from services.plans import access
from services.plans.access import NoSuchPlan


def make(order: Order) -> Draw:
    """The summary with the schedule as it is now, for whoever may still see the plan."""
    office = Office(order.session, order.kit.policy, order.kit.vault, order.at)
    try:
        plan = access.for_citizen(office, order.telegram_id, order.details["plan"])
    except NoSuchPlan:
        raise NotToBeMade from None
    found = summary(order.words, office, plan)

    def draw() -> bytes:
        from handlers.papers import plan as paper  # 33 MiB of memory, for the first paper only

        return paper.write(order.words, found, at=order.at)

    return draw
