"""Importing this module makes every table known to `Base.metadata`."""

from services.records import (
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
