"""The states of a plan and every move between them: this table is the only one.

`by` says who may make a move. A move marked `against` is to someone's disadvantage: only a
person decides it, never the machine (law 25-11); the table refuses to be loaded otherwise.
`docs/plans.md` draws it; a test compares the drawing with this table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    PREPARED = "prepared"  # opened by a clerk, waiting for the citizen's word
    REQUESTED = "requested"
    QUESTIONED = "questioned"
    OFFERED = "offered"  # granted by a person, waiting for the citizen's word
    ACTIVE = "active"
    LAPSE_PROPOSED = "lapse_proposed"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


WAITING = (State.PREPARED, State.REQUESTED, State.QUESTIONED, State.OFFERED)
LIVE = (State.ACTIVE, State.LAPSE_PROPOSED)
BEFORE_DECISION = (State.REQUESTED, State.QUESTIONED)


class By(StrEnum):
    CITIZEN = "citizen"
    CLERK = "clerk"
    DECIDER = "decider"  # the agency's director, or the central level
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow. `event` is what the trail calls it; `start` None begins a plan's life."""

    name: str
    start: State | None
    end: State
    by: By
    event: str
    against: bool = False


TABLE: tuple[Move, ...] = (
    Move("grant_at_once", None, State.ACTIVE, By.MACHINE, "plan.granted"),
    Move("request", None, State.REQUESTED, By.CITIZEN, "plan.requested"),
    Move("prepare", None, State.PREPARED, By.CLERK, "plan.prepared"),
    Move("confirm", State.PREPARED, State.ACTIVE, By.CITIZEN, "plan.granted"),
    Move("send", State.PREPARED, State.REQUESTED, By.CITIZEN, "plan.requested"),
    Move("decline", State.PREPARED, State.WITHDRAWN, By.CITIZEN, "plan.withdrawn"),
    Move("ask", State.REQUESTED, State.QUESTIONED, By.DECIDER, "plan.questioned"),
    Move("answer", State.QUESTIONED, State.REQUESTED, By.CITIZEN, "plan.answered"),
    Move("escalate", State.REQUESTED, State.REQUESTED, By.MACHINE, "plan.escalated"),
    Move("grant", State.REQUESTED, State.OFFERED, By.DECIDER, "plan.offered"),
    Move("grant_unasked", State.QUESTIONED, State.OFFERED, By.DECIDER, "plan.offered"),
    Move("refuse", State.REQUESTED, State.REFUSED, By.DECIDER, "plan.refused", against=True),
    Move(
        "refuse_unanswered",
        State.QUESTIONED,
        State.REFUSED,
        By.DECIDER,
        "plan.refused",
        against=True,
    ),
    Move("withdraw", State.REQUESTED, State.WITHDRAWN, By.CITIZEN, "plan.withdrawn"),
    Move("withdraw_asked", State.QUESTIONED, State.WITHDRAWN, By.CITIZEN, "plan.withdrawn"),
    Move("agree", State.OFFERED, State.ACTIVE, By.CITIZEN, "plan.agreed"),
    Move("turn_down", State.OFFERED, State.WITHDRAWN, By.CITIZEN, "plan.withdrawn"),
    Move("change", State.ACTIVE, State.ACTIVE, By.CITIZEN, "plan.changed"),
    Move("complete", State.ACTIVE, State.COMPLETED, By.MACHINE, "plan.completed"),
    Move("propose_lapse", State.ACTIVE, State.LAPSE_PROPOSED, By.MACHINE, "plan.lapse_proposed"),
    Move("replace", State.ACTIVE, State.REPLACED, By.CITIZEN, "plan.replaced"),
    Move("save", State.LAPSE_PROPOSED, State.ACTIVE, By.MACHINE, "plan.saved"),
    Move("delay", State.LAPSE_PROPOSED, State.ACTIVE, By.DECIDER, "plan.delayed"),
    Move(
        "escalate_lapse",
        State.LAPSE_PROPOSED,
        State.LAPSE_PROPOSED,
        By.MACHINE,
        "plan.lapse_escalated",
    ),
    Move(
        "confirm_lapse",
        State.LAPSE_PROPOSED,
        State.LAPSED,
        By.DECIDER,
        "plan.lapsed",
        against=True,
    ),
    Move("save_all", State.LAPSE_PROPOSED, State.COMPLETED, By.MACHINE, "plan.completed"),
    Move("replace_late", State.LAPSE_PROPOSED, State.REPLACED, By.CITIZEN, "plan.replaced"),
)


class NotNow(Exception):
    """The plan's state has no such move: someone was quicker, or it is over."""

    def __init__(self, state: State, wanted: str) -> None:
        super().__init__(f"{wanted} is not possible while {state.value}")
        self.state = state
        self.wanted = wanted


def move(state: State | None, *, by: By, event: str) -> Move:
    """The arrow that leaves a state with this event.

    Raises:
        NotNow: there is none.
    """
    for one in TABLE:
        if one.start is state and one.by is by and one.event == event:
            return one
    raise NotNow(state or State.PREPARED, event)


def derive(names: Iterable[str]) -> State | None:
    """Where the events of a plan lead, from its first on; those that are no move change nothing.

    Raises:
        NotNow: a move that the table does not have there.
    """
    state: State | None = None
    for name in names:
        if name not in _MOVES:
            continue
        ends = {one.end for one in TABLE if one.start is state and one.event == name}
        if not ends:
            raise NotNow(state or State.PREPARED, name)
        [state] = ends
    return state


def drawing() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    for one in TABLE:
        start = "[*]" if one.start is None else one.start.value
        lines.append(f"    {start} --> {one.end.value}: {one.name} ({one.by.value})")
    ends = {one.end for one in TABLE} - {one.start for one in TABLE}
    lines += [f"    {state.value} --> [*]" for state in State if state in ends]
    return "\n".join(lines)


_MOVES = frozenset(one.event for one in TABLE)

if wrong := [one.name for one in TABLE if one.against and one.by is not By.DECIDER]:
    raise ValueError(f"a move against a person must be a person's: {wrong}")
