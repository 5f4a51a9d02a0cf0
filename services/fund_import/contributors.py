"""Loading contributors: a new number gets an identity, changed facts a new profile."""

from __future__ import annotations

from collections.abc import Sequence

from services.accounts import PHONE
from services.fund_import.context import Context, Outcome, fingerprints, identify
from services.fund_import.rows import ContributorRow
from services.fund_import.store import Row

_FACTS = "name_fr, name_ar, phone_fingerprint, category, agency, affiliated_on, ceased_on"
_COLUMNS = f"contributor_id, generation, phone_sealed, {_FACTS}"


def write(context: Context, batch: Sequence[tuple[int, ContributorRow]]) -> Outcome:
    """Write those of a batch who are new or whose facts changed."""
    store, vault = context.store, context.vault
    outcome = Outcome(
        noted=[(line, row.phone_fault) for line, row in batch if row.phone_fault is not None]
    )
    of_ssn = fingerprints(vault, (row.ssn for _, row in batch))
    with store.reading():
        ids = identify(store, of_ssn)
    newcomers = {ssn: print_ for ssn, print_ in of_ssn.items() if ssn not in ids}
    if newcomers:
        store.insert(
            "contributors",
            "ssn_fingerprint, ssn_sealed",
            [(fingerprint, vault.seal(ssn)) for ssn, fingerprint in newcomers.items()],
        )
        with store.reading():
            ids |= identify(store, newcomers)
    held = _held_profiles(context, [ids[ssn] for ssn in of_ssn if ssn not in newcomers])
    rows = []
    for _, row in batch:
        contributor_id = ids[row.ssn]
        facts = _facts(context, row)
        before = held.get(contributor_id)
        if before == facts:
            outcome.unchanged += 1
            continue
        if before is not None:
            context.note_replaced("profiles", contributor_id)
        sealed = None if row.phone is None else vault.seal(row.phone)
        rows.append((contributor_id, context.generation, sealed, *facts))
    rows.sort(key=lambda row: row[0])
    store.insert("profiles", _COLUMNS, rows)
    outcome.written = len(rows)
    return outcome


def _facts(context: Context, row: ContributorRow) -> Row:
    phone = None if row.phone is None else context.vault.fingerprint(row.phone, PHONE)
    return (
        row.name_fr,
        row.name_ar,
        phone,
        row.category,
        row.agency,
        row.affiliated_on,
        row.ceased_on,
    )


def _held_profiles(context: Context, contributor_ids: list[int]) -> dict[int, Row]:
    """The newest profile of each contributor, as `_facts` writes it."""
    if "profiles" in context.empty or not contributor_ids:
        return {}
    held: dict[int, tuple[int, Row]] = {}
    with context.store.reading():
        for contributor_id, generation, *facts, affiliated_on, ceased_on in context.store.rows_of(
            f"contributor_id, generation, {_FACTS}",
            "profiles",
            "contributor_id",
            contributor_ids,
            kind="bigint",
        ):
            if contributor_id not in held or held[contributor_id][0] < generation:
                days = (None if day is None else str(day) for day in (affiliated_on, ceased_on))
                held[contributor_id] = (generation, (*facts, *days))
    return {contributor_id: facts for contributor_id, (_, facts) in held.items()}
