"""Faults on purpose: what a bot's transport must survive.

A fault is set for a method or for all, for the next N calls or by probability. Each
kind says by default whether the call takes effect before things go wrong; `effect`
decides otherwise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

# kind -> does the call take effect when nothing else is said
KINDS: dict[str, bool] = {
    "too_many": False,  # 429 with retry_after
    "forbidden": False,  # 403 bot was blocked by the user
    "bad_request": False,  # 400 with a description of choice
    "unauthorized": False,  # 401
    "error_500": False,  # 500 in Telegram's JSON
    "bad_gateway": False,  # 502 with an HTML body, as from a proxy in between
    "slow": True,  # answers right, after delay_s
    "drop_before": False,  # closes the connection, nothing done
    "drop_after": True,  # closes the connection, all done
    "broken_json": True,  # 200 with a body that is not JSON
    "truncated": True,  # 200 with half of the announced body
    "wrong_type": True,  # 200 with an HTML page instead of JSON
}


@dataclass(slots=True)
class Fault:
    """One kind of trouble; `times` None means until cleared."""

    kind: str
    method: str = "*"
    times: int | None = 1
    probability: float = 1.0
    effect: bool | None = None
    retry_after: int = 1
    delay_s: float = 0.0
    description: str = ""
    chat_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(KINDS)}")

    @property
    def takes_effect(self) -> bool:
        """Say whether the call is carried out all the same."""
        return KINDS[self.kind] if self.effect is None else self.effect


class Faults:
    """The faults in force, asked once for each call."""

    def __init__(self, seed: int = 0) -> None:
        self.active: list[Fault] = []
        self.random = random.Random(seed)

    def add(self, kind: str, **details: Any) -> Fault:
        """Set a fault; see `Fault` for its details."""
        fault = Fault(kind, **details)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """End all faults."""
        self.active.clear()

    def pick(self, method: str, chat_id: str) -> Fault | None:
        """Give the fault that hits this call, None when it is spared."""
        for fault in self.active:
            if fault.method not in ("*", method):
                continue
            if fault.method == "*" and method == "getUpdates":
                continue  # "all" means all that the bot says; polling is named on purpose
            if fault.chat_id is not None and str(fault.chat_id) != chat_id:
                continue
            if fault.probability < 1 and self.random.random() >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None
