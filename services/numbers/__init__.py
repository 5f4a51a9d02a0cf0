"""Amounts and dates as people write them, in Latin or Arabic digits and in words."""
