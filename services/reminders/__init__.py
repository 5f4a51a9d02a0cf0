"""Reminders: what is due, the judge, the daily rounds, campaigns, and whom to reach by letter."""
