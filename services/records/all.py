"""Importing this module makes every table known to `Base.metadata`."""

from services.records import complaints, fund, fund_system, people, plans, traffic
from services.records.base import Base

__all__ = ["Base", "complaints", "fund", "fund_system", "people", "plans", "traffic"]
