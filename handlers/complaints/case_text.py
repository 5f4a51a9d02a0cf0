"""A case in plain words, as its citizen reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.words import Words
from services.complaints import citizen, evidence, filing, letters
from services.complaints.evidence import Kept
from services.complaints.letters import Letter
from services.complaints.office import Office
from services.complaints.state import Happening, Status
from services.complaints.store import Case

# What the fund does among itself is not the citizen's concern.
SILENT = frozenset(
    {
        "noted",
        "released",
        "assigned",
        "warned",
        "late",
        "number_seen",
        "files_seen",
        "review_requested",
    }
)
SHOWN = 12  # events; the first and the newest


def case(words: Words, office: Office, case: Case) -> str:
    """The whole message: what it is, where it stands, what happened."""
    return "\n\n".join((head(words, office, case), timeline(words, office, case)))


def head(words: Words, office: Office, case: Case) -> str:
    progress = case.progress
    lines = [
        words.text(
            "cases.head",
            reference=case.reference,
            category=words.label(f"category.{case.category}"),
        ),
        words.text(f"cases.status_{progress.status.value}"),
    ]
    if progress.status.is_open and progress.status is not Status.WAITING:
        late = progress.promised_by is not None and progress.promised_by < office.now
        _, resolve_by = filing.promises(case)
        if progress.first_answered_at is None and progress.promised_by is not None:
            key = "cases.promise_late" if late else "cases.promise"
            lines.append(words.text(key, by=progress.promised_by))
        elif resolve_by > office.now:
            lines.append(words.text("cases.promise_resolution", by=resolve_by))
    if citizen.may_do(office, case).reopen and progress.resolved_at is not None:
        days = office.targets(case.filed_at).close_after_days
        until = progress.resolved_at + timedelta(days=days)
        lines.append(words.text("cases.may_contest", until=until))
    return "\n".join(lines)


def timeline(words: Words, office: Office, case: Case) -> str:
    """What happened, oldest first, with the words exchanged."""
    said = letters.of(office, case)
    joined = evidence.by_letter(office, case)
    lines = [
        line
        for happening in case.happenings
        if happening.name not in SILENT and "letter" not in happening.data
        if (line := _line(words, happening, said, joined))
    ]
    if len(lines) > SHOWN:
        lines = [lines[0], words.text("cases.some_left_out"), *lines[-SHOWN + 2 :]]
    return "\n".join(lines)


def _line(
    words: Words, happening: Happening, said: dict[int, Letter], joined: dict[int, list[Kept]]
) -> str:
    data = happening.data
    variant = {
        "raised": data.get("why", ""),
        "message_withdrawn": data.get("kind", ""),
        "closed": data.get("why", ""),
    }.get(happening.name, "")
    key = f"cases.line_{happening.name}" + (f"_{variant}" if variant else "")
    if not words.has(key):  # a note withdrawn, a word after the stars
        return ""
    letter = said.get(data.get("message", 0))
    if happening.name == "filed":
        letter = next((one for one in said.values() if one.kind == "complaint"), None)
    if letter is not None and letter.kind == "word":
        return ""
    line = words.text(
        key,
        at=happening.at,
        **({"by": datetime.fromisoformat(data["by"])} if happening.name == "promised" else {}),
        **({"stars": "★" * data["stars"]} if happening.name == "rated" else {}),
    )
    if letter is None or letter.kind in letters.INTERNAL or letter.withdrawn_at is not None:
        return line
    lines = [line, words.text("cases.quoted", text=letter.text)]
    if files := joined.get(letter.id):
        lines.append(words.text("evidence.attached", n=len(files)))
    return "\n".join(lines)
