"""What the stand-in answers when Telegram would refuse a call.

Descriptions are Telegram's own words (they are read by programs, not by people), so
that a bot which tells cases apart by description meets the real thing in tests.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call Telegram refuses: HTTP status and `error_code` are the same number."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Give the JSON body Telegram sends with this refusal."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str, **parameters: Any) -> Refusal:
    """Build the 400 most refusals are; `reason` goes in as Telegram words it."""
    return Refusal(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> Refusal:
    """Build the 403 of a chat that does not want or know the bot."""
    return Refusal(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    """Build the 429 of a limit; `retry_after` in whole seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")


class Impossible(Exception):
    """What a person cannot do in their own Telegram, such as writing in a foreign group.

    `code` names the reason for the page, which says it in the person's language.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code
