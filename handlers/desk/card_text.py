"""A case as the staff read it: facts, clocks, words, history."""

from __future__ import annotations

from handlers import shown_files, whose
from handlers.buttons import Button
from handlers.complaints.receipt import figures_text
from handlers.desk.names import language_of, shown_name
from handlers.words import Words
from services import accounts, staff
from services.complaints import clock, desk, evidence, letters
from services.complaints.evidence import Kept
from services.complaints.letters import Letter
from services.complaints.office import Office
from services.complaints.state import Happening
from services.complaints.store import Case
from services.identity import mask_ssn
from services.references import CENTRAL
from services.staff import Member

SHOWN = 8  # newest lines of the history
QUOTE = 1_500  # characters of one message in the history


def card(words: Words, office: Office, member: Member, case: Case) -> str:
    parts = [
        facts(words, office, member, case),
        clocks(words, office, case),
    ]
    if complaint := _complaint(words, office, case):
        parts.append(complaint)
    if case.figures and desk.identity_shown(member, case):
        parts.append(figures_text(words, case.figures))
    if history := _history(words, office, case):
        parts.append(history)
    return "\n\n".join(parts)


def group_card(words: Words, office: Office, case: Case) -> str:
    """The card in a group: whoever is added to it reads no name, no number and no words."""
    progress = case.progress
    owner = staff.of(office.session, progress.owner) if progress.owner is not None else None
    lines = [*_head(words, office, case)]
    if progress.owner is not None:
        lines.append(words.text("desk.owner", name=shown_name(words, owner)))
    if files := evidence.count(office, case):
        lines.append(words.text("desk.files", n=files))
    parts = ["\n".join(lines), clocks(words, office, case)]
    if history := _history(words, office, case, with_words=False):
        parts.append(history)
    return "\n\n".join(parts)


def writing_rows(case: Case) -> list[list[Button]]:
    """What can be written for an open case, the same in private chat and in a group."""

    def button(kind: str, label: str) -> Button:
        return Button(label, "desk.write", f"{case.id}:{kind}")

    elsewhere = [] if case.restricted else [button("transfer", "desk.transfer")]
    return [
        [button("answer", "desk.answer"), button("ask", "desk.ask")],
        [button("note", "desk.note"), button("resolve", "desk.resolve")],
        [*elsewhere, button("raise", "desk.hand_up")],
    ]


def facts(words: Words, office: Office, member: Member, case: Case) -> str:
    progress = case.progress
    owner = staff.of(office.session, progress.owner) if progress.owner is not None else None
    head, *rest = _head(words, office, case)
    lines = [
        head,
        who(words, office, member, case),
        words.text("desk.speaks", language=words.label(f"desk.speaks_{language_of(office, case)}")),
        *rest,
    ]
    if progress.owner is not None:
        lines.append(words.text("desk.owner", name=shown_name(words, owner)))
    if progress.reopened:
        lines.append(words.text("desk.reopened", n=progress.reopened))
    return "\n".join(lines)


def _head(words: Words, office: Office, case: Case) -> list[str]:
    """What the case is and where it stands, without anything of its person."""
    progress = case.progress
    lines = [
        words.text(
            "desk.head",
            reference=case.reference,
            category=words.label(f"category.{case.category}"),
        )
    ]
    if case.restricted:
        lines.append(words.text("desk.restricted"))
    lines.append(words.text("desk.agency", agency=agency_name(words, office, case.agency)))
    if progress.desk != case.agency:
        lines.append(words.text("desk.at_desk", desk=agency_name(words, office, progress.desk)))
    lines.append(
        words.text(
            "desk.stands",
            status=words.label(f"desk.status_{progress.status.value}"),
            level=words.label(f"desk.level_{progress.level.value}"),
        )
    )
    return lines


def who(words: Words, office: Office, member: Member, case: Case) -> str:
    """Name and masked number; nothing of it where the citizen hid it from the agency."""
    if not desk.identity_shown(member, case):
        return words.text("desk.who_anonymous")
    if case.contributor_id is None:
        return words.text("desk.who_not_linked")
    name = whose.name_in(words, office.session, case.contributor_id)
    ssn = accounts.ssn_of(office.session, office.vault, case.contributor_id)
    key = "desk.who_hidden_from_agency" if case.anonymous else "desk.who"
    return words.text(key, name=name, ssn=mask_ssn(ssn))


def recipient(words: Words, office: Office, member: Member, case: Case) -> str:
    """Who an answer goes to, in a few plain words."""
    if case.contributor_id is None or not desk.identity_shown(member, case):
        return words.label("desk.the_citizen")
    name = whose.name_in(words, office.session, case.contributor_id)
    return name or words.label("desk.the_citizen")


def clocks(words: Words, office: Office, case: Case) -> str:
    targets = office.targets(case.filed_at)
    shown = clock.read(case.progress, office.now, targets=targets, calendars=office.calendar)
    lines = [
        words.text("desk.filed", at=case.filed_at),
        words.text(
            "desk.working",
            hours=str(shown.working // clock.HOUR),
            target=str(targets.resolution // clock.HOUR),
        ),
    ]
    for name, due in (("answer", shown.answer_by), ("resolve", shown.resolve_by)):
        if due is not None:
            state = "late" if due <= office.now else "by"
            lines.append(words.text(f"desk.{name}_{state}", by=due))
    if shown.paused:
        lines.append(words.text("desk.paused", hours=str(shown.paused // clock.HOUR)))
    return "\n".join(lines)


def _complaint(words: Words, office: Office, case: Case) -> str:
    said = [one for one in letters.of(office, case).values() if one.kind == "complaint"]
    lines = [words.text("desk.said", text=one.text) for one in said]  # none once it was erased
    if files := evidence.of(office, case):
        lines.append(words.text("desk.files", n=len(files)))
        lines += [shown_files.not_kept(words, one) for one in files if not one.can_be_shown]
    return "\n".join(lines)


def _history(words: Words, office: Office, case: Case, *, with_words: bool = True) -> str:
    said = letters.of(office, case) if with_words else {}
    joined = evidence.by_letter(office, case) if with_words else {}
    lines = [_line(words, office, one, said, joined) for one in case.happenings[1:]][-SHOWN:]
    return "\n".join([words.text("desk.history"), *lines]) if lines else ""


def _line(
    words: Words,
    office: Office,
    happening: Happening,
    said: dict[int, Letter],
    joined: dict[int, list[Kept]],
) -> str:
    by = happening.staff_id
    if by is not None:
        actor = shown_name(words, staff.of(office.session, by))
    elif happening.actor.startswith("person:"):
        actor = words.label("desk.the_citizen")
    else:
        actor = words.label("desk.the_clock")
    line = words.text(
        "desk.line",
        at=happening.at,
        who=actor,
        what=words.label(f"desk.did_{happening.name}"),
    )
    letter = said.get(happening.data.get("message", 0))
    if letter is None or happening.name == "message_withdrawn":
        return line
    lines = [line]
    if letter.text:
        text = letter.text if len(letter.text) <= QUOTE else f"{letter.text[:QUOTE]}…"
        key = "desk.quoted_withdrawn" if letter.withdrawn_at is not None else "desk.quoted"
        lines.append(words.text(key, text=text))
    if files := joined.get(letter.id):
        lines.append(words.text("evidence.attached", n=len(files)))
    return "\n".join(lines)


def agency_name(words: Words, office: Office, code: str) -> str:
    if code == CENTRAL:
        return words.label("desk.central")
    found = office.agencies.get(code)
    if found is None:
        return code
    name = found.name_ar if words.right_to_left else found.name_fr
    return words.label("complaint.agency_button", code=code, name=name)


def agency_title(words: Words, office: Office, code: str) -> str:
    """An agency as a citizen knows it, without its code."""
    found = office.agencies.get(code)
    if found is None:
        return code
    return found.name_ar if words.right_to_left else found.name_fr
