"""Loading agencies. They are few, so the whole file is one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.accounts import AgencyCard
from services.fund_import.context import Context, Outcome
from services.fund_import.rows import AgencyRow


def write(
    context: Context, batch: Sequence[tuple[int, AgencyRow]], known: Mapping[str, AgencyCard]
) -> Outcome:
    """Write the agencies that differ from what is `known`.

    A counter is refused when its parent is unknown, or when following parents never ends.
    """
    outcome = Outcome()
    good = _with_parents(batch, known, outcome)
    rows = []
    for _, row in good:
        held = known.get(row.code)
        if held is not None and AgencyRow(*_values(held)) == row:
            outcome.unchanged += 1
        else:
            rows.append((*row, context.generation))
    context.store.insert(
        "agencies", "code, name_fr, name_ar, wilaya, parent, affiliates, generation", rows
    )
    outcome.written = len(rows)
    return outcome


def _with_parents(
    batch: Sequence[tuple[int, AgencyRow]], known: Mapping[str, AgencyCard], outcome: Outcome
) -> list[tuple[int, AgencyRow]]:
    """The rows whose parents exist and end; refusing one may refuse those under it."""
    good = list(batch)
    while True:
        parents = {code: card.parent for code, card in known.items()}
        parents.update((row.code, row.parent) for _, row in good)
        refused = []
        for line, row in good:
            if row.parent is not None and row.parent not in parents:
                refused.append((line, "parent: unknown"))
            elif _goes_round(row.code, parents):
                refused.append((line, "parent: leads back to the agency itself"))
        if not refused:
            return good
        outcome.refused += refused
        lines = {line for line, _ in refused}
        good = [(line, row) for line, row in good if line not in lines]


def _goes_round(code: str, parents: Mapping[str, str | None]) -> bool:
    passed = {code}
    parent = parents.get(code)
    while parent is not None:
        if parent in passed:
            return True
        passed.add(parent)
        parent = parents.get(parent)
    return False


def _values(card: AgencyCard) -> tuple[str, str, str, str, str | None, int | None]:
    return (card.code, card.name_fr, card.name_ar, card.wilaya, card.parent, card.affiliates)
