"""Loading what belongs to an account: declared bases, payments, the fund's surcharges."""

from __future__ import annotations

from collections.abc import Sequence

from services.fund_import.context import UNKNOWN_SSN, Context, Outcome, fingerprints, identify
from services.fund_import.rows import PaymentRow, YearRow
from services.fund_import.store import Row


def write_declarations(context: Context, batch: Sequence[tuple[int, YearRow]]) -> Outcome:
    return _write_years(context, batch, table="declarations", columns="base", dated=False)


def write_surcharges(context: Context, batch: Sequence[tuple[int, YearRow]]) -> Outcome:
    return _write_years(context, batch, table="surcharges", columns="amount, as_of", dated=True)


def _write_years(
    context: Context,
    batch: Sequence[tuple[int, YearRow]],
    *,
    table: str,
    columns: str,
    dated: bool,
) -> Outcome:
    """Write the figures of (contributor, year) that are new or changed."""
    store = context.store
    outcome = Outcome()
    of_ssn = fingerprints(context.vault, (row.ssn for _, row in batch))
    with store.reading():
        ids = identify(store, of_ssn)
    known: list[tuple[tuple[int, int], Row]] = []
    for line, row in batch:
        contributor_id = ids.get(row.ssn)
        if contributor_id is None:
            outcome.refused.append((line, UNKNOWN_SSN))
        else:
            figure = (row.amount, row.as_of) if dated else (row.amount,)
            known.append(((contributor_id, row.year), figure))
    held = _held_figures(context, table, columns, [key for key, _ in known])
    rows = []
    for key, figure in known:
        before = held.get(key)
        if before == figure:
            outcome.unchanged += 1
            continue
        if before is not None:
            context.note_replaced(table, key[0])
        rows.append((*key, context.generation, *figure))
    rows.sort()
    store.insert(table, f"contributor_id, year, generation, {columns}", rows)
    outcome.written = len(rows)
    return outcome


def _held_figures(
    context: Context, table: str, columns: str, keys: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Row]:
    if table in context.empty or not keys:
        return {}
    held: dict[tuple[int, int], Row] = {}
    wanted = ", ".join(f"held.{column}" for column in columns.split(", "))
    with context.store.reading():
        for contributor_id, year, amount, *as_of in context.store.rows_of_pairs(
            f"held.contributor_id, held.year, {wanted}", table, keys
        ):
            held[contributor_id, year] = (amount, *map(str, as_of))
    return held


def write_payments(context: Context, batch: Sequence[tuple[int, PaymentRow]]) -> Outcome:
    """Write the payments that are new or changed; an amount of 0 cancels a receipt.

    A receipt that moves to another contributor is cancelled for the former one. A receipt
    unknown so far with an amount of 0 has nothing to cancel and leaves no row.
    """
    store = context.store
    outcome = Outcome()
    of_ssn = fingerprints(context.vault, (row.ssn for _, row in batch))
    with store.reading():
        ids = identify(store, of_ssn)
        held = _held_payments(context, [row.receipt for _, row in batch])
    rows: list[Row] = []
    for line, row in batch:
        contributor_id = ids.get(row.ssn)
        if contributor_id is None:
            outcome.refused.append((line, UNKNOWN_SSN))
            continue
        holders = held.get(row.receipt, {})
        changes = _changes(context, row, contributor_id, holders)
        for change in changes:
            if change[0] in holders:
                context.note_replaced("payments", change[0])
        rows += changes
        if changes:
            outcome.written += 1
        else:
            outcome.unchanged += 1
    rows.sort(key=lambda row: row[:2])
    store.insert(
        "payments", "contributor_id, receipt, generation, year, paid_on, amount, channel", rows
    )
    return outcome


def _changes(
    context: Context, row: PaymentRow, contributor_id: int, holders: dict[int, Row]
) -> list[Row]:
    """The rows that bring a receipt's holders to what its line says."""
    generation = context.generation
    changes: list[Row] = []
    for holder, (year, paid_on, amount, channel) in holders.items():
        if holder != contributor_id and amount:
            changes.append((holder, row.receipt, generation, year, paid_on, 0, channel))
    facts = (row.year, row.paid_on, row.amount, row.channel)
    before = holders.get(contributor_id)
    nothing_left = row.amount == 0 and (before is None or before[2] == 0)
    if before != facts and not nothing_left:
        changes.append((contributor_id, row.receipt, generation, *facts))
    return changes


def _held_payments(context: Context, receipts: list[str]) -> dict[str, dict[int, Row]]:
    """By receipt and contributor, the newest `(year, paid_on, amount, channel)`."""
    if "payments" in context.empty:
        return {}
    newest: dict[tuple[str, int], int] = {}
    held: dict[str, dict[int, Row]] = {}
    for (
        receipt,
        contributor_id,
        generation,
        year,
        paid_on,
        amount,
        channel,
    ) in context.store.rows_of(
        "receipt, contributor_id, generation, year, paid_on, amount, channel",
        "payments",
        "receipt",
        receipts,
        kind="varchar",
    ):
        if newest.get((receipt, contributor_id), -1) < generation:
            newest[receipt, contributor_id] = generation
            held.setdefault(receipt, {})[contributor_id] = (year, str(paid_on), amount, channel)
    return held
