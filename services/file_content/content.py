"""What a file is, or why it is kept out."""

from __future__ import annotations

from dataclasses import dataclass

REASONS = (
    "empty",
    "too_large",  # said by whoever fetches it
    "truncated",  # it breaks off: a picture or recording that did not arrive whole
    "broken",  # it is what it says, but cannot be opened
    "locked",  # it opens only with a password
    "dangerous",  # a program, a script, a document with programs in it
    "archive",  # it hides what is in it
    "bomb",  # it unpacks to far more than it is
    "unknown",  # nothing that can be opened for sure
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is: its type, and the extension by which telephones open it."""

    code: str
    mime: str
    extension: str


class ContentRefused(ValueError):
    """A file that is kept out; `reason` is one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        assert reason in REASONS
        super().__init__(reason)
        self.reason = reason
