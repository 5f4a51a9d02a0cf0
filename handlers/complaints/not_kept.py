"""What is said when the fund could not keep a file: to whoever sent it, and on the card.

The citizen is told which file, why, and what to send instead; staff see it on the card, and
hear of their own files only.
"""

from __future__ import annotations

from handlers.buttons import Button
from handlers.desk import forum as topics
from handlers.kit import Kit
from handlers.notices import tell as tell_person
from handlers.words import Words
from services.complaints import evidence, letters
from services.complaints.evidence import Kept
from services.complaints.office import Office
from services.complaints.store import Case
from services.outbox import Lane, Outbox


def tell(kit: Kit, outbox: Outbox, office: Office, case: Case, file_id: int) -> None:
    """A file of a case was refused or lost, which is in the records already."""
    found = evidence.one(office, file_id)
    if found is None:
        return
    _, file = found
    topics.refresh(kit, outbox, office, case)
    if file.message_id is not None:
        _tell_author(kit, outbox, office, case, file)
    elif case.progress.status.is_open:  # else there is nothing it could be sent to
        tell_person(
            kit,
            office.session,
            outbox,
            case.telegram_id,
            "evidence.kept_out",
            [[Button("cases.add", "cases.add", str(case.id))]],
            reference=case.reference,
            what=lambda words: what(words, file),
            why=lambda words: words.label(f"evidence.why_{file.reason}"),
        )


def what(words: Words, file: Kept) -> str:
    """A file as its sender knows it."""
    if file.name:
        return words.label("evidence.named", name=file.name)
    return words.label(f"evidence.a_{file.kind}")


def _tell_author(kit: Kit, outbox: Outbox, office: Office, case: Case, file: Kept) -> None:
    letter = letters.of(office, case).get(file.message_id or 0)
    if letter is not None:
        tell_person(
            kit,
            office.session,
            outbox,
            int(letter.author.partition(":")[2]),
            "evidence.own_out",
            [[Button("desk.open_case", "desk.show", str(case.id))]],
            lane=Lane.STAFF,
            repeatable=False,
            reference=case.reference,
            why=lambda words: words.label(f"evidence.why_{file.reason}"),
        )
