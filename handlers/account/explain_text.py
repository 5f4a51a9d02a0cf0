"""The words of an explanation: each step as a sentence, each rule with source and certainty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from handlers.words import Words
from services.contributions import Position, YearLine
from services.contributions.explanation import Step, StepKey
from services.policy.contribution_rows import Surcharge
from services.policy.rows import Row
from services.situation import Situation

_LATE = (StepKey.SURCHARGE_FIXED, StepKey.SURCHARGE_RUNNING)
# The order of settlement is told among the doubts, where it mattered.
_WITHOUT_RULE = (StepKey.PAID, StepKey.SURCHARGE_ACCRUED)


def year(words: Words, found: Situation, number: int, steps: Sequence[Step]) -> str:
    """A year's explanation: its steps, and why a figure is an estimate if it is one.

    A figure that the fund itself states comes first, and our steps for comparison.
    """
    line, own = found.position.line(number), found.computed.line(number)
    assert line is not None
    parts = [words.text("explain.title", year=number, total=line.total)]
    if found.answer is not None and (stated := found.answer.years.get(number)) is not None:
        parts += [
            "",
            words.text(
                "explain.stated_by_fund", at=found.answer.as_of, year=number, **stated._asdict()
            ),
        ]
        if own is not None:
            parts += ["", words.text("explain.for_comparison")]
    if own is not None:
        parts += _steps(words, found.computed, own, steps)
    if line.reasons and line.total:
        parts += ["", words.text("explain.why_estimate")]
        parts += [words.text(f"explain.doubt_{str(doubt.name).lower()}") for doubt in line.reasons]
    return "\n".join(parts)


def _steps(words: Words, position: Position, line: YearLine, steps: Sequence[Step]) -> list[str]:
    before = position.line(line.year - 1)
    parts: list[str] = []
    told = ""
    for step in steps:
        if step.key is StepKey.BASE_PROVISIONAL and before is not None and before.base is not None:
            step = step._replace(result=before.base)  # as the rule says: that year's base
        parts += ["", step_text(words, line, step)]
        if step.rows and step.key not in _WITHOUT_RULE:
            rule = rules(words, step.rows)
            parts += [rule] if rule != told else []
            told = rule
    return parts


def step_text(words: Words, line: YearLine, step: Step) -> str:
    """One step as a sentence."""
    values: dict[str, Any] = {
        "result": step.result,
        "amount": step.amount,
        "year": step.year if step.year is not None else line.year,
        "line_year": line.year,
        "day": step.day,
        "receipt": step.receipt or "",
    }
    if step.rate is not None:
        values["rate"] = Fraction(step.rate, 10_000)
    if step.key in _LATE and step.days_late is not None and step.full_months is not None:
        values["late"] = words.text("explain.days_late", n=step.days_late)
        values["rate_parts"] = _rate_parts(words, step)
    return words.text(f"explain.{step.key.value}", **values)


def rules(words: Words, rows: Iterable[Row]) -> str:
    """Where the rules of a step come from, and how sure they are."""
    told: dict[str, None] = {}
    for row in rows:
        told[words.text(f"explain.rule_{row.confidence}", source=source(words, row.source))] = None
    return "\n".join(told)


def source(words: Words, stated: str) -> str:
    """A rule's source in the reader's language; one that the fund wrote itself as it stands."""
    key = source_key(stated)
    return words.label(key) if words.has(key) else stated


def _rate_parts(words: Words, step: Step) -> str:
    """How the rate came about: 5 % at once, and 1 % for each of 6 full months."""
    row = step.rows[0]
    assert isinstance(row, Surcharge)
    assert step.full_months is not None
    values = {"first": Fraction(row.first, 10_000), "monthly": Fraction(row.monthly, 10_000)}
    if not step.full_months:
        return words.text("explain.rate_first", **values)
    return words.text("explain.rate_months", n=step.full_months, **values)


def source_key(stated: str) -> str:
    """The message that words a rule's source."""
    plain = unicodedata.normalize("NFKD", stated).encode("ascii", "ignore").decode().lower()
    return f"source.{re.sub(r'[^a-z0-9]+', '_', plain).strip('_')}"
