"""What can be wrong with the policy: a file that does not read, a day without a rule."""

from __future__ import annotations

from datetime import date


class PolicyError(ValueError):
    """A policy file is wrong; the message starts with `file:line`, for whoever edits it."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class NoRule(LookupError):
    """No row of a table is in force on a day; `table` and `on` say which."""

    def __init__(self, table: str, on: date, subject: str = "") -> None:
        about = f" for {subject}" if subject else ""
        super().__init__(f"no row of [[{table}]] is in force on {on.isoformat()}{about}")
        self.table = table
        self.on = on
        self.subject = subject
