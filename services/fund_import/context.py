"""What the parts of one load share, and what a batch of rows came to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.accounts import SSN
from services.fund_import.rows import Limits
from services.fund_import.store import Store
from services.vault import Vault

UNKNOWN_SSN = "ssn: unknown to the fund's contributors"


@dataclass(frozen=True, slots=True)
class Context:
    """One load at work. `empty` names the tables that held no row when it began."""

    store: Store
    vault: Vault
    generation: int
    limits: Limits
    empty: frozenset[str] = frozenset()
    # By table, the contributors who have rows that this load replaces.
    replaced: dict[str, array[int]] = field(default_factory=dict)

    def note_replaced(self, table: str, contributor_id: int) -> None:
        self.replaced.setdefault(table, array("q")).append(contributor_id)


@dataclass(slots=True)
class Outcome:
    """What a batch came to; `refused` and `noted` are lines with their reason."""

    written: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    noted: list[tuple[int, str]] = field(default_factory=list)


def fingerprints(vault: Vault, ssns: Iterable[str]) -> dict[str, bytes]:
    """The fingerprint of each different number."""
    return {ssn: vault.fingerprint(ssn, SSN) for ssn in dict.fromkeys(ssns)}


def identify(store: Store, of_ssn: dict[str, bytes]) -> dict[str, int]:
    """The contributor ids of those numbers that are known."""
    found: dict[bytes, Any] = dict(
        store.rows_of(
            "ssn_fingerprint, id",
            "contributors",
            "ssn_fingerprint",
            list(of_ssn.values()),
            kind="bytea",
        )
    )
    return {ssn: found[fingerprint] for ssn, fingerprint in of_ssn.items() if fingerprint in found}
