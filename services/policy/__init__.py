"""The fund's rules as dated data: every rate, date, threshold and opening hour.

`load()` reads the TOML files beside this module and, over them, the fund's own;
the `Policy` it returns answers what is in force on a day.
"""

from services.policy.category import Category
from services.policy.errors import NoRule, PolicyError
from services.policy.policy import Policy, load
from services.policy.rows import Asked, Confidence, Row
from services.policy.year import YearRules

__all__ = [
    "Asked",
    "Category",
    "Confidence",
    "NoRule",
    "Policy",
    "PolicyError",
    "Row",
    "YearRules",
    "load",
]
