"""A run of digits with its separators, as an exact number."""

from __future__ import annotations

import re
from fractions import Fraction

from services.money import NotAnAmount


def figure(run: str, *, multiplied: bool) -> Fraction:
    """A run of digits with its separators as a number.

    One separator before exactly three digits groups thousands ("50.000"), unless a
    multiplier follows ("1.255 million"); otherwise the last separator is the decimal one.
    """
    plain = run.replace("\u066b", ";").replace("\u066c", "'")
    head, decimals = _split_decimals(plain, multiplied=multiplied)
    groups = re.split(r"[ '.,]", head)
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    ):
        raise NotAnAmount("not_a_number")
    digits = "".join(groups)
    if len(digits) > 1 and digits[0] == "0":
        raise NotAnAmount("not_a_number")  # a telephone number, a date
    if len(digits) > 15:
        raise NotAnAmount("too_large")
    if len(decimals) > 2 and not multiplied:
        raise NotAnAmount("too_many_decimals")
    return Fraction(f"{digits}.{decimals or 0}")


def _split_decimals(plain: str, *, multiplied: bool) -> tuple[str, str]:
    if ";" in plain:
        head, _, decimals = plain.partition(";")
    else:
        last = max(plain.rfind("."), plain.rfind(","))
        if last < 0:
            return plain, ""
        head, sign, decimals = plain[:last], plain[last], plain[last + 1 :]
        groups_before = re.search(r"[ '.,]", head)
        lone = sign not in head and not (groups_before and groups_before[0] != sign)
        if len(decimals) == 3 and not (lone and (multiplied or head == "0")):
            if lone or sign in head:
                return plain, ""
            raise NotAnAmount("too_many_decimals")
        if sign in head:
            raise NotAnAmount("not_a_number")
    if not (decimals.isascii() and decimals.isdigit()):
        raise NotAnAmount("not_a_number")
    return head, decimals
