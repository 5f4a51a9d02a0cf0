"""Importing this module makes every table known to `Base.metadata`."""

from services.records import (
    audit,
    complaints,
    evaluation,
    fund,
    fund_system,
    joining,
    people,
    plans,
    reminders,
    traffic,
)
from services.records.base import Base

__all__ = [
    "Base",
    "audit",
    "complaints",
    "evaluation",
    "fund",
    "fund_system",
    "joining",
    "people",
    "plans",
    "reminders",
    "traffic",
]
