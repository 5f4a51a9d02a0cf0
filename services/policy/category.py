"""The categories of the self-employed, as the fund's files name them."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    TRADER = "trader"
    CRAFTSPERSON = "craftsperson"
    FARMER = "farmer"
    LIBERAL = "liberal"
    MANUFACTURER = "manufacturer"
    TRANSPORTER = "transporter"
    COMPANY_MEMBER = "company_member"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"
