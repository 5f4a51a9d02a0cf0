"""People's own words, in four varieties: what a message means and how sure we are.

Typed things (`entities`) are read by rule; spelling is brought together (`normalise`,
`sounds`), words are given their meaning (`concepts`), and a small model (`model`) weighs
what is left. `understand` is the door; `docs/language.md` describes every label.
"""

from services.language.entities import Entity, EntityKind
from services.language.labels import CONTROL, SENSITIVE, Label, Variety
from services.language.understanding import (
    Expectation,
    Intent,
    Kind,
    Reason,
    Understanding,
    understand,
)

__all__ = [
    "CONTROL",
    "SENSITIVE",
    "Entity",
    "EntityKind",
    "Expectation",
    "Intent",
    "Kind",
    "Label",
    "Reason",
    "Understanding",
    "Variety",
    "understand",
]
