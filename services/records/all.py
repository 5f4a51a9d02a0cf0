"""Importing this module makes every table known to `Base.metadata`."""

from services.records import fund, people, traffic
from services.records.base import Base

__all__ = ["Base", "fund", "people", "traffic"]
