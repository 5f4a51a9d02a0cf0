"""The calls that wait to be sent: a queue for each chat and lane, in the order of the outbox.

Only so many of a lane are kept in memory; the database holds the rest, and a newer call never
overtakes one that was left there. Of several edits of one message only the newest need leave:
a group takes 20 messages a minute, and a person who presses on reads the last answer anyway.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.outbox import Call, Lane

WINDOW = 500  # calls of a lane kept in memory beyond which the database keeps the rest

# Not messages: Telegram counts them apart, and a person pressing a button must not wait.
FREE_METHODS = frozenset(
    {
        "answerCallbackQuery",
        "setMyCommands",
        "deleteMyCommands",
        "setMyDescription",
        "setMyShortDescription",
        "setChatMenuButton",
    }
)


@dataclass(slots=True, eq=False)
class Queue:
    """The waiting calls of one chat in one lane."""

    chat: int
    lane: Lane
    calls: deque[Call] = field(default_factory=deque)
    listed: bool = False

    def put(self, call: Call) -> None:
        """In the order of the outbox, also what is found late or comes back."""
        place = len(self.calls)
        while place and self.calls[place - 1].id > call.id:
            place -= 1
        self.calls.insert(place, call)


Edited = tuple[int | None, int | None, int | None]
"""A message as edits name it: chat, the call that made it, or its id."""


def edited_by(call: Call) -> Edited | None:
    """The message a call gives a new state to; None for anything but such an edit."""
    if call.method != "editMessageText" or call.not_before is not None:
        return None
    shown = call.params.get("message_id")
    if isinstance(shown, int):
        return call.chat_id, None, shown
    return call.chat_id, call.after_id, None


@dataclass(slots=True)
class Edits:
    """The waiting edits of one message, and the newest of all that waited together."""

    newest: int
    waiting: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the outbox is to be read: at most so many calls a lane. What was left behind when
    the reading began tells afterwards whether it came to the end."""

    limits: Mapping[Lane, int]
    left_behind: Mapping[Lane, int]


class WaitingCalls:
    """What is known to wait. A call taken from a queue stays known until it is forgotten."""

    def __init__(self) -> None:
        self.free: deque[Call] = deque()
        self.room = asyncio.Event()  # set when more may be read from the database
        self._queues: dict[tuple[int, Lane], Queue] = {}
        # Those of which the first call may leave, as soon as the limits let it.
        self._ready: dict[Lane, deque[Queue]] = {lane: deque() for lane in Lane}
        self._busy_chats: set[int] = set()
        self._known: set[int] = set()
        self._lane_size: dict[Lane, int] = dict.fromkeys(Lane, 0)
        self._edits: dict[Edited, Edits] = {}
        self._edit_of: dict[int, Edited] = {}
        # Lanes of which the database holds more than is known here, by the last call left
        # there: until it is read, newer calls must not overtake it.
        self._left_behind: dict[Lane, int] = {}

    def __len__(self) -> int:
        return sum(self._lane_size.values())

    def knows(self, call_id: int) -> bool:
        return call_id in self._known

    # --- from the outbox ----------------------------------------------------------------

    def offer(self, call: Call) -> None:
        """A call just committed: into its queue if there is room, else the database keeps it."""
        if call.lane in self._left_behind or self._lane_size[call.lane] >= WINDOW:
            self._left_behind[call.lane] = call.id
        else:
            self._admit(call)

    def begin_reading(self) -> Reading:
        self.room.clear()
        return Reading(
            {lane: size + WINDOW for lane, size in self._lane_size.items() if size < WINDOW},
            dict(self._left_behind),
        )

    def take_in(self, reading: Reading, found: Mapping[Lane, Sequence[Call]]) -> None:
        """What a reading found; what is known already stays where it is."""
        for lane, calls in found.items():
            for call in calls:
                self._admit(call)
            if (last := self._left_behind.get(lane)) is None:
                continue
            read_to_the_end = len(calls) < reading.limits[lane] and last == reading.left_behind.get(
                lane
            )
            if last in self._known or read_to_the_end:
                del self._left_behind[lane]

    def _admit(self, call: Call) -> None:
        if call.id in self._known:
            return
        self._known.add(call.id)
        self._lane_size[call.lane] += 1
        if call.method in FREE_METHODS:
            self.free.append(call)
            return
        if (message := edited_by(call)) is not None:
            self._edit_of[call.id] = message
            edits = self._edits.setdefault(message, Edits(call.id))
            edits.waiting.add(call.id)
            edits.newest = max(edits.newest, call.id)
        chat = call.chat_id if call.chat_id is not None else 0
        queue = self._queues.get((chat, call.lane))
        if queue is None:
            queue = self._queues[(chat, call.lane)] = Queue(chat, call.lane)
        queue.put(call)
        self._list(queue)

    # --- leaving ------------------------------------------------------------------------

    def ready(self, lane: Lane) -> int:
        """How many queues of a lane may be looked at now, each once."""
        return len(self._ready[lane])

    def next_queue(self, lane: Lane) -> Queue | None:
        """The queue that waits longest for its turn; None when that one has nothing to send."""
        queue = self._ready[lane].popleft()
        queue.listed = False
        return queue if queue.calls and queue.chat not in self._busy_chats else None

    def put_back(self, queue: Queue) -> None:
        """Its turn comes later: the first call must still wait."""
        queue.listed = True
        self._ready[queue.lane].append(queue)

    def put_first(self, queue: Queue) -> None:
        """Its turn comes as soon as something changed: it stays before the others."""
        queue.listed = True
        self._ready[queue.lane].appendleft(queue)

    def hold_first(self, most: int, wanted: Callable[[Call], bool]) -> list[tuple[Call, Queue]]:
        """So many queues whose first call is wanted, by lane and in turn, taken from those that
        are ready; their chats are busy until they are released."""
        held: list[tuple[Call, Queue]] = []
        for lane in Lane:
            ready = self._ready[lane]
            passed: list[Queue] = []
            while ready and len(held) < most and len(passed) <= 2 * most:
                queue = ready.popleft()
                free = queue.calls and queue.chat not in self._busy_chats
                if free and wanted(queue.calls[0]):
                    queue.listed = False
                    self._busy_chats.add(queue.chat)
                    held.append((queue.calls[0], queue))
                else:
                    passed.append(queue)
            ready.extendleft(reversed(passed))
        return held

    def hold(self, queue: Queue) -> Call:
        """The first call of a queue, which stays in it; its chat is busy until it is released."""
        self._busy_chats.add(queue.chat)
        return queue.calls[0]

    def take_from(self, queue: Queue) -> Call:
        """The first call of a queue; its chat is busy until it is released."""
        self._busy_chats.add(queue.chat)
        return queue.calls.popleft()

    def release(self, chat: int) -> None:
        """The chat's call has ended: its next one may leave."""
        self._busy_chats.discard(chat)
        for lane in Lane:
            if (queue := self._queues.get((chat, lane))) is not None:
                if queue.calls:
                    self._list(queue)
                else:
                    del self._queues[(chat, lane)]

    def release_first(self, queue: Queue) -> None:
        """What was held may leave before what waits in its lane."""
        self._busy_chats.discard(queue.chat)
        if queue.calls and not queue.listed:
            self.put_first(queue)
        self.release(queue.chat)

    def is_overtaken(self, call: Call) -> bool:
        """Whether a newer edit of the same message waits, or left before this one (edits of one
        message may wait in two lanes)."""
        message = self._edit_of.get(call.id)
        return (
            message is not None
            and call.method == "editMessageText"  # not sent anew meanwhile
            and self._edits[message].newest > call.id
        )

    def drop_all_of(self, chat: int) -> list[Call]:
        """Take out what still waits for a chat; each stays known until it is forgotten."""
        dropped: list[Call] = []
        for lane in Lane:
            if (queue := self._queues.get((chat, lane))) is not None:
                dropped += queue.calls
                queue.calls.clear()
        return dropped

    def forget(self, call: Call) -> None:
        """The call has ended for good."""
        self._known.discard(call.id)
        if (message := self._edit_of.pop(call.id, None)) is not None:
            self._edits[message].waiting.discard(call.id)
            if not self._edits[message].waiting:
                del self._edits[message]
        self._lane_size[call.lane] -= 1
        if call.lane in self._left_behind and self._lane_size[call.lane] < WINDOW // 2:
            self.room.set()

    def _list(self, queue: Queue) -> None:
        if not queue.listed and queue.calls and queue.chat not in self._busy_chats:
            self.put_back(queue)
